# SPDX-License-Identifier: Apache-2.0
"""Desks: with drawers on one or both sides, on frames, with a hutch, corner-shaped."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item, Surface
from ..materials import Material, metal, wood
from .chairs import legs
from .registry import design
from .storage import drawers


def _top(item: Item, width: float, depth: float, height: float, material: Material) -> None:
    item.add(meshes.box((width, depth, 0.035), (0, 0, height - 0.035)), material)
    item.surfaces.append(Surface((0, 0.05, height), (width, depth - 0.1)))


@design("desk")
def one_pedestal(rng: np.random.Generator) -> Item:
    """Drawers on one side, a panel or legs on the other."""
    item, main = Item("desk", against_wall=True), wood(rng, axis=0)
    width, depth, height = rng.uniform(1.1, 1.5), rng.uniform(0.6, 0.75), rng.uniform(0.72, 0.76)
    _top(item, width, depth, height, main)
    side, block = float(rng.choice([-1, 1])), rng.uniform(0.36, 0.44)
    at = (side * (width - block) / 2, 0.02, 0.03)
    item.add(meshes.box((block, depth - 0.06, height - 0.065), at), main)
    drawers(item, rng, block, height - 0.07, (at[0], at[1] - (depth - 0.06) / 2, 0.03), int(rng.integers(3, 5)), main)
    item.add(meshes.box((0.035, depth - 0.04, height - 0.035), (-side * (width / 2 - 0.03), 0, 0)), main)
    item.add(meshes.box((width - 0.06, 0.02, 0.35), (0, depth / 2 - 0.04, height - 0.4)), main)
    return item


@design("desk")
def two_pedestals(rng: np.random.Generator) -> Item:
    """Drawers on both sides of the knee space."""
    item, main = Item("desk", against_wall=True), wood(rng, ("brown", "black", "beige", "grey"), 0)
    width, depth, height = rng.uniform(1.4, 1.7), rng.uniform(0.65, 0.8), rng.uniform(0.73, 0.77)
    _top(item, width, depth, height, main)
    block = rng.uniform(0.36, 0.42)
    for side in (-1, 1):
        at = (side * (width - block - 0.04) / 2, 0.02)
        item.add(meshes.box((block, depth - 0.06, height - 0.035), (*at, 0)), main)
        drawers(item, rng, block, height - 0.06, (at[0], at[1] - (depth - 0.06) / 2, 0.02), 3, main)
    item.add(meshes.box((width - 2 * block, 0.03, height - 0.1), (0, depth / 2 - 0.06, 0.06)), main)
    return item


@design("desk")
def frame_with_drawer(rng: np.random.Generator) -> Item:
    """A light writing desk: frame legs and one flat drawer under the top."""
    item, main = Item("desk", against_wall=True), wood(rng, axis=0)
    width, depth, height = rng.uniform(1.0, 1.4), rng.uniform(0.55, 0.68), rng.uniform(0.72, 0.76)
    _top(item, width, depth, height, main)
    item.add(meshes.box((width - 0.12, depth - 0.06, 0.11), (0, 0.02, height - 0.145)), main)
    count = int(rng.integers(1, 4))
    for index in range(count):
        each = (width - 0.14) / count
        x = -(width - 0.14) / 2 + each * (index + 0.5)
        drawers(item, rng, each, 0.11, (x, 0.02 - (depth - 0.06) / 2, height - 0.145), 1, main)
    legs(item, width - 0.02, depth - 0.02, height - 0.035, 0.045, metal(rng) if rng.random() < 0.5 else main)
    return item


@design("desk", held_out=True)
def hutch(rng: np.random.Generator) -> Item:
    """A desk with a rack of compartments on top."""
    item = one_pedestal(rng)
    item.design = ""
    low, high = item.bounds()
    width, back, top = high[0] - low[0], high[1], high[2]
    main = item.parts[0].material
    rise = rng.uniform(0.35, 0.5)
    for x in np.linspace(-width / 2 + 0.01, width / 2 - 0.01, int(rng.integers(3, 5))):
        item.add(meshes.box((0.02, 0.25, rise), (x, back - 0.13, top)), main)
    for z in (top + rise * 0.55, top + rise):
        item.add(meshes.box((width, 0.25, 0.02), (0, back - 0.13, z)), main)
    item.surfaces = [Surface((0, -0.12, float(top)), (width, 0.3))]
    return item


@design("desk", held_out=True)
def corner(rng: np.random.Generator) -> Item:
    """An L-shaped desk on metal legs with a drawer block under the wing."""
    item, main, frame = Item("desk", against_wall=True), wood(rng, axis=0), metal(rng)
    width, depth, height, wing = rng.uniform(1.4, 1.7), 0.65, rng.uniform(0.72, 0.75), rng.uniform(0.5, 0.65)
    side = float(rng.choice([-1, 1]))
    _top(item, width, depth, height, main)
    reach = (side * (width / 2 - wing / 2), -depth / 2 - 0.3)
    item.add(meshes.box((wing, 0.6, 0.035), (*reach, height - 0.035)), main)
    for x, y in (
        (-side * (width / 2 - 0.05), -depth / 2 + 0.05),
        (-side * (width / 2 - 0.05), depth / 2 - 0.05),
        (side * (width / 2 - 0.05), depth / 2 - 0.05),
    ):
        item.add(meshes.box((0.05, 0.05, height - 0.035), (x, y, 0)), frame)
    item.add(meshes.box((wing - 0.1, 0.5, height - 0.05), (*reach, 0.0)), main)
    drawers(item, rng, wing - 0.1, height - 0.06, (reach[0], reach[1] - 0.25, 0.01), 3, main)
    return item
