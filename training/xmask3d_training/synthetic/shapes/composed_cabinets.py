# SPDX-License-Identifier: Apache-2.0
"""Cabinets to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import meshes
from ..colors import Paint, darker, paint
from ..item import Item, Surface
from ..materials import Material, ceramic, fabric, metal, plain, stone, wood
from .more_cabinets import finish
from .registry import design
from .tubes import along_y, tube

_LEAVES = ("flat", "flat", "sunk", "sunk", "raised", "louvred", "planked", "cane", "lattice", "slats")
_GRIPS = ("knob", "ball", "bar", "bar", "ring", "edge", "plate", "none")
_LOW = (("door",), ("door", "drawer"), ("drawers",), ("niche", "drawer"), ("drawer", "niche"), ("flap",), ("glass",),
        ("drawer", "flap"), ("door", "niche"), ("roller",))  # fmt: skip
_TALL = (("door",), ("drawer", "door"), ("drawers", "door"), ("door", "niche", "door"), ("drawers", "glass"),
         ("door", "glass"), ("drawers", "niche"), ("door", "drawer", "door"), ("roller",))  # fmt: skip
"""Columns of a front: their fields (see ``_Case.cell``) from the bottom up, in low pieces and in tall ones."""
_FEET = ("tapered", "square", "hairpin", "bun", "sled", "castors", "bracket")
_GROUNDS = ("recess", "flush", "skirt")
"""Kinds of bases: what leaves a box clear of the floor, and plinths."""
_TOPS = ("none", "slab", "thick", "stone", "gallery", "upstand")
_CROWNS = ("none", "slab", "cornice", "arch")
"""Kinds of lids, of low pieces and of tall ones."""
_RUBBER = plain(Paint("black", (0.1, 0.1, 0.1)))


@dataclass(frozen=True)
class _Look:
    """Materials of a piece, and how its doors and drawers look."""

    leaf: str
    """One of ``_LEAVES``."""
    grip: str
    """One of ``_GRIPS``."""
    body: Material
    front: Material
    inner: Material
    """What fills framed doors."""
    steel: Material

    @classmethod
    def draw(cls, rng: np.random.Generator) -> _Look:
        """Random ones: the fronts are mostly of the body's material, sometimes painted otherwise."""
        leaf, body = str(rng.choice(_LEAVES)), finish(rng, int(rng.choice([0, 2])))
        front = body if rng.random() < 0.65 else finish(rng, 2, 0.4)
        inner = front if rng.random() < 0.6 else plain(darker(front.color, rng.uniform(0.75, 1.15)), front.gloss)
        if leaf == "cane":
            straw = paint(rng, ("beige", "beige", "brown"))
            inner = Material(straw, darker(straw, 0.6), "checker", 0.012)
        steel = metal(rng) if rng.random() < 0.6 else plain(paint(rng, ("yellow", "brown", "black")), 0.5)
        return cls(leaf, str(rng.choice(_GRIPS)), body, front, inner, steel)


@dataclass(frozen=True)
class _Case:
    """A hollow box from ``left`` to ``right`` and ``low`` to ``high`` whose front follows a line seen from above."""

    item: Item
    rng: np.random.Generator
    look: _Look
    left: float
    right: float
    low: float
    high: float
    depth: float
    back: float
    knots: tuple[tuple[float, float], ...] = ()
    """Points (x, how far the front lies behind its foremost line) that the front passes through."""

    def front(self, x: float) -> float:
        """Where the front is at ``x``."""
        line = np.asarray(self.knots or ((0.0, 0.0),))
        return float(self.back - self.depth + np.interp(x, line[:, 0], line[:, 1]))

    def _edge(self, left: float, right: float, out: float) -> list[tuple[float, float]]:
        """Points (x, y) along the front, moved forward by ``out``."""
        xs = [left, *(x for x, _ in self.knots if left < x < right), right]
        return [(x, self.front(x) - out) for x in xs]

    def _raise(self, outline: list[tuple[float, float]], low: float, high: float, look: Material) -> None:
        """A solid with an outline seen from above, points (x, y)."""
        self.item.add(meshes.loft([np.array([(*point, z) for point in outline]) for z in (low, high)]), look)

    def plate(self, left: float, right: float, low: float, high: float, look: Material, out: float = 0.0) -> None:
        """A solid from the front, or ``out`` before it, to the back."""
        self._raise([*self._edge(left, right, out), (right, self.back), (left, self.back)], low, high, look)

    def strip(
        self, left: float, right: float, low: float, high: float, look: Material, out: float, thick: float
    ) -> None:
        """A sheet of some thickness that follows the front, its face ``out`` before it."""
        outline = [*self._edge(left, right, out), *self._edge(left, right, out - thick)[::-1]]
        self._raise(outline, low, high, look)

    def shell(self) -> None:
        """Sides, floor, lid and back of the box."""
        body, board = self.look.body, 0.02
        for x in (self.left, self.right - board):
            self.plate(x, x + board, self.low, self.high, body)
        for z in (self.low, self.high - board):
            self.plate(self.left, self.right, z, z + board, body)
        size = (self.right - self.left, 0.012, self.high - self.low)
        shade = plain(darker(body.color, 0.8))
        self.item.add(meshes.box(size, ((self.left + self.right) / 2, self.back - 0.006, self.low)), shade)

    def handle(self, x: float, z: float, upright: bool, long: float) -> None:
        """A grip with its middle at ``(x, z)`` on a door or drawer."""
        y, grip, steel, item = self.front(x) - 0.02, self.look.grip, self.look.steel, self.item
        if grip == "knob":
            item.add(meshes.rod((x, y, z), (x, y - 0.03, z), 0.014, 8), steel)
        elif grip == "ball":
            item.add(meshes.ellipsoid((0.019, 0.019, 0.019), (x, y - 0.016, z - 0.019), 1), steel)
        elif grip == "bar":
            way = np.array([0, 0, long / 2] if upright else [long / 2, 0, 0])
            middle = np.array([x, y - 0.032, z])
            item.add(meshes.rod(middle - way, middle + way, 0.007, 6), steel)
            for end in (-0.8, 0.8):
                start = middle + end * way
                item.add(meshes.beam(start, start + np.array([0, 0.04, 0]), 0.008, 0.008), steel)
        elif grip == "ring":
            turn = np.linspace(0, 2 * np.pi, 11)
            loop = np.column_stack([x + 0.024 * np.sin(turn), np.full(11, y - 0.012), z - 0.024 * (1 - np.cos(turn))])
            item.add(tube(loop, 0.004, 5), steel)
            item.add(meshes.rod((x, y, z), (x, y - 0.012, z), 0.013, 8), steel)
        elif grip in ("edge", "plate"):
            size = (0.022, 0.016, long) if upright else (long, 0.016, 0.022)
            size = (0.045, 0.006, 0.11) if grip == "plate" and upright else size
            item.add(meshes.box(size, (x, y - size[1] / 2, z - size[2] / 2)), steel)

    def leaf(self, left: float, right: float, low: float, high: float, kind: str) -> None:
        """One door or drawer front without its grip; ``kind`` is one of ``_LEAVES`` or "glass" (an open sash)."""
        left, right, low, high = left + 0.003, right - 0.003, low + 0.003, high - 0.003
        front, wide, tall = self.look.front, right - left, high - low
        rail = min(0.07, 0.2 * wide, 0.2 * tall)
        if kind in ("flat", "slats"):
            self.strip(left, right, low, high, front, 0.02, 0.02)
            for x in np.arange(left, right - 0.015, max(0.03, wide / 14)) if kind == "slats" else ():
                self.strip(x, x + 0.016, low, high, front, 0.032, 0.012)
            return
        for x in (left, right - rail):
            self.strip(x, x + rail, low, high, front, 0.022, 0.022)
        for z in (low, high - rail):
            self.strip(left + rail, right - rail, z, z + rail, front, 0.022, 0.022)
        left, right, low, high = left + rail, right - rail, low + rail, high - rail
        if kind == "glass":
            for z in np.linspace(low, high, max(round(tall / 0.35), 1) + 1)[1:-1]:
                self.strip(left, right, z - 0.007, z + 0.007, front, 0.018, 0.014)
            self.strip((left + right) / 2 - 0.007, (left + right) / 2 + 0.007, low, high, front, 0.018, 0.014)
            return
        self.strip(left, right, low, high, self.look.inner, 0.01, 0.01)
        if kind == "raised" and min(right - left, high - low) > 0.1:
            self.strip(left + 0.03, right - 0.03, low + 0.03, high - 0.03, front, 0.02, 0.012)
        elif kind == "louvred":
            for z in np.arange(low + 0.006, high - 0.02, max(0.035, tall / 22)):
                self.strip(left, right, z, z + 0.02, front, 0.019, 0.01)
        elif kind == "planked":
            for x in np.arange(left + 0.003, right - 0.02, 0.07):
                self.strip(x, min(x + 0.06, right), low, high, front, 0.015, 0.006)
        elif kind == "lattice":
            for start, stop in ((left, right), (right, left)):
                ends = ((start, self.front(start) - 0.012, low), (stop, self.front(stop) - 0.012, high))
                self.item.add(meshes.beam(*ends, 0.018, 0.012), front)

    def cell(self, kind: str, left: float, right: float, low: float, high: float) -> None:
        """A field of the front: doors, drawers, a flap, a roller shutter, or shelves in the open or behind glass."""
        wide, tall, leaf = right - left, high - low, self.look.leaf
        if kind in ("door", "glass"):
            if kind == "glass":
                self._shelves(left, right, low, high)
            count = 2 if wide > 0.52 else 1
            for index in range(count):
                start, each = left + wide * index / count, wide / count
                self.leaf(start, start + each, low, high, "glass" if kind == "glass" else leaf)
                x = start + each - 0.035 if index == 0 else start + 0.035
                z = low + tall * (0.5 if tall > 1.0 or low > 0.8 else 0.65)
                self.handle(x, z, True, min(0.22, tall * 0.4))
        elif kind in ("drawer", "drawers", "flap"):
            count = max(round(tall / 0.2), 2) if kind == "drawers" else 1
            for z in low + tall / count * np.arange(count):
                plainer = leaf if leaf in ("sunk", "raised", "cane", "slats") else "flat"
                self.leaf(left, right, z, z + tall / count, plainer)
                place = 0.5 if kind != "flap" else 0.85
                for x in (0.25, 0.75) if wide > 0.6 and self.look.grip in ("knob", "ball", "ring") else (0.5,):
                    self.handle(left + x * wide, z + place * tall / count, False, min(0.3, wide * 0.4))
        elif kind == "roller":
            for x in np.arange(left + 0.004, right - 0.01, max(0.03, wide / 16)):
                self.strip(x, min(x + 0.026, right), low + 0.004, high - 0.004, self.look.front, 0.006, 0.014)
        else:
            self._shelves(left, right, low, high)

    def _shelves(self, left: float, right: float, low: float, high: float) -> None:
        """Boards with household things on them."""
        levels = np.linspace(low, high, max(round((high - low) / 0.34), 1) + 1)
        for z, above in itertools.pairwise(levels):
            if z > low:
                self.plate(left, right, z - 0.009, z + 0.009, self.look.body, -0.03)
            middle = (max(self.front(left), self.front(right)) + self.back) / 2
            x, deep = left + 0.03, min(0.9 * (self.back - middle), 0.14)
            while self.rng.random() < 0.85 and x < right - 0.2:
                x = _thing(self.item, self.rng, x, middle, z + 0.01, deep, above - z - 0.05) + self.rng.uniform(0, 0.1)

    def fronts(self, patterns: Sequence[tuple[str, ...]], columns: int) -> None:
        """Divide the front into columns, those at the ends alike, and each column into fields by a pattern."""
        rng, board = self.rng, 0.018
        kinds = [patterns[index] for index in rng.integers(len(patterns), size=2)]
        middle = 1 if rng.random() < 0.5 else 0
        inner, weights = self.high - self.low - 2 * board, {"drawer": 0.16, "drawers": 0.5, "niche": 0.35}
        edges = np.linspace(self.left + board, self.right - board, columns + 1)
        shares = [np.array([weights.get(part, 0.7) * rng.uniform(0.85, 1.2) for part in kind]) for kind in kinds]
        for column, (left, right) in enumerate(itertools.pairwise(edges)):
            which = middle if 0 < column < columns - 1 else 0
            if column:
                self.plate(left - board / 2, left + board / 2, self.low + 0.01, self.high - 0.01, self.look.body)
            levels = self.low + board + inner * np.concatenate([[0], np.cumsum(shares[which] / shares[which].sum())])
            for part, low, high in zip(kinds[which], levels[:-1], levels[1:], strict=True):
                self.plate(left, right, low - board / 2, low + board / 2, self.look.body)
                self.cell(part, left, right, low, high)

    def base(self, kind: str) -> None:
        """Feet, wheels or a plinth between the floor and the box."""
        item, high, stuff = self.item, self.low + 0.004, self.look.body if self.rng.random() < 0.5 else self.look.steel
        left, right = self.left + 0.05, self.right - 0.05
        if kind in _GROUNDS:
            out = {"recess": -0.05, "flush": 0.0, "skirt": 0.012}[kind]
            shade = self.look.body if kind != "recess" else plain(darker(self.look.body.color, 0.6))
            self.plate(self.left - max(out, 0), self.right + max(out, 0), 0, high + max(out, 0), shade, out)
            return
        for x, outward in ((left, -1), (right, 1), *([((left + right) / 2, 0)] if right - left > 1.5 else [])):
            front, rear = self.front(x) + 0.05, self.back - 0.05
            for y, ahead in ((front, -1), (rear, 1)):
                if kind == "tapered":
                    toe = (x + outward * 0.25 * high, y + ahead * 0.1 * high, 0.005)
                    item.add(meshes.rod(toe, (x, y, high), 0.016, 8), stuff)
                elif kind in ("square", "sled"):
                    item.add(meshes.box((0.035, 0.035, high), (x, y, 0)), stuff)
                elif kind == "hairpin":
                    for side in (-0.04, 0.04):
                        item.add(meshes.rod((x, y, 0.005), (x + side, y, high), 0.006, 6), stuff)
                elif kind == "bun":
                    item.add(meshes.ellipsoid((0.045, 0.045, high / 2), (x, y, 0), 1), stuff)
                elif kind == "castors":
                    wheel = min(high / 2, 0.04)
                    item.add(meshes.rod((x - 0.012, y, wheel), (x + 0.012, y, wheel), wheel, 12), _RUBBER)
                    item.add(meshes.box((0.04, 0.04, high - wheel), (x, y, wheel)), self.look.steel)
                else:
                    item.add(meshes.cylinder(0.03, high, (x, y, 0), 4, top=0.065), stuff)
            if kind == "sled":
                item.add(meshes.box((0.035, rear - front, 0.03), (x, (front + rear) / 2, 0)), stuff)

    def lid(self, kind: str) -> float:
        """What ends the box above: a slab, a crown or a low rim, or nothing; returns the height things stand at."""
        rng, top, body = self.rng, self.high, self.look.body
        if kind in ("slab", "thick", "stone"):
            look = stone(rng) if kind == "stone" else body if rng.random() < 0.6 else wood(rng, axis=0)
            out, thick = rng.uniform(0, 0.03), 0.022 if kind == "slab" else rng.uniform(0.03, 0.06)
            self.plate(self.left - out, self.right + out, top, top + thick, look, out + 0.022)
            return top + thick
        if kind == "cornice":
            for step in range(3):
                out = 0.015 + 0.02 * step
                self.plate(self.left - out, self.right + out, top + 0.025 * step, top + 0.025 * (step + 1), body, out)
        middle, width = (self.left + self.right) / 2, self.right - self.left
        if kind == "arch":
            turn, rise = np.linspace(0, np.pi, 13), rng.uniform(0.05, 0.12)
            profile = [(middle + width / 2 * np.cos(a), top - 0.005 + rise * np.sin(a)) for a in turn]
            deep = self.back - self.front(self.left)
            self.item.add(along_y(profile, deep, self.back - deep / 2), body)
        rise = rng.uniform(0.05, 0.15)
        if kind in ("gallery", "upstand"):
            self.item.add(meshes.box((width, 0.018, rise), (middle, self.back - 0.009, top)), body)
        for x in (self.left + 0.009, self.right - 0.009) if kind == "gallery" else ():
            deep = self.back - self.front(x)
            self.item.add(meshes.box((0.018, deep * 0.9, rise * 0.6), (x, self.back - deep * 0.45, top)), body)
        return top


def _thing(item: Item, rng: np.random.Generator, x: float, y: float, z: float, deep: float, room: float) -> float:
    """Crockery, a bottle, folded linen or a box on a shelf; returns where it ends."""
    half, tall = rng.uniform(0.03, 0.075), min(rng.uniform(0.06, 0.24), room)
    at, kind = (x + half, y, z), int(rng.integers(4))
    if kind == 0:
        profile = [(half * 0.5, 0.0), (half, tall * 0.4), (half, tall * 0.45), (half * 0.4, tall * 0.1)]
        item.add(meshes.lathe(profile, at, 10), ceramic(rng))
    elif kind == 1:
        profile = [(half * 0.5, 0.0), (half * 0.5, tall * 0.6), (half * 0.2, tall * 0.75), (half * 0.2, tall)]
        item.add(meshes.lathe(profile, at, 8), plain(paint(rng), 0.4))
    elif kind == 2:
        for level in range(max(int(tall / 0.05), 1)):
            item.add(meshes.box((2 * half, deep * 1.4, 0.042), (*at[:2], z + 0.044 * level)), fabric(rng))
    else:
        item.add(meshes.box((2 * half, deep * 1.4, tall), at), plain(paint(rng)))
    return x + 2 * half


def _line(rng: np.random.Generator, width: float, depth: float) -> tuple[tuple[float, float], ...]:
    """A front seen from above: bowed, serpentine, with canted ends or (six points) with its middle third forward."""
    share: np.ndarray = np.linspace(-1, 1, 13)
    kind = int(rng.integers(4))
    rise = rng.uniform(0.25, 0.6) * depth
    if kind == 0:
        line = rise * share**2
    elif kind == 1:
        line = rise * 0.25 * (1 - np.cos(share * 2 * np.pi))
    elif kind == 2:
        line = rise * np.clip((np.abs(share) - 0.5) * 2, 0, 1)
    else:
        share = np.array([-1, -0.335, -0.333, 0.333, 0.335, 1])
        line = min(rise, 0.12) * (np.abs(share) > 0.334)
    return tuple((float(x * width / 2), float(y)) for x, y in zip(share, line, strict=True))


def _whole(rng: np.random.Generator, base: Sequence[str], foot: tuple[float, float], curved: bool = False) -> Item:
    """A piece in one part, low and wide or tall, on one of the bases given whose height is within ``foot``."""
    item, look = Item("cabinet", against_wall=True), _Look.draw(rng)
    tall = rng.random() < 0.4
    height = rng.uniform(1.2, 2.05) if tall else rng.uniform(0.5, 1.1)
    width = rng.uniform(0.45, 1.5) if tall else rng.uniform(0.45, 2.0)
    depth, low = rng.uniform(0.32, 0.6), rng.uniform(*foot)
    knots = _line(rng, width, depth) if curved else ()
    case = _Case(item, rng, look, -width / 2, width / 2, low, height, depth, depth / 2, knots)
    case.shell()
    thirds = len(knots) == 6  # a step in the front is where a column ends
    case.fronts(_TALL if tall else _LOW, 3 if thirds else max(round(width / rng.uniform(0.36, 0.62)), 1))
    case.base(str(rng.choice(base)))
    kind = str(rng.choice(_CROWNS if tall else _TOPS))
    top = case.lid(kind)
    if not tall:
        deep = depth - max((y for _, y in knots), default=0.0)
        item.surfaces.append(Surface((0, (depth - deep) / 2, top), (width * 0.9, deep * 0.9)))
    return item


@design("cabinet")
def lifted(rng: np.random.Generator) -> Item:
    """A box that stands clear of the floor on legs, runners, wheels or feet."""
    return _whole(rng, _FEET, (0.08, 0.3))


@design("cabinet")
def grounded(rng: np.random.Generator) -> Item:
    """A box that reaches the floor, with a recessed, flush or projecting plinth."""
    return _whole(rng, _GROUNDS, (0.04, 0.12))


@design("cabinet")
def shaped_front(rng: np.random.Generator) -> Item:
    """A box whose front is bowed, serpentine, canted at the ends or stepped, seen from above."""
    return _whole(rng, (*_FEET, *_GROUNDS), (0.06, 0.2), curved=True)


@design("cabinet")
def stacked_pair(rng: np.random.Generator) -> Item:
    """A deep box below, a shallower one on it or raised above it on posts."""
    item, look = Item("cabinet", against_wall=True), _Look.draw(rng)
    width, depth, height, low = rng.uniform(0.6, 1.6), rng.uniform(0.42, 0.6), rng.uniform(0.7, 0.95), 0.1
    below = _Case(item, rng, look, -width / 2, width / 2, low, height, depth, depth / 2)
    columns = max(round(width / rng.uniform(0.36, 0.62)), 1)
    below.shell()
    below.fronts(_LOW, columns)
    below.base(str(rng.choice((*_FEET, *_GROUNDS))))
    top = below.lid(str(rng.choice(["none", "slab", "thick", "stone"])))
    gap, share = rng.choice([0.0, rng.uniform(0.15, 0.4)]), float(rng.choice([1.0, 1.0, rng.uniform(0.6, 0.85)]))
    thin, half = depth * rng.uniform(0.45, 0.7), width * share / 2
    upper = replace(look, leaf=str(rng.choice(_LEAVES))) if rng.random() < 0.3 else look
    above = _Case(item, rng, upper, -half, half, top + gap, rng.uniform(1.65, 2.05), thin, depth / 2)
    above.shell()
    above.fronts((("glass",), ("door",), ("niche", "door"), ("drawer", "glass")), max(round(columns * share), 1))
    above.lid(str(rng.choice(_CROWNS)))
    for x in (-half + 0.015, half - 0.015) if gap else ():
        item.add(meshes.box((0.03, thin * 0.9, gap), (x, depth / 2 - thin * 0.45, top)), look.body)
    ledge = depth - thin
    item.surfaces.append(Surface((0, -depth / 2 + ledge / 2, top), (width * 0.9, ledge * 0.9)))
    return item


@design("cabinet")
def descending(rng: np.random.Generator) -> Item:
    """Boxes side by side of different heights, as stairs to one side or in any order."""
    item, look = Item("cabinet", against_wall=True), _Look.draw(rng)
    count, depth, low = int(rng.integers(2, 5)), rng.uniform(0.34, 0.5), rng.uniform(0.05, 0.14)
    each, base = rng.uniform(0.38, 0.55), str(rng.choice((*_FEET, *_GROUNDS)))
    heights = np.sort(rng.uniform(0.45, 2.0, count))
    heights = heights if rng.random() < 0.4 else rng.permutation(heights)
    heights = heights[::-1] if rng.random() < 0.5 else heights
    for index, height in enumerate(heights):
        left = (index - count / 2) * each
        case = _Case(item, rng, look, left, left + each, low, float(height), depth, depth / 2)
        case.shell()
        case.fronts(_TALL if height > 1.2 else _LOW, 1)
        case.base(base)
        if height < 1.3:
            item.surfaces.append(Surface((left + each / 2, 0, float(height)), (each * 0.9, depth * 0.9)))
    return item
