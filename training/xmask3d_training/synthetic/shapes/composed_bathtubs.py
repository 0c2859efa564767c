# SPDX-License-Identifier: Apache-2.0
"""Bathtubs to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import meshes
from ..colors import Paint, darker, paint
from ..item import Item
from ..materials import Material, ceramic, fabric, metal, plain, stone, tiles, wood
from .registry import design
from .tubes import smooth, tube

_POINTS = 48
"""Points of an outline."""
_SIDES = {
    "straight": ((1.0, 0.0), (1.0, 1.0)),
    "tapered": ((0.8, 0.0), (1.0, 1.0)),
    "bellied": ((0.6, 0.0), (0.82, 0.1), (0.97, 0.4), (1.02, 0.7), (1.0, 1.0)),
    "bowl": ((0.3, 0.0), (0.66, 0.04), (0.8, 0.2), (0.92, 0.55), (1.0, 1.0)),
    "bell": ((0.94, 0.0), (0.84, 0.2), (0.82, 0.5), (0.88, 0.8), (1.0, 1.0)),
    "pedestal": ((0.84, 0.0), (0.84, 0.07), (0.68, 0.16), (0.72, 0.25), (0.9, 0.5), (1.0, 1.0)),
    "recessed": ((0.88, 0.0), (0.88, 0.15), (1.0, 0.151), (1.0, 1.0)),
    "leaning": ((1.0, 0.0), (0.95, 1.0)),
}
"""Outsides: pairs of a share of the plan's size and the share of the height it is reached at, from the foot up."""


def _plan(rng: np.random.Generator, kind: str) -> np.ndarray:
    """Outline (N,2) within -1 to 1, seen from above.

    Most are superellipses, whose power says how square they are: 2 is an ellipse.
    """
    angle = np.arange(_POINTS) * (2 * np.pi / _POINTS)
    direction = np.column_stack([np.cos(angle), np.sin(angle)])
    across = np.abs(direction)
    power = {"oval": 2.0, "egg": 2.2, "soft": rng.uniform(2.6, 4.0)}.get(kind, rng.uniform(6, 14))
    powers = np.full(_POINTS, power)
    if kind == "flat_back":
        powers = np.where(direction[:, 1] > 0, 14.0, rng.uniform(2.0, 3.4))
    outline = direction * ((across ** powers[:, None]).sum(1) ** (-1 / powers))[:, None]
    if kind == "cut":
        outline *= np.minimum(1, rng.uniform(1.35, 1.6) / np.abs(outline).sum(1))[:, None]
    if kind in ("egg", "coffin"):
        outline[:, 1] *= 1 + rng.choice([-1, 1]) * rng.uniform(0.1, 0.22) * outline[:, 0]
    if kind == "hourglass":
        outline[:, 1] *= 1 - rng.uniform(0.14, 0.28) * np.cos(outline[:, 0] * np.pi / 2) ** 2
    if kind == "offset":
        along = np.clip(outline[:, 0] * rng.choice([-1, 1]) * 0.6 + 0.4, 0, 1)
        outline[:, 1] -= np.where(outline[:, 1] < 0, outline[:, 1] * rng.uniform(0.3, 0.5) * along**1.5, 0)
    return np.asarray(outline / np.abs(outline).max(0))


@dataclass
class _Tub:
    """A vessel: an outline drawn up from the foot to the rim outside, another one down to the bottom inside."""

    plan: np.ndarray
    """Outline (N,2) outside, within -1 to 1."""
    bowl: np.ndarray
    """Outline (N,2) inside, within -1 to 1."""
    half: tuple[float, float]
    """Half the length (x) and the width (y), metres."""
    top: float
    """Height of the rim, metres."""
    foot: float = 0.0
    """Height of the underside, metres; above 0 there are feet below it."""
    rise: tuple[float, float] = (0.0, 0.0)
    """How far the rim sweeps up at the left and the right end, metres."""
    sides: str = "straight"
    """One of ``_SIDES``."""
    ledge: tuple[float, float] = (0.05, 0.05)
    """Width of the rim at the ends and along the sides, metres."""
    slope: float = 0.0
    """Which end leans more inside: shift of the bottom, metres."""

    def lift(self, x: np.ndarray | float) -> np.ndarray:
        """How far the rim is above ``top`` at x."""
        share = np.clip(np.asarray(x) / self.half[0], -1, 1)
        return np.where(share < 0, self.rise[0], self.rise[1]) * np.abs(share) ** 2.2

    def level(self, outline: np.ndarray, scale: float, z: float, out: float = 0.0) -> np.ndarray:
        """A loop (N,3) of the outline at a height, ``out`` metres beyond the scaled plan.

        Towards the rim it takes part in the rim's sweep.
        """
        loop = np.column_stack([outline * (np.multiply(self.half, scale) + out), np.full(_POINTS, z)])
        loop[:, 2] += self.lift(loop[:, 0]) * np.clip((z - self.foot) / (self.top - self.foot), 0, 1.1) ** 3
        return loop

    def outside(self, z: float) -> float:
        """Share of the plan's size at a height."""
        scales, shares = np.transpose(_SIDES[self.sides])
        return float(np.interp((z - self.foot) / (self.top - self.foot), shares, scales))

    def inside(self, share: float, z: float) -> np.ndarray:
        """A loop (N,3) inside, ``share`` as wide as the hole at the rim, but never through the outside."""
        narrow = min(share, self.outside(z) / self.outside(self.top) - 0.05 * (share < 1))
        loop = self.level(self.bowl, self.outside(self.top), z)
        loop[:, :2] *= np.subtract(1, np.divide(self.ledge, self.half)) * narrow
        return np.add(loop, (self.slope * (1 - share), 0, 0))

    def edge(self, x: float, side: int) -> np.ndarray:
        """The point of the rim at x, in front (-1) or behind (1)."""
        loop = self.level(self.plan, self.outside(self.top), self.top)
        loop = loop[loop[:, 1] * side >= 0]
        loop = loop[np.argsort(loop[:, 0])]
        return np.array([x, np.interp(x, loop[:, 0], loop[:, 1]), self.top + float(self.lift(x))])


def _shell(item: Item, rng: np.random.Generator, tub: _Tub, outside: Material, lining: Material, lip: str) -> None:
    """Outside, rim and inside of a tub; the rim thin, rolled or overhanging; sometimes water in it."""
    high = tub.top - tub.foot
    outer = [tub.level(tub.plan, scale, tub.foot + share * high) for scale, share in _SIDES[tub.sides]]
    last = _SIDES[tub.sides][-1][0]
    item.add(meshes.loft([tub.level(tub.plan, 0.02, tub.foot), *outer], capped=False), outside)
    marks = {
        "thin": [(0.0, 0.0)],
        "rolled": [(0.0, -0.035), (0.022, -0.03), (0.032, -0.012), (0.026, 0.006), (0.006, 0.014)],
        "slab": [(0.0, -0.04), (0.02, -0.04), (0.02, 0.0)],
        "raised": [(0.004, -0.01), (0.004, 0.025), (-0.012, 0.028)],
    }[lip]
    rim = [tub.level(tub.plan, last, tub.top + z, out) for out, z in marks]
    crest, bottom = tub.top + marks[-1][1], tub.foot + min(0.12, high * 0.2)
    steep = rng.uniform(0.55, 0.8)
    inner = [(1.0, crest), (0.97, crest - 0.03), ((1 + steep) / 2 + 0.04, (crest + bottom) / 2)]
    inner += [(steep + 0.02, bottom + 0.06), (steep * 0.9, bottom + 0.01), (steep * 0.5, bottom), (0.05, bottom)]
    item.add(meshes.loft([*rim, *[tub.inside(share, z) for share, z in inner]], capped=False), lining)
    item.add(meshes.cylinder(0.035, 0.008, (tub.slope * 0.4, 0, bottom), 12), metal(rng))
    if rng.random() < 0.15:
        level = (crest + bottom) / 2
        water = [tub.inside((1 + steep) / 2 + 0.06, level) * (1, 1, 0) + (0, 0, level + z) for z in (0.0, 0.004)]
        item.add(meshes.loft(water), plain(Paint("blue", (0.6, 0.76, 0.8)), 0.8))


def _fitting(rng: np.random.Generator) -> Material:
    """Chrome, or brass, copper and black."""
    return metal(rng) if rng.random() < 0.7 else plain(darker(paint(rng, ("yellow", "orange", "black")), 0.8), 0.6)


def _cross(item: Item, chrome: Material, at: np.ndarray, aside: np.ndarray) -> None:
    """A handle with four arms on a stem."""
    item.add(meshes.cylinder(0.016, 0.05, at, 10), chrome)
    top = np.add(at, (0, 0, 0.05))
    for arm in (aside, np.array([-aside[1], aside[0], 0.0])):
        item.add(meshes.rod(top - 0.035 * arm, top + 0.035 * arm, 0.007, 6), chrome)


def _taps(item: Item, rng: np.random.Generator, tub: _Tub) -> None:
    """Taps on the rim, or standing on the floor behind it: necks, bridges, flat spouts, shower columns; or none."""
    kind, chrome = rng.choice(["neck", "bridge", "flat", "stand", "column", "none"]), _fitting(rng)
    x = float(rng.choice([0.0, rng.uniform(-0.5, 0.5)])) * tub.half[0]
    at, ahead = tub.edge(x, 1) - (0, tub.ledge[1] * 0.5, 0.005), np.array([0.0, -1.0, 0.0])
    if kind in ("neck", "bridge", "flat") and rng.random() < 0.4 and tub.ledge[0] > 0.03:
        end = 1.0 if tub.rise[1] <= tub.rise[0] else -1.0
        x = end * (tub.half[0] * tub.outside(tub.top) - tub.ledge[0] * 0.5)
        at, ahead = np.array([x, 0.0, tub.top + float(tub.lift(x)) - 0.005]), np.array([-end, 0.0, 0.0])
    aside, up, reach = np.array([ahead[1], -ahead[0], 0.0]), np.array([0.0, 0.0, 1.0]), rng.uniform(0.13, 0.2)
    if kind == "neck":
        high = rng.uniform(0.12, 0.26)
        path = [at, at + up * high, at + up * high + ahead * reach, at + up * high * 0.6 + ahead * reach]
        item.add(tube(smooth(path, 2, 0.25), rng.uniform(0.011, 0.018)), chrome)
        for side in (-1, 1):
            _cross(item, chrome, at + side * rng.uniform(0.08, 0.11) * aside, aside)
    elif kind == "flat":
        item.add(meshes.beam(at, at + up * 0.11, 0.05, 0.05), chrome)
        item.add(meshes.beam(at + up * 0.1, at + up * 0.09 + ahead * reach, 0.05, 0.02), chrome)
        item.add(meshes.beam(at + aside * 0.12, at + aside * 0.12 + up * 0.06, 0.04, 0.04), chrome)
    elif kind in ("bridge", "stand"):
        if kind == "stand":
            at = np.add(at, (0, tub.ledge[1] * 0.5 + 0.07, 0))
        high = at[2] + rng.uniform(0.1, 0.18)
        for place in (-0.08, 0.08):
            foot = np.add(at, place * aside)
            foot[2] = 0.0 if kind == "stand" else foot[2]
            item.add(meshes.rod(foot, [*foot[:2], high], 0.013, 8), chrome)
            item.add(meshes.cylinder(0.03, 0.012, foot, 12), chrome)
            _cross(item, chrome, np.array([*(at + place * 1.5 * aside)[:2], high - 0.01]), aside)
        body = np.array([*at[:2], high])
        item.add(meshes.rod(body - aside * 0.14, body + aside * 0.14, 0.02, 10), chrome)
        beak = [body, body + ahead * reach, body + ahead * (reach + 0.03) - up * 0.06]
        item.add(tube(smooth(beak, 2, 0.25), 0.014), chrome)
        if rng.random() < 0.6:  # a hand shower in its cradle
            item.add(meshes.rod(body, body + up * 0.1, 0.009, 8), chrome)
            item.add(meshes.rod(body + up * 0.1 - aside * 0.11, body + up * 0.1 + aside * 0.1, 0.012, 8), chrome)
            rose = body + up * 0.1 + aside * 0.1
            item.add(meshes.rod(rose - up * 0.02 + ahead * 0.03, rose, 0.035, 12), chrome)
    elif kind == "column":
        at = np.add(at, (0, tub.ledge[1] * 0.5 + 0.05, 0))
        high, arm = rng.uniform(1.5, 1.85), rng.uniform(0.25, 0.4)
        over = np.add(at, (0, -arm, high - at[2]))
        path = [at * (1, 1, 0), at + up * (high - at[2]), over, over - up * 0.06]
        item.add(tube(smooth(path, 2, 0.1), 0.014), chrome)
        item.add(meshes.cylinder(rng.uniform(0.06, 0.13), 0.015, over - up * 0.07, 16), chrome)
        item.add(meshes.box((0.3, 0.045, 0.045), (at[0], at[1], tub.top + 0.12)), chrome)


def _extras(item: Item, rng: np.random.Generator, tub: _Tub) -> None:
    """What people leave at a tub: a tray across it, a towel over the rim, a pillow."""
    x = rng.uniform(-0.35, 0.35) * tub.half[0]
    front, back = tub.edge(x, -1), tub.edge(x, 1)
    if rng.random() < 0.2:
        middle = (front + back) / 2 + (0, 0, 0.014)
        item.add(meshes.box((rng.uniform(0.14, 0.24), np.ptp([front[1], back[1]]) + 0.04, 0.025), middle), wood(rng))
    if rng.random() < 0.25:
        x, wide = -x, rng.uniform(0.15, 0.25)
        front = tub.edge(x, -1)
        down, out, edge = rng.uniform(0.15, 0.4) * tub.top, tub.half[1] * 0.03 + 0.03, min(tub.ledge[1], 0.1)
        fold = [(-out, -down), (-out, -0.03), (-out + 0.01, 0.02), (edge, 0.022), (edge + 0.05, -0.12)]
        grid = [[np.add(front, (w, y, z)) for w in (-wide, 0.0, wide)] for y, z in fold]
        item.add(meshes.sheet(np.array(grid)), fabric(rng))
    if rng.random() < 0.15:
        end = tub.half[0] - tub.ledge[0] - 0.06
        at = (end, 0, tub.top + float(tub.lift(end)) * 0.8 - 0.13)
        item.add(meshes.rounded_box((0.09, 0.3, 0.16), 0.04, at), fabric(rng))


def _feet(item: Item, rng: np.random.Generator, tub: _Tub) -> None:
    """What holds a tub off the floor: ball feet, blocks, a cradle, runners or an open stand of bars."""
    kind = rng.choice(["balls", "blocks", "cradle", "runners", "stand"])
    stuff = _fitting(rng) if kind == "balls" or rng.random() < 0.35 else wood(rng)
    x, y = tub.half[0] * rng.uniform(0.48, 0.56), tub.half[1] * 0.5
    for end in (-1, 1):
        if kind == "cradle":
            for lean in (-1, 1):
                stop = (end * x, lean * tub.half[1] * 0.78, tub.foot + (tub.top - tub.foot) * 0.32)
                item.add(meshes.beam((end * x, -lean * y * 0.9, 0.04), stop, 0.06, 0.05), stuff)
            item.add(meshes.box((0.07, 1.5 * tub.half[1], 0.06), (end * x, 0, 0)), stuff)
            item.add(meshes.box((0.06, tub.half[1], tub.foot + 0.03), (end * x, 0, 0)), stuff)
        for side in (-1, 1):
            foot = np.array([end * x, side * y, 0.0])
            if kind == "balls":
                item.add(meshes.ellipsoid((0.06, 0.06, tub.foot / 2 + 0.03), foot), stuff)
            elif kind == "blocks":
                item.add(meshes.box((0.1, 0.1, tub.foot + 0.06), foot), stuff)
            elif kind == "stand":
                post = (end * (tub.half[0] - 0.1), side * (tub.half[1] + 0.03))
                item.add(meshes.box((0.04, 0.04, tub.top - 0.04), (*post, 0)), stuff)
                item.add(meshes.box((0.03, 2 * tub.half[1], 0.03), (post[0], 0, tub.foot - 0.028)), stuff)
        if kind in ("runners", "stand"):
            long, place = 1.7 * tub.half[0], end * (y if kind == "runners" else tub.half[1] + 0.03)
            item.add(meshes.box((long, 0.05, 0.05), (0, place, 0.0 if kind == "runners" else tub.top - 0.09)), stuff)
            if kind == "runners":
                for along in (-x, x):
                    item.add(meshes.box((0.05, 0.05, tub.foot + 0.05), (along, place, 0)), stuff)


def _skin(rng: np.random.Generator) -> Material:
    """What a tub is made of outside: mostly enamel; paint, copper or tin, stone."""
    kind = rng.random()
    if kind < 0.5:
        return ceramic(rng)
    return plain(paint(rng), 0.3) if kind < 0.75 else _fitting(rng) if kind < 0.88 else stone(rng)


def _finished(rng: np.random.Generator, tub: _Tub, outside: Material | None = None, lip: str = "") -> Item:
    """The object that a tub of some shape becomes: materials and rim unless given, feet, taps and extras at random."""
    item, outside = Item("bathtub", against_wall=True), outside or _skin(rng)
    lining = plain(paint(rng, ("white", "white", "white", "beige", "grey")), 0.4)
    if outside.gloss >= 0.3 and rng.random() < 0.4:
        lining = outside
    _shell(item, rng, tub, outside, lining, lip or str(rng.choice(["thin", "rolled", "slab", "raised"])))
    if tub.foot:
        _feet(item, rng, tub)
    _taps(item, rng, tub)
    _extras(item, rng, tub)
    return item


def _free(rng: np.random.Generator, plans: tuple[str, ...], sides: tuple[str, ...]) -> _Tub:
    """A tub of a common size with one of the plans and one of the outsides."""
    plan, ledge = _plan(rng, str(rng.choice(plans))), rng.uniform(0.02, 0.07)
    half = (rng.uniform(0.62, 0.88), rng.uniform(0.34, 0.43))
    top, outside = rng.uniform(0.46, 0.64), str(rng.choice(sides))
    ledges, slope = (ledge * rng.uniform(1, 2), ledge), rng.uniform(-0.12, 0.12)
    return _Tub(plan, plan, half, top, sides=outside, ledge=ledges, slope=slope)


@design("bathtub")
def off_floor(rng: np.random.Generator) -> Item:
    """A vessel held above the floor by feet, blocks, a cradle, runners or a stand."""
    tub = _free(rng, ("oval", "soft", "egg", "soft"), ("bowl", "bowl", "bellied", "tapered"))
    tub.foot = rng.uniform(0.08, 0.2)
    tub.top = tub.foot + rng.uniform(0.38, 0.5)
    if rng.random() < 0.3:
        tub.rise = (rng.uniform(0.05, 0.2), 0.0)
    return _finished(rng, tub)


@design("bathtub")
def swept_rim(rng: np.random.Generator) -> Item:
    """A rim that rises towards one end or both, or drops at both; on feet where the outside is a bowl."""
    tub = _free(rng, ("oval", "soft", "egg", "hourglass"), ("bellied", "bell", "pedestal", "tapered", "bowl"))
    high, low = rng.uniform(0.12, 0.26), rng.uniform(0.0, 0.08)
    tub.top = rng.uniform(0.44, 0.54)
    tub.rise = [(high, low), (low, high), (high, high), (-low - 0.03, -low - 0.03)][int(rng.integers(4))]
    if tub.sides == "bowl":
        tub.foot = rng.uniform(0.06, 0.14)
    return _finished(rng, tub, lip=str(rng.choice(["thin", "rolled"])))


@design("bathtub")
def flat_back(rng: np.random.Generator) -> Item:
    """Straight along the wall and rounded towards the room; the hole has an outline of its own."""
    tub = _free(rng, ("flat_back",), ("straight", "tapered", "bellied", "recessed", "bell"))
    tub.bowl = _plan(rng, str(rng.choice(["oval", "soft", "flat_back", "egg"])))
    tub.ledge = (rng.uniform(0.04, 0.14), rng.uniform(0.04, 0.12))
    return _finished(rng, tub)


@design("bathtub")
def odd_plan(rng: np.random.Generator) -> Item:
    """Seen from above an hourglass, a coffin, a rectangle with cut corners or narrower at one end, or an egg."""
    plans = ("hourglass", "coffin", "cut", "offset", "egg")
    tub = _free(rng, plans, ("straight", "tapered", "recessed", "leaning", "bell"))
    if rng.random() < 0.4:
        tub.bowl, tub.ledge = _plan(rng, "oval"), (rng.uniform(0.06, 0.14), rng.uniform(0.09, 0.13))
    return _finished(rng, tub, tiles(rng) if rng.random() < 0.2 else None)


def _cladding(item: Item, rng: np.random.Generator, tub: _Tub) -> None:
    """Boards, framed fields, ribs, a hatch or nothing on the straight front of a boxed tub."""
    kind, stuff = rng.choice(["boards", "fields", "ribs", "hatch", "plain"]), wood(rng, axis=2)
    wide, high, face = 2 * tub.half[0], tub.top - 0.06, -tub.half[1]
    stuff = stuff if rng.random() < 0.5 else plain(paint(rng), 0.2)
    if kind == "boards":
        count = int(wide / rng.uniform(0.07, 0.16))
        for x in (np.arange(count) + 0.5) / count * wide - wide / 2:
            item.add(meshes.box((wide / count - 0.006, 0.016, high), (x, face - 0.006, 0)), stuff)
    elif kind == "fields":
        size = wide / 3
        for x in (-size, 0, size):
            item.add(meshes.box((size - 0.01, 0.014, high), (x, face - 0.005, 0)), stuff)
            inner = plain(darker(stuff.color, 0.8), 0.2)
            item.add(meshes.rounded_box((size * 0.7, 0.02, high * 0.6), 0.008, (x, face - 0.008, high * 0.2)), inner)
    elif kind == "ribs":
        for z in np.arange(0.06, high, rng.uniform(0.05, 0.1)):
            item.add(meshes.box((wide - 0.02, 0.012, 0.02), (0, face - 0.005, z)), stuff)
    elif kind == "hatch":
        at = (rng.uniform(-0.6, 0.6) * tub.half[0], face - 0.004, 0.1)
        item.add(meshes.box((0.28, 0.012, 0.25), at), plain(darker(stuff.color, 0.9), 0.2))


@design("bathtub")
def boxed(rng: np.random.Generator) -> Item:
    """A rectangular case, plain, tiled or clad in front, with a bowl of some outline let into it."""
    tub = _free(rng, ("square",), ("straight", "straight", "recessed"))
    tub.plan = tub.plan / np.abs(tub.plan).max(1)[:, None]  # corners without any rounding
    tub.half = (rng.uniform(0.55, 0.88), rng.uniform(0.34, 0.47))
    tub.bowl = _plan(rng, str(rng.choice(["oval", "soft", "square", "egg", "hourglass", "cut", "coffin"])))
    tub.ledge = (rng.uniform(0.05, 0.2), rng.uniform(0.04, 0.1))
    item = _finished(rng, tub, tiles(rng) if rng.random() < 0.3 else None, str(rng.choice(["thin", "slab", "raised"])))
    if tub.sides == "straight":
        _cladding(item, rng, tub)
    if rng.random() < 0.3:  # a sill along the wall
        sill = (2 * tub.half[0], 0.1, tub.top + rng.uniform(0.05, 0.3))
        item.add(meshes.box(sill, (0, tub.half[1] + 0.05, 0)), tiles(rng))
    return item


@design("bathtub")
def door_in_side(rng: np.random.Generator) -> Item:
    """A short, high tub with a door in its front and a seat inside, for people who cannot climb."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    plan = _plan(rng, "square")
    half = (rng.uniform(0.55, 0.8), rng.uniform(0.34, 0.42))
    ledge = (rng.uniform(0.05, 0.09), rng.uniform(0.05, 0.08))
    tub = _Tub(plan, _plan(rng, "soft"), half, rng.uniform(0.8, 1.0), ledge=ledge)
    _shell(item, rng, tub, white, white, str(rng.choice(["thin", "slab", "raised"])))
    end = int(rng.choice([-1, 1]))
    seat = (half[0] * 0.7, 2 * half[1] - 2 * ledge[1] - 0.06, 0.42)
    item.add(meshes.rounded_box(seat, 0.04, (end * (half[0] - seat[0] / 2 - ledge[0]), 0, 0.05)), white)
    wide, low = rng.uniform(0.4, 0.55), rng.uniform(0.08, 0.16)
    x, front = -end * (half[0] - wide / 2 - 0.06), -half[1]
    leaf = white if rng.random() < 0.6 else plain(darker(white.color, 0.85), 0.3)
    seal, grip = plain(paint(rng, ("grey", "black")), 0.1), _fitting(rng)
    item.add(meshes.box((wide + 0.03, 0.012, tub.top - low), (x, front - 0.003, low)), seal)
    item.add(meshes.rounded_box((wide, 0.04, tub.top - low), 0.015, (x, front - 0.01, low + 0.01)), leaf)
    hand = x + end * wide * 0.38
    item.add(meshes.rod((hand, front - 0.06, tub.top - 0.25), (hand, front - 0.02, tub.top - 0.08), 0.014), grip)
    for z in (low + 0.1, tub.top - 0.12):
        item.add(meshes.cylinder(0.014, 0.09, (x - end * wide * 0.52, front - 0.015, z), 10), grip)
    rail = ((0.1, 0.0), (0.1, 0.12), (0.8, 0.12), (0.8, 0.0))
    bar = [(end * half[0] * share, half[1] - ledge[1] / 2, tub.top + z - 0.01) for share, z in rail]
    item.add(tube(smooth(bar, 2, 0.2), 0.014), grip)
    _taps(item, rng, tub)
    return item
