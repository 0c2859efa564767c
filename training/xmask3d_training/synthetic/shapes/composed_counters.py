# SPDX-License-Identifier: Apache-2.0
"""Counters to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item, Part, Surface
from ..materials import Material, ceramic, metal, plain, stone, tiles, wood
from .chairs import legs
from .composed_sinks import SHAPES, basin, faucet, outline
from .more_cabinets import Fronts, finish
from .registry import design

_COATS = ("white", "white", "grey", "black", "beige", "blue", "green", "red", "brown")
"""Colour words of painted slabs, common ones repeated."""
_HALF = 0.35
"""Half the length of a run that a sink or a hob takes, metres."""


@dataclass(frozen=True)
class _Look:
    """What all runs of one counter share."""

    slab: Material
    thick: float
    edge: str
    """plain, round, strip (another material along the front) or deep (an apron below the front)."""
    carrier: str
    """units, clad, legs, panels, shelves, columns or brackets."""
    cladding: str
    """boards, planks, ribs, frames or bare."""
    fronts: Fronts
    """Their main material is that of the body."""
    steel: Material
    """Of handles of machines, posts, columns and brackets."""

    @classmethod
    def draw(cls, rng: np.random.Generator, carriers: tuple[str, ...]) -> _Look:
        """A random one with one of the carriers."""
        coat = plain(paint(rng, _COATS), 0.25)
        slab = (stone(rng), stone(rng), wood(rng, axis=0), coat, tiles(rng, scale=0.1), metal(rng))[rng.integers(6)]
        body = finish(rng, 2, 0.55) if rng.random() < 0.85 else stone(rng)
        fronts = Fronts.draw(rng, body, ("flat", "flat", "framed", "ribbed", "louvred"))
        edge = str(rng.choice(["plain", "plain", "round", "strip", "deep"]))
        cladding = str(rng.choice(["boards", "planks", "ribs", "frames", "bare"]))
        thick, carrier = rng.uniform(0.02, 0.08), str(rng.choice(carriers))
        return cls(slab, thick, edge, carrier, cladding, fronts, metal(rng))


def _place(target: Item, source: Item, quarter: int, shift: tuple[float, float]) -> None:
    """Add an object's parts, surfaces and extras to another's, moved.

    Before, they are turned about z by a quarter to the left (1), to the right (-1) or not at all (0).
    """
    cosine, sine = 1 - abs(quarter), quarter
    turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
    for part in source.parts:
        target.parts.append(Part(part.vertices @ turn + (*shift, 0), part.faces, part.material, part.tints))
    for surface in source.surfaces:
        x, y, z = (np.asarray(surface.center) @ turn + (*shift, 0)).tolist()
        size = surface.size[::-1] if quarter else surface.size
        target.surfaces.append(Surface((x, y, z), size))
    for extra in source.extras:
        moved = Item(extra.name, extra.design, extra.color)
        _place(moved, extra, quarter, shift)
        target.extras.append(moved)


def _top(item: Item, look: _Look, width: float, depth: float, top: float, hole: np.ndarray | None) -> None:
    """The slab with its front edge, and the hole (N,2) for a sink."""
    low, y = top - look.thick, -depth / 2
    if hole is None:
        item.add(meshes.box((width, depth, look.thick), (0, 0, low)), look.slab)
    else:
        middle = float(hole[:, 0].mean())
        cell = outline("box", _HALF, depth / 2, middle)
        loops = ((cell, low), (cell, top), (hole, top), (hole, low), (cell, low))
        skin = [np.column_stack([loop, np.full(len(loop), z)]) for loop, z in loops]
        item.add(meshes.loft(skin, capped=False), look.slab)
        for left, right in ((-width / 2, middle - _HALF), (middle + _HALF, width / 2)):
            item.add(meshes.box((right - left, depth, look.thick), ((left + right) / 2, 0, low)), look.slab)
    if look.edge == "round":
        middle_z = top - look.thick / 2
        item.add(meshes.rod((-width / 2, y, middle_z), (width / 2, y, middle_z), look.thick / 2, 12), look.slab)
    elif look.edge == "strip":
        item.add(meshes.box((width, 0.02, look.thick), (0, y - 0.01, low)), look.fronts.steel)
    elif look.edge == "deep":
        item.add(meshes.box((width, 0.025, 0.09), (0, y + 0.0125, low - 0.08)), look.slab)


def _units(rng: np.random.Generator, look: _Look, width: float, depth: float, height: float) -> Item:
    """Cabinets side by side: doors, drawers, open niches, an oven or a dishwasher's door; open at the top."""
    base, main = Item("cabinet", "cabinet/composed_units"), look.fronts.main
    toe, face, board = float(rng.choice([0.07, 0.12, 0.2])), -depth / 2 + 0.03, 0.02  # 0.2 on legs, else on a plinth
    tall, y = height - toe, 0.015
    base.add(meshes.box((width - 0.02, depth - 0.03, board), (0, y, toe)), main)
    for side in (-1, 1):
        base.add(meshes.box((board, depth - 0.03, tall), (side * (width - 0.04) / 2, y, toe)), main)
        base.add(meshes.box((width - 0.02, board, tall), (0, y + side * (depth - 0.05) / 2, toe)), main)
    if toe == 0.2:
        legs(base, width - 0.04, depth - 0.06, toe, 0.04, look.steel)
    else:
        base.add(meshes.box((width - 0.04, depth - 0.1, toe), (0, 0.04, 0)), plain(darker(main.color, 0.4)))
    count = max(round(width / rng.uniform(0.38, 0.6)), 1)
    each = (width - 0.02) / count
    for index in range(count):
        x, kind = (index + 0.5 - count / 2) * each, rng.choice(["door", "both", "both", "drawers", "niche", "machine"])
        if kind == "niche":
            dark = plain(darker(main.color, 0.4))
            base.add(meshes.box((each - 0.05, 0.006, tall - 0.05), (x, face - 0.003, toe + 0.025)), dark)
            for z in np.linspace(toe, height - board, int(rng.integers(3, 5))):
                base.add(meshes.box((each - 0.02, 0.02, board), (x, face - 0.01, z)), main)
        elif kind == "machine":
            coat = plain(paint(rng, ("white", "black", "grey")), 0.4)
            base.add(meshes.box((each - 0.01, 0.025, tall - 0.03), (x, face - 0.0125, toe + 0.01)), coat)
            grip = height - rng.uniform(0.1, 0.2)
            base.add(meshes.box((each * 0.8, 0.03, 0.02), (x, face - 0.045, grip)), look.steel)
            if rng.random() < 0.5:
                pane = plain(darker(coat.color, 0.3), 0.7)
                base.add(meshes.box((each * 0.75, 0.006, tall * 0.4), (x, face - 0.028, toe + tall * 0.2)), pane)
        else:
            rows = int(rng.integers(2, 5)) if kind == "drawers" else 0
            over = 0.16 if kind == "both" else 0.0
            for row in range(rows):
                look.fronts.drawer(base, each, tall / rows, (x, face, toe + row * tall / rows))
            if not rows:
                look.fronts.door(base, each, tall - over, (x, face, toe), 1 if index % 2 == 0 else -1)
            if over:
                look.fronts.drawer(base, each, over, (x, face, height - over))
    return base


def _clad(item: Item, look: _Look, width: float, height: float, y: float) -> None:
    """What covers the front of a closed body at ``y``: boards, planks, ribs, frames, or nothing."""
    main, tall = look.fronts.main, height - 0.1
    if look.cladding in ("boards", "ribs"):
        count = max(round(width / (0.12 if look.cladding == "boards" else 0.06)), 3)
        for x in (np.arange(count) + 0.5) / count * width - width / 2:
            if look.cladding == "boards":
                item.add(meshes.box((width / count - 0.008, 0.018, tall), (x, y - 0.009, 0.1)), main)
            else:
                item.add(meshes.rod((x, y, 0.1), (x, y, height), width / count * 0.4, 8), main)
    elif look.cladding == "planks":
        count = max(round(tall / 0.14), 2)
        for z in 0.1 + np.arange(count) / count * tall:
            item.add(meshes.box((width, 0.018, tall / count - 0.01), (0, y - 0.009, z)), main)
    elif look.cladding == "frames":
        count = max(round(width / 0.55), 1)
        for x in np.linspace(-width / 2 + 0.035, width / 2 - 0.035, count + 1):
            item.add(meshes.box((0.07, 0.022, tall), (x, y - 0.011, 0.1)), main)
        for z in (0.1, height - 0.09):
            item.add(meshes.box((width, 0.02, 0.09), (0, y - 0.01, z)), main)


def _carry(item: Item, rng: np.random.Generator, look: _Look, width: float, depth: float, height: float) -> None:
    """What is below the slab."""
    main, steel, back = look.fronts.main, look.steel, depth / 2
    if look.carrier == "units":
        item.extras.append(_units(rng, look, width, depth, height))
    elif look.carrier == "clad":
        item.add(meshes.box((width - 0.08, depth - 0.14, 0.1), (0, 0.02, 0)), plain(darker(main.color, 0.4)))
        item.add(meshes.box((width - 0.02, depth - 0.08, height - 0.1), (0, 0.02, 0.1)), main)
        _clad(item, look, width - 0.02, height, -depth / 2 + 0.06)
    elif look.carrier == "legs":
        frame, bar = (steel if rng.random() < 0.5 else main), float(rng.uniform(0.03, 0.09))
        legs(item, width - 0.02, depth - 0.04, height, bar, frame)
        for side in (-1, 1):
            item.add(meshes.box((width - 0.08, 0.025, 0.06), (0, side * (depth / 2 - 0.05), height - 0.06)), frame)
        for z in np.linspace(rng.uniform(0.1, 0.35), height, int(rng.integers(1, 3)), endpoint=False):
            item.add(meshes.box((width - 0.06, depth - 0.08, 0.025), (0, 0, z)), frame)
    elif look.carrier == "columns":
        for x in (-0.3, 0.3) if width > 1.1 or rng.random() < 0.5 else (0.0,):
            item.add(meshes.cylinder(rng.uniform(0.03, 0.09), height, (x * width, 0, 0), 18), steel)
            item.add(meshes.cylinder(min(0.22, depth * 0.4), 0.02, (x * width, 0, 0), 24), steel)
    elif look.carrier == "brackets":
        for x in np.linspace(-0.4, 0.4, max(round(width / 0.7), 2)) * width:
            item.add(meshes.box((0.03, depth * 0.85, 0.03), (x, depth * 0.07, height - 0.03)), steel)
            item.add(meshes.box((0.03, 0.02, 0.3), (x, back - 0.01, height - 0.3)), steel)
            start, stop = (x, back - 0.02, height - 0.28), (x, -depth * 0.2, height - 0.03)
            item.add(meshes.beam(start, stop, 0.025, 0.02), steel)
    else:
        board = float(rng.uniform(0.025, 0.1))
        for x in np.linspace(-0.5, 0.5, 2 + int(width / rng.uniform(0.8, 1.4))) * (width - board):
            item.add(meshes.box((board, depth - 0.03, height), (x, 0.01, 0)), main)
        item.add(meshes.box((width, 0.02, height), (0, back - 0.01, 0)), main)
        if look.carrier == "shelves":
            for z in np.linspace(0.06, height * 0.95, int(rng.integers(2, 5)), endpoint=False):
                item.add(meshes.box((width, depth - 0.05, 0.022), (0, 0.01, z)), main)


def _hob(item: Item, rng: np.random.Generator, x: float, top: float) -> None:
    """Two or four rings, flat or raised, on a plate."""
    plate, columns = plain(paint(rng, ("black", "black", "white", "grey")), 0.6), int(rng.integers(1, 3))
    item.add(meshes.box((0.29 * columns, 0.5, 0.01), (x, 0, top)), plate)
    raised = float(rng.choice([0.002, 0.03]))
    rings = plain(darker(plate.color, 0.5 if plate.color.name != "black" else 2.0), 0.3)
    for column in range(columns):
        for y in (-0.12, 0.12):
            at = (x + (column - (columns - 1) / 2) * 0.27, y, top + 0.01)
            item.add(meshes.cylinder(rng.uniform(0.07, 0.1), raised, at, 18), rings)


def _bowl(rng: np.random.Generator, hole: np.ndarray, depth: float, top: float) -> Item:
    """The sink let into a hole of the slab, with its tap: an object of its own."""
    sink, shell = Item("sink", "sink/composed_inset"), metal(rng) if rng.random() < 0.5 else ceramic(rng)
    middle, proud = hole.mean(axis=0), rng.uniform(0.002, 0.02)
    outer, inner = (middle + (hole - middle) * share for share in (1.06, 0.95))
    basin(sink, shell, outer, inner, top + proud, rng.uniform(0.13, 0.2), "slab", lip=proud + 0.01)
    faucet(sink, rng, float(middle[0]), min(float(hole[:, 1].max()) + 0.05, depth / 2 - 0.03), top, 0.17)
    return sink


def _run(
    rng: np.random.Generator, look: _Look, width: float, depth: float, top: float, let_in: str, upstand: float = 0.0
) -> Item:
    """A straight counter with its front towards -y and a strip ``upstand`` high along its back.

    ``let_in`` is "sink", "hob" or ""; short runs have no room for either.
    """
    item = Item("counter")
    hole: np.ndarray | None = None
    x = float(rng.uniform(-1, 1)) * max(width / 2 - _HALF - 0.01, 0.0)
    if width <= 2 * _HALF + 0.04:
        let_in = ""
    clear = [(-width / 2, x - _HALF), (x + _HALF, width / 2)] if let_in else [(-width / 2, width / 2)]
    if let_in == "sink":
        half_y = min(depth / 2 - 0.09, 0.2)
        hole = outline(str(rng.choice(SHAPES)), rng.uniform(0.18, 0.3), half_y, x, -0.03)
        item.extras.append(_bowl(rng, hole, depth, top))
    _top(item, look, width, depth, top, hole)
    _carry(item, rng, look, width, depth, top - look.thick)
    if let_in == "hob":
        _hob(item, rng, x, top)
    if upstand:
        item.add(meshes.box((width, 0.02, upstand), (0, depth / 2 - 0.01, top)), look.slab)
    for left, right in clear:
        if right - left > 0.25:
            item.surfaces.append(Surface(((left + right) / 2, 0.0, top), (right - left - 0.04, depth - 0.1)))
    return item


def _against_wall(rng: np.random.Generator, look: _Look, width: tuple[float, float], top: float) -> Item:
    """A single run of random size along a wall."""
    upstand = float(rng.choice([0.0, 0.0, 0.06, 0.1, 0.15, 0.4]))
    let_in = str(rng.choice(["", "", "sink", "hob"] if look.carrier == "units" else ["", "", "sink"]))
    item = _run(rng, look, rng.uniform(*width), rng.uniform(0.42, 0.68), top, let_in, upstand)
    item.against_wall = True
    return item


@design("counter")
def kitchenette(rng: np.random.Generator) -> Item:
    """A kitchen run of cabinets and machines, at times with a shelf on posts above its back."""
    look, top = _Look.draw(rng, ("units",)), rng.uniform(0.84, 0.96)
    item = _against_wall(rng, look, (0.9, 2.2), top)
    if rng.random() < 0.3:
        (left, _, _), (right, back, _) = item.bounds()
        shelf = top + rng.uniform(0.35, 0.55)
        item.add(meshes.box((right - left, 0.2, 0.025), (0, back - 0.1, shelf)), look.slab)
        for x in (left + 0.03, right - 0.03):
            item.add(meshes.box((0.025, 0.025, shelf - top), (x, back - 0.02, top)), look.steel)
    return item


@design("counter")
def open_base(rng: np.random.Generator) -> Item:
    """A worktop along the wall without doors below: on legs, end panels, shelves or columns."""
    look = _Look.draw(rng, ("legs", "panels", "shelves", "shelves", "columns"))
    return _against_wall(rng, look, (0.8, 2.2), rng.uniform(0.84, 1.08))


@design("counter")
def bracketed(rng: np.random.Generator) -> Item:
    """A slab that the wall carries, on brackets, as in public washrooms or at a window."""
    return _against_wall(rng, _Look.draw(rng, ("brackets",)), (0.8, 2.2), rng.uniform(0.76, 1.08))


@design("counter")
def island(rng: np.random.Generator) -> Item:
    """A block in the middle of a room, its top jutting out on one side to sit at."""
    look = _Look.draw(rng, ("units", "units", "clad", "clad", "legs", "shelves"))
    width, depth, top = rng.uniform(0.9, 2.0), rng.uniform(0.55, 0.8), rng.uniform(0.86, 1.0)
    item, over = Item("counter"), (rng.uniform(0.15, 0.4) if rng.random() < 0.7 else 0.02)
    _place(item, _run(rng, look, width, depth, top, str(rng.choice(["", "", "sink", "hob"]))), 0, (0, -over / 2))
    item.add(meshes.box((width, over, look.thick), (0, depth / 2, top - look.thick)), look.slab)
    if over > 0.25 and rng.random() < 0.5:
        for side in (-1, 1):
            place = (side * (width / 2 - 0.05), (depth + over) / 2 - 0.05, 0)
            item.add(meshes.box((0.06, 0.06, top - look.thick), place), look.fronts.main)
    return item


@design("counter")
def three_sided(rng: np.random.Generator) -> Item:
    """A run along the wall with a wing forward at each end."""
    look = _Look.draw(rng, ("units", "units", "shelves", "clad"))
    width, depth, top = rng.uniform(1.8, 2.3), rng.uniform(0.5, 0.62), rng.uniform(0.8, 0.95)
    item, upstand = Item("counter", against_wall=True), float(rng.choice([0.0, 0.1]))
    _place(item, _run(rng, look, width, depth, top, str(rng.choice(["", "sink", "hob"])), upstand), 0, (0, 0))
    for side in (-1, 1):
        wing = rng.uniform(0.4, 0.9)
        part = _run(rng, look, wing, depth, top, "", upstand)
        _place(item, part, -side, (side * (width - depth) / 2, -(depth + wing) / 2))
    item.color = look.slab.color.name
    return item
