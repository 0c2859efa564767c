# SPDX-License-Identifier: Apache-2.0
"""Tables: dining, round, coffee, side, trestle."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item, Surface
from ..materials import Material, metal, plain, stone, wood
from .chairs import legs
from .registry import design


def _top(rng: np.random.Generator) -> Material:
    return wood(rng) if rng.random() < 0.8 else stone(rng)


def _round(item: Item, rng: np.random.Generator, radius: float, height: float, top: Material) -> None:
    item.add(meshes.cylinder(radius, 0.03, (0, 0, height - 0.03), 40), top)
    item.surfaces.append(Surface((0, 0, height), (radius * 1.3, radius * 1.3)))


@design("table")
def four_legs(rng: np.random.Generator) -> Item:
    """A rectangular dining table."""
    item, top = Item("table"), _top(rng)
    width, depth, height = rng.uniform(1.0, 1.8), rng.uniform(0.7, 0.95), rng.uniform(0.71, 0.77)
    frame = top if top.texture == "wood" and rng.random() < 0.6 else wood(rng)
    item.add(meshes.box((width, depth, 0.04), (0, 0, height - 0.04)), top)
    legs(item, width - 0.06, depth - 0.06, height - 0.04, rng.uniform(0.05, 0.08), frame)
    item.add(meshes.box((width - 0.2, depth - 0.2, 0.08), (0, 0, height - 0.12)), frame)
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("table")
def round_pedestal(rng: np.random.Generator) -> Item:
    """A round top on one column."""
    item = Item("table")
    height, radius = rng.uniform(0.7, 0.76), rng.uniform(0.4, 0.62)
    _round(item, rng, radius, height, _top(rng))
    foot = metal(rng) if rng.random() < 0.5 else wood(rng, axis=2)
    item.add(meshes.cylinder(0.045, height - 0.05, (0, 0, 0.02)), foot)
    item.add(meshes.cylinder(radius * 0.6, 0.03, (0, 0, 0), 30, top=radius * 0.5), foot)
    return item


@design("table")
def coffee(rng: np.random.Generator) -> Item:
    """A low table with a shelf beneath."""
    item, top = Item("table"), _top(rng)
    width, depth, height = rng.uniform(0.85, 1.2), rng.uniform(0.5, 0.65), rng.uniform(0.38, 0.46)
    item.add(meshes.box((width, depth, 0.035), (0, 0, height - 0.035)), top)
    frame = top if rng.random() < 0.5 else metal(rng)
    legs(item, width, depth, height - 0.03, rng.uniform(0.035, 0.06), frame)
    if rng.random() < 0.6:
        item.add(meshes.box((width - 0.08, depth - 0.08, 0.02), (0, 0, 0.14)), top)
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("table")
def side(rng: np.random.Generator) -> Item:
    """A small round side table on three legs."""
    item = Item("table")
    height, radius = rng.uniform(0.46, 0.6), rng.uniform(0.22, 0.3)
    _round(item, rng, radius, height, _top(rng))
    frame = wood(rng) if rng.random() < 0.6 else metal(rng)
    for angle in np.arange(3) * 2 * np.pi / 3 + 0.5:
        direction = np.array([np.cos(angle), np.sin(angle), 0])
        item.add(meshes.rod(direction * radius, direction * radius * 0.55 + (0, 0, height - 0.02), 0.018), frame)
    return item


@design("table", held_out=True)
def trestle(rng: np.random.Generator) -> Item:
    """A long top on two A-shaped trestles."""
    item, top = Item("table"), wood(rng)
    width, depth, height = rng.uniform(1.3, 1.8), rng.uniform(0.7, 0.85), rng.uniform(0.72, 0.76)
    item.add(meshes.box((width, depth, 0.03), (0, 0, height - 0.03)), top)
    frame = wood(rng)
    for x in (-1, 1):
        at = x * width * 0.33
        for y in (-1, 1):
            for lean in (-1, 1):
                item.add(
                    meshes.beam(
                        (at + lean * 0.13, y * depth * 0.4, 0), (at, y * depth * 0.36, height - 0.03), 0.035, 0.035
                    ),
                    frame,
                )
        item.add(meshes.box((0.05, depth * 0.8, 0.05), (at, 0, height - 0.08)), frame)
        item.add(meshes.box((0.2, depth * 0.8, 0.02), (at, 0, height * 0.35)), frame)
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("table", held_out=True)
def drum(rng: np.random.Generator) -> Item:
    """A round glass-like top on crossed metal bars."""
    item = Item("table")
    low = rng.random() < 0.5
    height, radius = rng.uniform(0.4, 0.48) if low else rng.uniform(0.7, 0.75), rng.uniform(0.38, 0.55)
    _round(item, rng, radius, height, plain(metal(rng).color, gloss=0.7) if rng.random() < 0.4 else wood(rng))
    frame = metal(rng)
    hoop = ((0.85, 0.0), (0.85, 0.025), (0.8, 0.025), (0.8, 0.0))
    for angle in np.arange(4) * np.pi / 2 + 0.4:
        direction = np.array([np.cos(angle), np.sin(angle), 0]) * radius * 0.85
        item.add(meshes.rod(direction, -direction + (0, 0, height - 0.03), 0.015), frame)
    item.add(
        meshes.loft([meshes.ring(radius * share, radius * share, z, 32) for share, z in hoop], capped=False), frame
    )
    return item
