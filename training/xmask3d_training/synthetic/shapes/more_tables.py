# SPDX-License-Identifier: Apache-2.0
"""More tables to train on: turned legs, tulip feet, hairpins, hanging leaves, slab and loop ends, columns, nests."""

from __future__ import annotations

import numpy as np
import trimesh

from .. import meshes
from ..colors import paint
from ..item import Item, Surface
from ..materials import Material, metal, plain, stone, wood
from .registry import design
from .tubes import smooth, tube

_PAINTED = ("white", "black", "grey", "green", "blue", "red", "yellow", "beige")


def _painted(rng: np.random.Generator) -> Material:
    return plain(paint(rng, _PAINTED), 0.15)


def _top(rng: np.random.Generator, wooden: float = 0.65) -> Material:
    """Wood, stone or lacquer."""
    if rng.random() < wooden:
        return wood(rng, axis=0)
    return stone(rng) if rng.random() < 0.6 else _painted(rng)


def _plate(outline: np.ndarray, thick: float, height: float, bevel: float = 0.0) -> trimesh.Trimesh:
    """A flat top whose outline (N,2) surrounds the origin, its upper side at ``height``."""
    levels = [(1 - bevel, height - thick), (1.0, height - thick * 0.4), (1.0, height)]
    return meshes.loft([np.column_stack([outline * share, np.full(len(outline), z)]) for share, z in levels])


def _oval(half_x: float, half_y: float, power: float = 2.0) -> np.ndarray:
    return meshes.ring(half_x, half_y, 0, 40, power)[:, :2]


@design("table")
def farmhouse(rng: np.random.Generator) -> Item:
    """A heavy plank top with breadboard ends over turned legs and an apron."""
    item, top = Item("table"), wood(rng, axis=0)
    width, depth, height = rng.uniform(1.2, 1.9), rng.uniform(0.72, 0.92), rng.uniform(0.73, 0.78)
    thick, end = rng.uniform(0.035, 0.06), rng.uniform(0.08, 0.13)
    planks = int(rng.integers(3, 7))
    each = depth / planks
    for index in range(planks):
        y = -depth / 2 + each * (index + 0.5)
        item.add(meshes.box((width - 2 * end, each - 0.004, thick), (0, y, height - thick)), top)
    frame = top if rng.random() < 0.4 else _painted(rng)
    inset = rng.uniform(0.05, 0.12)
    across, along = width / 2 - inset - 0.05, depth / 2 - inset * 0.6 - 0.05
    under, drop = height - thick, rng.uniform(0.08, 0.13)
    thick_leg = rng.uniform(0.035, 0.052)
    shape = [(0.55, 0), (0.6, 0.04), (0.85, 0.1), (0.55, 0.13), (0.75, 0.3), (1.0, 0.6), (0.7, 0.74), (1.0, 0.78)]
    if rng.random() < 0.35:  # plain tapered ones
        shape = [(0.6, 0), (1.0, 0.8)]
    for x in (-1, 1):
        at = x * (width - end) / 2
        item.add(meshes.box((end - 0.004, depth, thick), (at, 0, height - thick)), top)
        item.add(meshes.box((0.025, 2 * along, drop), (x * across, 0, under - drop)), frame)
        for y in (-1, 1):
            foot = (x * across, y * along, 0)
            item.add(meshes.lathe([(r * thick_leg, z * under) for r, z in shape], foot, 12), frame)
            block = 2 * thick_leg
            item.add(meshes.box((block, block, under * 0.22), (*foot[:2], under * 0.78)), frame)
    for y in (-1, 1):
        item.add(meshes.box((2 * across, 0.025, drop), (0, y * along, under - drop)), frame)
    if rng.random() < 0.3:
        for x in (-1, 1):
            item.add(meshes.box((0.04, 2 * along, 0.05), (x * across, 0, 0.12)), frame)
        item.add(meshes.box((2 * across, 0.05, 0.04), (0, 0, 0.125)), frame)
    if rng.random() < 0.35:
        item.add(meshes.box((0.4, 0.02, drop - 0.02), (0, -along - 0.018, under - drop + 0.01)), frame)
        item.add(meshes.ellipsoid((0.014, 0.014, 0.014), (0, -along - 0.042, under - drop / 2 - 0.014), 1), metal(rng))
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("table")
def tulip(rng: np.random.Generator) -> Item:
    """A round or oval top with a thin rim on a foot that flares like a trumpet."""
    item, top = Item("table"), _top(rng, 0.35)
    low = rng.random() < 0.45
    height = rng.uniform(0.38, 0.55) if low else rng.uniform(0.71, 0.75)
    half_x = rng.uniform(0.25, 0.5) if low else rng.uniform(0.42, 0.85)
    half_y = min(half_x, 0.6) if rng.random() < 0.5 else min(half_x * rng.uniform(0.6, 0.85), 0.6)
    item.add(_plate(_oval(half_x, half_y), rng.uniform(0.02, 0.045), height, rng.uniform(0.02, 0.08)), top)
    foot = plain(paint(rng, ("white", "white", "black", "grey", "red", "beige")), 0.35)
    if rng.random() < 0.2:
        foot = metal(rng)
    base, waist = min(half_x, half_y) * rng.uniform(0.5, 0.68), rng.uniform(0.028, 0.05)
    levels = ((1.0, 0), (0.98, 0.01), (0.72, 0.03), (0.36, 0.07), (0.1, 0.16), (0.0, 0.34), (0.02, 0.62), (0.28, 0.97))
    rings = []
    for flare, share in levels:
        radius = waist + (base - waist) * flare
        rings.append(meshes.ring(radius * (half_x / half_y) ** 0.5, radius, share * (height - 0.02), 24))
    item.add(meshes.loft(rings), foot)
    item.surfaces.append(Surface((0, 0, height), (half_x * 1.35, half_y * 1.35)))
    return item


@design("table")
def hairpin(rng: np.random.Generator) -> Item:
    """A slab, often with a natural edge, on bent steel pins."""
    item = Item("table")
    low = rng.random() < 0.6
    height = rng.uniform(0.36, 0.5) if low else rng.uniform(0.72, 0.76)
    half_x = rng.uniform(0.28, 0.62) if low else rng.uniform(0.55, 0.9)
    half_y = min(half_x, rng.uniform(0.24, 0.34) if low else rng.uniform(0.36, 0.45))
    kind, thick = rng.choice(["natural", "square", "round"]), rng.uniform(0.025, 0.06)
    outline = _oval(half_x, half_y, {"natural": 5.0, "square": 24.0, "round": 2.6}[str(kind)])
    if kind == "natural":
        angle = np.arange(len(outline)) * 2 * np.pi / len(outline)
        wave = sum(rng.uniform(0.02, 0.05) / k * np.sin(k * angle + rng.uniform(0, 6)) for k in (2, 3, 5, 8))
        outline = outline * (1 + np.asarray(wave) - 0.06)[:, None]
    top = wood(rng, ("brown", "brown", "orange", "beige", "black"), 0) if kind == "natural" else _top(rng)
    item.add(_plate(outline, thick, height, 0.03 if kind == "natural" else 0.0), top)
    steel = metal(rng) if rng.random() < 0.7 else plain(paint(rng, ("yellow", "red", "white", "blue", "black")), 0.3)
    pins = [(x, y) for x in (-1, 1) for y in (-1, 1)]
    reach, bar = rng.uniform(0.62, 0.76) if kind != "round" else 0.58, rng.uniform(0.006, 0.009)
    for x, y in pins:
        foot = np.array([x * half_x * (reach + 0.12), y * half_y * (reach + 0.12), bar])
        head = np.array([x * half_x * reach, y * half_y * reach, height - thick])
        spread = np.array([0.07 * y, -0.07 * x, 0])
        path = [head + spread, foot + spread * 0.2, foot - spread * 0.2, head - spread]
        item.add(tube(smooth(path, 1, 0.1), bar, 6), steel)
        if rng.random() < 0.5:
            item.add(meshes.rod(head, foot, bar, 6), steel)
        item.add(meshes.box((0.1, 0.1, 0.005), (head[0], head[1], head[2] - 0.005)), steel)
    item.surfaces.append(Surface((0, 0, height), (half_x * 1.4, half_y * 1.4)))
    return item


def _leaf(hinge: float, reach: float, half: float, height: float, round_end: bool, hangs: bool) -> trimesh.Trimesh:
    """A leaf hinged at ``x = hinge`` (its sign is the side), lying flat or hanging down."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 17)
    out, along = np.cos(angle), np.sin(angle)
    if not round_end:
        out, along = np.abs(out) ** 0.18, np.sign(along) * np.abs(along) ** 0.18
    out, along, side, thick = out * reach, along * half, np.sign(hinge), 0.022
    out[[0, -1]] = 0
    if hangs:
        skins = [
            np.column_stack([np.full(len(out), hinge + side * t), along, height - 0.004 - out]) for t in (0, thick)
        ]
    else:
        skins = [np.column_stack([hinge + side * out, along, np.full(len(out), height - t)]) for t in (thick, 0)]
    return meshes.loft(skins)


@design("table")
def drop_leaf(rng: np.random.Generator) -> Item:
    """A narrow middle with hinged leaves: each hangs down or lies flat on a swung-out gate leg."""
    item, main = Item("table"), wood(rng, axis=1)
    middle, half, height = rng.uniform(0.3, 0.5), rng.uniform(0.35, 0.48), rng.uniform(0.7, 0.77)
    reach, round_end = rng.uniform(0.32, 0.5), rng.random() < 0.55
    item.add(meshes.box((middle, 2 * half, 0.022), (0, 0, height - 0.022)), main)
    frame = main if rng.random() < 0.7 else _painted(rng)
    bar, along = rng.uniform(0.035, 0.05), half * 0.78
    for x in (-1, 1):
        side = x * (middle / 2 - bar)
        for y in (-1, 1):
            item.add(meshes.box((bar, bar, height - 0.02), (side, y * along, 0)), frame)
            item.add(meshes.box((middle - 2 * bar, 0.02, 0.1), (0, y * along, height - 0.125)), frame)
        item.add(meshes.box((0.02, 2 * along, 0.1), (side, 0, height - 0.125)), frame)
        item.add(meshes.box((bar * 0.8, 2 * along, bar), (side, 0, 0.1)), frame)
    hanging = int(rng.integers(3))  # none, the right one, both
    for x, hangs in ((-1, hanging == 2), (1, hanging >= 1)):
        item.add(_leaf(x * (middle / 2 + 0.002), reach, half, height, round_end, hangs), main)
        if not hangs:
            gate = x * (middle / 2 + reach * 0.66)
            item.add(meshes.box((bar, bar, height - 0.025), (gate, 0, 0)), frame)
            for z in (0.11, height - 0.1):
                item.add(meshes.beam((x * middle * 0.4, along * 0.7, z), (gate, 0, z), bar * 0.7, 0.025), frame)
    drawn = rng.random() < 0.5
    if drawn:
        item.add(meshes.box((middle * 0.6, 0.02, 0.08), (0, -along - 0.01, height - 0.115)), main)
        item.add(meshes.ellipsoid((0.013, 0.013, 0.013), (0, -along - 0.033, height - 0.09), 1), metal(rng))
    item.surfaces.append(Surface((0, 0, height), (middle, 2 * half)))
    return item


@design("table")
def slab_ends(rng: np.random.Generator) -> Item:
    """A top that stands on its two ends: solid panels, or loops of flat steel; high, low or small."""
    item, top = Item("table"), _top(rng)
    kind = rng.choice(["dining", "coffee", "coffee", "side"])
    width, depth, height = {
        "dining": (rng.uniform(1.2, 1.9), rng.uniform(0.7, 0.9), rng.uniform(0.72, 0.77)),
        "coffee": (rng.uniform(0.75, 1.25), rng.uniform(0.45, 0.7), rng.uniform(0.32, 0.46)),
        "side": (rng.uniform(0.38, 0.5), rng.uniform(0.3, 0.45), rng.uniform(0.45, 0.62)),
    }[str(kind)]
    thick = rng.uniform(0.02, 0.04) if kind == "side" else rng.uniform(0.025, 0.07)
    item.add(meshes.box((width, depth, thick), (0, 0, height - thick)), top)
    under, loops = height - thick, rng.random() < 0.5
    frame = (metal(rng) if rng.random() < 0.7 else wood(rng)) if loops else top
    inset = rng.uniform(0.0, 0.14) * width if loops else rng.choice([0.0, 0.1]) * width
    bar = thick if kind == "side" else rng.uniform(0.025, 0.06)
    lean = rng.uniform(0.0, 0.08) if loops and inset > 0.08 else 0.0
    for x in (-1, 1):
        if loops:
            foot, head, half = x * (width / 2 - inset + lean - bar / 2), x * (width / 2 - inset - bar / 2), depth * 0.46
            for y in (-half, half):
                item.add(meshes.beam((foot, y, 0), (head, y, under), bar, bar * 0.5), frame)
            item.add(meshes.box((bar, 2 * half + bar * 0.5, bar * 0.5), (foot, 0, 0)), frame)
            item.add(meshes.box((bar, 2 * half, 0.015), (head, 0, under - 0.015)), frame)
        else:
            item.add(meshes.box((thick, depth, under), (x * (width / 2 - inset - thick / 2), 0, 0)), frame)
    if kind != "dining" and rng.random() < 0.5:
        low = under * rng.uniform(0.25, 0.6)
        item.add(meshes.box((width - 2 * inset - thick, depth * 0.9, 0.02), (0, 0, low)), top)
    elif rng.random() < 0.5 and not loops:
        item.add(meshes.box((width - 2 * inset - thick, 0.025, under * 0.35), (0, 0, under * 0.62)), frame)
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("table")
def two_columns(rng: np.random.Generator) -> Item:
    """A meeting table: a thin board, straight, rounded or boat-shaped, on two steel columns with flat feet."""
    item = Item("table")
    width, depth, height = rng.uniform(1.2, 1.95), rng.uniform(0.6, 0.95), rng.uniform(0.71, 0.77)
    top = wood(rng, ("white", "grey", "beige", "brown", "black", "orange"), 0)
    kind, thick = rng.choice(["straight", "rounded", "boat"]), rng.uniform(0.02, 0.035)
    outline = _oval(width / 2, depth / 2, 30.0 if kind == "straight" else 7.0)
    if kind == "boat":
        angle = np.linspace(-1, 1, 13)
        edge = np.column_stack([angle * width / 2, -depth / 2 * (1 - 0.28 * angle**2)])
        outline = np.concatenate([edge, -edge])
    item.add(_plate(outline, thick, height), top)
    if rng.random() < 0.4:
        rim = plain(paint(rng, ("black", "grey", "brown")), 0.1)
        item.add(_plate(outline * 1.004, thick * 0.6, height - thick * 0.2), rim)
    steel, under = metal(rng), height - thick
    round_column, wheels = rng.random() < 0.5, rng.random() < 0.4
    low, bar, foot = 0.06 if wheels else 0.0, rng.uniform(0.05, 0.08), depth * rng.uniform(0.72, 0.88)
    at = width * rng.uniform(0.3, 0.4)
    for x in (-at, at):
        column = under - low - 0.02
        if round_column:
            item.add(meshes.cylinder(bar / 2, column, (x, 0, low + 0.02), 14), steel)
        else:
            item.add(meshes.box((bar, bar * 1.4, column), (x, 0, low + 0.02)), steel)
        for y in (-1, 1):
            item.add(meshes.beam((x, 0, low + 0.045), (x, y * foot / 2, low + 0.02), 0.036, bar), steel)
            if wheels:
                axle = np.array([0.012, 0, 0]), np.array([x, y * foot * 0.47, 0.028])
                item.add(meshes.rod(axle[1] - axle[0], axle[1] + axle[0], 0.028, 12), plain(paint(rng, ("black",))))
        item.add(meshes.box((bar, foot * 0.8, 0.025), (x, 0, under - 0.025)), steel)
    item.add(meshes.box((2 * at, 0.04, 0.05), (0, 0, under - 0.06)), steel)
    if rng.random() < 0.35:
        item.add(meshes.box((2 * at - bar, 0.015, 0.28), (0, 0.02, under - 0.34)), top)
    item.surfaces.append(Surface((0, 0, height), (width * 0.9, depth * 0.85)))
    return item


@design("table")
def nest(rng: np.random.Generator) -> Item:
    """Two or three small tables of one make, the lower ones pushed part way under the highest."""
    item, top = Item("table"), _top(rng, 0.5)
    frame = metal(rng) if rng.random() < 0.6 else wood(rng)
    size, height = rng.uniform(0.42, 0.6), rng.uniform(0.45, 0.58)
    narrow, round_top, bar = rng.uniform(0.7, 1.0), rng.random() < 0.4, rng.uniform(0.016, 0.032)
    # the lower tops pass between the legs of the higher ones, round ones beside them
    way = np.array([0.0, rng.uniform(0.08, 0.25) if not round_top else size / 2 * rng.uniform(1.2, 1.45)])
    way = (way[::-1] if round_top and rng.random() < 0.5 else way) * rng.choice([-1, 1])
    for index in range(int(rng.integers(2, 4))):
        half, high = size * (1 - 0.17 * index) / 2, height * (1 - 0.14 * index)
        middle = way * index
        outline = _oval(half, half if round_top else half * narrow, 2.0 if round_top else 30.0)
        plate = _plate(outline, 0.02, high)
        item.add(plate.apply_translation((*middle, 0)), top)
        at = 0.66 if round_top else 0.93
        corners = [(middle[0] + x * half * at, middle[1] + y * half * at * (1 if round_top else narrow))
                   for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip
        for corner in corners:
            item.add(meshes.box((bar, bar, high - 0.02), (*corner, 0)), frame)
        for a, b in ((0, 3), (1, 2)):
            item.add(meshes.beam((*corners[a], bar / 2), (*corners[b], bar / 2), bar, bar), frame)
    item.surfaces.append(Surface((0, 0, height), (size * 0.8, size * 0.7 * narrow)))
    return item
