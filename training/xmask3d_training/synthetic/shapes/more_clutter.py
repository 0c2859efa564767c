# SPDX-License-Identifier: Apache-2.0
"""More clutter on floors to train on: plants, lamps and boxes of other kinds."""

from __future__ import annotations

import numpy as np
import trimesh

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import Material, ceramic, fabric, metal, pattern_seed, plain, plastic, wood
from .registry import design
from .tubes import smooth, tube


def _vessel(item: Item, rng: np.random.Generator, radius: float, height: float) -> None:
    """A pot with soil: a cylinder, a belly or a square planter."""
    material = (ceramic, plastic, wood, fabric)[rng.integers(4)](rng)
    kind = rng.integers(3)
    if kind == 0:
        outline = [(radius, 0), (radius, height), (radius * 0.9, height), (radius * 0.9, height - 0.03)]
        item.add(meshes.lathe(outline), material)
    elif kind == 1:
        outline = [
            (radius * 0.65, 0),
            (radius * 1.05, height * 0.4),
            (radius * 1.1, height * 0.65),
            (radius * 0.85, height),
        ]
        item.add(meshes.lathe([*outline, (radius * 0.78, height), (radius * 0.78, height - 0.03)]), material)
    else:
        sizes = ((0.8, 0.0), (1.0, height), (0.9, height), (0.9, height - 0.03))
        item.add(meshes.loft([meshes.ring(radius * s, radius * s, z, 24, 7) for s, z in sizes]), material)
    item.add(meshes.cylinder(radius * 0.88, 0.01, (0, 0, height - 0.025)), plain(paint(rng, ("brown", "black"))))
    item.color = "green"


def _blade(
    root: np.ndarray, angle: float, lean: float, length: float, half: float, twist: float, bulge: float
) -> trimesh.Trimesh:
    """A leaf from ``root``: leans outwards, widest at ``bulge`` of its length."""
    along = np.linspace(0, 1, 7)
    out = np.array([np.cos(angle), np.sin(angle), 0.0])
    side = np.array([-np.sin(angle + twist), np.cos(angle + twist), 0.0])
    middle = root + np.outer(np.sin(lean) * along * length, out)
    middle[:, 2] += np.cos(lean) * along * length
    width = half * np.interp(along, [0, bulge, 0.85, 1], [0.45, 1, 0.6, 0.03])
    return meshes.sheet(np.stack([middle - width[:, None] * side, middle + width[:, None] * side], 1))


@design("plant")
def sword_leaves(rng: np.random.Generator) -> Item:
    """Stiff upright leaves from the soil, in clumps, some with a pale edge."""
    item, pot, radius = Item("plant"), rng.uniform(0.16, 0.35), rng.uniform(0.1, 0.17)
    _vessel(item, rng, radius, pot)
    green = paint(rng, ("green",))
    edge = plain(paint(rng, ("yellow", "white", "beige"))) if rng.random() < 0.5 else None
    for _ in range(int(rng.integers(8, 18))):
        angle, reach = rng.uniform(0, 6.28), radius * 0.6 * rng.uniform(0.1, 1)
        root = np.array([np.cos(angle) * reach, np.sin(angle) * reach, pot - 0.02])
        shape = (angle, rng.uniform(0.0, 0.25), rng.uniform(0.3, 0.8))
        half, twist = rng.uniform(0.018, 0.035), rng.uniform(-1, 1)
        item.add(_blade(root, *shape, half, twist, 0.4), plain(darker(green, rng.uniform(0.7, 1.2))))
        if edge:
            back = root - 0.003 * np.array([np.cos(angle), np.sin(angle), 0])
            item.add(_blade(back, *shape, half * 1.25, twist, 0.4), edge)
    return item


@design("plant")
def small_tree(rng: np.random.Generator) -> Item:
    """A thin trunk or several, with a crown of big flat leaves."""
    item, pot, radius = Item("plant"), rng.uniform(0.22, 0.36), rng.uniform(0.13, 0.19)
    _vessel(item, rng, radius, pot)
    bark, green = wood(rng, ("brown", "grey"), 2), paint(rng, ("green",))
    half, long = rng.uniform(0.05, 0.09), rng.uniform(0.16, 0.27)
    for _ in range(int(rng.integers(1, 4))):
        foot = np.array([*rng.uniform(-0.4, 0.4, 2) * radius, pot - 0.03])
        tip = foot + np.array([*rng.uniform(-0.12, 0.12, 2), rng.uniform(0.6, 1.15)])
        bend = (foot + tip) / 2 + np.array([*rng.uniform(-0.06, 0.06, 2), 0])
        stem = smooth([foot, bend, tip], 2)
        item.add(tube(stem, rng.uniform(0.008, 0.018), 6), bark)
        bare = rng.uniform(0.3, 0.6)
        for share in np.linspace(bare, 1.0, int(rng.integers(12, 24))):
            root = foot + (tip - foot) * share + (bend - (foot + tip) / 2) * 4 * share * (1 - share) * 0.5
            lean = rng.uniform(0.5, 1.7) * (1.25 - 0.6 * share)
            leaf = _blade(root, rng.uniform(0, 6.28), lean, long * rng.uniform(0.7, 1.2), half, 0.0, 0.55)
            item.add(leaf, plain(darker(green, rng.uniform(0.7, 1.25)), 0.15))
    return item


@design("plant")
def cactus(rng: np.random.Generator) -> Item:
    """Ribbed columns, some with arms bent upwards, or a few balls."""
    item, pot, radius = Item("plant"), rng.uniform(0.14, 0.28), rng.uniform(0.1, 0.15)
    _vessel(item, rng, radius, pot)
    green = paint(rng, ("green",))
    skin = Material(green, darker(green, 0.7), "mottled", 0.02, seed=pattern_seed(rng))
    if rng.random() < 0.3:
        for _ in range(int(rng.integers(2, 5))):
            ball = rng.uniform(0.05, 0.08)
            at = (*rng.uniform(-0.5, 0.5, 2) * radius, pot - 0.03)
            item.add(meshes.ellipsoid((ball, ball, ball * rng.uniform(0.9, 1.4)), at), skin)
        return item
    ribs, thick, tall = int(rng.integers(7, 12)), rng.uniform(0.04, 0.075), rng.uniform(0.35, 1.0)
    angle = np.arange(ribs * 4) * 2 * np.pi / (ribs * 4)
    wave = 1 + 0.13 * np.cos(ribs * angle)
    rings = []
    for size, share in ((0.85, 0.0), (1.0, 0.3), (1.0, 0.75), (0.85, 0.92), (0.5, 0.98), (0.1, 1.0)):
        z = np.full(len(angle), pot - 0.03 + share * tall)
        rings.append(np.column_stack([thick * size * wave * np.cos(angle), thick * size * wave * np.sin(angle), z]))
    item.add(meshes.loft(rings), skin)
    for turn in rng.uniform(0, 6.28, int(rng.integers(0, 4))):
        start, reach, rise = pot + tall * rng.uniform(0.25, 0.6), thick + rng.uniform(0.05, 0.1), rng.uniform(0.12, 0.3)
        out = np.array([np.cos(turn), np.sin(turn), 0])
        path = [np.array([0, 0, start]), out * reach + (0, 0, start + 0.01), out * reach + (0, 0, start + rise)]
        item.add(tube(smooth(path, 2, 0.25), thick * 0.55, 10), skin)
        item.add(meshes.ellipsoid((thick * 0.55,) * 3, path[-1] - (0, 0, thick * 0.55), 1), skin)
    return item


def _shade(rng: np.random.Generator) -> Material:
    return plain(
        paint(rng, ("white", "beige", "yellow", "red", "grey", "blue", "green", "orange")), glow=rng.uniform(0.2, 0.55)
    )


@design("lamp")
def arc(rng: np.random.Generator) -> Item:
    """A long bow of steel from a heavy foot, with a dome at its end."""
    item, steel = Item("lamp"), metal(rng)
    height, reach, dome = rng.uniform(1.5, 1.85), rng.uniform(0.55, 0.95), rng.uniform(0.13, 0.2)
    if rng.random() < 0.5:
        item.add(meshes.cylinder(0.15, 0.05, (-reach / 2, 0, 0)), plain(paint(rng, ("black", "white", "grey")), 0.3))
    else:
        item.add(meshes.box((0.26, 0.2, 0.07), (-reach / 2, 0, 0)), plain(paint(rng, ("black", "white", "grey")), 0.3))
    angle, bow = np.linspace(0, 2.6, 14), height * rng.uniform(0.45, 0.6)
    share = (1 - np.cos(angle)) / (1 - np.cos(2.6))
    rise = height - bow + bow * np.sin(angle)
    path = np.column_stack([-reach / 2 + reach * share, np.zeros(14), rise])
    item.add(tube(np.concatenate([[(-reach / 2, 0, 0.03)], path]), 0.011), steel)
    x, z = path[-1, 0], path[-1, 2]
    profile = [(dome, -dome * 0.85), (dome * 0.93, -dome * 0.4), (dome * 0.65, -dome * 0.1), (0.03, 0.01)]
    profile += [(0.02, 0.0), (dome * 0.62, -dome * 0.13), (dome * 0.9, -dome * 0.42), (dome * 0.96, -dome * 0.85)]
    item.add(meshes.lathe([(r, z + h) for r, h in profile], (x, 0, 0)), _shade(rng) if rng.random() < 0.4 else steel)
    item.add(meshes.ellipsoid((dome * 0.35,) * 3, (x, 0, z - dome * 0.75), 1), plain(paint(rng, ("white",)), glow=0.8))
    return item


@design("lamp")
def uplighter(rng: np.random.Generator) -> Item:
    """A pole with a bowl open to the ceiling, sometimes a small jointed reading arm below."""
    item, pole = Item("lamp"), metal(rng)
    height, radius = rng.uniform(1.55, 1.85), rng.uniform(0.11, 0.19)
    item.add(meshes.lathe([(0.15, 0), (0.15, 0.02), (0.03, 0.045)]), pole)
    item.add(meshes.cylinder(rng.uniform(0.01, 0.018), height - 0.1, (0, 0, 0.02), 12), pole)
    low = height - radius * rng.uniform(0.6, 0.9)
    profile = [(0.025, low), (radius * 0.7, (low + height) / 2 - 0.01), (radius, height), (radius * 0.95, height)]
    bowl = _shade(rng) if rng.random() < 0.7 else pole
    item.add(meshes.lathe([*profile, (radius * 0.6, (low + height) / 2)]), bowl)
    if rng.random() < 0.5:
        turn, start = rng.uniform(0, 6.28), rng.uniform(0.95, 1.25)
        out = np.array([np.cos(turn), np.sin(turn), 0.0])
        elbow, end = out * 0.16 + (0, 0, start + 0.12), out * 0.36 + (0, 0, start + 0.06)
        item.add(tube([(0, 0, start), elbow, end], 0.008), pole)
        item.add(meshes.cylinder(0.065, 0.11, end - (0, 0, 0.1), 16, 0.025), bowl)
    return item


@design("lamp")
def paper(rng: np.random.Generator) -> Item:
    """A glowing column or stack of paper balloons with ribs, on short feet."""
    item, frame = Item("lamp"), wood(rng, ("brown", "black", "beige"))
    radius, foot = rng.uniform(0.1, 0.17), rng.uniform(0.04, 0.1)
    light = plain(paint(rng, ("white", "white", "beige", "yellow")), glow=rng.uniform(0.3, 0.6))
    for angle in np.arange(4) * np.pi / 2 + np.pi / 4:
        x, y = radius * 0.6 * np.cos(angle), radius * 0.6 * np.sin(angle)
        item.add(meshes.rod((x * 1.15, y * 1.15, 0.002), (x, y, foot + 0.02), 0.009, 6), frame)
    if rng.random() < 0.5:
        height, bulge = rng.uniform(0.8, 1.4), rng.uniform(0.05, 0.35)
        share = np.linspace(0, 1, 15)
        size = radius * (1 - bulge * (2 * share - 1) ** 2) * np.where(np.arange(15) % 2, 1.0, 0.95)
        item.add(meshes.lathe([(float(r), foot + float(s) * height) for r, s in zip(size, share, strict=True)]), light)
    else:
        height = rng.uniform(0.7, 1.3)
        power = float(rng.choice([6.0, 9.0]))
        rings = [meshes.ring(radius * 0.85, radius * 0.85, foot + z * height, 24, power) for z in (0.0, 1.0)]
        item.add(meshes.loft(rings), light)
        for x in (-1, 1):
            for y in (-1, 1):
                item.add(meshes.box((0.018, 0.018, height + 0.02), (x * radius * 0.82, y * radius * 0.82, foot)), frame)
        for z in np.linspace(0, height, int(rng.integers(3, 6))):
            for side in (-1, 1):
                item.add(meshes.box((radius * 1.7, 0.012, 0.012), (0, side * radius * 0.86, foot + z)), frame)
                item.add(meshes.box((0.012, radius * 1.7, 0.012), (side * radius * 0.86, 0, foot + z)), frame)
    item.color = light.color.name
    return item


@design("box")
def crate(rng: np.random.Generator) -> Item:
    """An open crate of wooden slats on corner posts."""
    item, board = Item("box"), wood(rng, ("brown", "beige", "beige", "grey", "white"), 0)
    width, depth, height = rng.uniform(0.3, 0.5), rng.uniform(0.22, 0.36), rng.uniform(0.18, 0.34)
    count, thick = int(rng.integers(2, 5)), 0.012
    tall = height / count - rng.uniform(0.008, 0.02)
    for z in np.linspace(0, height - tall, count):
        for side in (-1, 1):
            item.add(meshes.box((width, thick, tall), (0, side * (depth - thick) / 2, z)), board)
            item.add(meshes.box((thick, depth - 2 * thick, tall), (side * (width - thick) / 2, 0, z)), board)
    for x in (-1, 1):
        for y in (-1, 1):
            at = (x * (width / 2 - thick - 0.012), y * (depth / 2 - thick - 0.012), 0)
            item.add(meshes.box((0.025, 0.025, height), at), board)
    item.add(meshes.box((width - 0.02, depth - 0.02, 0.01)), board)
    return item


@design("box")
def lidded(rng: np.random.Generator) -> Item:
    """A storage box that widens upwards, with an overhanging lid and grips; plastic, card or cloth."""
    item, body = Item("box"), plastic(rng) if rng.random() < 0.6 else fabric(rng)
    width, depth, height = rng.uniform(0.28, 0.55), rng.uniform(0.22, 0.4), rng.uniform(0.15, 0.36)
    taper, lid = rng.uniform(0.85, 1.0), rng.uniform(0.025, 0.06)
    sizes = ((taper, 0.0), (1.0, height - lid * 0.5))
    item.add(meshes.loft([meshes.ring(width / 2 * s, depth / 2 * s, z, 32, 10) for s, z in sizes]), body)
    cover = body if rng.random() < 0.4 else plain(paint(rng), 0.2)
    tops = ((1.05, height - lid), (1.05, height - 0.01), (0.98, height))
    item.add(meshes.loft([meshes.ring(width / 2 * s, depth / 2 * s, z, 32, 10) for s, z in tops]), cover)
    for x in (-1, 1):
        item.add(meshes.box((0.03, 0.1, 0.05), (x * width / 2, 0, height - lid - 0.05)), cover)
    if rng.random() < 0.4:
        label = plain(paint(rng, ("white", "yellow", "beige")))
        item.add(
            meshes.box((width * 0.3, 0.01, height * 0.25), (0, -depth / 2 * (taper + 1) / 2 - 0.002, height * 0.4)),
            label,
        )
    return item


@design("box")
def stacked(rng: np.random.Generator) -> Item:
    """Two or three closed cartons of different sizes on top of each other, turned a little."""
    item, z, scale = Item("box"), 0.0, 1.0
    for _ in range(int(rng.integers(2, 4))):
        board = plain(paint(rng, ("brown", "beige", "beige", "white", "grey")))
        size = np.array([rng.uniform(0.32, 0.48), rng.uniform(0.25, 0.38), rng.uniform(0.12, 0.32)]) * (scale, scale, 1)
        yaw, at = rng.uniform(-0.25, 0.25), (*rng.uniform(-0.03, 0.03, 2), z)
        item.add(meshes.box(size, at, yaw), board)
        tape = plain(darker(board.color, rng.uniform(0.75, 1.15)), 0.3)
        item.add(meshes.box((size[0] * 1.003, 0.05, size[2] + 0.001), at, yaw), tape)
        z, scale = z + float(size[2]), scale * rng.uniform(0.75, 0.95)
    return item
