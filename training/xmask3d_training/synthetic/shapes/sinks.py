# SPDX-License-Identifier: Apache-2.0
"""Washbasins, and the taps and bowls that other furniture borrows."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import Material, ceramic, metal, wood
from .registry import design
from .storage import fronts


def tap(item: Item, rng: np.random.Generator, x: float, y: float, z: float, reach: float = 0.14) -> None:
    """An arched tap at the back of a basin, reaching towards -y."""
    chrome = metal(rng)
    high = rng.uniform(0.12, 0.24)
    item.add(meshes.rod((x, y, z), (x, y, z + high), 0.014, 10), chrome)
    item.add(meshes.rod((x, y, z + high), (x, y - reach, z + high - 0.01), 0.012, 10), chrome)
    item.add(meshes.rod((x, y - reach, z + high), (x, y - reach, z + high - 0.05), 0.011, 8), chrome)
    for side in (-1, 1):
        item.add(meshes.cylinder(0.02, 0.05, (x + side * 0.08, y, z), 10), chrome)


def basin(
    item: Item, half_x: float, half_y: float, top: float, deep: float, material: Material, power: float, y: float = 0.0
) -> None:
    """An open bowl with its rim at ``top``."""
    outer = [(0.45, top - deep), (0.7, top - deep * 0.85), (0.93, top - deep * 0.35), (1.0, top - 0.02), (1.0, top)]
    inner = [(0.88, top), (0.84, top - 0.02), (0.6, top - deep * 0.7), (0.15, top - deep * 0.82)]
    item.add(meshes.loft([meshes.ring(half_x * s, half_y * s, z, 32, power, y) for s, z in outer + inner]), material)


@design("sink")
def pedestal(rng: np.random.Generator) -> Item:
    """A washbasin on a column."""
    item, white = Item("sink", against_wall=True), ceramic(rng)
    half_x, half_y, top = rng.uniform(0.25, 0.32), rng.uniform(0.2, 0.25), rng.uniform(0.8, 0.88)
    basin(item, half_x, half_y, top, 0.19, white, rng.uniform(2.2, 4))
    item.add(meshes.lathe([(0.12, 0), (0.085, 0.1), (0.075, top - 0.4), (0.11, top - 0.17)], (0, 0.05, 0)), white)
    item.add(meshes.rounded_box((half_x * 1.7, 0.12, 0.06), 0.02, (0, half_y - 0.05, top - 0.05)), white)
    tap(item, rng, 0, half_y - 0.05, top)
    return item


@design("sink")
def vanity(rng: np.random.Generator) -> Item:
    """A basin set in a cupboard of its own (the cupboard counts as cabinet)."""
    item, white = Item("sink", against_wall=True), ceramic(rng)
    width, depth, top = rng.uniform(0.6, 0.9), rng.uniform(0.45, 0.52), rng.uniform(0.8, 0.88)
    base = Item("cabinet", "cabinet/vanity")
    main = wood(rng)
    base.add(meshes.box((width - 0.04, depth - 0.03, top - 0.18), (0, 0.01, 0.06)), main)
    fronts(base, rng, width - 0.05, top - 0.2, (0, -depth / 2 + 0.025, 0.07), 2, main)
    item.extras.append(base)
    outer = [meshes.ring(width / 2, depth / 2, z, 32, 9) for z in (top - 0.12, top)]
    inner = [
        meshes.ring(width * s, depth * s, z, 32, p, -0.03)
        for s, z, p in ((0.4, top, 4), (0.37, top - 0.03, 4), (0.28, top - 0.1, 3), (0.1, top - 0.11, 2))
    ]
    item.add(meshes.loft(outer + inner), white)
    tap(item, rng, 0, depth / 2 - 0.06, top)
    return item


@design("sink")
def console(rng: np.random.Generator) -> Item:
    """A broad rectangular basin on two metal legs with a towel rail."""
    item, white, frame = Item("sink", against_wall=True), ceramic(rng), metal(rng)
    half_x, half_y, top = rng.uniform(0.32, 0.42), rng.uniform(0.22, 0.26), rng.uniform(0.82, 0.88)
    outer = [meshes.ring(half_x, half_y, z, 32, 12) for z in (top - 0.1, top)]
    inner = [
        meshes.ring(half_x * s, half_y * s, z, 32, 3, -0.02)
        for s, z in ((0.8, top), (0.7, top - 0.06), (0.2, top - 0.09))
    ]
    item.add(meshes.loft(outer + inner), white)
    for x in (-1, 1):
        item.add(
            meshes.rod((x * half_x * 0.9, -half_y * 0.8, 0), (x * half_x * 0.9, -half_y * 0.8, top - 0.1), 0.016), frame
        )
    rail = top - 0.2
    item.add(meshes.rod((-half_x * 0.9, -half_y * 0.8, rail), (half_x * 0.9, -half_y * 0.8, rail), 0.012), frame)
    tap(item, rng, 0, half_y - 0.04, top)
    return item


@design("sink", held_out=True)
def wall_basin(rng: np.random.Generator) -> Item:
    """A square basin fixed to the wall, its trap showing."""
    item, white = Item("sink", against_wall=True), ceramic(rng)
    half_x, half_y, top = rng.uniform(0.24, 0.34), rng.uniform(0.19, 0.24), rng.uniform(0.82, 0.9)
    basin(item, half_x, half_y, top, 0.15, white, 7)
    item.add(meshes.rounded_box((half_x * 1.9, 0.08, 0.14), 0.02, (0, half_y - 0.03, top - 0.12)), white)
    chrome = metal(rng)
    item.add(meshes.rod((0, 0, top - 0.32), (0, 0, top - 0.13), 0.018, 8), chrome)
    item.add(meshes.rod((0, 0, top - 0.32), (0, half_y, top - 0.32), 0.018, 8), chrome)
    tap(item, rng, 0, half_y - 0.04, top)
    return item


@design("sink", held_out=True)
def vessel(rng: np.random.Generator) -> Item:
    """A bowl standing on a small cupboard (which counts as cabinet)."""
    item, white = Item("sink", against_wall=True), ceramic(rng)
    width, depth, top = rng.uniform(0.6, 0.85), rng.uniform(0.45, 0.5), rng.uniform(0.7, 0.76)
    base, main = Item("cabinet", "cabinet/washstand"), wood(rng)
    base.add(meshes.box((width, depth, top - 0.1), (0, 0, 0.1)), main)
    fronts(base, rng, width, top - 0.16, (0, -depth / 2, 0.12), 2, main)
    item.extras.append(base)
    radius = rng.uniform(0.18, 0.22)
    basin(item, radius, radius * rng.uniform(0.8, 1.0), top + 0.14, 0.14, white, 2.2)
    tap(item, rng, 0, depth / 2 - 0.03, top, 0.16)
    return item
