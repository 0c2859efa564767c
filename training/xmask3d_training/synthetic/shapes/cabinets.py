# SPDX-License-Identifier: Apache-2.0
"""Cabinets: wardrobes, chests, sideboards, wall units, lockers."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item, Surface
from ..materials import Material, plain, wood
from .registry import design
from .storage import drawers, fronts


def _carcass(item: Item, width: float, depth: float, height: float, material: Material) -> None:
    item.add(meshes.box((width, depth, height - 0.06), (0, 0, 0.06)), material)
    item.add(meshes.box((width - 0.04, depth - 0.06, 0.06), (0, 0.02, 0)), plain(darker(material.color, 0.5)))
    item.surfaces.append(Surface((0, 0, height), (width, depth)))


@design("cabinet")
def wardrobe(rng: np.random.Generator) -> Item:
    """Tall, with two or three doors."""
    item, main = Item("cabinet", against_wall=True), wood(rng, axis=2)
    count = int(rng.integers(2, 4))
    width, depth, height = count * rng.uniform(0.42, 0.55), rng.uniform(0.5, 0.62), rng.uniform(1.8, 2.15)
    _carcass(item, width, depth, height, main)
    item.surfaces.clear()
    fronts(item, rng, width, height - 0.08, (0, -depth / 2, 0.07), count, main, rng.random() < 0.5)
    return item


@design("cabinet")
def chest_of_drawers(rng: np.random.Generator) -> Item:
    """Waist-high, all drawers."""
    item, main = Item("cabinet", against_wall=True), wood(rng, axis=0)
    width, depth, height = rng.uniform(0.7, 1.2), rng.uniform(0.4, 0.5), rng.uniform(0.75, 1.1)
    _carcass(item, width, depth, height, main)
    item.add(meshes.box((width + 0.03, depth + 0.03, 0.025), (0, 0, height)), main)
    item.surfaces[0] = Surface((0, 0, height + 0.025), (width, depth))
    columns = 1 if width < 0.9 else int(rng.integers(1, 3))
    for column in range(columns):
        x = (column - (columns - 1) / 2) * width / columns
        drawers(item, rng, width / columns, height - 0.08, (x, -depth / 2, 0.07), int(rng.integers(3, 6)), main)
    return item


@design("cabinet")
def sideboard(rng: np.random.Generator) -> Item:
    """Long and low, doors and drawers, on short legs."""
    item, main = Item("cabinet", against_wall=True), wood(rng, axis=0)
    width, depth, height, foot = rng.uniform(1.2, 1.8), rng.uniform(0.4, 0.48), rng.uniform(0.55, 0.85), 0.12
    item.add(meshes.box((width, depth, height - foot), (0, 0, foot)), main)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(meshes.cylinder(0.022, foot, (x * width * 0.44, y * depth * 0.38, 0), 10), wood(rng))
    third = width / 3
    for index in (-1, 0, 1):
        face = (index * third, -depth / 2, foot + 0.01)
        if index == 0:
            drawers(item, rng, third, height - foot - 0.02, face, 3, main)
        else:
            fronts(item, rng, third, height - foot - 0.02, face, 1, main)
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("cabinet")
def wall_unit(rng: np.random.Generator) -> Item:
    """A cabinet hung on the wall, as in kitchens."""
    item, main = Item("cabinet", against_wall=True, hangs_at=float(rng.uniform(1.4, 1.5))), wood(rng, axis=2)
    count = int(rng.integers(1, 4))
    width, depth, height = count * rng.uniform(0.4, 0.5), rng.uniform(0.3, 0.36), rng.uniform(0.55, 0.75)
    item.add(meshes.box((width, depth, height)), main)
    fronts(item, rng, width, height, (0, -depth / 2, 0), count, main, rng.random() < 0.4)
    return item


@design("cabinet", held_out=True)
def locker(rng: np.random.Generator) -> Item:
    """Metal lockers with vents."""
    item, main = Item("cabinet", against_wall=True), plain(paint(rng, ("grey", "blue", "green", "beige")), 0.3)
    count = int(rng.integers(2, 4))
    width, depth, height = count * rng.uniform(0.3, 0.38), rng.uniform(0.45, 0.5), rng.uniform(1.7, 1.9)
    _carcass(item, width, depth, height, main)
    item.surfaces.clear()
    fronts(item, rng, width, height - 0.08, (0, -depth / 2, 0.07), count, main)
    dark = plain(darker(main.color, 0.4))
    for index in range(count):
        x = (index - (count - 1) / 2) * width / count
        for z in np.arange(5) * 0.035 + height - 0.35:
            item.add(meshes.box((width / count * 0.5, 0.005, 0.012), (x, -depth / 2 - 0.021, z)), dark)
    return item


@design("cabinet", held_out=True)
def file_cabinet(rng: np.random.Generator) -> Item:
    """A narrow stack of deep drawers with label holders."""
    item, main = (
        Item("cabinet", against_wall=True),
        plain(paint(rng, ("grey", "black", "beige", "green", "white")), 0.25),
    )
    width, depth, count = rng.uniform(0.42, 0.5), rng.uniform(0.55, 0.65), int(rng.integers(3, 5))
    height = 0.06 + count * rng.uniform(0.3, 0.34)
    _carcass(item, width, depth, height, main)
    drawers(item, rng, width, height - 0.08, (0, -depth / 2, 0.07), count, main)
    return item


@design("cabinet", held_out=True)
def hanging_rail(rng: np.random.Generator) -> Item:
    """A hung cabinet with two rows of doors."""
    item, main = Item("cabinet", against_wall=True, hangs_at=float(rng.uniform(1.35, 1.45))), wood(rng, axis=0)
    width, depth, height = rng.uniform(0.8, 1.3), rng.uniform(0.3, 0.36), rng.uniform(0.65, 0.8)
    item.add(meshes.box((width, depth, height)), main)
    for row in (0, 1):
        fronts(item, rng, width, height / 2, (0, -depth / 2, row * height / 2), 2, main)
    return item
