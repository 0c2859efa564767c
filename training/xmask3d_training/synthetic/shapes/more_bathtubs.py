# SPDX-License-Identifier: Apache-2.0
"""More bathtubs to train on: corner tubs, tapered blocks, tubs sunk in a tiled deck, wooden ones, shower baths."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import Material, ceramic, metal, stone, tiles, wood
from .registry import design
from .tubes import smooth, tube


def _spout(item: Item, rng: np.random.Generator, at: np.ndarray, to: np.ndarray) -> None:
    """Taps on a rim: an arched spout from ``at`` towards ``to`` (xy), two handles, a hand shower at times."""
    chrome = metal(rng)
    ahead = np.array([*(to[:2] - at[:2]), 0.0])
    ahead /= np.linalg.norm(ahead)
    aside = np.array([-ahead[1], ahead[0], 0.0])
    high, reach = rng.uniform(0.08, 0.22), rng.uniform(0.12, 0.18)
    up = np.array([0, 0, high])
    item.add(
        tube(smooth([at, at + up, at + up + ahead * reach, at + up * 0.75 + ahead * reach], 2, 0.25), 0.014), chrome
    )
    for side in (-1, 1):
        foot = at + side * rng.uniform(0.08, 0.1) * aside
        grip = np.add(foot, (0, 0, 0.05))
        item.add(meshes.cylinder(0.02, 0.05, foot, 10, 0.016), chrome)
        item.add(meshes.rod(grip - 0.03 * aside, grip + 0.03 * aside, 0.007, 6), chrome)
    if rng.random() < 0.5:
        foot = at + 0.2 * aside
        item.add(meshes.rod(foot, np.add(foot, (0, 0, 0.16)), 0.011, 8), chrome)
        item.add(meshes.rod(np.add(foot, (0, 0, 0.15)), np.add(foot, (0, 0, 0.2)) + 0.03 * ahead, 0.025, 10), chrome)


def _floor_spout(item: Item, rng: np.random.Generator, x: float, y: float, top: float, toward: float) -> None:
    """A tall spout standing on the floor behind a tub, with a hand shower."""
    chrome, high = metal(rng), top + rng.uniform(0.25, 0.4)
    path = [(x, y, 0), (x, y, high), (x, y + toward, high), (x, y + toward, high - 0.1)]
    item.add(tube(smooth(path, 2, 0.15), 0.017), chrome)
    item.add(meshes.cylinder(0.04, 0.02, (x, y, 0), 14), chrome)
    item.add(meshes.rod((x - 0.08, y, top + 0.1), (x + 0.08, y, top + 0.1), 0.013, 8), chrome)
    item.add(meshes.rod((x + 0.08, y, top + 0.08), (x + 0.08, y, top + 0.3), 0.012, 8), chrome)


def _drain(item: Item, rng: np.random.Generator, x: float, y: float, z: float) -> None:
    item.add(meshes.cylinder(0.035, 0.006, (x, y, z), 12), metal(rng))


def _outline(points: np.ndarray, count: int) -> np.ndarray:
    """A closed polygon (N,2) walked in ``count`` equal steps."""
    closed = np.concatenate([points, points[:1]])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    steps = np.linspace(0, length[-1], count, endpoint=False)
    return np.column_stack([np.interp(steps, length, closed[:, axis]) for axis in (0, 1)])


def _rounded(outline: np.ndarray, rounds: int) -> np.ndarray:
    """The outline with its corners worn off."""
    for _ in range(rounds):
        outline = (np.roll(outline, 1, axis=0) + 2 * outline + np.roll(outline, -1, axis=0)) / 4
    return outline


def _loop(half_x: float, half_y: float, z: float, power: float) -> np.ndarray:
    """Like ``meshes.ring``, but its points are spread evenly around: its straight sides can be bent."""
    angle = np.arange(56) * (2 * np.pi / 56)
    cosine, sine = np.cos(angle), np.sin(angle)
    reach = (np.abs(cosine) ** power + np.abs(sine) ** power) ** (-1 / power)
    return np.column_stack([half_x * cosine * reach, half_y * sine * reach, np.full(56, z)])


def _level(outline: np.ndarray, z: float) -> np.ndarray:
    return np.column_stack([outline, np.full(len(outline), z)])


@design("bathtub")
def corner(rng: np.random.Generator) -> Item:
    """A tub for a corner: two straight sides at right angles and a bowed or slanted front."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    half, top, end = rng.uniform(0.62, 0.74), rng.uniform(0.48, 0.6), rng.uniform(0.4, 0.65)
    bulge = rng.uniform(0.0, 0.22)
    start, stop = np.array([-half + end, -half]), np.array([half, half - end])
    share = np.linspace(0, 1, 13)[:, None]
    front = start + share * (stop - start) + bulge * 4 * share * (1 - share) * np.array([0.7, -0.7])
    plan = np.concatenate([[(-half, half), (-half, -half)], front, [(half, half)]])
    middle = np.array([-0.11, 0.11]) * half
    if rng.random() < 0.5:
        plan, middle = plan[::-1] * (-1, 1), middle * (-1, 1)
    outer = _outline(plan, 76)
    inner = _rounded(outer, 60)
    inner = _rounded(inner, int(rng.integers(0, 120)))
    rings = [_level(outer * s, z) for s, z in ((0.95, 0), (0.96, top - 0.06), (1, top - 0.05), (1, top))]
    for s, z in ((0.83, top), (0.79, top - 0.04), (0.64, 0.24), (0.5, 0.15)):
        rings.append(_level(middle * (1 - s) + inner * s, z))
    item.add(meshes.loft(rings), white)
    _drain(item, rng, middle[0], middle[1], 0.15)
    tap_at = np.array([np.sign(middle[0]) * half * 0.8, half * 0.8, top])
    _spout(item, rng, tap_at, np.array([*middle, top]))
    return item


@design("bathtub")
def tapered_block(rng: np.random.Generator) -> Item:
    """A modern block of thin walls widening upwards, straight on the floor, its rim at times dipped in the middle."""
    item = Item("bathtub", against_wall=True)
    shell = ceramic(rng) if rng.random() < 0.75 else stone(rng)
    lining = shell if rng.random() < 0.7 else ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.8), rng.uniform(0.7, 0.84), rng.uniform(0.52, 0.6)
    power, rise, foot = rng.uniform(5, 14), rng.choice([0.0, rng.uniform(0.04, 0.12)]), rng.uniform(0.78, 0.96)
    wall = rng.uniform(0.02, 0.045)

    def level(x: float, y: float, z: float) -> np.ndarray:
        loop = _loop(x, y, z, power)
        loop[:, 2] += rise * (z / top) ** 3 * (loop[:, 0] / (length / 2)) ** 2
        return loop

    half_x, half_y = length / 2, depth / 2
    deep = 0.12
    outer = [(half_x * foot, half_y * foot, 0.0), (half_x * (1 + foot) / 2, half_y * (1 + foot) / 2, top / 2)]
    outer += [(half_x, half_y, top - 0.004), (half_x - 0.006, half_y - 0.006, top)]
    inner = [(half_x - wall, half_y - wall, top - 0.004)]
    slope = (half_x - wall) * (1 + foot) / 2 - 0.03
    inner += [(slope, (half_y - wall) * (1 + foot) / 2, top / 2), (slope * 0.8, half_y * foot * 0.8, deep + 0.03)]
    inner += [(slope * 0.7, half_y * foot * 0.7, deep)]
    item.add(meshes.loft([level(*step) for step in outer + inner[:1]], capped=False), shell)
    item.add(meshes.loft([level(*step) for step in inner[::-1]], capped=False), lining)
    item.add(meshes.loft([level(*inner[-1]), level(slope * 0.5, half_y * foot * 0.5, deep - 0.01)]), lining)
    _drain(item, rng, 0, 0, deep - 0.004)
    if rng.random() < 0.6:
        _floor_spout(item, rng, rng.uniform(-0.4, 0.4) * length, half_y + 0.09, top, -0.24)
    return item


@design("bathtub")
def deck(rng: np.random.Generator) -> Item:
    """A tub sunk in a tiled, wooden or stone deck with broad ledges."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    kind = rng.random()
    skirt = tiles(rng) if kind < 0.6 else stone(rng) if kind < 0.8 else wood(rng, axis=0)
    length, depth, top = rng.uniform(1.6, 1.9), rng.uniform(0.85, 1.05), rng.uniform(0.46, 0.58)
    left, right, behind = rng.uniform(0.08, 0.2), rng.uniform(0.08, 0.25), rng.uniform(0.08, 0.22)
    half_x, half_y = (length - left - right) / 2, (depth - 0.08 - behind) / 2
    x, y, power = (left - right) / 2, (0.08 - behind) / 2, float(rng.choice([2.2, 3, 5, 9]))
    shift = np.array([x, y, 0])
    outer = [meshes.ring(length / 2, depth / 2, z, 40, 40) for z in (0, top)]
    hole = [meshes.ring(half_x * 0.96, half_y * 0.95, z, 40, power) + shift for z in (top, top - 0.05)]
    item.add(meshes.loft(outer + hole, capped=False), skirt)
    if rng.random() < 0.4:
        slab = stone(rng)
        edge = [meshes.ring(length / 2 + 0.01, depth / 2 + 0.01, z, 40, 40) for z in (top, top + 0.025)]
        item.add(meshes.loft([*edge, hole[0] + (0, 0, 0.025), hole[0]], capped=False), slab)
        top += 0.025
    lip = rng.uniform(0.012, 0.035)
    marks = [(1.03, 1.05, 0.0), (1.03, 1.05, lip), (0.94, 0.91, lip), (0.9, 0.85, -0.05), (0.8, 0.7, 0.22 - top),
             (0.66, 0.5, 0.13 - top), (0.02, 0.02, 0.125 - top)]  # fmt: skip
    rings = [meshes.ring(half_x * a, half_y * b, top + z, 40, power) + shift for a, b, z in marks]
    item.add(meshes.loft(rings, capped=False), white)
    item.color = white.color.name
    _drain(item, rng, x, y, 0.13)
    at = np.array([x + rng.uniform(-0.5, 0.5) * half_x, depth / 2 - behind * 0.4, top])
    _spout(item, rng, at, np.array([x, y, top]))
    for _ in range(int(rng.integers(0, 4))):  # bottles on the ledge
        at = np.array([-length / 2 + left * rng.uniform(0.3, 0.6), depth * rng.uniform(-0.35, 0.4), top])
        item.add(meshes.cylinder(rng.uniform(0.02, 0.035), rng.uniform(0.08, 0.2), at, 10), ceramic(rng))
    return item


@design("bathtub")
def wooden(rng: np.random.Generator) -> Item:
    """A deep box of planks between corner posts, with a broad flat rim, as in Japan."""
    item, planks = Item("bathtub", against_wall=True), wood(rng, ("brown", "beige", "orange", "beige"), axis=0)
    length, depth, top = rng.uniform(1.15, 1.6), rng.uniform(0.72, 0.85), rng.uniform(0.56, 0.7)
    thick, count = rng.uniform(0.03, 0.045), int(rng.integers(3, 6))
    tall = top / count
    upright = rng.random() < 0.35
    for side in (-1, 1):
        if upright:
            for size, ends, along in ((length, depth, True), (depth, length, False)):
                number = int(size / 0.12)
                each = (size - 0.02) / number
                for index in range(number):
                    place = -size / 2 + 0.01 + each * (index + 0.5)
                    at = (place, side * (ends - thick) / 2, 0) if along else (side * (ends - thick) / 2, place, 0)
                    plank = (each - 0.004, thick, top) if along else (thick, each - 0.004, top)
                    item.add(meshes.box(plank, at), planks)
        else:
            for index in range(count):
                z = index * tall
                item.add(meshes.box((length, thick, tall - 0.005), (0, side * (depth - thick) / 2, z)), planks)
                item.add(meshes.box((thick, depth - 2 * thick, tall - 0.005), (side * (length - thick) / 2, 0, z)),
                         planks)  # fmt: skip
        if not upright and rng.random() < 0.6:
            for end in (-0.36, 0.36):
                item.add(meshes.box((0.06, 0.03, top), (end * length, side * (depth / 2 + 0.012), 0)), planks)
    item.add(meshes.box((length - 0.02, depth - 0.02, 0.08), (0, 0, 0.04)), planks)
    rim = rng.uniform(0.07, 0.12)
    for side in (-1, 1):
        item.add(meshes.box((length + 0.04, rim, 0.03), (0, side * (depth / 2 + 0.02 - rim / 2), top)), planks)
        end_at = (side * (length / 2 + 0.02 - rim / 2), 0, top)
        item.add(meshes.box((rim, depth + 0.04 - 2 * rim, 0.03), end_at), planks)
    if rng.random() < 0.5:  # a bench inside
        item.add(meshes.box((0.3, depth - 2 * thick, 0.03), (length / 2 - thick - 0.15, 0, 0.3)), planks)
    if rng.random() < 0.6:
        band = metal(rng)
        for z in (top * 0.2, top * 0.8):
            for side in (-1, 1):
                item.add(meshes.box((length + 0.01, 0.006, 0.03), (0, side * (depth / 2 + 0.002), z)), band)
                item.add(meshes.box((0.006, depth + 0.01, 0.03), (side * (length / 2 + 0.002), 0, z)), band)
    if rng.random() < 0.7:
        x = rng.uniform(-0.3, 0.3) * length
        _spout(item, rng, np.array([x, depth / 2 - rim / 2 + 0.02, top + 0.03]), np.array([x, 0, top]))
    return item


def _panel(item: Item, length: float, y: float, top: float, material: Material, count: int) -> None:
    """Raised fields on the front of a tub."""
    each = length / count
    for index in range(count):
        x = -length / 2 + each * (index + 0.5)
        item.add(meshes.rounded_box((each * 0.8, 0.02, top * 0.6), 0.008, (x, y, top * 0.16)), material)


@design("bathtub")
def shower_bath(rng: np.random.Generator) -> Item:
    """A built-in tub that is wider at one end, where one stands to shower; grab bars and fields on the front."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.75), rng.uniform(0.68, 0.76), rng.uniform(0.5, 0.58)
    bulge, wide = rng.choice([0.0, rng.uniform(0.08, 0.18)]), float(rng.choice([-1, 1]))

    def level(a: float, b: float, z: float, power: float, shift: float = 0.0) -> np.ndarray:
        loop = _loop(length * a, depth * b, z, power)
        loop[:, 0] += shift
        along = np.clip((loop[:, 0] * wide / length + 0.05) / 0.3, 0, 1)
        bend = along**2 * (3 - 2 * along) * np.clip(1.25 - 0.9 * (loop[:, 0] * wide / length / 0.5), 0.35, 1)
        loop[:, 1] -= bulge * bend * np.clip(-loop[:, 1] / (depth / 2), 0, 1)
        loop[:, 1] += bulge / 2
        return loop

    rings = [level(0.49, 0.49, z, 30) for z in (0, top - 0.05)] + [level(0.5, 0.5, z, 30) for z in (top - 0.05, top)]
    power, slope = rng.uniform(2.8, 7), -wide * length * 0.03
    rings += [level(0.45, 0.42, top, power), level(0.435, 0.4, top - 0.04, power)]
    rings += [level(0.39, 0.32, 0.2, power, -slope), level(0.32, 0.26, 0.13, power, -slope * 2)]
    item.add(meshes.loft(rings), white)
    _drain(item, rng, wide * length * 0.28, bulge / 2, 0.13)
    if bulge == 0.0:
        _panel(item, length * 0.96, -depth / 2 + 0.002, top, white, int(rng.integers(1, 4)))
    at = np.array([wide * (length / 2 - 0.04), bulge / 2, top])
    _spout(item, rng, at, np.array([0, bulge / 2, top]))
    if rng.random() < 0.6:
        grip, y = metal(rng), bulge / 2 + depth / 2 - 0.03
        bar = [(-0.16, y, top), (-0.16, y - 0.01, top + 0.07), (0.16, y - 0.01, top + 0.07), (0.16, y, top)]
        item.add(tube(smooth(bar, 2, 0.2), 0.012), grip)
    return item
