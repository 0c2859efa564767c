# SPDX-License-Identifier: Apache-2.0
"""More counters to train on: around a corner, with a hob, and washstand tops with an oval bowl."""

from __future__ import annotations

import numpy as np
import trimesh

from .. import meshes
from ..colors import darker, paint
from ..item import Item, Surface
from ..materials import Material, ceramic, metal, plain, stone, tiles, wood
from .counters import inset, worktop
from .more_cabinets import Fronts, finish
from .registry import design
from .sinks import basin, tap


def _slab(rng: np.random.Generator) -> Material:
    """Stone, wood, laminate or tiles."""
    kind = rng.choice(["stone", "wood", "laminate", "tiles"], p=[0.45, 0.25, 0.2, 0.1])
    if kind == "stone":
        return stone(rng)
    if kind == "wood":
        return wood(rng, axis=0)
    if kind == "tiles":
        return tiles(rng, scale=float(rng.choice([0.1, 0.15])))
    return plain(paint(rng, ("white", "grey", "black", "beige", "blue", "green", "red")), 0.25)


def _units(
    base: Item,
    rng: np.random.Generator,
    left: float,
    right: float,
    face: float,
    low: float,
    high: float,
    fronts: Fronts,
) -> None:
    """Fronts side by side between two x on the face ``y``: doors, a drawer over a door, drawers, an open niche."""
    count = max(round((right - left) / rng.uniform(0.4, 0.6)), 1)
    each, tall = (right - left) / count, high - low
    drawer = float(rng.uniform(0.13, 0.18))
    kind = str(rng.choice(["mixed", "drawer over door", "doors"]))
    for index in range(count):
        x = left + each * (index + 0.5)
        part = kind if kind != "mixed" else str(rng.choice(["doors", "drawer over door", "drawers", "niche"]))
        if part == "drawers":
            rows = int(rng.integers(2, 5))
            for row in range(rows):
                fronts.drawer(base, each, tall / rows, (x, face, low + row * tall / rows))
        elif part == "niche":
            dark = plain(darker(fronts.main.color, 0.45))
            base.add(meshes.box((each - 0.04, 0.006, tall - 0.04), (x, face - 0.003, low + 0.02)), dark)
            for z in np.linspace(low, high - 0.02, 4):
                base.add(meshes.box((each, 0.024, 0.02), (x, face - 0.012, z)), fronts.main)
            for side in (-1, 1):
                base.add(
                    meshes.box((0.02, 0.024, tall), (x + side * (each - 0.02) / 2, face - 0.012, low)), fronts.main
                )
        else:
            shelf = drawer if part == "drawer over door" else 0.0
            fronts.door(base, each, tall - shelf, (x, face, low), 1 if index % 2 == 0 else -1)
            if shelf:
                fronts.drawer(base, each, shelf, (x, face, high - shelf))


def _carcass(
    base: Item, width: float, depth: float, low: float, high: float, at: tuple[float, float], main: Material
) -> None:
    """A box of boards without a lid, so that a bowl fits in."""
    x, y = at
    board, tall = 0.02, high - low
    base.add(meshes.box((width, depth, board), (x, y, low)), main)
    for side in (-1, 1):
        base.add(meshes.box((board, depth, tall), (x + side * (width - board) / 2, y, low)), main)
        base.add(meshes.box((width, board, tall), (x, y + side * (depth - board) / 2, low)), main)


def _base(rng: np.random.Generator, style: str, width: float, depth: float, height: float) -> tuple[Item, Fronts]:
    """Base cabinets as wide as the worktop, with a toe space."""
    base, main = Item("cabinet", f"cabinet/{style}"), finish(rng, 2, 0.55)
    toe, set_back = float(rng.uniform(0.06, 0.12)), 0.03
    _carcass(base, width - 0.02, depth - set_back, toe, height, (0.0, set_back / 2), main)
    base.add(meshes.box((width - 0.04, depth - 0.1, toe), (0, 0.04, 0)), plain(darker(main.color, 0.4)))
    fronts = Fronts.draw(rng, main, ("flat", "flat", "framed", "framed", "ribbed", "louvred"))
    face = -depth / 2 + set_back
    _units(base, rng, -width / 2 + 0.01, width / 2 - 0.01, face, toe + 0.01, height - 0.02, fronts)
    return base, fronts


def _turned(mesh: trimesh.Trimesh, side: float, shift: tuple[float, float]) -> trimesh.Trimesh:
    """The mesh turned so that its front looks to ``-side`` along x, then moved."""
    x, y, z = np.asarray(mesh.vertices).T
    turned = np.column_stack([side * y + shift[0], -side * x + shift[1], z])
    return trimesh.Trimesh(turned, mesh.faces, process=False)


@design("counter")
def around_corner(rng: np.random.Generator) -> Item:
    """A run along the wall and a wing that comes forward at one end, both with cabinets below."""
    item, slab = Item("counter", against_wall=True), _slab(rng)
    width, depth, top = rng.uniform(1.4, 2.2), rng.uniform(0.58, 0.64), rng.uniform(0.86, 0.93)
    wing, side, thick = rng.uniform(0.45, 0.95), float(rng.choice([-1, 1])), 0.04
    base, fronts = _base(rng, "corner_units", width, depth, top - thick)
    wing_base = Item("cabinet")
    _carcass(wing_base, wing, depth - 0.03, 0.0, top - thick, (0.0, 0.015), fronts.main)
    _units(wing_base, rng, -wing / 2, wing / 2, -depth / 2 + 0.03, 0.09, top - thick - 0.02, fronts)
    shift = (side * (width - depth) / 2, -depth / 2 - wing / 2)
    for part in wing_base.parts:
        mesh = trimesh.Trimesh(part.vertices, part.faces, process=False)
        base.add(_turned(mesh, side, shift), part.material, part.tints)
    item.extras.append(base)
    item.add(meshes.box((depth, wing + 0.015, thick), (shift[0], shift[1] - 0.0075, top - thick)), slab)
    if rng.random() < 0.6:
        half_x, half_y = rng.uniform(0.21, 0.27), 0.19
        room = (-side * (width / 2 - half_x - 0.06), side * (width / 2 - depth - half_x))
        x = float(rng.uniform(min(room), max(room)))
        worktop(item, width, depth, top, slab, (x, half_x, half_y))
        item.extras.append(inset(rng, x, half_x, half_y, top, 1))
    else:
        worktop(item, width, depth, top, slab, None)
        item.surfaces.append(Surface((-side * depth / 2, 0.05, top), (width - depth, depth - 0.15)))
    item.surfaces.append(Surface((shift[0], shift[1], top), (depth - 0.1, wing - 0.05)))
    if rng.random() < 0.6:
        up = rng.uniform(0.06, 0.16)
        item.add(meshes.box((width, 0.02, up), (0, depth / 2 - 0.01, top)), slab)
        at = (side * (width / 2 - 0.01), -wing / 2, top)
        item.add(meshes.box((0.02, depth + wing - 0.05, up), at), slab)
    return item


def _hob(item: Item, rng: np.random.Generator, x: float, y: float, top: float) -> None:
    """Four plates in glass, or burners under iron grates."""
    width, depth = rng.uniform(0.5, 0.58), rng.uniform(0.44, 0.5)
    dark = plain(paint(rng, ("black", "black", "grey")), 0.6)
    iron = plain(paint(rng, ("black",)), 0.1)
    gas = rng.random() < 0.5
    item.add(meshes.box((width, depth, 0.008), (x, y, top)), metal(rng) if gas else dark)
    for side in (-1, 1):
        for row in (-1, 1):
            at = (x + side * width * 0.24, y + row * depth * 0.23, top + 0.008)
            radius = rng.uniform(0.07, 0.1)
            if not gas:
                item.add(meshes.cylinder(radius, 0.002, at, 18), plain(darker(dark.color, 1.8), 0.5))
                continue
            item.add(meshes.cylinder(radius * 0.45, 0.014, at, 12), iron)
            for size in ((0.19, 0.01, 0.012), (0.01, 0.17, 0.012)):
                item.add(meshes.box(size, (at[0], at[1], top + 0.028)), iron)
        item.add(meshes.cylinder(0.018, 0.02, (x + side * 0.05, y - depth * 0.43, top + 0.008), 10), iron)


@design("counter")
def with_hob(rng: np.random.Generator) -> Item:
    """A kitchen run with a hob let in; one end may be rounded or stand on a leg."""
    item, slab = Item("counter", against_wall=True), _slab(rng)
    width, depth, top = rng.uniform(1.1, 2.1), rng.uniform(0.58, 0.66), rng.uniform(0.86, 0.93)
    thick, end = rng.uniform(0.025, 0.06), rng.choice(["plain", "plain", "round", "leg"])
    over = 0.0 if end == "plain" else float(rng.uniform(0.2, 0.4))
    side = float(rng.choice([-1, 1]))
    base, _ = _base(rng, "hob_units", width, depth, top - thick)
    item.extras.append(base)
    item.add(meshes.box((width, depth, thick), (0, 0, top - thick)), slab)
    middle = side * (width + over) / 2
    if end == "round":
        angle = np.linspace(-np.pi / 2, np.pi / 2, 15)
        arc = np.column_stack([side * (width / 2 + over * np.cos(angle)), depth / 2 * np.sin(angle)])
        skins = [np.column_stack([arc, np.full(15, z)]) for z in (top - thick, top)]
        item.add(meshes.loft(skins), slab)
    elif end == "leg":
        item.add(meshes.box((over, depth, thick), (middle, 0, top - thick)), slab)
        leg = metal(rng)
        for y in (-0.4, 0.4):
            item.add(meshes.cylinder(0.025, top - thick, (side * (width / 2 + over - 0.05), y * depth, 0), 12), leg)
    at = float(rng.uniform(-1, 1)) * (width / 2 - 0.34)
    _hob(item, rng, at, 0.0, top)
    if rng.random() < 0.7:
        up = rng.uniform(0.05, 0.3)
        look = slab if rng.random() < 0.5 else tiles(rng, scale=0.1)
        item.add(meshes.box((width, 0.02, up), (0, depth / 2 - 0.01, top)), look)
    for low, high in ((-width / 2, at - 0.3), (at + 0.3, width / 2)):
        if high - low > 0.25:
            item.surfaces.append(Surface(((low + high) / 2, 0.03, top), (high - low - 0.04, depth - 0.12)))
    return item


def _pierced(
    width: float, depth: float, thick: float, top: float, x: float, y: float, half_x: float, half_y: float
) -> trimesh.Trimesh:
    """A slab with an oval hole, its middle at (x, y)."""
    corners = [np.arctan2(b * depth / 2 - y, a * width / 2 - x) for a in (-1, 1) for b in (-1, 1)]
    angle = np.sort(np.concatenate([np.linspace(-np.pi, np.pi, 32, endpoint=False), corners]))
    way = np.column_stack([np.cos(angle), np.sin(angle)])
    sign = np.where(way < 0, -1.0, 1.0)
    edge = (sign * (width / 2, depth / 2) - (x, y)) / np.where(np.abs(way) < 1e-9, 1e-9 * sign, way)
    outer = way * edge.min(axis=1)[:, None] + (x, y)
    inner = way / np.linalg.norm(way / (half_x, half_y), axis=1)[:, None] + (x, y)
    loops = ((outer, top - thick), (outer, top), (inner, top), (inner, top - thick), (outer, top - thick))
    return meshes.loft([np.column_stack([loop, np.full(len(angle), z)]) for loop, z in loops], capped=False)


@design("counter")
def washstand_top(rng: np.random.Generator) -> Item:
    """A bathroom slab with an oval bowl let in: over cabinets, over a knee space, on a frame, or on brackets."""
    item, slab = Item("counter", against_wall=True), stone(rng) if rng.random() < 0.6 else _slab(rng)
    width, depth, top = rng.uniform(0.9, 1.7), rng.uniform(0.5, 0.58), rng.uniform(0.78, 0.88)
    thick, half_x, half_y = rng.uniform(0.025, 0.05), rng.uniform(0.2, 0.26), rng.uniform(0.15, 0.175)
    x, y = float(rng.uniform(-1, 1)) * max(width / 2 - half_x - 0.15, 0), -0.035
    item.add(_pierced(width, depth, thick, top, x, y, half_x, half_y), slab)
    kind, under = rng.choice(["cabinets", "cabinets", "knee space", "frame", "brackets"]), top - thick
    if rng.random() < 0.6 or kind == "brackets":
        item.add(meshes.box((width, 0.02, rng.uniform(0.06, 0.14)), (0, -depth / 2 + 0.01, under - 0.05)), slab)
    if kind == "cabinets":
        item.extras.append(_base(rng, "washstand_units", width, depth, under)[0])
    elif kind == "knee space":
        each = width * rng.uniform(0.28, 0.4)
        base, main = Item("cabinet", "cabinet/washstand_units"), finish(rng, 2)
        fronts = Fronts.draw(rng, main)
        for side in (-1, 1):
            at = side * (width - each) / 2
            _carcass(base, each, depth - 0.05, 0.0, under, (at, 0.02), main)
            _units(base, rng, at - each / 2, at + each / 2, -depth / 2 + 0.045, 0.08, under - 0.06, fronts)
        item.extras.append(base)
    elif kind == "frame":
        frame, bar = metal(rng) if rng.random() < 0.5 else wood(rng), rng.uniform(0.03, 0.06)
        for a in (-1, 1):
            for b in (-1, 1):
                item.add(meshes.box((bar, bar, under), (a * (width - bar) / 2, b * (depth - bar) / 2, 0)), frame)
        item.add(meshes.box((width - 2 * bar, depth - 0.04, 0.025), (0, 0, rng.uniform(0.1, 0.25))), frame)
    else:
        iron = metal(rng)
        for a in (-1, 1):
            post, out = a * (width / 2 - 0.12), -depth / 2 + 0.1
            item.add(meshes.box((0.03, depth - 0.06, 0.03), (post, 0.03, under - 0.03)), iron)
            item.add(meshes.beam((post, depth / 2 - 0.02, under - 0.36), (post, out, under - 0.03), 0.03, 0.02), iron)
    sink = Item("sink", "sink/oval_inset")
    bowl = ceramic(rng) if rng.random() < 0.85 else metal(rng)
    shape = Item("sink")
    basin(shape, half_x * 1.1, half_y * 1.1, top + 0.012, rng.uniform(0.13, 0.16), bowl, 2.0, y)
    for part in shape.parts:
        sink.add(trimesh.Trimesh(np.add(part.vertices, (x, 0, 0)), part.faces, process=False), bowl)
    tap(sink, rng, x, depth / 2 - 0.05, top, 0.12)
    item.extras.append(sink)
    if rng.random() < 0.75:
        item.add(meshes.box((width, 0.018, rng.uniform(0.07, 0.15)), (0, depth / 2 - 0.009, top)), slab)
    for low, high in ((-width / 2, x - half_x - 0.03), (x + half_x + 0.03, width / 2)):
        if high - low > 0.2:
            item.surfaces.append(Surface(((low + high) / 2, 0, top), (high - low - 0.03, depth - 0.1)))
    item.color = slab.color.name
    return item
