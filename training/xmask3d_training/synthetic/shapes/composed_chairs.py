# SPDX-License-Identifier: Apache-2.0
"""Chairs to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import trimesh

from .. import meshes
from ..item import Item
from ..materials import Material, fabric, leather, metal, plastic, upholstery, wood
from .registry import design
from .tubes import smooth, tube

_Share = TypeVar("_Share", float, np.ndarray)


@dataclass(frozen=True)
class _Plan:
    """What the parts of one chair agree on, metres."""

    width: float
    depth: float
    seat: float
    """Height of the seat's top."""
    back: float
    """How far the back rises over the seat."""
    lean: float
    """How far the back's top lies behind its bottom."""
    outline: float
    """Power of the seat's outline: 2 round, 8 square."""
    frame: Material
    """Of what carries."""
    cover: Material
    """Of what one sits on and leans against."""

    def up(self, share: _Share) -> tuple[_Share, _Share]:
        """Depth and height of a point at a share of the back's height."""
        return self.depth / 2 - 0.025 + self.lean * share, self.seat + self.back * share


def _plan(rng: np.random.Generator) -> _Plan:
    """Proportions and materials of an upright chair, now and then tall enough for a bar."""
    tall = rng.random() < 0.12
    seat = rng.uniform(0.6, 0.7) if tall else rng.uniform(0.41, 0.48)
    back = rng.uniform(0.24, 0.38) if tall else rng.uniform(0.32, 0.6)
    frame = (wood, metal, wood, plastic)[rng.integers(4)](rng)
    cover = upholstery(rng) if rng.random() < 0.6 else (frame, wood(rng), plastic(rng))[rng.integers(3)]
    outline = float(rng.choice([2.0, 2.6, 4.0, 8.0, 12.0]))
    width, depth = rng.uniform(0.38, 0.54), rng.uniform(0.38, 0.5)
    return _Plan(width, depth, seat, back, rng.uniform(0.01, 0.15), outline, frame, cover)


def _band(path: np.ndarray, tall: np.ndarray | float, thick: float, flare: float = 0.0) -> trimesh.Trimesh:
    """An upright strip along a curve; its top leans outwards, away from the curve's inside, by ``flare``."""
    along = np.gradient(path[:, :2], axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    out = np.column_stack([-along[:, 1], along[:, 0], np.zeros(len(path))])
    heights = np.broadcast_to(np.asarray(tall, float), (len(path),))
    rings = []
    for point, side, high in zip(path, out, heights, strict=True):
        outline = ((-1, 0.0), (1, 0.0), (1, 0.93), (0.5, 1.0), (-0.5, 1.0), (-1, 0.93))
        rings.append(np.array([point + side * (a * thick / 2 + b * flare) + (0, 0, b * high) for a, b in outline]))
    return meshes.loft(rings)


def _bow(plan: _Plan, share: float, half: float, bend: float) -> np.ndarray:
    """A curve across the back at a share of its height, hollow towards the sitter."""
    x = np.linspace(-1, 1, 11)
    y, z = plan.up(share)
    return np.column_stack([x * half, y + bend * (1 - x**2), np.full(11, z)])


def _panel(plan: _Plan, low: float, high: float, half: float, taper: float, power: float, thick: float,
           bend: float) -> trimesh.Trimesh:  # fmt: skip
    """A flat or hollow pad in the plane of the back: oval, square, or wider at the top with ``taper`` over 1.

    ``low`` and ``high`` are shares of the back's height, ``power`` is that of the outline.
    """
    flat = meshes.ring(1, 1, 0, 28, power)
    rings = []
    layers = ((0.3, -0.5), (0.85, -0.48), (0.97, -0.35), (1, 0), (0.97, 0.4), (0.85, 0.5), (0.3, 0.5))
    for scale, out in layers:
        x, v = flat[:, 0] * scale, flat[:, 1] * scale
        y, z = plan.up((low + high) / 2 + v * (high - low) / 2)
        rings.append(np.column_stack([x * half * (1 + (taper - 1) * v), y + out * thick + bend * (1 - x**2), z]))
    return meshes.loft(rings)


def _seat(item: Item, rng: np.random.Generator, plan: _Plan) -> float:
    """A seat of one of several kinds; returns the height of its underside."""
    half_x, half_y, top, kind = plan.width / 2, plan.depth / 2, plan.seat, rng.integers(5)

    def stack(levels: Sequence[tuple[float, float]], material: Material) -> None:
        """A solid of the seat's outline: ``levels`` pair its scale with a height relative to the top."""
        rings = [meshes.ring(half_x * s, half_y * s, top + z, 28, plan.outline) for s, z in levels]
        item.add(meshes.loft(rings), material)

    if kind == 0:  # a board, hollowed for the sitter
        thick = rng.uniform(0.02, 0.045)
        stack([(0.95, -thick), (1, -thick / 2), (1, 0), (0.8, -0.005), (0.4, -0.012)], plan.frame)
    elif kind == 1:  # slats on two rails
        thick, count = 0.045, int(rng.integers(4, 9))
        for y in np.linspace(-1, 1, count) * (half_y - 0.03):
            item.add(meshes.box((plan.width, plan.depth / count * 0.75, 0.02), (0, y, top - 0.02)), plan.frame)
        for x in (-0.8, 0.8):
            item.add(meshes.box((0.03, plan.depth, 0.03), (x * half_x, 0, top - 0.045)), plan.frame)
    elif kind == 2:  # woven cord or cane within a frame
        thick = 0.04
        weave = replace(fabric(rng, ("beige", "brown", "beige", "black")), texture="checker", scale=0.025)
        stack([(0.9, -0.03), (0.92, -0.005), (0.5, -0.012)], weave)
        loop = meshes.ring(half_x * 0.95, half_y * 0.95, top - 0.018, 28, plan.outline)
        item.add(tube(np.vstack([loop, loop[:1]]), 0.018), plan.frame)
    else:  # a cushion, thin or thick
        thick = rng.uniform(0.03, 0.11)
        stack([(0.94, -thick), (1, -thick * 0.7), (1, -thick * 0.3), (0.93, -0.006), (0.6, 0.004)], plan.cover)
        if rng.random() < 0.5:
            stack([(0.94, -thick - 0.04), (0.95, -thick)], plan.frame)
            thick += 0.04
    return top - thick


def _feet(item: Item, rng: np.random.Generator, plan: _Plan, under: float) -> None:
    """Four legs, square, of bent wire, tapering or turned, more or less splayed; mostly with stretchers."""
    inset, radius, splay = (0.72 if plan.outline < 3 else 0.93), rng.uniform(0.012, 0.022), rng.uniform(0, 0.07)
    x, y, kind = plan.width / 2 * inset - radius, plan.depth / 2 * inset - radius, rng.integers(4)
    rise = 2 * radius * splay / under + 0.001  # the edge of a leaning leg stays above the floor
    for side in (-1, 1):
        for end in (-1, 1):
            foot, top = (side * (x + splay), end * (y + splay), rise), (side * x, end * y, under + 0.01)
            if kind == 0:
                item.add(meshes.beam(foot, top, 2 * radius, 2 * radius), plan.frame)
            elif kind == 1:  # hairpin
                for shift in ((side * -0.09, 0, 0), (0, end * -0.09, 0)):
                    item.add(meshes.rod(np.add(foot, (0, 0, 0.001)), np.add(top, shift), 0.006, 6), plan.frame)
            else:
                shape = np.linspace(np.array(foot), np.array(top), 5)
                turned = (0.6, 0.75, 0.9, 1.05, 1.2) if kind == 2 else (0.7, 1.2, 0.8, 1.3, 1.0)
                rings = [meshes.ring(radius * s, radius * s, 0, 10) + p for s, p in zip(turned, shape, strict=True)]
                item.add(meshes.loft(rings), plan.frame)
    if plan.seat < 0.55 and (kind == 1 or rng.random() < 0.35):
        return
    z = under * rng.uniform(0.28, 0.5)
    x, y, bar = x + splay * (1 - z / under), y + splay * (1 - z / under), rng.uniform(0.007, 0.013)
    for side in (-1, 1):
        item.add(meshes.rod((side * x, -y, z), (side * x, y, z), bar), plan.frame)
    for end in (-1, 1) if rng.random() < 0.5 else (0,):
        item.add(meshes.rod((-x, end * y, z), (x, end * y, z), bar), plan.frame)


def _runners(item: Item, rng: np.random.Generator, plan: _Plan, under: float) -> None:
    """A side frame on each side: a closed sled, a cantilever, a trestle foot, a cross or a slab."""
    x, y, bar, kind = plan.width / 2 - 0.03, plan.depth / 2, rng.uniform(0.009, 0.016), rng.integers(5)
    top = under - bar + 0.005
    for side in (-x, x):
        front, rear = (side, -y * 0.9, top), (side, y * 0.9, top)
        if kind < 2:
            path = [rear, (side, y, bar), (side, -y, bar), front]
            item.add(tube(smooth([*path, rear] if kind == 0 else [*path[1:], rear], 2, 0.13), bar), plan.frame)
        elif kind == 2:
            item.add(meshes.box((0.05, 2 * y + 0.04, 0.035), (side, 0, 0)), plan.frame)
            item.add(meshes.box((0.045, 0.1, top), (side, 0, 0.02)), plan.frame)
            item.add(meshes.box((0.045, 1.7 * y, 0.04), (side, 0, top - 0.035)), plan.frame)
        elif kind == 3:
            for end in (-1, 1):
                item.add(meshes.beam((side, -end * y, 0.019), (side, end * y * 0.9, under), 0.025, 0.03), plan.frame)
        else:
            item.add(meshes.box((0.025, 1.8 * y, under), (side, 0, 0)), plan.frame)
    for z, rear_y in ((under * 0.5, 0.0) if kind >= 2 else (bar, y), (top - 0.01, 0.0)):
        item.add(meshes.rod((-x, rear_y, z), (x, rear_y, z), bar * 0.9), plan.frame)


def _column(item: Item, rng: np.random.Generator, plan: _Plan, under: float, wheels: bool = False) -> None:
    """One post on a disc, a trumpet, or a star of four or five arms with glides or castors."""
    steel = plan.frame if rng.random() < 0.5 else metal(rng)
    radius, kind = rng.uniform(0.2, 0.25), 2 if wheels else int(rng.integers(3))  # disc, trumpet, star
    item.add(meshes.cylinder(0.13, 0.03, (0, 0, under - 0.025), top=0.16), steel)
    if kind < 2:
        waist = rng.uniform(0.025, 0.05)
        curve = (0.03, 0.08, 0.25) if kind else (0.015, 0.02, 0.03)
        marks = [(radius, 0.0), (radius, 0.01), (radius * 0.5, curve[0]), (waist * 1.5, curve[1]), (waist, curve[2])]
        item.add(meshes.lathe([*marks, (waist, under * 0.8), (waist * (1.6 if kind else 1), under)]), steel)
        return
    item.add(meshes.cylinder(0.022, under - 0.06, (0, 0, 0.06), 12), steel)
    item.add(meshes.cylinder(0.036, under * 0.45, (0, 0, 0.07), 14), steel)
    count, hub, tip = int(rng.integers(4, 6)), rng.uniform(0.09, 0.14), rng.uniform(0.06, 0.08) if wheels else 0.028
    for angle in np.arange(count) * 2 * np.pi / count + rng.uniform(0, 1):
        x, y = 1.25 * radius * np.cos(angle), 1.25 * radius * np.sin(angle)
        item.add(meshes.beam((0, 0, hub), (x, y, tip), 0.045, 0.03), steel)
        if wheels:
            turn = np.array([-np.sin(angle), np.cos(angle), 0]) * 0.022
            castor = meshes.rod(np.subtract((x, y, 0.03), turn), np.add((x, y, 0.03), turn), 0.03, 12)
            item.add(castor, plastic(rng, ("black", "grey")))
        else:
            item.add(meshes.cylinder(0.022, 0.03, (x, y, 0), 10), steel)


def _base(item: Item, rng: np.random.Generator, plan: _Plan, under: float) -> None:
    """What carries the seat: legs most often, else side frames or a column."""
    (_feet, _feet, _feet, _runners, _runners, _column)[rng.integers(6)](item, rng, plan, under)


def _arms(item: Item, rng: np.random.Generator, plan: _Plan, chance: float) -> None:
    """Arm rests: tube loops, bars on posts, pads on brackets or closed sides; none unless ``chance`` has it."""
    if rng.random() > chance:
        return
    x, y, rest, kind = plan.width / 2 + 0.015, plan.depth / 2, plan.seat + rng.uniform(0.17, 0.23), rng.integers(4)
    rear, _ = plan.up((rest - plan.seat) / plan.back)
    low = plan.seat - 0.03
    for side in (-x, x):
        inner = (np.sign(side) * (x - 0.05), -y * 0.5, low)
        if kind == 0:
            path = [(side, rear, low), (side, rear, rest), (side, -y * 0.7, rest), (side, -y * 0.8, low), inner]
            item.add(tube(smooth(path, 2, 0.18), 0.013), plan.frame)
        elif kind == 1:
            at = (side, (rear - y * 0.85) / 2, rest)
            item.add(meshes.rounded_box((0.055, rear + y * 0.85, 0.025), 0.01, at), plan.frame)
            item.add(meshes.beam((side, -y * 0.6, low), (side, -y * 0.7, rest + 0.01), 0.03, 0.03), plan.frame)
        elif kind == 2:
            path = [inner, (side * 1.12, 0, low), (side * 1.12, 0, rest)]
            item.add(tube(smooth(path, 1, 0.2), 0.017), plan.frame)
            item.add(meshes.rounded_box((0.08, y * 1.2, 0.035), 0.015, (side * 1.12, 0, rest - 0.01)), plan.cover)
        else:
            at = (side, (rear - y * 0.9) / 2, low - 0.04)
            item.add(meshes.rounded_box((0.05, rear + y * 0.9, rest - low + 0.04), 0.02, at), plan.cover)
    if kind in (0, 2):
        item.add(meshes.rod((-x + 0.04, -y * 0.5, low), (x - 0.04, -y * 0.5, low), 0.011), plan.frame)


def _posts(item: Item, rng: np.random.Generator, plan: _Plan, half: float, top: float, behind: float = 0.0) -> None:
    """Two uprights at the sides of the back, round or square, from under the seat up to ``top``, a share of its height.

    ``behind`` moves their upper ends backwards, metres.
    """
    bar, square = rng.uniform(0.012, 0.02), rng.random() < 0.5
    y, z = plan.up(top)
    for x in (-half, half):
        inside = np.sign(x) * min(abs(x), plan.width / 2 * (0.6 if plan.outline < 3 else 0.95))
        start, stop = (inside, plan.depth / 2 - 0.03, plan.seat - 0.05), (x, y + behind, z)
        post = meshes.beam(start, stop, 2 * bar, 2 * bar) if square else meshes.rod(start, stop, bar)
        item.add(post, plan.frame)


def _extras(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """Now and then a writing tablet, a loose cushion, or clothes over the back."""
    kind = rng.random()
    if kind < 0.1:
        side = float(rng.choice([-1, 1])) * (plan.width / 2 + 0.03)
        z, board = plan.seat + 0.24, wood(rng) if rng.random() < 0.6 else plastic(rng, ("grey", "black", "white"))
        path = [(0, 0.05, plan.seat - 0.05), (side, 0.05, plan.seat - 0.05), (side, 0.05, z)]
        item.add(tube(smooth([*path, (side, -0.2, z)], 2, 0.15), 0.014), plan.frame)
        item.add(meshes.rounded_box((0.3, 0.44, 0.02), 0.009, (side * 0.72, -0.2, z + 0.01), yaw=0.1), board)
    elif kind < 0.22:
        loop = [(0.9, 0.0), (0.98, 0.015), (0.94, 0.035), (0.6, 0.045)]
        size = (plan.width / 2 * 0.88, plan.depth / 2 * 0.85)
        rings = [meshes.ring(size[0] * s, size[1] * s, plan.seat + z, 24, plan.outline) for s, z in loop]
        item.add(meshes.loft(rings), fabric(rng))
    elif kind < 0.3:
        half, (y, z) = plan.width * rng.uniform(0.3, 0.5), plan.up(1.0)
        fall = [(y - 0.05, z - 0.3), (y - 0.04, z), (y, z + 0.02), (y + 0.05, z), (y + 0.06, z - 0.4)]
        x = np.linspace(-half, half, 9)
        rows = [np.column_stack([x, a + 0.008 * np.sin(40 * x), np.full(9, b)]) for a, b in fall]
        item.add(meshes.sheet(np.stack(rows)), fabric(rng))


def _barred(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A back of bars between two posts: upright slats, spindles, a cross, or one shaped board."""
    half, bend, kind = plan.width / 2 * rng.uniform(0.85, 1.05), rng.uniform(0.0, 0.05), rng.integers(4)
    _posts(item, rng, plan, half, 0.98)
    crest = rng.uniform(0.04, 0.11)
    rail = _bow(plan, 1 - crest / plan.back, half, bend)
    item.add(_band(rail, crest * (1 + rng.uniform(0, 0.5) * np.cos(np.linspace(-1.5, 1.5, 11))), 0.022), plan.frame)
    y, z = plan.up(0.02)
    if kind < 2:
        count, wide = int(rng.integers(3, 6) if kind else rng.integers(5, 10)), 0.045 if kind else 0.014
        for share in np.linspace(-0.75, 0.75, count):
            stop = (share * half, np.interp(share * half, rail[:, 0], rail[:, 1]), rail[0, 2] + 0.01)
            item.add(meshes.beam((share * half * 0.9, y, z - 0.03), stop, wide, 0.014), plan.frame)
    elif kind == 2:
        for side in (-1, 1):
            stop = (side * half * 0.9, rail[0, 1], rail[0, 2] + 0.01)
            item.add(meshes.beam((-side * half * 0.9, y, z - 0.02), stop, 0.03, 0.016), plan.frame)
    else:
        item.add(_panel(plan, -0.05, 1 - crest / plan.back * 0.7, half * rng.uniform(0.25, 0.5), rng.uniform(0.7, 1.4),
                        float(rng.choice([3, 6])), 0.018, bend), plan.frame)  # fmt: skip


def _panelled(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A back of one board or pad, of many outlines, between posts, on a spine or down to the seat."""
    held, power = rng.integers(3), float(rng.choice([2.0, 2.6, 4.0, 10.0]))
    low = -0.04 if held == 2 else rng.uniform(0.15, 0.5)
    half, bend, thick = plan.width / 2 * rng.uniform(0.85, 1.1), rng.uniform(0.0, 0.07), rng.uniform(0.02, 0.09)
    taper = rng.uniform(0.8, 1.2)
    item.add(_panel(plan, low, 1, half, taper, power, thick, bend), plan.cover)
    if held == 0:
        _posts(item, rng, plan, half * 0.9, 0.85, thick * 0.5 + bend * 0.2)
    elif held == 1:
        y, z = plan.up((low + 1) / 2)
        path = [(0, 0, plan.seat - 0.05), (0, plan.depth / 2 + 0.06, plan.seat - 0.05), (0, y + bend + thick / 2, z)]
        for x in (-0.03, 0.03):
            item.add(tube(smooth([np.add(point, (x, 0, 0)) for point in path], 2, 0.2), 0.014), plan.frame)


def _wrapped(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A back that runs around the sitter, upholstered down to the seat or as a band on sticks."""
    turn, closed = rng.uniform(0.9, 1.7), rng.random() < 0.55
    angle = np.linspace(np.pi / 2 + turn, np.pi / 2 - turn, 25)
    power = 2 / rng.uniform(2, 3.5)
    cosine, sine = np.cos(angle), np.sin(angle)
    half, deep = plan.width / 2 + 0.02, plan.depth / 2 + 0.02
    path = np.column_stack([half * np.sign(cosine) * np.abs(cosine) ** power,
                            deep * np.sign(sine) * np.abs(sine) ** power, np.full(25, plan.seat - 0.06)])  # fmt: skip
    fall = rng.uniform(0.3, 1.0)  # height of the ends as a share of the middle's
    tall = (plan.back * 0.8 + 0.06) * (fall + (1 - fall) * np.clip((sine + 0.3) / 1.3, 0, 1) ** 0.7)
    flare, thick = plan.lean * 0.5, rng.uniform(0.025, 0.08)
    if closed:
        item.add(_band(path, tall, thick, flare), upholstery(rng))
        return
    band = np.minimum(tall * 0.5, rng.uniform(0.05, 0.2))
    item.add(_band(path + np.column_stack([np.zeros((25, 2)), tall - band]), band, thick), plan.cover)
    for index in np.linspace(1, 23, int(rng.integers(4, 10))).astype(int):
        start, stop = path[index] * (0.9, 0.9, 1), path[index] + (0, 0, tall[index] - band[index] + 0.02)
        item.add(meshes.rod(start, stop, rng.uniform(0.008, 0.014), 8), plan.frame)


def _compose(rng: np.random.Generator, kind: int, wheels: bool = False) -> Item:
    """A chair with a back that is barred (``kind`` 0), panelled (1) or wrapped (2); all else at random."""
    item, plan = Item("chair"), _plan(rng)
    if wheels:
        plan = replace(plan, cover=upholstery(rng), frame=metal(rng), width=rng.uniform(0.44, 0.54))
    if kind == 2:
        plan = replace(plan, width=plan.width + rng.uniform(0.02, 0.14), outline=min(plan.outline, 4.0))
    under = _seat(item, rng, plan)
    (_barred, _panelled, _wrapped)[kind](item, rng, plan)
    if wheels:
        _column(item, rng, plan, under, True)
    else:
        _base(item, rng, plan, under)
    if kind != 2:
        _arms(item, rng, plan, 0.7 if wheels else 0.35)
        _extras(item, rng, plan)
    return item


@design("chair")
def barred_back(rng: np.random.Generator) -> Item:
    """Slats, spindles, a board or a cross make the back; any seat, legs and arms."""
    return _compose(rng, 0)


@design("chair")
def panelled_back(rng: np.random.Generator) -> Item:
    """One board or pad makes the back: oval, square, wide, narrow; any seat, legs and arms."""
    return _compose(rng, 1)


@design("chair")
def wrapped_back(rng: np.random.Generator) -> Item:
    """The back runs round the sides; any seat and legs."""
    return _compose(rng, 2)


@design("chair")
def castor_base(rng: np.random.Generator) -> Item:
    """A swivelling work chair on wheels; any seat and back, with or without arms."""
    return _compose(rng, int(rng.choice([0, 1, 1, 1, 2])), True)


@design("chair")
def sling_seat(rng: np.random.Generator) -> Item:
    """Cloth or hide hung between two side frames of tube or wood, upright or reclining, with or without arms."""
    item, cloth = Item("chair"), fabric(rng) if rng.random() < 0.6 else leather(rng)
    frame, half = wood(rng) if rng.random() < 0.5 else metal(rng), rng.uniform(0.24, 0.33)
    bar, front, fall = rng.uniform(0.011, 0.02), rng.uniform(0.38, 0.46), rng.uniform(0.02, 0.16)
    deep, lean, high = rng.uniform(0.4, 0.55), rng.uniform(0.05, 0.3), rng.uniform(0.75, 1.0)
    line = [(-deep / 2, front), (0, front - fall), (deep / 2 - 0.04, front - fall), (deep / 2 + lean, high)]
    edge = smooth([(0, y, z) for y, z in line], 3, 0.25)
    across, sag = np.linspace(-1, 1, 7), rng.uniform(0.0, 0.03)
    rows = [np.column_stack([across * half, np.full(7, y), z - sag * (1 - across**2)]) for _, y, z in edge]
    item.add(meshes.sheet(np.stack(rows)), cloth)
    kind, rest, arms = rng.integers(3), front + rng.uniform(0.16, 0.24), rng.random() < 0.6
    top = rest if arms else front - 0.02
    for x in (-half, half):
        item.add(tube(np.add(edge, (x, 0, 0)), bar), frame)
        if kind == 0:
            loop = [(x, -deep / 2, bar), (x, -deep / 2, top), (x, deep / 2 + 0.05, top), (x, deep / 2 + 0.05, bar)]
            item.add(tube(smooth([*loop, loop[0]], 2, 0.12), bar), frame)
        else:
            for end in (-1, 1):
                cross = (x, end * deep / 2 * (-1 if kind == 1 else 0.95), top)
                item.add(meshes.beam((x, end * deep / 2, 1.2 * bar), cross, 2 * bar, 2 * bar), frame)
            if arms:
                item.add(meshes.box((0.06, deep + 0.08, 0.022), (x, 0.02, top)), frame)
    bars = [(-deep / 2, front), (deep / 2 + lean, high), (0, front - fall - 0.02), (deep / 2 - 0.03, front - fall)]
    for y, z in bars:
        item.add(meshes.rod((-half, y, z), (half, y, z), bar), frame)
    for end in (-1, 1) if kind else (1,):
        y, z = (end * deep * 0.45, 0.06) if kind else (deep / 2 + 0.05, bar)
        item.add(meshes.rod((-half, y, z), (half, y, z), bar), frame)
    item.color = cloth.color.name
    return item


def _easy_arm(item: Item, kind: int, size: tuple[float, float, float], middle: float, foot: float, cover: Material,
              frame: Material) -> None:  # fmt: skip
    """One side of an easy chair: a slab (1), rolled (2), sloping forwards (3) or an open frame (4).

    ``size`` is its width, depth and height.
    """
    wide, deep, rest = size
    if kind == 4:
        item.add(meshes.box((wide, deep - 0.1, 0.03), (middle, 0, rest)), frame)
        for y in (-deep / 2 + 0.08, deep / 2 - 0.12):
            item.add(meshes.box((0.045, 0.05, rest), (middle, y, 0)), frame)
        item.add(meshes.box((wide, deep - 0.2, 0.05), (middle * 0.97, 0, rest - 0.32)), frame)
        return
    slope, loops = 0.12 if kind == 3 else 0.0, []
    for y, up in ((-deep / 2, rest - slope), (0, rest), (deep / 2 - 0.06, rest + slope)):
        flat = meshes.ring(wide / 2, (up - foot) / 2, 0, 20, 6)
        loops.append(flat[:, [0, 2, 1]] + np.array([middle, y, (up + foot) / 2]))
    item.add(meshes.loft(loops), cover)
    if kind == 2:
        start, stop = (middle, -deep / 2 - 0.01, rest - 0.02), (middle, deep / 2 - 0.08, rest - 0.02)
        item.add(meshes.rod(start, stop, wide * 0.62, 16), cover)


@design("chair")
def deep_easy(rng: np.random.Generator) -> Item:
    """A low, wide chair to sink into: slab, rolled, sloping, open or no arms; smooth or ribbed back; any foot."""
    item, cover, kind = Item("chair"), upholstery(rng), int(rng.integers(5))
    frame = wood(rng) if rng.random() < 0.7 else metal(rng)
    width, depth, seat = rng.uniform(0.58, 0.86), rng.uniform(0.66, 0.84), rng.uniform(0.36, 0.46)
    high, tilt, rear = rng.uniform(0.68, 1.05), rng.uniform(0.06, 0.28), depth / 2 - 0.12
    arm, foot = (rng.uniform(0.07, 0.18) if kind else 0.0), float(rng.choice([0.0, 0.02, 0.1, 0.16]))
    inner, rest, edge = width - 2 * arm, seat + rng.uniform(0.08, 0.22), rng.uniform(0.02, 0.07)
    item.add(meshes.rounded_box((inner + 0.01, depth - 0.06, seat - foot - 0.13), 0.025, (0, 0, foot)), cover)
    cushion = cover if rng.random() < 0.75 else upholstery(rng)
    item.add(meshes.rounded_box((inner, depth - 0.14, 0.16), edge, (0, -0.05, seat - 0.15)), cushion)
    ribs, thick = (int(rng.integers(4, 8)) if rng.random() < 0.25 else 1), rng.uniform(0.15, 0.2)
    for x in (np.arange(ribs) - (ribs - 1) / 2) * inner / ribs:
        size = (inner / ribs * 1.02, thick, high - seat + 0.1)
        item.add(meshes.rounded_box(size, edge, (x, rear - 0.05, seat - 0.1), tilt=tilt), cushion)
    shell = (inner + arm, 0.1, (high - foot) * 0.85)
    item.add(meshes.rounded_box(shell, 0.04, (0, rear, foot + 0.005), tilt=tilt * 0.6), cover)
    for x in (-1, 1) if kind else ():
        _easy_arm(item, kind, (arm, depth, rest), x * (width - arm) / 2, foot, cover, frame)
    if foot > 0.05:
        for x in (-1, 1):
            for y in (-1, 1):
                top = (x * (inner / 2 - 0.06), y * (depth / 2 - 0.09), foot + 0.03)
                item.add(meshes.rod((top[0] * 1.06, top[1] * 1.03, 0.003), top, 0.02), frame)
    elif foot:
        item.add(meshes.box((inner - 0.06, depth - 0.14, 0.03)), frame)
    if rng.random() < 0.3:
        pillow = meshes.rounded_box((inner * 0.65, 0.12, 0.28), 0.055, (0, rear - 0.24, seat + 0.02), tilt=tilt + 0.1)
        item.add(pillow, fabric(rng))
    return item
