# SPDX-License-Identifier: Apache-2.0
"""Toilets, sinks and bathtubs: lofted bowls and basins, with taps."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, ceramic, metal, plain, tiles, wood
from .registry import design
from .storage import fronts


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


@design("bathtub")
def built_in(rng: np.random.Generator) -> Item:
    """A rectangular tub with straight sides."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.75), rng.uniform(0.7, 0.8), rng.uniform(0.5, 0.58)
    outer = [meshes.ring(length / 2, depth / 2, z, 40, 30) for z in (0, top)]
    inner = [
        meshes.ring(length * a, depth * b, z, 40, 5)
        for a, b, z in ((0.45, 0.41, top), (0.43, 0.38, top - 0.06), (0.38, 0.3, 0.2), (0.3, 0.22, 0.14))
    ]
    item.add(meshes.loft(outer + inner), white)
    _bath_tap(item, rng, length, top)
    return item


def _bath_tap(item: Item, rng: np.random.Generator, length: float, top: float) -> None:
    chrome, side = metal(rng), float(rng.choice([-1, 1]))
    x = side * (length / 2 - 0.05)
    item.add(meshes.rod((x, 0, top), (x, 0, top + 0.14), 0.016, 8), chrome)
    item.add(meshes.rod((x, 0, top + 0.13), (x - side * 0.14, 0, top + 0.11), 0.014, 8), chrome)
    for y in (-0.08, 0.08):
        item.add(meshes.cylinder(0.022, 0.06, (x, y, top), 10), chrome)


@design("bathtub")
def rounded(rng: np.random.Generator) -> Item:
    """A tub with a broad rim and rounded ends, panelled below."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.8), rng.uniform(0.72, 0.82), rng.uniform(0.52, 0.6)
    rings = [
        meshes.ring(length * a, depth * b, z, 40, 6)
        for a, b, z in ((0.47, 0.46, 0), (0.48, 0.47, top - 0.06), (0.5, 0.5, top - 0.05), (0.5, 0.5, top))
    ]
    rings += [
        meshes.ring(length * a, depth * b, z, 40, 2.6)
        for a, b, z in ((0.44, 0.41, top), (0.42, 0.38, top - 0.05), (0.36, 0.29, 0.2), (0.26, 0.2, 0.13))
    ]
    item.add(meshes.loft(rings), white)
    _bath_tap(item, rng, length, top)
    return item


@design("bathtub")
def panelled(rng: np.random.Generator) -> Item:
    """A tub behind boards or tiles, with a broad rim."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.55, 1.8), rng.uniform(0.74, 0.84), rng.uniform(0.5, 0.58)
    skirt = wood(rng, axis=2) if rng.random() < 0.5 else tiles(rng)
    item.add(meshes.box((length - 0.06, depth - 0.06, 0.1)), skirt)
    for y in (-1, 1):
        item.add(meshes.box((length - 0.04, 0.02, top - 0.04), (0, y * (depth / 2 - 0.02), 0)), skirt)
        item.add(meshes.box((0.02, depth - 0.06, top - 0.04), (y * (length / 2 - 0.02), 0, 0)), skirt)
    rings = [meshes.ring(length / 2, depth / 2, z, 40, 25) for z in (top - 0.04, top)]
    rings += [
        meshes.ring(length * a, depth * b, z, 40, 4)
        for a, b, z in ((0.44, 0.39, top), (0.42, 0.36, top - 0.06), (0.35, 0.27, 0.2), (0.25, 0.18, 0.13))
    ]
    item.add(meshes.loft(rings), white)
    item.color = white.color.name
    _bath_tap(item, rng, length, top)
    return item


@design("bathtub", held_out=True)
def clawfoot(rng: np.random.Generator) -> Item:
    """A free-standing oval tub on four feet."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.7), rng.uniform(0.72, 0.8), rng.uniform(0.58, 0.64)
    outer = [(0.3, 0.12), (0.42, 0.16), (0.47, 0.3), (0.485, top - 0.04), (0.5, top - 0.03), (0.5, top)]
    inner = [(0.46, top), (0.45, top - 0.04), (0.42, 0.3), (0.3, 0.2)]
    item.add(meshes.loft([meshes.ring(length * s, depth * s, z, 40, 2.5) for s, z in outer + inner]), white)
    feet = metal(rng)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(
                meshes.rod(
                    (x * length * 0.33, y * depth * 0.36, 0), (x * length * 0.3, y * depth * 0.28, 0.2), 0.03, 8
                ),
                feet,
            )
    return item


@design("bathtub", held_out=True)
def round_tub(rng: np.random.Generator) -> Item:
    """A deep round tub with a broad rim."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    radius, top = rng.uniform(0.55, 0.68), rng.uniform(0.55, 0.66)
    outer = [(0.88, 0.0), (0.92, top - 0.07), (1.0, top - 0.06), (1.0, top)]
    inner = [(0.84, top), (0.8, top - 0.06), (0.68, 0.2), (0.5, 0.13)]
    item.add(meshes.loft([meshes.ring(radius * s, radius * s, z, 44) for s, z in outer + inner]), white)
    _bath_tap(item, rng, 2 * radius * 0.96, top)
    return item
