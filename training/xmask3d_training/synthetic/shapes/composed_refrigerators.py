# SPDX-License-Identifier: Apache-2.0
"""Refrigerators to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import trimesh

from .. import meshes
from ..colors import Paint, darker, paint
from ..item import Item, Surface
from ..materials import Material, metal, plain, plastic, steel_sheet, stone, wood
from .registry import design
from .tubes import smooth, tube

_BASES = ("plinth", "plinth", "feet", "castors")
"""What most refrigerators stand on, common ones repeated."""
_CROWNS = ("none", "none", "none", "panel", "louvres", "plate")
"""What is above the doors of most, common ones repeated."""
_DOOR = 0.06
"""Thickness of doors, metres."""


def _enamel(rng: np.random.Generator) -> Material:
    """White or coloured enamel, or steel."""
    if rng.random() < 0.35:
        return steel_sheet(rng, ("grey", "grey", "grey", "black", "white"))
    words = ("beige", "grey", "black", "red", "blue", "green", "yellow", "pink", "orange")
    return plain(paint(rng, ("white",) if rng.random() < 0.45 else words), float(rng.choice([0.2, 0.35, 0.7])))


def _slab(
    middle: tuple[float, float], size: tuple[float, float], back: float, steps: list[tuple[float, float]], corner: float
) -> trimesh.Trimesh:
    """An upright plate with rounded corners: ``steps`` lists (inset, how far in front of ``back``), outwards."""
    angle = np.repeat(np.arange(4) * np.pi / 2, 5) + np.tile(np.linspace(0, np.pi / 2, 5), 4)
    loops = []
    for inset, out in steps:
        half = np.divide(size, 2) - inset
        bend = min(max(corner, inset), *(half * 0.98))
        arc = np.column_stack([np.cos(angle), np.sin(angle)])
        loop = np.repeat(np.sign(arc.reshape(4, 5, 2)[:, 2]), 5, axis=0) * (half - bend) + bend * arc + middle
        loops.append(np.column_stack([loop[:, 0], np.full(20, back - out), loop[:, 1]]))
    return meshes.loft(loops)


@dataclass
class _Fridge:
    """A case on its base, and how its doors shall look."""

    item: Item
    width: float
    depth: float
    foot: float
    """Lower end of the case and the doors, metres."""
    top: float
    """Upper end of the doors, metres."""
    case: Material
    doors: Material
    face: str
    """flat, soft (rounded edges), pillow (bulging), framed, lines (inlaid) or pane (a glossy plate)."""
    handle: str
    """bar, bow, strip, lever, channel (sunk), short (bar) or tab."""
    grip: Material
    """Of handles and trim."""
    corner: float
    """Radius of the corners as seen from the front, metres."""
    leaves: list[tuple[float, float, float, float]] = field(default_factory=list)
    """Doors so far: x, z of the bottom middle, width, height."""

    @property
    def front(self) -> float:
        """Where the case ends and the doors begin (y)."""
        return -self.depth / 2 + _DOOR


def _base(item: Item, kind: str, width: float, depth: float, foot: float, finish: Material) -> None:
    """A plinth, screw feet, castors or slanting legs."""
    dark = plain(darker(finish.color, 0.3), 0.1)
    if kind == "plinth":
        item.add(meshes.box((width - 0.03, depth - 0.12, foot + 0.02), (0, 0.03, 0)), dark)
        return
    for x in (-1, 1):
        for y in (-1, 1):
            at = np.array([x * (width / 2 - 0.07), y * (depth / 2 - 0.1) + 0.02, 0.0])
            out = np.array([x, y, 0.0]) * (0.03 if kind == "legs" else 0.0)
            rise = 0.03 if kind == "castors" else 0.008
            item.add(meshes.rod(np.add(at + out, (0, 0, rise)), np.add(at, (0, 0, foot + 0.02)), 0.018, 8), dark)
            if kind == "castors":
                item.add(meshes.rod(np.add(at, (-0.015, 0, 0.035)), np.add(at, (0.015, 0, 0.035)), 0.035, 12), dark)


def _crown(item: Item, kind: str, width: float, front: float, height: float, finish: Material, grip: Material) -> float:
    """What is above the doors: nothing, a panel with knobs, louvres or a top plate; returns its height."""
    dark = plain(darker(finish.color, 0.4), 0.2)
    if kind == "panel":
        item.add(meshes.box((width - 0.01, _DOOR - 0.01, 0.085), (0, front - _DOOR / 2 + 0.005, height - 0.09)), dark)
        for x in (-0.3, 0.3, 0.36):
            spot = np.array([x * width, front - _DOOR + 0.02, height - 0.045])
            item.add(meshes.rod(spot, np.add(spot, (0, -0.03, 0)), 0.018, 10), grip)
        return 0.095
    if kind == "louvres":
        for z in np.arange(height - 0.15, height - 0.02, 0.03):
            item.add(meshes.box((width - 0.02, 0.05, 0.014), (0, front - 0.02, z), tilt=-0.5), finish)
        item.add(meshes.box((width - 0.02, 0.01, 0.16), (0, front, height - 0.165)), dark)
        return 0.17
    if kind == "plate":
        item.add(meshes.box((width + 0.012, -2 * front + _DOOR + 0.02, 0.03), (0, -0.01, height - 0.026)), dark)
        return 0.033
    return 0.004


def _new(
    rng: np.random.Generator,
    size: tuple[float, float, float],
    bases: tuple[str, ...] = _BASES,
    crowns: tuple[str, ...] = _CROWNS,
    corner: float = 0.012,
    hollow: bool = False,
) -> _Fridge:
    """A case with its base and crown and drawn looks; ``hollow`` leaves its front open."""
    item, case = Item("refrigerator", against_wall=True), _enamel(rng)
    doors = case if rng.random() < 0.7 else wood(rng, axis=2) if rng.random() < 0.3 else _enamel(rng)
    kind = str(rng.choice(bases))
    grip = metal(rng) if rng.random() < 0.8 else plain(paint(rng, ("yellow", "brown")), 0.4)
    foot = {"plinth": rng.uniform(0.04, 0.12), "feet": 0.03, "castors": 0.1, "legs": rng.uniform(0.1, 0.22)}[kind]
    width, depth, height = size
    front = -depth / 2 + _DOOR
    middle, tall, long = (0.0, (foot + height) / 2), height - foot, depth / 2 - front
    if hollow:
        inside = plain(Paint("white", (0.93, 0.94, 0.95)), 0.2, rng.uniform(0.0, 0.3))
        for side in (-1, 1):
            item.add(meshes.box((0.04, long, tall), (side * (width / 2 - 0.02), depth / 2 - long / 2, foot)), case)
        for z in (foot, height - 0.05):
            item.add(meshes.box((width - 0.04, long, 0.05), (0, depth / 2 - long / 2, z)), case)
        item.add(meshes.box((width - 0.06, 0.04, tall - 0.06), (0, depth / 2 - 0.02, foot + 0.03)), inside)
    else:
        steps = [(0.008, 0.0), (0.0, 0.008), (0.0, long)]
        item.add(_slab(middle, (width, tall), depth / 2, steps, corner), case)
    _base(item, kind, width, depth, foot, case)
    top = height - _crown(item, str(rng.choice(crowns)), width, front, height, case, grip)
    face = str(rng.choice(["flat", "flat", "soft", "pillow", "framed", "lines", "pane"]))
    handle = str(rng.choice(["bar", "bow", "strip", "lever", "channel", "short", "tab"]))
    if height < 1.4:
        item.surfaces.append(Surface((0, 0, height + 0.002), (width - 2 * corner, depth - 0.1)))
    return _Fridge(item, width, depth, foot, top, case, doors, face, handle, grip, corner)


def _grip(fridge: _Fridge, start: np.ndarray, stop: np.ndarray, side: float) -> None:
    """A handle between two points of a door's face, near its edge on that side (0: the upper edge)."""
    item, grip, out = fridge.item, fridge.grip, np.array([0, -0.05, 0])
    dark, middle = plain(darker(fridge.doors.color, 0.3), 0.1), (start + stop) / 2
    start, stop = (start, stop) if fridge.handle != "short" else ((start + 3 * middle) / 4, (stop + 3 * middle) / 4)
    if fridge.handle in ("bar", "short"):
        item.add(meshes.rod(start + out, stop + out, 0.012, 8), grip)
        for share in (0.08, 0.92):
            foot = start + share * (stop - start)
            item.add(meshes.rod(foot, foot + out, 0.008, 6), grip)
    elif fridge.handle == "bow":
        item.add(tube(smooth([start, start + out, stop + out, stop], 2, 0.2), 0.014), grip)
    elif fridge.handle == "strip":
        item.add(meshes.beam(start + out * 0.3, stop + out * 0.3, 0.03, 0.032), grip)
    elif fridge.handle == "lever":
        item.add(meshes.rounded_box((0.07, 0.03, 0.05), 0.012, np.add(middle, (0, -0.01, -0.025))), grip)
        tip = np.subtract(middle, (0.14 * side if side else -0.14, 0.05, 0))
        item.add(meshes.beam(middle + out * 0.7, tip, 0.022, 0.03), grip)
    elif fridge.handle == "channel":
        item.add(meshes.beam(start, stop, 0.035, 0.008), dark)
    else:
        near = (start + 4 * middle) / 5, (stop + 4 * middle) / 5
        item.add(meshes.beam(near[0] + out * 0.2, near[1] + out * 0.2, 0.06, 0.02), dark)


def _leaf(fridge: _Fridge, x: float, low: float, width: float, height: float, side: float) -> None:
    """A door with its handle on one side (-1, 1), or a drawer front with it at the upper edge (0)."""
    item, doors, face = fridge.item, fridge.doors, fridge.front - _DOOR
    size, middle = (width - 0.006, height - 0.006), (x, low + height / 2)
    steps = {
        "soft": [(0, 0), (0, 0.03), (0.008, 0.05), (0.025, _DOOR)],
        "pillow": [(0, 0), (0, 0.02), (0.012, 0.045), (0.04, 0.058), (0.1, 0.068)],
    }.get(fridge.face if height > 0.3 else "flat", [(0.0, 0.0), (0.0, _DOOR - 0.006), (0.006, _DOOR)])
    item.add(_slab(middle, size, fridge.front, steps, max(fridge.corner, 0.008)), doors)
    if fridge.face == "framed" and min(width, height) > 0.25:
        inner = [(0.07, _DOOR - 0.01), (0.07, _DOOR + 0.008), (0.09, _DOOR + 0.002)]
        item.add(_slab(middle, size, fridge.front, inner, 0.005), plain(darker(doors.color, 0.9), doors.gloss))
    elif fridge.face == "lines":
        for share in np.linspace(0.72, 0.84, 4) if height > 0.4 else (0.3,):
            item.add(meshes.box((width * 0.8, 0.012, 0.012), (x, face - 0.003, low + share * height)), fridge.grip)
    elif fridge.face == "pane":
        sheen = plain(darker(doors.color, 0.85), 0.8)
        item.add(_slab(middle, size, face, [(0.008, -0.004), (0.008, 0.006)], fridge.corner), sheen)
    out = face - (0.006 if fridge.face in ("pane", "pillow") else 0.0)
    if side:
        u, reach = x + side * (width / 2 - 0.05), min(height * 0.36, 0.42)
        middle_z = low + height / 2 if height < 1.1 else np.clip(1.05, low + reach + 0.05, low + height - reach - 0.05)
        _grip(fridge, np.array([u, out, middle_z - reach]), np.array([u, out, middle_z + reach]), side)
    else:
        level, reach = low + height - min(0.06, height * 0.3), width * 0.36
        _grip(fridge, np.array([x - reach, out, level]), np.array([x + reach, out, level]), 0)
    fridge.leaves.append((x, low, width, height))


def _details(rng: np.random.Generator, fridge: _Fridge) -> Item:
    """Put something on the largest door: a dispenser for water, a screen, a badge, notes and magnets, or nothing.

    Returns the finished item.
    """
    item, (x, low, width, height) = fridge.item, max(fridge.leaves, key=lambda leaf: leaf[2] * leaf[3])
    face, black = fridge.front - _DOOR - 0.008, plain(paint(rng, ("black", "grey")), 0.5)
    kind = rng.choice(["dispenser", "screen", "badge", "notes", "notes", "nothing"])
    if kind == "dispenser" and height > 0.8 and width > 0.28:
        z, wide = low + height * 0.5, min(width * 0.55, 0.26)
        item.add(meshes.rounded_box((wide + 0.03, 0.02, 0.43), 0.008, (x, face, z - 0.015)), fridge.grip)
        item.add(meshes.box((wide, 0.012, 0.4), (x, face - 0.006, z)), black)
        item.add(meshes.box((wide, 0.03, 0.08), (x, face - 0.012, z + 0.32)), fridge.grip)
        item.add(meshes.box((wide, 0.04, 0.02), (x, face - 0.015, z)), fridge.grip)
        item.add(meshes.cylinder(0.015, 0.05, (x, face - 0.015, z + 0.27), 8), fridge.grip)
    elif kind == "screen":
        size = (min(width * 0.4, 0.3), 0.014, min(0.4, height * rng.uniform(0.1, 0.4)))
        item.add(meshes.box(size, (x, face, low + height * 0.5)), black)
    elif kind == "badge":
        spot = (x + rng.uniform(-0.3, 0.3) * width, face + 0.004, low + height * 0.88)
        item.add(meshes.box((rng.uniform(0.06, 0.16), 0.014, 0.025), spot), fridge.grip)
    elif kind == "notes":
        for _ in range(int(rng.integers(2, 12))):
            u, up = x + rng.uniform(-0.3, 0.3) * width, low + rng.uniform(0.25, 0.8) * height
            sheet, wide = plain(paint(rng), 0.05), rng.uniform(0.03, 0.13)
            if rng.random() < 0.4:
                item.add(meshes.rod((u, face, up), (u, face + 0.015, up), wide * 0.25, 10), sheet)
            else:
                item.add(meshes.box((wide, 0.012, wide * rng.uniform(0.7, 1.4)), (u, face + 0.006, up)), sheet)
    return item


def _goods(item: Item, rng: np.random.Generator, x: float, width: float, z: float, room: float, y: float) -> None:
    """A row of bottles, jars, cartons and fruit on a shelf, with gaps; at most ``room`` high."""
    place = x - width / 2 + 0.05
    while place < x + width / 2 - 0.04:
        kind, high, at = rng.random(), room * rng.uniform(0.35, 0.85), (place, y + rng.uniform(-0.04, 0.06), z)
        if kind < 0.4:
            high = min(high, 0.3)
            item.add(meshes.cylinder(0.034, high, at, 8, rng.uniform(0.012, 0.034)), plastic(rng))
        elif kind < 0.7:
            item.add(meshes.box((0.07, rng.uniform(0.07, 0.2), min(high, 0.24)), at), plastic(rng))
        elif kind < 0.8:
            item.add(meshes.ellipsoid((0.04, 0.04, min(0.04, room / 2)), at, 1), plastic(rng))
        place += rng.uniform(0.085, 0.13)


def _shelves(fridge: _Fridge, rng: np.random.Generator, x: float, width: float) -> None:
    """Shelves with food from the bottom of the case to its top, at times with a box instead of food on the lowest."""
    low, high = fridge.foot + 0.05, fridge.top - 0.05
    count = max(int((high - low) / rng.uniform(0.24, 0.38)), 2)
    each, item = (high - low) / count, fridge.item
    board = metal(rng) if rng.random() < 0.5 else plain(Paint("white", (0.85, 0.9, 0.92)), 0.5)
    y, deep, boxes = fridge.front + 0.2, fridge.depth - _DOOR - 0.08, rng.random() < 0.4
    for level in range(count):
        z = low + level * each
        item.add(meshes.box((width, deep, 0.012), (x, fridge.front + 0.04 + deep / 2, z)), board)
        if level == 0 and boxes:
            size, at = (width - 0.03, deep - 0.02, each * 0.75), (x, fridge.front + 0.04 + deep / 2, z + 0.012)
            item.add(meshes.box(size, at), plain(paint(rng, ("white", "grey", "green")), 0.4))
        else:
            _goods(item, rng, x, width, z + 0.012, each - 0.03, y)


@design("refrigerator")
def many_leaves(rng: np.random.Generator) -> Item:
    """Three to eight doors and drawers in rows of one or two, at home or in a canteen."""
    fridge = _new(rng, (rng.uniform(0.7, 1.3), rng.uniform(0.62, 0.8), rng.uniform(1.6, 2.1)))
    shares = rng.uniform(0.35, 1.0, int(rng.choice([2, 2, 3, 3, 4])))
    levels = fridge.foot + np.concatenate([[0], np.cumsum(shares / shares.sum())]) * (fridge.top - fridge.foot)
    for row, low in enumerate(levels[:-1]):
        high = float(levels[row + 1] - low)
        if rng.random() < (0.4 if row else 0.6) and high < 0.6:
            _leaf(fridge, 0, low, fridge.width, high, 0)
            continue
        for side in (-1, 1):
            _leaf(fridge, side * fridge.width / 4, low, fridge.width / 2, high, -side if high > 0.3 else 0)
    return _details(rng, fridge)


@design("refrigerator")
def lidded(rng: np.random.Generator) -> Item:
    """A chest opened from above: one or two lids, at times with a pane, or ajar; a grille below."""
    size = (rng.uniform(0.55, 1.4), rng.uniform(0.55, 0.7), rng.uniform(0.78, 0.95))
    fridge = _new(rng, size, ("plinth", "feet", "castors"), ("none",), rng.uniform(0.01, 0.04))
    item, (width, depth, height), lids = fridge.item, size, int(rng.integers(1, 3))
    item.surfaces.clear()
    item.add(_slab((0, (fridge.foot + height) / 2), (width, height - fridge.foot), fridge.front + 0.001,
                   [(0, 0), (0, _DOOR - 0.01), (0.01, _DOOR)], fridge.corner), fridge.case)  # fmt: skip
    thick, lid = rng.uniform(0.05, 0.1), fridge.case if rng.random() < 0.6 else _enamel(rng)
    pane, gasket = rng.random() < 0.35, plain(paint(rng, ("grey", "black")), 0.1)
    item.add(meshes.box((width - 0.02, depth - 0.02, 0.02), (0, 0, height - 0.006)), gasket)
    open_by = rng.uniform(0.15, 1.3) if rng.random() < 0.2 else 0.0
    for index in range(lids):
        each = width / lids
        x = (index - (lids - 1) / 2) * each
        plate = meshes.rounded_box((each - 0.006, depth, thick), 0.03, (0, -depth / 2, 0))
        angle = -open_by if index == 0 else 0.0
        turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
        parts = [(plate, lid), (meshes.box((min(0.2, each * 0.4), 0.04, 0.03), (0, -depth - 0.01, 0.01)), fridge.grip)]
        if pane:
            glass = plain(Paint("blue", (0.5, 0.62, 0.7)), 0.9)
            parts.append((meshes.box((each * 0.84, depth * 0.8, 0.006), (0, -depth / 2, thick)), glass))
        for mesh, stuff in parts:
            mesh.vertices = np.add(np.asarray(mesh.vertices) @ turn.T, (x, depth / 2, height + 0.012))
            item.add(mesh, stuff)
    for z in np.arange(fridge.foot + 0.05, fridge.foot + 0.2, 0.03):
        item.add(meshes.box((0.22, 0.008, 0.012), (width / 2 - 0.16, -depth / 2 - 0.002, z)), gasket)
    if rng.random() < 0.5:
        label = (width * rng.uniform(0.3, 0.6), 0.008, 0.22)
        item.add(meshes.box(label, (-width * 0.15, -depth / 2 - 0.002, height * 0.45)), plain(paint(rng), 0.2))
    if not open_by:
        item.surfaces.append(Surface((0, 0, height + 0.012 + thick), (width, depth)))
    return item


@design("refrigerator")
def knee_high(rng: np.random.Generator) -> Item:
    """A cube or a little more with one door or two; bare, under a worktop, or on a stand or cupboard."""
    size = (rng.uniform(0.42, 0.65), rng.uniform(0.44, 0.62), rng.uniform(0.48, 0.9))
    corner = float(rng.choice([0.01, 0.03, 0.06]))
    fridge = _new(rng, size, (*_BASES, "legs"), ("none", "none", "panel", "plate"), corner)
    side, cut = float(rng.choice([-1, 1])), fridge.top - rng.uniform(0.22, 0.28) * size[2]
    edges = [fridge.foot, cut, fridge.top] if size[2] > 0.75 and rng.random() < 0.4 else [fridge.foot, fridge.top]
    for low, high in pairwise(edges):
        _leaf(fridge, 0, low, fridge.width, high - low, side)
    item = _details(rng, fridge)
    kind = rng.random()
    if kind < 0.25:
        slab = stone(rng) if rng.random() < 0.5 else wood(rng, axis=0)
        item.surfaces.clear()
        item.add(meshes.box((size[0] + 0.04, size[1] + 0.02, 0.035), (0, 0, size[2])), slab)
        item.surfaces.append(Surface((0, 0, size[2] + 0.035), (size[0], size[1])))
    elif kind < 0.45 and size[2] < 0.75:
        shift, stuff = rng.uniform(0.25, 0.5), wood(rng) if rng.random() < 0.6 else metal(rng)
        for part in item.parts:
            part.vertices[:, 2] += shift
        item.surfaces = [Surface((0, 0, size[2] + shift), (size[0], size[1] - 0.1))]
        item.add(meshes.box((size[0] + 0.06, size[1] + 0.02, 0.03), (0, 0, shift - 0.03)), stuff)
        for end in (-1, 1):
            item.add(meshes.box((0.03, size[1], shift - 0.03), (end * (size[0] / 2 + 0.01), 0, 0)), stuff)
        if rng.random() < 0.5:
            item.add(meshes.box((size[0], size[1] - 0.04, shift - 0.05), (0, 0.01, 0.02)), stuff)
    return item


@design("refrigerator")
def ajar(rng: np.random.Generator) -> Item:
    """A door that stands open: food on the shelves and in the door; a closed drawer or door below at times."""
    size = (rng.uniform(0.52, 0.75), rng.uniform(0.56, 0.7), rng.uniform(0.8, 1.85))
    fridge = _new(rng, size, corner=0.01, hollow=True)
    item, side, low = fridge.item, float(rng.choice([-1, 1])), fridge.foot
    _shelves(fridge, rng, 0, fridge.width - 0.08)
    if size[2] > 1.3 and rng.random() < 0.6:
        low = fridge.foot + size[2] * rng.uniform(0.25, 0.4)
        _leaf(fridge, 0, fridge.foot, fridge.width, low - fridge.foot, float(rng.choice([side, 0])))
    closed, high = len(item.parts), fridge.top - low
    _leaf(fridge, 0, low, fridge.width, high, side)
    lining = plain(Paint("white", (0.92, 0.93, 0.94)), 0.2)
    item.add(meshes.box((size[0] - 0.08, 0.03, high - 0.08), (0, fridge.front + 0.012, low + 0.04)), lining)
    for z in np.arange(low + 0.08, fridge.top - 0.25, rng.uniform(0.26, 0.4)):
        item.add(meshes.box((size[0] - 0.1, 0.09, 0.012), (0, fridge.front + 0.06, z)), lining)
        item.add(meshes.box((size[0] - 0.1, 0.008, 0.06), (0, fridge.front + 0.105, z)), lining)
        _goods(item, rng, 0, size[0] - 0.12, z + 0.012, 0.22, fridge.front + 0.055)
    hinge, angle = np.array([-side * size[0] / 2, fridge.front, 0.0]), -side * rng.uniform(0.4, 1.9)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    for part in item.parts[closed:]:
        part.vertices[:] = (part.vertices - hinge) @ turn.T + hinge
    return item


@design("refrigerator")
def wide_panes(rng: np.random.Generator) -> Item:
    """A case for shops and bars, low or tall: one to three columns of shelves, open or behind doors.

    Of a door only the frame and the grip are made: its pane is clear.
    """
    tall, columns = rng.random() < 0.6, int(rng.integers(1, 4))
    width = np.clip(columns * rng.uniform(0.42, 0.62), 0.6, 1.5)
    size = (float(width), rng.uniform(0.5, 0.72), rng.uniform(1.6, 2.05) if tall else rng.uniform(0.8, 1.0))
    fridge = _new(rng, size, _BASES, ("none", "panel", "louvres", "plate"), 0.01, hollow=True)
    item, each, bar = fridge.item, (size[0] - 0.04) / columns, rng.uniform(0.025, 0.06)
    frame, is_open = fridge.case if rng.random() < 0.5 else metal(rng), rng.random() < 0.25
    high = fridge.top - fridge.foot
    for index in range(columns):
        x = (index - (columns - 1) / 2) * each
        _shelves(fridge, rng, x, each - 0.03)
        if is_open:
            continue
        for side in (-1, 1):
            at = (x + side * (each - bar) / 2, fridge.front - 0.02, fridge.foot)
            item.add(meshes.box((bar, 0.04, high), at), frame)
        for z in (fridge.foot, fridge.top - bar):
            item.add(meshes.box((each, 0.04, bar), (x, fridge.front - 0.02, z)), frame)
        hand = x + (1 if index % 2 == 0 else -1) * (each - bar) / 2
        middle, reach = fridge.foot + high / 2, high * rng.uniform(0.08, 0.3)
        face = fridge.front - 0.04
        _grip(fridge, np.array([hand, face, middle - reach]), np.array([hand, face, middle + reach]), 1)
    if tall and rng.random() < 0.5 and size[2] < 1.9:
        sign = plain(paint(rng), 0.3, 0.3)
        item.add(meshes.box((size[0], 0.12, 0.2), (0, fridge.front + 0.03, size[2])), sign)
    return item
