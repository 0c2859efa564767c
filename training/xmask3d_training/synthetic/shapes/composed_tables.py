# SPDX-License-Identifier: Apache-2.0
"""Tables to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh

from .. import meshes
from ..colors import paint
from ..item import Item, Surface
from ..materials import Material, fabric, metal, plain, stone, wood
from .registry import design
from .storage import drawers
from .tubes import along_x, smooth, tube

_SIZES = {
    "dining": ((1.1, 1.9), (0.7, 1.0), (0.71, 0.78)),
    "square": ((0.6, 1.0), (0.6, 1.0), (0.7, 0.78)),
    "coffee": ((0.7, 1.3), (0.45, 0.75), (0.32, 0.5)),
    "side": ((0.35, 0.6), (0.33, 0.55), (0.42, 0.68)),
    "hall": ((0.75, 1.4), (0.3, 0.42), (0.74, 0.88)),
    "bar": ((0.55, 1.2), (0.5, 0.7), (0.95, 1.1)),
    "child": ((0.5, 0.9), (0.45, 0.6), (0.42, 0.55)),
}
"""Width, depth and height of each kind of table, from and to, metres."""
_CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
"""Where four legs stand, in shares of the half sizes."""


@dataclass(frozen=True)
class _Plan:
    """Sizes, metres, and materials that the parts of one table share."""

    kind: str
    half_x: float
    half_y: float
    height: float
    thick: float
    reach: float
    """Share of the half sizes at which legs still stand below the top."""
    outline: np.ndarray
    """(N,2) around the top."""
    cornered: bool
    """Whether the top is a rectangle, sharp or rounded."""
    top: Material
    frame: Material

    @property
    def under(self) -> float:
        """Height of the top's lower side."""
        return self.height - self.thick


def _outline(rng: np.random.Generator, shape: str, half_x: float, half_y: float) -> np.ndarray:
    """The top seen from above (N,2): a rectangle, an oval, a polygon, a boat or a pebble."""
    angle = np.arange(48) * 2 * np.pi / 48
    if shape == "polygon":
        corners = float(rng.choice([6, 8]))
        step = np.mod(angle, 2 * np.pi / corners) - np.pi / corners
        radius = np.cos(np.pi / corners) / np.cos(step)
        return np.column_stack([half_x * radius * np.cos(angle), half_y * radius * np.sin(angle)])
    if shape == "boat":
        x = np.linspace(-1, 1, 17)
        edge = np.column_stack([x * half_x, -half_y * (1 - rng.uniform(0.15, 0.4) * x**2)])
        return np.concatenate([edge, -edge])
    power = {"straight": 80.0, "rounded": rng.uniform(4, 12), "oval": 2.0, "pebble": 2.4}[shape]
    outline = meshes.ring(half_x, half_y, 0, 48, power)[:, :2]
    if shape == "pebble":
        waves = [rng.uniform(0.03, 0.1) / k * np.sin(k * angle + rng.uniform(0, 6)) for k in (1, 2, 3)]
        outline = outline * (0.94 + np.sum(waves, 0))[:, None]
    return outline


def _plan(rng: np.random.Generator, kinds: tuple[str, ...] = ("dining", *_SIZES), angular: float = 0.55) -> _Plan:
    """A table's sizes, outline and materials; ``angular`` is the share of rectangular tops."""
    kind = str(rng.choice(kinds))
    width, depth, height = (rng.uniform(*limits) for limits in _SIZES[kind])
    corners = rng.random() < angular or kind == "hall"
    shapes = ["straight", "straight", "rounded"] if corners else ["oval", "oval", "polygon", "boat", "pebble"]
    shape = str(rng.choice(shapes))
    if not corners and rng.random() < 0.6:  # as deep as wide
        width = depth = min(width, rng.uniform(1.0, 1.3))
    tops = (wood(rng, axis=0), wood(rng), stone(rng), plain(paint(rng), 0.15), plain(paint(rng), 0.7))
    frames = (wood(rng), metal(rng), plain(paint(rng), 0.2))
    top = tops[int(rng.choice(5, p=[0.4, 0.2, 0.14, 0.16, 0.1]))]
    frame = top if rng.random() < 0.35 and top.texture == "wood" else frames[int(rng.integers(3))]
    thick = rng.uniform(0.015, 0.07 if kind in ("dining", "coffee") else 0.04)
    reach = rng.uniform(0.84, 0.95) if corners else 0.62
    outline = _outline(rng, shape, width / 2, depth / 2)
    return _Plan(kind, width / 2, depth / 2, height, thick, reach, outline, corners, top, frame)


def _slab(plan: _Plan, share: float, low: float, high: float, bevel: float = 0.0) -> trimesh.Trimesh:
    """A board of the top's outline times ``share``, its lower edge drawn in by ``bevel``."""
    levels = ((share - bevel, low), (share, low + (high - low) * 0.6), (share, high))
    return meshes.loft([np.column_stack([plan.outline * s, np.full(len(plan.outline), z)]) for s, z in levels])


def _top(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """The top: a plain or bevelled board, one with a border, a tray with a rim, or one under a cloth."""
    finish, inside, level = rng.random(), 0.92 if plan.cornered else 0.7, plan.height
    item.add(_slab(plan, 1.0, plan.under, plan.height, float(rng.choice([0.0, 0.0, 0.03, 0.1]))), plan.top)
    if finish < 0.12:
        level += 0.002
        other = (plain(paint(rng), 0.4), stone(rng), wood(rng))[int(rng.integers(3))]
        item.add(_slab(plan, rng.uniform(0.75, 0.93), plan.height - 0.01, plan.height + 0.002), other)
    elif finish < 0.26:
        rim = rng.uniform(0.015, 0.06) if plan.kind in ("coffee", "side") else 0.012
        marks = ((1.0, plan.under), (1.005, plan.height + rim), (0.96, plan.height + rim), (0.96, plan.under + 0.002))
        rings = [np.column_stack([plan.outline * s, np.full(len(plan.outline), z)]) for s, z in marks]
        item.add(meshes.loft([*rings, rings[0]], capped=False), plan.frame if rng.random() < 0.6 else plan.top)
    elif finish < 0.36 and plan.kind in ("dining", "square"):
        drop, level = rng.uniform(0.1, 0.65) * plan.height, plan.height + 0.004
        ripple = 1 + 0.012 * np.cos(np.arange(len(plan.outline)) * rng.choice([1.05, 1.6, 2.1]))
        folds = ((1.03, plan.height - drop), (1.02, plan.height - drop * 0.5), (1.008, plan.height + 0.003))
        skirt = [np.column_stack([plan.outline * s * ripple[:, None], np.full(len(ripple), z)]) for s, z in folds]
        skirt.append(np.column_stack([plan.outline * 0.5, np.full(len(ripple), plan.height + 0.004)]))
        middle = np.column_stack([plan.outline * 0.01, np.full(len(ripple), plan.height + 0.004)])
        item.add(meshes.loft([*skirt, middle], capped=False), fabric(rng))
    item.surfaces.append(Surface((0, 0, level), (2 * plan.half_x * inside, 2 * plan.half_y * inside)))


def _shelf(item: Item, rng: np.random.Generator, plan: _Plan, x: float, y: float) -> None:
    """What joins the legs low down: nothing, a ring of bars, an H, a cross, a board or slats."""
    kind, z, bar = int(rng.integers(7)), plan.height * rng.uniform(0.12, 0.45), rng.uniform(0.018, 0.04)
    if kind in (1, 2):
        for side in (-1, 1):
            item.add(meshes.box((bar, 2 * y, bar), (side * x, 0, z)), plan.frame)
            if kind == 1:
                item.add(meshes.box((2 * x, bar, bar), (0, side * y, z)), plan.frame)
        if kind == 2:
            item.add(meshes.box((2 * x, bar, bar), (0, 0, z)), plan.frame)
    elif kind == 3:
        for side in (-1, 1):
            item.add(meshes.beam((-x, -side * y, z), (x, side * y, z), bar, bar), plan.frame)
    elif kind == 4:
        item.add(meshes.box((2 * x + bar, 2 * y + bar, 0.02), (0, 0, z)), plan.top)
    elif kind == 5:
        for at in np.linspace(-0.9, 0.9, 6) * y:
            item.add(meshes.box((2 * x, y * 0.22, 0.016), (0, at, z)), plan.frame)
        for side in (-1, 1):
            item.add(meshes.box((bar, 2 * y, 0.03), (side * x, 0, z - 0.03)), plan.frame)


def _apron(item: Item, rng: np.random.Generator, plan: _Plan, x: float, y: float) -> None:
    """Boards below the top from leg to leg, straight or scalloped, with drawers at times."""
    drop = rng.uniform(0.05, 0.14) if plan.kind != "child" else 0.06
    for side in (-1, 1):
        item.add(meshes.box((0.022, 2 * y, drop), (side * x, 0, plan.under - drop)), plan.frame)
        item.add(meshes.box((2 * x, 0.022, drop), (0, side * y, plan.under - drop)), plan.frame)
    if rng.random() < 0.25 and plan.kind in ("side", "hall", "coffee"):
        count = 1 if x < 0.35 else int(rng.integers(1, 4))
        for index in range(count):
            middle = (index - (count - 1) / 2) * 2 * x / count
            face = (middle, -y - 0.011, plan.under - drop)
            drawers(item, rng, 1.8 * x / count, drop, face, 1, plan.top if plan.top.texture == "wood" else plan.frame)


def _leg(
    rng: np.random.Generator, kind: str, high: float, thick: float, lean: tuple[float, float]
) -> list[trimesh.Trimesh]:
    """One leg from (lean, 0) on the floor up to (0, 0, high); the signs of ``lean`` say which way is out."""
    if kind == "square":
        return [meshes.beam((*lean, 0.004), (0, 0, high), thick * 1.6, thick * 1.6)]
    if kind == "panel":  # an L of two boards
        inwards, wide = -np.sign(lean), thick * 3
        boards = ((wide, thick * 0.6, inwards[0], 0.0), (thick * 0.6, wide, 0.0, inwards[1]))
        return [meshes.box((a, b, high), (x * wide / 2, y * wide / 2, 0)) for a, b, x, y in boards]
    if kind == "bent":  # swings out, in and out again
        out = np.array([*np.sign(lean), 0.0]) * high * rng.uniform(0.05, 0.1)
        up = np.array([0.0, 0.0, high])
        path = smooth([up, out + up * 0.75, up * 0.2 - out * 0.4, out * 0.8], 3, 0.25)
        path[:, 2] += thick * 0.5
        return [tube(path, thick * 0.8, 8), meshes.cylinder(thick, thick, out * (0.8, 0.8, 0))]
    if kind == "turned":
        share = np.sort(rng.uniform(0.05, 0.8, 6))
        marks = [(0.6, 0.0), *((rng.uniform(0.5, 1.1), s) for s in share), (1.0, 0.82), (1.0, 1.0)]
    else:
        marks = [(rng.uniform(0.45, 1.0), 0.0), (1.0, 1.0)]
    rings = []
    for radius, rise in marks:
        loop = meshes.ring(thick * radius, thick * radius, rise * high, 12)
        rings.append(loop + np.array([*lean, 0.0]) * (1 - rise))
    return [meshes.loft(rings)]


def _legs(
    item: Item, rng: np.random.Generator, plan: _Plan, lean: float, feet: tuple[tuple[float, float], ...] = _CORNERS
) -> None:
    """Legs of one kind at the corners, or wherever ``feet`` are in shares of the half sizes.

    Their feet stand ``lean`` metres further out than their heads. Four legs are mostly joined: by an apron, low down
    or both.
    """
    kind = str(rng.choice(["round", "turned", "bent"] if lean else ["square", "round", "turned", "bent", "panel"]))
    thick, x, y = rng.uniform(0.015, 0.04), plan.half_x * plan.reach, plan.half_y * plan.reach
    x, y = x - thick * plan.cornered - lean * 0.6, y - thick * plan.cornered - lean * 0.6
    seed = int(rng.integers(1 << 20))
    for a, b in feet:
        tilt = (float(a) * (lean or 1e-6), float(b) * (lean or 1e-6))  # upright legs, too, know which way is out
        for mesh in _leg(np.random.default_rng(seed), kind, plan.under, thick, tilt):
            item.add(mesh.apply_translation((a * x, b * y, 0)), plan.frame)
    if len(feet) == 4:
        if rng.random() < 0.75 or plan.thick < 0.02:
            _apron(item, rng, plan, x, y)
        if kind != "bent":
            _shelf(item, rng, plan, x + lean * 0.7, y + lean * 0.7)


def _foot(item: Item, rng: np.random.Generator, plan: _Plan, x: float, reach: float) -> None:
    """A column's foot at ``x``: a disc, a square plate, a block, a cross or three or four claws."""
    kind, material = int(rng.integers(5)), plan.frame
    if kind == 0:
        item.add(meshes.lathe([(reach, 0), (reach, 0.012), (reach * 0.5, 0.03), (0.03, 0.05)], (x, 0, 0)), material)
    elif kind == 1:
        item.add(meshes.box((reach * 1.6, reach * 1.6, 0.02), (x, 0, 0)), material)
    elif kind == 2:
        item.add(meshes.rounded_box((reach * 1.5, reach * 1.5, 0.07), 0.015, (x, 0, 0)), material)
    else:
        count, high, thick = 3 if rng.random() < 0.3 else 4, rng.uniform(0.04, 0.32), rng.uniform(0.03, 0.06)
        for angle in (np.arange(count) + 0.5) * 2 * np.pi / count:
            way = np.array([np.cos(angle), np.sin(angle), 0.0])
            if kind == 3:
                tip = way * reach + (x, 0, thick * 0.55)
                item.add(meshes.beam((x, 0, max(high * 0.5, thick * 0.5)), tip, thick, thick * 0.8), material)
                item.add(meshes.cylinder(thick * 0.5, thick * 0.5, tip * (1, 1, 0), 10), material)
            else:
                marks = ((0, high + 0.05), (reach * 0.6, high), (reach, thick * 0.42))
                path = [np.array([*way[:2] * s, z]) for s, z in marks]
                item.add(tube(smooth(path, 2, 0.25), thick * 0.42, 8).apply_translation((x, 0, 0)), material)
                item.add(meshes.cylinder(thick * 0.5, thick * 0.4, way * reach + (x, 0, 0), 10), material)


def _columns(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """One column, or two in a row below a long top, each with a foot and a plate or arms that carry the top."""
    long = plan.half_x > 1.5 * plan.half_y
    places = (-plan.half_x * 0.5, plan.half_x * 0.5) if long else (0.0,)
    thick, reach = rng.uniform(0.02, 0.07), min(plan.half_x, plan.half_y) * rng.uniform(0.55, 0.8)
    kind, seed = int(rng.integers(4)), int(rng.integers(1 << 20))
    for x in places:
        same = np.random.default_rng(seed)
        _foot(item, same, plan, x, reach)
        low, high = 0.02, plan.under - 0.02
        if kind == 0:
            item.add(meshes.box((thick * 1.8, thick * 1.8, high), (x, 0, low)), plan.frame)
        elif kind == 1:
            marks = [(same.uniform(0.6, 1.6), share) for share in np.linspace(0.0, 1.0, 9)]
            item.add(meshes.lathe([(thick * r, low + high * share) for r, share in marks], (x, 0, 0), 16), plan.frame)
        elif kind == 2:
            for side in (-1, 1):
                item.add(meshes.cylinder(thick * 0.6, high, (x, side * thick * 1.2, low), 12), plan.frame)
        else:
            item.add(meshes.cylinder(thick * same.uniform(1, 1.6), high, (x, 0, low), 16, thick), plan.frame)
        item.add(meshes.box((reach * 1.1, 0.06, 0.025), (x, 0, plan.under - 0.025)), plan.frame)
        item.add(meshes.box((0.06, reach * 1.1, 0.025), (x, 0, plan.under - 0.025)), plan.frame)
    if long:
        z = rng.choice([0.3, 0.85]) * plan.under
        item.add(meshes.box((plan.half_x, 0.04, 0.06), (0, 0, z)), plan.frame)


def _body(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A body instead of legs: a drum, cone or block, a basket of upright or slanting wires, or a stack of rings."""
    kind, share = int(rng.integers(4)), rng.uniform(0.45, 0.85)
    x, y, under = plan.half_x * share, plan.half_y * share, plan.under
    if kind == 0:
        power, waist = float(rng.choice([2.0, 2.0, 12.0])), rng.uniform(0.55, 1.2)
        marks = ((1.0, 0.0), (waist, 0.5), (rng.uniform(0.7, 1.1), 1.0))
        item.add(meshes.loft([meshes.ring(x * s, y * s, z * under, 32, power) for s, z in marks]), plan.frame)
    elif kind in (1, 2):
        count, pinch, thick = int(rng.integers(10, 26)), rng.uniform(0.5, 1.1), rng.uniform(0.005, 0.014)
        for angle in np.arange(count) * 2 * np.pi / count:
            way, turn = np.array([np.cos(angle) * x, np.sin(angle) * y, 0.0]), 0.0 if kind == 1 else 0.7
            head = np.array([np.cos(angle + turn) * x, np.sin(angle + turn) * y, under])
            middle = (way + head) / 2 * (pinch, pinch, 1)
            item.add(tube(smooth([(way[0], way[1], thick), middle, head], 1), thick, 6), plan.frame)
        for z in (thick, under - thick):
            loop = meshes.ring(x, y, z, 33)
            item.add(tube(np.concatenate([loop, loop[:1]]), thick, 6), plan.frame)
    else:
        for z in np.arange(0, 4) * under / 4:
            ratio = rng.uniform(0.7, 1.1)
            bulge = ((0.85, 0), (1, 0.3), (1, 0.7), (0.85, 1))
            rings = [meshes.ring(x * ratio * s, y * ratio * s, z + h * under / 4, 28) for s, h in bulge]
            item.add(meshes.loft(rings), plan.frame)


@design("table")
def upright_legs(rng: np.random.Generator) -> Item:
    """Four upright legs of any make, at the corners, with or without apron, rails or shelf."""
    item, plan = Item("table"), _plan(rng)
    _top(item, rng, plan)
    _legs(item, rng, plan, 0.0)
    return item


@design("table")
def leaning_legs(rng: np.random.Generator) -> Item:
    """Three to six legs whose feet stand further out than their heads."""
    item, plan = Item("table"), _plan(rng, ("dining", "dining", "square", "coffee", "side", "child"), 0.4)
    _top(item, rng, plan)
    count = int(rng.choice([3, 4, 4] if plan.half_x < 1.3 * plan.half_y else [4, 4, 6]))
    angle = np.pi / 2 + np.arange(count) * 2 * np.pi / count
    feet = _CORNERS if count == 4 else tuple(zip(np.cos(angle), np.sin(angle), strict=True))
    _legs(item, rng, plan, plan.height * rng.uniform(0.05, 0.16), feet)
    return item


@design("table")
def columns(rng: np.random.Generator) -> Item:
    """A top on one column or two: of a cafe, a bar, a parlour or a canteen."""
    item, plan = Item("table"), _plan(rng, ("square", "square", "dining", "side", "coffee", "bar"), 0.35)
    _top(item, rng, plan)
    _columns(item, rng, plan)
    return item


@design("table")
def bodies(rng: np.random.Generator) -> Item:
    """A top on a body: drum, cone, block, basket of wires, stacked rings."""
    item, plan = Item("table"), _plan(rng, ("coffee", "coffee", "side", "side", "square", "dining"), 0.3)
    _top(item, rng, plan)
    _body(item, rng, plan)
    return item


@design("table")
def side_arm(rng: np.random.Generator) -> Item:
    """A top held from one side: a C of bars or boards that slides under a sofa or over a bed."""
    item, plan = Item("table"), _plan(rng, ("side", "side", "bar"), 0.6)
    _top(item, rng, plan)
    side, bar, y = float(rng.choice([-1, 1])), rng.uniform(0.015, 0.035), plan.half_y * plan.reach * 0.9
    x = plan.half_x * (0.85 if plan.cornered else 0.6)
    kind, z = int(rng.integers(3)), plan.under - bar
    if kind == 0:
        outline = [(-y, 0.0), (y, 0.0), (y, bar), (-y, bar)]
        for low in (0.0, z):
            item.add(along_x([(a, b + low) for a, b in outline], 2 * x), plan.frame)
        item.add(meshes.box((bar, 2 * y, plan.under), (side * x, 0, 0)), plan.frame)
    else:
        for at in (-y, y) if kind == 1 else (0.0,):
            item.add(meshes.box((2 * x, bar, bar), (0, at, 0)), plan.frame)
            item.add(meshes.box((2 * x, bar, bar), (0, at, z)), plan.frame)
            item.add(meshes.box((bar, bar * (1 if kind == 1 else 2.5), plan.under), (side * x, at, 0)), plan.frame)
        for end in (-1, 1):
            item.add(meshes.box((bar, 2 * y + bar, bar), (end * x, 0, 0)), plan.frame)
        item.add(meshes.box((bar, 2 * y + bar, bar), (side * x, 0, z)), plan.frame)
    return item


@design("table")
def side_flaps(rng: np.random.Generator) -> Item:
    """A top with flaps at one or both ends or sides, hanging down or one held up by a stay; on legs or columns."""
    item, plan = Item("table"), _plan(rng, ("square", "side", "coffee", "dining", "dining"), 1.0)
    item.add(meshes.box((2 * plan.half_x, 2 * plan.half_y, plan.thick), (0, 0, plan.under)), plan.top)
    item.surfaces.append(Surface((0, 0, plan.height), (2 * plan.half_x, 2 * plan.half_y)))
    drop, along, flat = rng.uniform(0.2, 0.55) * plan.height, rng.random() < 0.5, rng.random() < 0.3
    across, half = (plan.half_y, plan.half_x) if along else (plan.half_x, plan.half_y)
    swing, power = np.linspace(-np.pi / 2, np.pi / 2, 17), float(rng.choice([1.0, 0.5, 0.12]))
    edge = np.sign(np.sin(swing)) * np.abs(np.sin(swing)) ** power * half
    reach = min(drop, 0.98 - across)  # a flap that is up ends at most 0.98 m from the middle
    hang = np.abs(np.cos(swing)) ** power * reach
    for side in (-1, 1) if rng.random() < 0.7 else (1,):
        lies = flat and side == 1
        rings = []
        for t in (0.0, 0.02):  # through the flap's thickness
            if lies:
                out, z = across + hang, np.full(len(hang), plan.height - t)
            else:
                out, z = np.full(len(hang), across + t), plan.height - hang
            rings.append(np.column_stack((edge, side * out, z) if along else (side * out, edge, z)))
        item.add(meshes.loft(rings), plan.top)
        if lies:
            ends = ((across * 0.5, plan.under * 0.6), (across + reach * 0.6, plan.height - 0.03))
            start, stop = ((0, at, z) if along else (at, 0, z) for at, z in ends)
            item.add(meshes.beam(start, stop, 0.025, 0.025), plan.frame)
    if rng.random() < 0.5:
        _legs(item, rng, plan, 0.0)
    else:
        _columns(item, rng, plan)
    return item
