# SPDX-License-Identifier: Apache-2.0
"""Beds: headboards, pillows, blankets; a bunk bed."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import Material, fabric, metal, upholstery, wood
from .chairs import legs
from .registry import design


def _bedding(item: Item, rng: np.random.Generator, width: float, length: float, top: float) -> None:
    """Mattress up to ``top``, a blanket over part of it, pillows at the head (+y)."""
    thickness = rng.uniform(0.16, 0.24)
    cover = fabric(rng, ("white", "beige", "grey", "blue", "pink"))
    item.add(meshes.rounded_box((width, length, thickness), 0.06, (0, 0, top - thickness)), cover)
    blanket = fabric(rng)
    covered = length * rng.uniform(0.55, 0.75)
    edge = -length / 2 + covered / 2 - 0.01
    item.add(
        meshes.rounded_box((width + 0.05, covered, thickness + 0.04), 0.05, (0, edge, top - thickness - 0.02)), blanket
    )
    if rng.random() < 0.5:
        fold = (0, edge + covered / 2 - 0.1, top - 0.01)
        item.add(meshes.rounded_box((width + 0.06, 0.25, 0.06), 0.03, fold), fabric(rng, ("white", "beige", "grey")))
    item.color = blanket.color.name
    count = 1 if width < 1.15 else 2
    pillow = fabric(rng, ("white", "white", "beige", "grey", "blue", "pink"))
    for index in range(count):
        x = (index - (count - 1) / 2) * width / count
        size = (min(0.7, width / count - 0.1), 0.42, 0.15)
        item.add(meshes.rounded_box(size, 0.07, (x, length / 2 - 0.28, top - 0.01), tilt=0.12), pillow)


def _size(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.choice([0.9, 1.2, 1.4, 1.6])) + rng.uniform(-0.02, 0.06), rng.uniform(1.9, 2.05)


@design("bed")
def panel_headboard(rng: np.random.Generator) -> Item:
    """A wooden bed with a panel at the head and a low one at the foot."""
    item, frame = Item("bed", against_wall=True), wood(rng)
    width, length = _size(rng)
    top = rng.uniform(0.46, 0.6)
    _bedding(item, rng, width, length, top)
    item.add(meshes.box((width + 0.08, length + 0.04, 0.16), (0, 0, top - 0.32)), frame)
    item.add(meshes.box((width + 0.1, 0.05, rng.uniform(0.9, 1.2)), (0, length / 2 + 0.04, 0)), frame)
    if rng.random() < 0.6:
        item.add(meshes.box((width + 0.1, 0.04, top + rng.uniform(-0.05, 0.15)), (0, -length / 2 - 0.04, 0)), frame)
    legs(item, width + 0.06, length, top - 0.3, 0.07, frame)
    return item


@design("bed")
def upholstered(rng: np.random.Generator) -> Item:
    """A box bed with a padded headboard."""
    item, cover = Item("bed", against_wall=True), upholstery(rng, 0.6)
    width, length = _size(rng)
    top = rng.uniform(0.5, 0.62)
    _bedding(item, rng, width, length, top)
    item.add(meshes.rounded_box((width + 0.04, length + 0.02, top - 0.22), 0.03, (0, 0, 0.04)), cover)
    item.add(
        meshes.rounded_box((width + 0.12, 0.12, rng.uniform(1.0, 1.25)), 0.05, (0, length / 2 + 0.07, 0.02)), cover
    )
    return item


def _bars(item: Item, material: Material, width: float, y: float, low: float, high: float, count: int) -> None:
    for x in np.linspace(-width / 2, width / 2, count):
        item.add(meshes.rod((x, y, low), (x, y, high), 0.014, 8), material)
    item.add(meshes.rod((-width / 2, y, high), (width / 2, y, high), 0.022, 10), material)
    for x in (-width / 2, width / 2):
        item.add(meshes.rod((x, y, 0), (x, y, high + 0.04), 0.025, 10), material)


@design("bed")
def metal_bars(rng: np.random.Generator) -> Item:
    """A metal frame with bars at head and foot."""
    item, frame = Item("bed", against_wall=True), metal(rng)
    width, length = _size(rng)
    top = rng.uniform(0.5, 0.6)
    _bedding(item, rng, width, length, top)
    count = int(rng.integers(5, 10))
    _bars(item, frame, width, length / 2 + 0.03, top - 0.2, rng.uniform(0.95, 1.15), count)
    _bars(item, frame, width, -length / 2 - 0.03, top - 0.25, top + 0.15, count)
    for x in (-1, 1):
        item.add(meshes.box((0.03, length, 0.05), (x * width / 2, 0, top - 0.28)), frame)
    return item


@design("bed", held_out=True)
def bunk(rng: np.random.Generator) -> Item:
    """Two beds, one above the other, with a ladder."""
    item, frame = Item("bed", against_wall=True), wood(rng)
    width, length = 0.92, rng.uniform(1.9, 2.0)
    for top in (0.48, 1.38):
        _bedding(item, rng, width, length, top)
        item.add(meshes.box((width + 0.06, length + 0.04, 0.12), (0, 0, top - 0.26)), frame)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(meshes.box((0.07, 0.07, 1.7), (x * (width / 2 + 0.03), y * (length / 2 + 0.03), 0)), frame)
        item.add(meshes.box((0.03, length, 0.1), (x * (width / 2 + 0.03), 0, 1.5)), frame)
    for y in (-1, 1):
        item.add(meshes.box((width, 0.03, 0.1), (0, y * (length / 2 + 0.03), 1.55)), frame)
    for z in np.arange(0.25, 1.5, 0.27):
        item.add(meshes.box((0.03, 0.4, 0.04), (-width / 2 - 0.08, -length / 2 + 0.35, z)), frame)
    return item


@design("bed", held_out=True)
def platform(rng: np.random.Generator) -> Item:
    """A low platform wider than its mattress, with a slatted headboard."""
    item, frame = Item("bed", against_wall=True), wood(rng)
    width, length = _size(rng)
    top = rng.uniform(0.38, 0.45)
    _bedding(item, rng, width, length, top)
    item.add(meshes.box((width + 0.3, length + 0.16, 0.1), (0, -0.02, 0.12)), frame)
    item.add(meshes.box((width, length * 0.9, 0.12), (0, 0, 0)), frame)
    for z in np.arange(0.25, 0.95, 0.16):
        item.add(meshes.box((width + 0.3, 0.03, 0.11), (0, length / 2 + 0.05, z)), frame)
    for x in (-1, 1):
        item.add(meshes.box((0.06, 0.05, 0.98), (x * width * 0.4, length / 2 + 0.08, 0)), frame)
    return item
