# SPDX-License-Identifier: Apache-2.0
"""Curtains at windows and shower curtains on rails: wavy cloth."""

from __future__ import annotations

import itertools

import numpy as np
import trimesh

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, fabric, metal, plain, wood
from .registry import design


def drape(
    rng: np.random.Generator,
    left: float,
    right: float,
    bottom: float,
    top: float,
    y: float,
    wave: float,
    pinch: float = 0.0,
) -> trimesh.Trimesh:
    """Folded cloth between two x positions; ``pinch`` gathers its lower part towards the outer edge."""
    columns = max(int((right - left) / 0.015), 8)
    across, height = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, 14))
    phase = rng.uniform(0, 6.28)
    folds = (right - left) / rng.uniform(0.09, 0.15)
    swing = np.sin(2 * np.pi * folds * across + phase + 0.6 * np.sin(3 * height + phase)) * (1 - 0.35 * height)
    gather = pinch * np.exp(-(((height - 0.45) / 0.28) ** 2))
    outer = 0.0 if left < 0 else 1.0
    position = across + (outer - across) * gather
    return meshes.sheet(
        np.stack([left + (right - left) * position, y + wave * swing, bottom + (top - bottom) * height], axis=-1)
    )


def _rail(item: Item, rng: np.random.Generator, width: float, z: float, y: float) -> None:
    pole = metal(rng)
    item.add(meshes.rod((-width / 2, y, z), (width / 2, y, z), 0.014, 8), pole)
    for x in (-1, 1):
        item.add(meshes.ellipsoid((0.03, 0.03, 0.03), (x * width / 2, y, z - 0.03), 1), pole)


def _cloth(rng: np.random.Generator) -> Material:
    return fabric(rng)


@design("curtain")
def pair(rng: np.random.Generator) -> Item:
    """Two panels drawn to the sides."""
    item, cloth = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng)
    width, top, bottom = rng.uniform(1.6, 2.3), rng.uniform(2.15, 2.3), rng.uniform(0.03, 0.3)
    share = rng.uniform(0.22, 0.36)
    for side in (-1, 1):
        edges = sorted((side * width / 2, side * width * (0.5 - share)))
        item.add(drape(rng, edges[0], edges[1], bottom, top, -0.17, 0.035), cloth)
    _rail(item, rng, width + 0.15, top + 0.02, -0.17)
    return item


@design("curtain")
def closed(rng: np.random.Generator) -> Item:
    """One wide curtain, closed."""
    item, cloth = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng)
    width, top = rng.uniform(1.1, 2.0), rng.uniform(2.15, 2.3)
    item.add(drape(rng, -width / 2, width / 2, rng.uniform(0.03, 0.5), top, -0.17, 0.03), cloth)
    _rail(item, rng, width + 0.15, top + 0.02, -0.17)
    return item


@design("curtain")
def short(rng: np.random.Generator) -> Item:
    """A closed pair that ends a little below the sill."""
    item, cloth = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng)
    width, top, bottom = rng.uniform(1.1, 1.7), rng.uniform(2.1, 2.25), rng.uniform(0.65, 0.8)
    slit = rng.uniform(0.02, 0.3)
    item.add(drape(rng, -width / 2, -slit / 2, bottom, top, -0.17, 0.03), cloth)
    item.add(drape(rng, slit / 2, width / 2, bottom, top, -0.17, 0.03), cloth)
    item.add(meshes.box((width + 0.1, 0.08, 0.05), (0, -0.17, top)), wood(rng))
    return item


@design("curtain", held_out=True)
def tied_back(rng: np.random.Generator) -> Item:
    """Two panels tied to the sides, with a valance above."""
    item, cloth = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng)
    width, top = rng.uniform(1.6, 2.2), rng.uniform(2.15, 2.3)
    for side in (-1, 1):
        edges = sorted((side * width / 2, side * width * 0.08))
        item.add(drape(rng, edges[0], edges[1], 0.04, top, -0.17, 0.03, 0.65), cloth)
    item.add(drape(rng, -width / 2 - 0.05, width / 2 + 0.05, top - 0.28, top + 0.02, -0.23, 0.02), cloth)
    return item


@design("curtain", held_out=True)
def single(rng: np.random.Generator) -> Item:
    """One tied panel at one side, on a thick pole."""
    item, cloth = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng)
    width, top = rng.uniform(1.0, 1.5), rng.uniform(2.15, 2.3)
    side = float(rng.choice([-1, 1]))
    edges = sorted((side * width / 2, -side * width * 0.25))
    item.add(drape(rng, edges[0], edges[1], 0.04, top, -0.17, 0.035, 0.3), cloth)
    _rail(item, rng, width + 0.2, top + 0.02, -0.17)
    return item


def _shower(rng: np.random.Generator) -> Material:
    if rng.random() < 0.4:
        return plain(paint(rng, ("white", "blue", "green", "pink", "grey", "beige")), 0.2)
    return fabric(rng)


def _hooks(item: Item, rng: np.random.Generator, left: float, right: float, rail: float, y: float) -> None:
    ring = metal(rng)
    for x in np.arange(left + 0.04, right, 0.13):
        item.add(meshes.box((0.01, 0.012, 0.07), (x, y, rail - 0.06)), ring)


@design("shower curtain")
def half_drawn(rng: np.random.Generator) -> Item:
    """Hangs from a rail on rings, drawn to one side."""
    item, cloth = Item("shower curtain", hangs_at=0.0), _shower(rng)
    width, top = rng.uniform(1.3, 1.7), rng.uniform(1.9, 2.05)
    side, share = float(rng.choice([-1, 1])), rng.uniform(0.35, 0.75)
    left, right = sorted((side * width / 2, side * (width / 2 - share * width)))
    item.add(drape(rng, left, right, rng.uniform(0.12, 0.3), top, 0, 0.03), cloth)
    item.add(meshes.rod((-width / 2, 0, top + 0.06), (width / 2, 0, top + 0.06), 0.013, 8), metal(rng))
    _hooks(item, rng, left, right, top + 0.06, 0)
    return item


@design("shower curtain")
def drawn(rng: np.random.Generator) -> Item:
    """Covers the whole length."""
    item, cloth = Item("shower curtain", hangs_at=0.0), _shower(rng)
    width, top = rng.uniform(1.3, 1.7), rng.uniform(1.9, 2.05)
    item.add(drape(rng, -width / 2, width / 2, rng.uniform(0.12, 0.35), top, 0, 0.02), cloth)
    item.add(meshes.rod((-width / 2, 0, top + 0.06), (width / 2, 0, top + 0.06), 0.013, 8), metal(rng))
    _hooks(item, rng, -width / 2, width / 2, top + 0.06, 0)
    return item


@design("shower curtain")
def parted(rng: np.random.Generator) -> Item:
    """Two cloths drawn to both ends."""
    item, cloth = Item("shower curtain", hangs_at=0.0), _shower(rng)
    width, top, low = rng.uniform(1.3, 1.7), rng.uniform(1.9, 2.05), rng.uniform(0.12, 0.3)
    share = rng.uniform(0.2, 0.38)
    for left, right in ((-width / 2, -width * (0.5 - share)), (width * (0.5 - share), width / 2)):
        item.add(drape(rng, left, right, low, top, 0, 0.03), cloth)
        _hooks(item, rng, left, right, top + 0.06, 0)
    item.add(meshes.rod((-width / 2, 0, top + 0.06), (width / 2, 0, top + 0.06), 0.013, 8), metal(rng))
    return item


@design("shower curtain", held_out=True)
def banded(rng: np.random.Generator) -> Item:
    """Two cloths on rings, the lower part of another colour."""
    item = Item("shower curtain", hangs_at=0.0)
    width, top = rng.uniform(1.3, 1.7), rng.uniform(1.9, 2.05)
    edge = rng.uniform(0.5, 0.9)
    item.add(drape(rng, -width / 2, width * 0.25, edge, top, 0, 0.028), _shower(rng))
    item.add(drape(rng, -width / 2, width * 0.25, 0.15, edge, 0, 0.028), _shower(rng))
    item.add(meshes.rod((-width / 2, 0, top + 0.06), (width / 2, 0, top + 0.06), 0.016, 8), metal(rng))
    _hooks(item, rng, -width / 2, width * 0.25, top + 0.06, 0)
    return item


@design("shower curtain", held_out=True)
def arched(rng: np.random.Generator) -> Item:
    """On a rail that bows outwards."""
    item, cloth, pole = Item("shower curtain", hangs_at=0.0), _shower(rng), metal(rng)
    width, top, bow = rng.uniform(1.3, 1.6), rng.uniform(1.9, 2.05), rng.uniform(0.15, 0.25)
    flat = drape(rng, -width / 2, width * rng.uniform(0.1, 0.45), rng.uniform(0.12, 0.3), top, 0, 0.028)
    vertices = np.asarray(flat.vertices)
    flat.vertices = vertices - np.outer(bow * np.cos(np.pi * vertices[:, 0] / width), (0, 1, 0))
    item.add(flat, cloth)
    stops = np.linspace(-width / 2, width / 2, 9)
    rail = [(x, -bow * np.cos(np.pi * x / width), top + 0.05) for x in stops]
    for start, end in itertools.pairwise(rail):
        item.add(meshes.rod(start, end, 0.013, 8), pole)
    return item
