# SPDX-License-Identifier: Apache-2.0
"""More sinks to train on: laundry tubs, farmhouse sinks, catering tables, washbasin columns, open washstands."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import Material, ceramic, fabric, metal, plastic, stone, wood
from .chairs import legs
from .registry import design
from .tubes import smooth, tube


def _tap(item: Item, rng: np.random.Generator, x: float, y: float, z: float, reach: float = 0.15) -> None:
    """A tap of one of several kinds at the back of a basin, reaching towards -y."""
    chrome, kind = metal(rng), rng.random()
    if kind < 0.35:  # swan neck
        high = rng.uniform(0.2, 0.34)
        path = [(x, y, z), (x, y, z + high), (x, y - reach, z + high), (x, y - reach, z + high * 0.6)]
        item.add(tube(smooth(path, 3, 0.25), 0.012), chrome)
        item.add(meshes.cylinder(0.024, 0.05, (x, y, z), 12), chrome)
        item.add(meshes.rod((x + 0.02, y, z + 0.035), (x + 0.1, y, z + 0.07), 0.007, 6), chrome)
    elif kind < 0.7:  # block with one lever
        item.add(meshes.cylinder(0.024, 0.11, (x, y, z), 12), chrome)
        item.add(meshes.beam((x, y, z + 0.09), (x, y - reach * 0.85, z + 0.075), 0.032, 0.022), chrome)
        item.add(meshes.beam((x, y + 0.01, z + 0.12), (x, y - 0.09, z + 0.15), 0.025, 0.01), chrome)
    else:  # a pair of pillar taps
        for side in (-1, 1):
            foot = x + side * 0.1
            item.add(meshes.cylinder(0.018, 0.09, (foot, y, z), 10), chrome)
            item.add(meshes.rod((foot, y, z + 0.06), (foot, y - reach * 0.6, z + 0.045), 0.011, 8), chrome)
            for turn in (0, np.pi / 2):
                across = 0.028 * np.array([np.cos(turn), np.sin(turn), 0])
                middle = np.array([foot, y, z + 0.1])
                item.add(meshes.rod(middle - across, middle + across, 0.008, 6), chrome)


def _trough(
    item: Item, size: tuple[float, float], top: float, deep: float, material: Material, wall: float = 0.025,
    taper: float = 0.0, power: float = 16.0, at: tuple[float, float] = (0.0, 0.0)
) -> None:  # fmt: skip
    """An open box with walls, its rim at ``top``."""
    half_x, half_y = size[0] / 2, size[1] / 2
    inner_x, inner_y, floor = half_x - wall, half_y - wall, top - deep
    rings = [meshes.ring(half_x - taper, half_y - taper, floor - wall, 32, power)]
    rings += [
        meshes.ring(half_x, half_y, top - 0.01, 32, power),
        meshes.ring(half_x - 0.005, half_y - 0.005, top, 32, power),
    ]
    rings += [
        meshes.ring(inner_x, inner_y, top, 32, power),
        meshes.ring(inner_x - 0.005, inner_y - 0.005, top - 0.02, 32, power),
    ]
    rings += [meshes.ring(inner_x - taper, inner_y - taper, floor + 0.02, 32, power)]
    rings += [meshes.ring(inner_x - taper - 0.03, inner_y - taper - 0.03, floor, 32, power)]
    item.add(meshes.loft(rings, (*at, 0)), material)
    item.add(meshes.cylinder(0.035, 0.005, (*at, floor), 12), metal(np.random.default_rng(5)))


@design("sink")
def laundry(rng: np.random.Generator) -> Item:
    """A deep plastic, stone or steel tub on four splayed legs, for a laundry room."""
    item = Item("sink", against_wall=True)
    tub = (plastic(rng, ("white", "white", "grey", "beige")), stone(rng), metal(rng))[int(rng.integers(3))]
    width, depth, top = rng.uniform(0.45, 0.64), rng.uniform(0.42, 0.58), rng.uniform(0.78, 0.9)
    deep = rng.uniform(0.26, 0.36)
    _trough(item, (width, depth), top, deep, tub, 0.025, rng.uniform(0.02, 0.06), rng.uniform(7, 20))
    item.add(meshes.box((width + 0.01, 0.05, rng.uniform(0.03, 0.12)), (0, depth / 2, top - 0.02)), tub)
    frame = tub if rng.random() < 0.4 else metal(rng)
    splay = rng.uniform(0.0, 0.04)
    legs(item, width - 0.04, depth - 0.04, top - 0.15, rng.uniform(0.025, 0.05), frame, splay)
    if rng.random() < 0.5:
        item.add(meshes.box((width - 0.08, depth - 0.08, 0.015), (0, 0, 0.2)), frame)
    pipe = plastic(rng, ("white", "grey"))
    low = top - deep - 0.2
    item.add(tube(smooth([(0, 0, top - deep), (0, 0, low), (0, depth / 2, low)], 2, 0.2), 0.022), pipe)
    _tap(item, rng, 0, depth / 2 + 0.005, top + 0.01)
    return item


@design("sink")
def farmhouse(rng: np.random.Generator) -> Item:
    """A heavy ceramic box with a straight front, on a wooden stand or two walls, a drainer beside it at times."""
    item, white = Item("sink", against_wall=True), ceramic(rng)
    width, depth, top = rng.uniform(0.58, 0.92), rng.uniform(0.44, 0.52), rng.uniform(0.84, 0.94)
    deep = rng.uniform(0.18, 0.25)
    stand = wood(rng) if rng.random() < 0.7 else stone(rng)
    if width > 0.76 and rng.random() < 0.6:  # two bowls
        for side in (-1, 1):
            size = (width / 2 + 0.005, depth)
            _trough(item, size, top, deep, white, 0.028, 0.0, 24, (side * width / 4, 0))
    else:
        _trough(item, (width, depth), top, deep, white, 0.03, 0.0, rng.uniform(16, 30))
    base = top - deep - 0.03
    board = rng.uniform(0.3, 0.6) if rng.random() < 0.5 else 0.0
    free = float(rng.choice([-1, 1]))  # the side the drainer is on
    x = free * board / 2
    if board:
        at = (free * (width + board) / 2, 0, top - 0.04)
        item.add(meshes.box((board, depth, 0.035), at), stand)
        for y in np.linspace(-0.35, 0.35, 7):
            item.add(meshes.box((board * 0.8, 0.008, 0.006), (at[0], y * depth, top - 0.006)), stand)
    if rng.random() < 0.65:
        bar, span = rng.uniform(0.05, 0.08), width + board
        for left in (-1, 1):
            for y in (-1, 1):
                post = (x + left * (span - bar) / 2, y * (depth - bar - 0.02) / 2, 0)
                item.add(meshes.box((bar, bar, base if left != free or not board else top - 0.04), post), stand)
        for y in (-1, 1):
            item.add(meshes.box((span - 0.01, 0.03, 0.09), (x, y * (depth / 2 - 0.04), base - 0.09)), stand)
        if rng.random() < 0.7:
            item.add(meshes.box((span - 0.03, depth - 0.06, 0.025), (x, 0, rng.uniform(0.12, 0.3))), stand)
        if rng.random() < 0.3:  # a curtain hides what stands below
            share = np.linspace(-1, 1, 33)
            y = -depth / 2 + 0.008 + 0.008 * np.cos(np.arange(33) * np.pi * 0.5)
            rows = [np.column_stack([x + share * (span / 2 - bar), y, np.full(33, z)]) for z in (0.05, base - 0.03)]
            item.add(meshes.sheet(np.stack(rows)), fabric(rng))
    else:
        for left in (-1, 1):
            item.add(meshes.box((0.1, depth - 0.06, base), (left * (width / 2 - 0.06), 0.02, 0)), stand)
        if board:
            end = (x + free * (width + board - 0.06) / 2, 0.02, 0)
            item.add(meshes.box((0.06, depth - 0.06, top - 0.04), end), stand)
    splash = (width + board, 0.03, rng.uniform(0.06, 0.16))
    item.add(meshes.box(splash, (x, depth / 2 + 0.015, top - 0.03)), white if not board else stand)
    _tap(item, rng, 0, depth / 2 - 0.005, top, 0.18)
    item.color = white.color.name
    return item


@design("sink")
def catering(rng: np.random.Generator) -> Item:
    """A table of sheet steel with one or two bowls, a ribbed drainer, an upstand and a shelf, on round legs."""
    item, steel = Item("sink", against_wall=True), metal(rng)
    bowls = int(rng.integers(1, 4))
    each, depth, top = rng.uniform(0.4, 0.5), rng.uniform(0.55, 0.68), rng.uniform(0.84, 0.92)
    board = rng.uniform(0.3, 0.6) if bowls < 3 and rng.random() < 0.7 else 0.0
    width, side, deep = bowls * each + board + 0.08, float(rng.choice([-1, 1])), rng.uniform(0.18, 0.32)
    middle = -side * board / 2
    strip, bowl_y = (depth - 0.42) / 2, 0.42
    for front in (-1, 1):
        item.add(meshes.box((width, strip, 0.04), (0, front * (depth - strip) / 2, top - 0.04)), steel)
    for left, right in ((-width / 2, middle - bowls * each / 2), (middle + bowls * each / 2, width / 2)):
        item.add(meshes.box((right - left, bowl_y, 0.04), ((left + right) / 2, 0, top - 0.04)), steel)
    for index in range(bowls):
        x = middle + (index - (bowls - 1) / 2) * each
        _trough(item, (each, bowl_y + 0.01), top + 0.002, deep, steel, 0.02, 0.015, 14, (x, 0))
    if board:
        x = side * (width / 2 - board / 2 - 0.02)
        for share in np.linspace(-0.4, 0.4, 8):
            item.add(meshes.box((board * 0.8, 0.012, 0.006), (x, share * depth * 0.8, top)), steel)
    item.add(meshes.box((width, 0.02, rng.uniform(0.1, 0.3)), (0, depth / 2 - 0.01, top - 0.02)), steel)
    bar = rng.uniform(0.017, 0.025)
    for x in (-1, 1):
        for y in (-1, 1):
            place = (x * (width / 2 - 0.05), y * (depth / 2 - 0.05))
            item.add(meshes.rod((*place, 0.0), (*place, top - 0.04), bar), steel)
            item.add(meshes.cylinder(bar * 1.3, 0.05, (*place, 0), 10), plastic(rng, ("black", "grey")))
    if rng.random() < 0.6:
        item.add(meshes.box((width - 0.08, depth - 0.08, 0.03), (0, 0, rng.uniform(0.15, 0.28))), steel)
    else:
        for y in (-1, 1):
            start = (width / 2 - 0.05, y * (depth / 2 - 0.05), 0.2)
            item.add(meshes.rod(start, (-start[0], start[1], 0.2), bar * 0.8), steel)
    _tap(item, rng, middle, depth / 2 - strip * 0.6, top, 0.2)
    return item


@design("sink")
def totem(rng: np.random.Generator) -> Item:
    """Bowl and column in one piece from the floor up: a cylinder, a cone, a square block or a waisted shape."""
    item = Item("sink", against_wall=True)
    shell = ceramic(rng) if rng.random() < 0.75 else stone(rng)
    half, top = rng.uniform(0.2, 0.26), rng.uniform(0.82, 0.9)
    ratio, power = rng.uniform(0.85, 1.05), float(rng.choice([2.0, 2.0, 3.0, 8.0]))
    kind = rng.random()
    if kind < 0.35:
        marks = [(rng.uniform(0.5, 0.75), 0.0), (1.0, top)]
    elif kind < 0.65:
        marks = [(rng.uniform(0.85, 1.0), 0.0), (1.0, top)]
    else:
        waist = rng.uniform(0.45, 0.65)
        marks = [
            (0.75, 0.0),
            (waist + 0.04, top * 0.25),
            (waist, top * 0.5),
            (0.8, top * 0.75),
            (0.97, top * 0.92),
            (1.0, top),
        ]
    marks += [(0.93, top + 0.003), (0.9, top - 0.01), (0.8, top - 0.07), (0.5, top - 0.13), (0.12, top - 0.15)]
    item.add(meshes.loft([meshes.ring(half * s, half * ratio * s, z, 32, power) for s, z in marks]), shell)
    rear = half * ratio
    ledge = rng.uniform(0.08, 0.12)
    if rng.random() < 0.6:
        item.add(meshes.rounded_box((half * 1.5, ledge, 0.08), 0.02, (0, rear + ledge / 2 - 0.03, top - 0.08)), shell)
        _tap(item, rng, 0, rear + ledge / 2 - 0.03, top)
    else:  # a tap that stands on the floor
        chrome, high = metal(rng), top + rng.uniform(0.18, 0.3)
        path = [(0, rear + 0.05, 0), (0, rear + 0.05, high), (0, rear - 0.15, high), (0, rear - 0.15, high - 0.06)]
        item.add(tube(smooth(path, 2, 0.15), 0.016), chrome)
        item.add(meshes.cylinder(0.04, 0.02, (0, rear + 0.05, 0), 14), chrome)
    return item


@design("sink")
def washstand(rng: np.random.Generator) -> Item:
    """Oval or square bowls let into a slab on an open frame, with a shelf, towels and a rail below."""
    item, white = Item("sink", against_wall=True), ceramic(rng)
    steel = rng.random() < 0.4
    frame, slab = (metal(rng) if steel else wood(rng)), stone(rng) if rng.random() < 0.6 else wood(rng, axis=0)
    bowls = 2 if rng.random() < 0.3 else 1
    width, depth, top = bowls * rng.uniform(0.6, 0.85), rng.uniform(0.46, 0.55), rng.uniform(0.8, 0.88)
    thick, power, each = rng.uniform(0.025, 0.06), float(rng.choice([2.0, 2.6, 8.0])), width / bowls
    half_x, half_y, deep = min(each * 0.36, rng.uniform(0.2, 0.26)), rng.uniform(0.14, 0.17), rng.uniform(0.12, 0.16)
    y = -0.03
    for index in range(bowls):
        x = (index - (bowls - 1) / 2) * each
        outer = [meshes.ring(each / 2, depth / 2, z, 32, 40) for z in (top - thick, top)]
        hole = [meshes.ring(half_x, half_y, z, 32, power, y) for z in (top, top - thick)]
        item.add(meshes.loft([*outer, *hole, outer[0]], (x, 0, 0), capped=False), slab)
        marks = [(0.3, top - deep - 0.02), (0.75, top - deep * 0.8), (1.06, top - thick), (1.06, top + 0.012)]
        marks += [(0.96, top + 0.012), (0.92, top - 0.01), (0.7, top - deep * 0.75), (0.15, top - deep)]
        item.add(
            meshes.loft([meshes.ring(half_x * s, half_y * s, z, 32, power, y) for s, z in marks], (x, 0, 0)), white
        )
        _tap(item, rng, x, depth / 2 - 0.055, top, 0.14)
    if rng.random() < 0.6:
        item.add(meshes.box((width, 0.02, rng.uniform(0.06, 0.14)), (0, depth / 2 - 0.01, top)), slab)
    bar = rng.uniform(0.022, 0.03) if steel else rng.uniform(0.04, 0.06)
    legs(item, width - 0.02 + bar, depth - 0.02 + bar, top - thick, bar, frame)
    for side in (-1, 1):
        item.add(meshes.box((width - 0.06, bar, bar), (0, side * (depth - 0.06) / 2, top - thick - bar)), frame)
    shelf = rng.uniform(0.12, 0.3)
    if rng.random() < 0.5:
        for place in np.linspace(-0.4, 0.4, 5):
            item.add(meshes.box((width - 0.06, depth * 0.14, 0.018), (0, place * (depth - 0.06), shelf)), frame)
    else:
        item.add(meshes.box((width - 0.06, depth - 0.06, 0.02), (0, 0, shelf)), frame)
    for _ in range(int(rng.integers(0, 4))):  # rolled towels
        x = rng.uniform(-0.38, 0.38) * width
        item.add(meshes.rod((x, -depth * 0.35, shelf + 0.08), (x, depth * 0.3, shelf + 0.08), 0.06, 12), fabric(rng))
    item.color = white.color.name
    return item
