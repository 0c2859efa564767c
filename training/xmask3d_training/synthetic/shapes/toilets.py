# SPDX-License-Identifier: Apache-2.0
"""Toilets: lofted bowls with seats, lids and cisterns."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, ceramic, metal, plain, wood
from .registry import design


def _bowl(
    item: Item, half_x: float, half_y: float, low: float, high: float, material: Material, y: float, foot: float
) -> None:
    """A toilet bowl: a narrow foot, widening to an oval rim, hollow inside."""
    outer = [
        (0.62, low, 2.6),
        (0.6, low + 0.08, 2.4),
        (0.72, (low + high) / 2, 2.2),
        (0.98, high - 0.05, 2.1),
        (1.0, high, 2.1),
    ]
    rings = [
        meshes.ring(half_x * share, half_y * (share + (1 - share) * foot), z, 28, power, y) for share, z, power in outer
    ]
    inner = [(0.78, high), (0.72, high - 0.05), (0.45, high - 0.15), (0.2, high - 0.2)]
    rings += [meshes.ring(half_x * share, half_y * share, z, 28, 2.1, y) for share, z in inner]
    item.add(meshes.loft(rings), material)


def _seat(item: Item, half_x: float, half_y: float, high: float, y: float, material: Material, open_lid: bool) -> None:
    if open_lid:
        rings = [
            meshes.ring(half_x * s, half_y * s, z, 28, 2.1, y)
            for s, z in ((1.04, high), (1.04, high + 0.022), (0.72, high + 0.022), (0.72, high))
        ]
        item.add(meshes.loft(rings, capped=False), material)
        lid = meshes.loft([meshes.ring(half_x, half_y, z, 28, 2.3) for z in (0, 0.02)])
        lid.vertices = np.asarray(lid.vertices) @ np.array([[1, 0, 0], [0, 0.1, -1], [0, 1, 0.1]]).T
        lid.apply_translation((0, y + half_y + 0.015, high + half_y + 0.03))
        item.add(lid, material)
    else:
        rings = [
            meshes.ring(half_x * s, half_y * s, z, 28, 2.2, y)
            for s, z in ((1.04, high), (1.05, high + 0.03), (0.95, high + 0.05), (0.5, high + 0.055))
        ]
        item.add(meshes.loft(rings), material)


@design("toilet")
def close_coupled(rng: np.random.Generator) -> Item:
    """Bowl with the cistern on its back."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half_x, half_y, high = rng.uniform(0.18, 0.2), rng.uniform(0.23, 0.26), rng.uniform(0.38, 0.42)
    depth = 2 * half_y + 0.2
    y = -depth / 2 + half_y
    _bowl(item, half_x, half_y, 0, high, white, y, 0.6)
    item.add(meshes.rounded_box((2 * half_x * 0.8, 0.3, high - 0.02), 0.04, (0, depth / 2 - 0.16, 0)), white)
    seat = plain(paint(rng, ("white", "white", "white", "brown", "black", "blue")), 0.2)
    _seat(item, half_x, half_y, high, y, seat, rng.random() < 0.5)
    tall = rng.uniform(0.33, 0.42)
    item.add(meshes.rounded_box((2 * half_x + 0.05, 0.19, tall), 0.03, (0, depth / 2 - 0.1, high)), white)
    item.add(meshes.rounded_box((2 * half_x + 0.08, 0.21, 0.04), 0.015, (0, depth / 2 - 0.1, high + tall)), white)
    item.add(meshes.cylinder(0.025, 0.012, (0, depth / 2 - 0.1, high + tall + 0.04), 12), metal(rng))
    return item


@design("toilet")
def high_tank(rng: np.random.Generator) -> Item:
    """Bowl below, a cistern up the wall, joined by a pipe."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half_x, half_y, high = rng.uniform(0.18, 0.2), rng.uniform(0.23, 0.25), 0.4
    depth = 2 * half_y + 0.12
    y = -depth / 2 + half_y
    _bowl(item, half_x, half_y, 0, high, white, y, 0.5)
    _seat(item, half_x, half_y, high, y, wood(rng), rng.random() < 0.6)
    item.add(meshes.rod((0, depth / 2 - 0.06, 0.3), (0, depth / 2 - 0.06, 1.0), 0.025, 10), metal(rng))
    item.add(meshes.rounded_box((0.42, 0.15, 0.34), 0.03, (0, depth / 2 - 0.08, 0.95)), white)
    item.color = white.color.name
    return item


@design("toilet")
def square(rng: np.random.Generator) -> Item:
    """A boxy bowl with a slim, tall cistern."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half_x, half_y, high = rng.uniform(0.17, 0.19), rng.uniform(0.24, 0.27), rng.uniform(0.39, 0.42)
    depth = 2 * half_y + 0.14
    y = -depth / 2 + half_y
    outer = ((0.75, 0.0, 5), (0.78, high * 0.6, 5), (1.0, high - 0.06, 5), (1.0, high, 4))
    inner = ((0.76, high, 3), (0.7, high - 0.06, 2.5), (0.3, high - 0.18, 2))
    rings = [meshes.ring(half_x * share, half_y * share, z, 28, power, y) for share, z, power in outer + inner]
    item.add(meshes.loft(rings), white)
    item.add(meshes.box((2 * half_x * 0.75, 0.2, high), (0, depth / 2 - 0.1, 0)), white)
    _seat(item, half_x, half_y, high, y, plain(white.color, 0.2), rng.random() < 0.5)
    item.add(meshes.rounded_box((2 * half_x, 0.13, rng.uniform(0.4, 0.5)), 0.015, (0, depth / 2 - 0.07, high)), white)
    return item


@design("toilet", held_out=True)
def wall_hung(rng: np.random.Generator) -> Item:
    """A floating bowl before a boxed-in cistern with a flush plate."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half_x, half_y, high = rng.uniform(0.18, 0.2), rng.uniform(0.25, 0.28), rng.uniform(0.4, 0.44)
    depth = 2 * half_y + 0.16
    y = -depth / 2 + half_y
    _bowl(item, half_x, half_y, 0.12, high, white, y, 1.0)
    _seat(item, half_x, half_y, high, y, plain(white.color, 0.2), rng.random() < 0.5)
    item.add(meshes.box((0.5, 0.16, rng.uniform(0.85, 1.1)), (0, depth / 2 - 0.08, 0)), white)
    item.add(meshes.box((0.22, 0.012, 0.14), (0, depth / 2 - 0.166, 0.7)), metal(rng))
    return item


@design("toilet", held_out=True)
def one_piece(rng: np.random.Generator) -> Item:
    """A skirted body, square in plan, low tank."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half_x, half_y, high = 0.19, rng.uniform(0.24, 0.27), rng.uniform(0.38, 0.41)
    depth = 2 * half_y + 0.22
    y = -depth / 2 + half_y
    _bowl(item, half_x, half_y, 0, high, white, y, 0.9)
    item.add(meshes.rounded_box((2 * half_x, depth * 0.6, high), 0.06, (0, depth * 0.2, 0)), white)
    _seat(item, half_x, half_y, high, y, plain(white.color, 0.2), rng.random() < 0.5)
    item.add(meshes.rounded_box((2 * half_x, 0.24, 0.26), 0.07, (0, depth / 2 - 0.12, high - 0.02)), white)
    return item
