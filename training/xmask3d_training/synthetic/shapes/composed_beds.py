# SPDX-License-Identifier: Apache-2.0
"""Beds to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import trimesh

from .. import meshes
from ..item import Item
from ..materials import Material, fabric, metal, plastic, upholstery, wood
from .registry import design
from .tubes import smooth, tube

_SHEETS = ("white", "white", "beige", "grey", "blue", "pink", "green", "yellow", "black", "red")
_BOARDS = ("plank", "slats", "padded", "pipes", "hung", "lattice", "tube", "outlined")
"""Kinds of boards at the head, the foot or the sides."""
_BASES = {"rails": (0.2, 0.42), "boxed": (0.24, 0.46), "spring": (0.26, 0.4),
          "pallets": (0.14, 0.3), "steel": (0.26, 0.42), "mat": (0.02, 0.06)}  # fmt: skip
"""What the mattress lies on, and how high that is."""
_WIDTHS = (0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8)
"""Usual widths of mattresses, metres."""
_Pieces = list[tuple[trimesh.Trimesh, Material]]


@dataclass(frozen=True)
class _Plan:
    """Measures (metres) and materials that the parts of one bed share."""

    width: float
    length: float
    low: float
    """Height of the mattress's underside."""
    top: float
    """Height of the mattress's upper face."""
    frame: Material
    pad: Material
    """Of what is upholstered."""


def _plan(rng: np.random.Generator, base: str, widths: tuple[float, ...] = _WIDTHS) -> _Plan:
    """Measures at random; mattresses from a thin futon to a thick one of springs."""
    width, length = float(rng.choice(widths)) + rng.uniform(-0.03, 0.05), rng.uniform(1.85, 2.1)
    low, frame = rng.uniform(*_BASES[base]), metal(rng) if rng.random() < 0.2 else wood(rng)
    return _Plan(width, length, low, low + rng.uniform(0.1, 0.34), frame, upholstery(rng, 0.8))


def _drape(rng: np.random.Generator, plan: _Plan, reach: float, hang: float, heap: float) -> trimesh.Trimesh:
    """A cover from the foot end to ``reach``, pushed aside a little and creased by up to ``heap`` metres."""
    left, right, over = hang * rng.uniform(0.5, 1.0), hang * rng.uniform(0.5, 1.0), hang * rng.uniform(0.3, 1.0)
    across = np.concatenate(
        [[-left, -0.01], np.linspace(0.03, plan.width - 0.03, 20), [plan.width + 0.01, plan.width + right]]
    )
    side, share = np.meshgrid(across, np.linspace(0, 1, 22))
    row = -over + share * (reach + over + rng.normal(0, 0.12) * (side / plan.width - 0.5) * (heap > 0.015))
    creases = np.zeros_like(side)
    for _ in range(5):
        fx, fy = rng.uniform(-13, 13, 2)
        creases += np.sin(side * fx + row * fy + rng.uniform(0, 7)) / 10 + 0.1  # 0 to 1 in the end
    out, below = np.maximum(np.maximum(-side, side - plan.width), 0), np.maximum(-row, 0)
    x = np.clip(side, -0.02, plan.width + 0.02) - plan.width / 2
    y = np.clip(row, -0.025, plan.length - 0.02) - plan.length / 2
    flare = 0.012 * np.sin(row * 15) * (out > 0.02)
    z = np.maximum(plan.top + 0.012 + heap * creases - np.maximum(out, below), 0.01)
    return meshes.sheet(np.stack([x + np.sign(side) * flare, y, z], axis=2))


def _pillows(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """Pillows at the head: thin or plump, lying, leaning or in rows with small ones in front."""
    head, count = plan.length / 2, 1 if plan.width < 1.1 else int(rng.choice([1, 2, 2, 3]) if plan.width > 1.3 else 2)
    wide, fat = min(rng.uniform(0.5, 0.85), plan.width / count - 0.04), rng.uniform(0.09, 0.18)
    tall, pose, rows = rng.uniform(0.34, 0.52), rng.random(), int(rng.integers(1, 3))
    for row in range(rows):
        cover = fabric(rng, _SHEETS) if rng.random() < 0.7 else fabric(rng)
        for index in range(count):
            x = (index - (count - 1) / 2) * plan.width / count + rng.normal(0, 0.015)
            yaw = rng.normal(0, 0.07)
            if pose < 0.5:
                at = (x, head - 0.2 - row * 0.17, plan.top - 0.01)
                item.add(meshes.rounded_box((wide, fat, tall * (1 - 0.2 * row)), 0.07, at, yaw, 0.5), cover)
            else:
                at = (x, head - 0.05 - tall / 2, plan.top + 0.005 + row * fat * 0.75)
                item.add(meshes.rounded_box((wide, tall, fat), 0.07, at, yaw), cover)
    if rng.random() < 0.3:
        size, x = rng.uniform(0.28, 0.42), rng.uniform(-0.2, 0.2) * plan.width
        if rng.random() < 0.4:
            start = (x - size * 0.6, head - 0.62, plan.top + 0.09)
            item.add(meshes.rod(start, (x + size * 0.6, start[1], start[2]), 0.09, 14), fabric(rng))
        else:
            item.add(meshes.rounded_box((size, 0.12, size), 0.06, (x, head - 0.68, plan.top), tilt=0.6), fabric(rng))


def _linen(item: Item, rng: np.random.Generator, plan: _Plan, loose: float = 0.0) -> None:
    """A mattress, pillows and a cover: spread, rumpled, tucked in, folded at the foot, or none.

    Covers hang down to the underside of the mattress, and by ``loose`` below it.
    """
    sheet, kind, thick = fabric(rng, _SHEETS), rng.random(), plan.top - plan.low
    item.add(meshes.rounded_box((plan.width, plan.length, thick), rng.uniform(0.025, 0.06), (0, 0, plan.low)), sheet)
    cover = fabric(rng)
    item.color = cover.color.name
    hang, head = rng.uniform(0.03, max(thick - 0.04, 0.05)) + loose * rng.uniform(0.0, 1.0), plan.length / 2
    if kind < 0.35:
        item.add(_drape(rng, plan, plan.length * rng.uniform(0.55, 0.97), hang, rng.uniform(0.0, 0.025)), cover)
    elif kind < 0.6:
        item.add(_drape(rng, plan, plan.length * rng.uniform(0.35, 0.8), hang, rng.uniform(0.04, 0.1)), cover)
    elif kind < 0.75:
        reach = plan.length * rng.uniform(0.5, 0.9)
        size = (plan.width + 0.02, reach, thick * rng.uniform(0.6, 0.95))
        item.add(meshes.rounded_box(size, 0.05, (0, reach / 2 - head - 0.01, plan.top + 0.02 - size[2])), cover)
        band = (plan.width + 0.03, rng.uniform(0.15, 0.35), size[2])
        item.add(meshes.rounded_box(band, 0.03, (0, reach - head - band[1] / 2, plan.top + 0.03 - band[2])), sheet)
    elif kind < 0.88:
        for layer in range(int(rng.integers(1, 4))):
            deep, y = rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.5) - head
            size = (plan.width * rng.uniform(0.5, 0.98), deep, 0.08)
            at = (0, y, plan.top - 0.01 + layer * 0.07)
            item.add(meshes.rounded_box(size, 0.035, at, rng.normal(0, 0.03)), cover)
    else:
        item.color = sheet.color.name
    if rng.random() < 0.92:
        _pillows(item, rng, plan)


def _board(rng: np.random.Generator, plan: _Plan, kind: str, wide: float, high: float) -> _Pieces:
    """An upright board of a kind on the floor; its face looks to -y, nothing of it lies behind y = 0.06."""
    low, frame, pad = max(plan.low - 0.05, 0.0), plan.frame, plan.pad
    tall, half = high - low, wide / 2
    posts = [(meshes.box((0.055, 0.055, high), (side * (half - 0.03), 0.03, 0)), frame) for side in (-1, 1)]
    if kind == "plank":
        return [(meshes.rounded_box((wide, rng.uniform(0.025, 0.06), high), 0.01, (0, 0.03, 0)), frame)]
    if kind == "slats":
        places, bar = np.linspace(-half, half, int(wide / rng.uniform(0.08, 0.2)) + 2)[1:-1], rng.uniform(0.015, 0.06)
        rails = [(meshes.box((wide, 0.035, 0.07), (0, 0.03, z)), frame) for z in (low, high - 0.07)]
        return posts + rails + [(meshes.box((bar, 0.02, tall), (x, 0.03, low)), frame) for x in places]
    if kind == "padded":
        thick = rng.uniform(0.08, 0.18)
        return [(meshes.rounded_box((wide, thick, high - 0.04), thick / 2.5, (0, 0.06 - thick / 2, 0.04)), pad)]
    if kind == "pipes":
        upright = rng.random() < 0.7
        count = max(int((wide if upright else tall) / rng.uniform(0.1, 0.3)), 2)
        back = [(meshes.box((wide, 0.03, high - 0.02), (0, 0.045, 0)), pad)]
        if upright:
            size, step = (wide / count, 0.11, tall), (np.arange(count) + 0.5) * wide / count - half
            return back + [(meshes.rounded_box(size, 0.05, (x, 0.0, low)), pad) for x in step]
        size = (wide, 0.11, tall / count + 0.01)
        return back + [(meshes.rounded_box(size, 0.05, (0, 0.0, low + i * tall / count)), pad) for i in range(count)]
    if kind == "hung":
        count, deep = int(rng.integers(1, 4)), min(tall, rng.uniform(0.35, 0.55))
        size = (wide / count - 0.04, 0.12, deep)
        bars = [(meshes.box((wide, 0.04, 0.04), (0, 0.03, z)), frame) for z in (high - 0.05, high - deep * 0.6)]
        step = (np.arange(count) + 0.5) * wide / count - half
        return posts + bars + [(meshes.rounded_box(size, 0.05, (x, -0.02, high - deep)), pad) for x in step]
    if kind == "lattice":
        cells, rows = max(int(wide / rng.uniform(0.12, 0.3)), 2), max(int(tall / rng.uniform(0.12, 0.3)), 1)
        xs, zs = np.linspace(-half, half, cells + 1)[1:-1], np.linspace(low, high - 0.02, rows + 1)
        bars = [(meshes.box((0.018, 0.02, tall), (x, 0.03, low)), frame) for x in xs]
        bars += [(meshes.box((wide, 0.02, 0.02), (0, 0.03, z)), frame) for z in zs]
        woven = fabric(rng, ("beige", "brown", "white"))
        if rng.random() < 0.4:
            bars.append((meshes.box((wide - 0.05, 0.008, tall), (0, 0.034, low)), woven))
        return posts + bars
    if kind == "tube":
        bend, radius = rng.uniform(0.1, 0.35), rng.uniform(0.012, 0.022)
        arch = smooth([(-half, 0.03, 0), (-half, 0.03, high), (half, 0.03, high), (half, 0.03, 0)], 3, bend)
        bars = [(meshes.rod((-half, 0.03, low + 0.05), (half, 0.03, low + 0.05), radius * 0.8), frame)]
        for x in np.linspace(-half, half, int(wide / rng.uniform(0.1, 0.3)) + 2)[1:-1]:
            z = np.interp(x, arch[:, 0], arch[:, 2])
            bars.append((meshes.rod((x, 0.03, low + 0.05), (x, 0.03, z), radius * 0.5, 6), frame))
        return [(tube(arch, radius), frame), *bars]
    return [(_outlined(rng, wide, high), frame if rng.random() < 0.6 else pad)]


def _outlined(rng: np.random.Generator, wide: float, high: float) -> trimesh.Trimesh:
    """A board whose top is an arch, a gable, a row of lobes, a dip, or steps."""
    share, kind, fall = np.linspace(-1, 1, 49), int(rng.integers(5)), high * rng.uniform(0.12, 0.35)
    curve = (np.sqrt(np.maximum(1 - share**2, 0)), 1 - np.abs(share), np.abs(np.cos(share * np.pi * 1.5)) ** 0.6,
             share**2, (np.abs(share) < 0.6) * 0.6 + (np.abs(share) < 0.25) * 0.4)[kind]  # fmt: skip
    front, rings = -rng.uniform(0.0, 0.05), []
    for x, z in zip(share * wide / 2, high - fall * (1 - curve), strict=True):
        section = [(front, 0), (0.06, 0), (0.06, z), (front + 0.015, z), (front, z - 0.015)]
        rings.append(np.array([(x, *point) for point in section]))
    return meshes.loft(rings)


def _stand(item: Item, pieces: _Pieces, at: tuple[float, float], yaw: float = 0.0) -> None:
    """Add a board at a place on the floor, turned by ``yaw``."""
    turned = trimesh.transformations.rotation_matrix(yaw, (0, 0, 1))
    turned[:2, 3] = at
    for mesh, material in pieces:
        item.add(mesh.apply_transform(turned), material)


def _base(item: Item, rng: np.random.Generator, plan: _Plan, kind: str) -> None:
    """What the mattress lies on: rails on legs, a chest, a sprung box, pallets, steel, a mat."""
    width, length, low = plan.width, plan.length, plan.low
    x, y = width / 2, length / 2
    if kind in ("rails", "steel"):
        deep, thick = (0.035, 0.03) if kind == "steel" else (rng.uniform(0.09, 0.2), 0.035)
        material, over = (metal(rng) if kind == "steel" else plan.frame), rng.uniform(0.0, 0.05) * (kind == "rails")
        deep = min(deep, low - 0.02)
        for side in (-1, 1):
            item.add(meshes.box((thick, length + 0.04, deep + over), (side * (x + thick / 2), 0, low - deep)), material)
            item.add(meshes.box((width + 0.06, thick, deep + over), (0, side * (y + thick / 2), low - deep)), material)
            for place in (-1, 0, 1):
                foot = (side * (x - 0.02), place * (y - 0.04), 0)
                item.add(meshes.cylinder(0.017 if kind == "steel" else 0.026, low - 0.01, foot, 10, thick), material)
        item.add(meshes.box((width, length, 0.02), (0, 0, low - 0.025)), material)
    elif kind == "boxed":
        rim, grip = rng.uniform(0.0, 0.06), metal(rng)
        item.add(meshes.box((width + 0.06, length + 0.06, low + rim)), plan.frame)
        count = int(rng.integers(0, 4))
        for side in (-1, 1):
            for place in (np.arange(count) + 0.5) / max(count, 1) - 0.5:
                front = (side * (x + 0.036), place * length, 0.04)
                item.add(meshes.box((0.02, length / count - 0.03, low - 0.07), front), plan.frame)
                item.add(meshes.box((0.03, 0.1, 0.015), (front[0] + side * 0.006, front[1], low * 0.6)), grip)
    elif kind == "spring":
        under = rng.uniform(0.03, 0.14)
        item.add(meshes.rounded_box((width + 0.02, length + 0.02, low - under), 0.025, (0, 0, under)), plan.pad)
        for side in (-1, 1):
            for end in (-1, 1):
                item.add(meshes.box((0.06, 0.06, under + 0.02), (side * (x - 0.08), end * (y - 0.08), 0)), plan.frame)
    elif kind == "pallets":
        for z in (0.0, low / 2 - 0.02, low - 0.022):
            for place in np.linspace(-1, 1, 8):
                item.add(meshes.box((width + 0.1, 0.12, 0.022), (0, place * (y - 0.05), z)), plan.frame)
        for side in (-1, 0, 1):
            item.add(meshes.box((0.1, length, low - 0.02), (side * x, 0, 0.01)), plan.frame)
    else:
        item.add(meshes.box((width + rng.uniform(0.0, 0.3), length + 0.1, low)), fabric(rng))


def _foot(item: Item, rng: np.random.Generator, plan: _Plan, kind: str, high: float) -> None:
    """The other end: open, a board (mostly of the head's ``kind``, at most ``high``), or an upholstered bench."""
    choice, y = rng.random(), -plan.length / 2 - 0.07
    if choice < 0.35:
        low = min(plan.low + rng.uniform(0.05, 0.45), high)
        other = kind if rng.random() < 0.7 else _any(rng)
        _stand(item, _board(rng, plan, other, plan.width + 0.08, max(low, 0.35)), (0, y + 0.03), np.pi)
    elif choice < 0.45:
        deep, tall, wide = rng.uniform(0.3, 0.45), rng.uniform(0.34, 0.5), plan.width * rng.uniform(0.7, 1.0)
        item.add(meshes.rounded_box((wide, deep, tall), 0.03, (0, y - deep / 2 + 0.035, 0)), plan.pad)


def _any(rng: np.random.Generator, kinds: tuple[str, ...] = _BOARDS) -> str:
    """One of the kinds, of boards or of bases."""
    return str(rng.choice(kinds))


def _composed(rng: np.random.Generator, base: str, kind: str | None, high: tuple[float, float] = (0.7, 1.4),
              extra: float = 0.08, widths: tuple[float, ...] = _WIDTHS) -> tuple[Item, _Plan]:  # fmt: skip
    """A bed of the given base and board at the head (None: without), everything else at random."""
    plan, item = _plan(rng, base, widths), Item("bed", against_wall=True)
    tall = max(rng.uniform(*high), plan.top + 0.15)
    _base(item, rng, plan, base)
    if kind:
        _stand(item, _board(rng, plan, kind, plan.width + extra, tall), (0, plan.length / 2 + 0.03))
    if base != "mat":
        _foot(item, rng, plan, kind or _any(rng), tall)
    _linen(item, rng, plan, 0.15 if base in ("spring", "steel", "pallets") else 0.0)
    return item, plan


@design("bed")
def grounded(rng: np.random.Generator) -> Item:
    """Close to the floor: on a chest, on pallets or on a mat, with any board or none."""
    base = _any(rng, ("pallets", "boxed", "mat"))
    return _composed(rng, base, None if rng.random() < 0.5 else _any(rng), (0.5, 1.0))[0]


@design("bed")
def contoured(rng: np.random.Generator) -> Item:
    """A headboard with an outline of its own: arched, gabled, lobed, dipped or stepped."""
    return _composed(rng, _any(rng, ("rails", "boxed", "spring", "steel")), "outlined", (0.85, 1.5))[0]


@design("bed")
def airy(rng: np.random.Generator) -> Item:
    """A headboard to look through, of upright slats, a lattice, tubes or pads hung from bars, on any base."""
    return _composed(rng, _any(rng, tuple(_BASES)), _any(rng, ("slats", "lattice", "tube", "hung")))[0]


@design("bed")
def wide_head(rng: np.random.Generator) -> Item:
    """A board much wider than the mattress, which carries a night table or a shelf on each side."""
    base, extra = _any(rng, ("rails", "boxed", "spring")), rng.uniform(0.75, 1.0)
    kind = _any(rng, ("plank", "pipes", "padded", "slats"))
    item, plan = _composed(rng, base, kind, (0.7, 1.25), extra, (0.9, 1.0, 1.2, 1.4, 1.5))
    wide, deep, grip = extra / 2 - 0.09, rng.uniform(0.28, 0.42), metal(rng)
    tall, z = rng.uniform(0.03, 0.3), min(plan.top - rng.uniform(0.0, 0.1), 0.6)
    low = 0.0 if rng.random() < 0.3 else max(z - tall, 0.0)
    for side in (-1, 1):
        x, y = side * (plan.width / 2 + extra / 2 - wide / 2), plan.length / 2 + 0.03 - deep / 2
        item.add(meshes.box((wide, deep, z - low), (x, y, low)), plan.frame)
        if z - low > 0.1:
            drawer = (wide - 0.03, 0.02, min(z - low, 0.2) - 0.03)
            item.add(meshes.box(drawer, (x, y - deep / 2, max(low, z - 0.2) + 0.015)), plan.frame)
            item.add(meshes.box((0.1, 0.02, 0.015), (x, y - deep / 2 - 0.015, z - 0.08)), grip)
    return item


@design("bed")
def cornered(rng: np.random.Generator) -> Item:
    """A board at the head that runs on along one of the long sides."""
    base, side = _any(rng, ("rails", "boxed", "spring", "steel")), float(rng.choice([-1, 1]))
    plan, item = _plan(rng, base, (0.8, 0.9, 1.0, 1.2, 1.4)), Item("bed", against_wall=True)
    kind, high = _any(rng), max(rng.uniform(0.6, 1.15), plan.top + 0.12)
    _base(item, rng, plan, base)
    _stand(item, _board(rng, plan, kind, plan.width + 0.1, high), (0, plan.length / 2 + 0.04))
    along = plan.length * (1.0 if rng.random() < 0.7 else rng.uniform(0.4, 0.7))
    at = (side * (plan.width / 2 + 0.05), (plan.length - along) / 2 + 0.05)
    _stand(item, _board(rng, plan, kind, along + 0.08, high * rng.uniform(0.8, 1.0)), at, -side * np.pi / 2)
    _linen(item, rng, plan)
    for place in np.linspace(-0.3, 0.3, int(rng.integers(0, 4))):
        size = rng.uniform(0.34, 0.5)
        at = (side * (plan.width / 2 - 0.14), place * plan.length)
        item.add(meshes.rounded_box((size, 0.14, size), 0.06, (*at, plan.top), -side * np.pi / 2, 0.25), fabric(rng))
    return item


@design("bed")
def nursery(rng: np.random.Generator) -> Item:
    """A child's bed: a board at each end, bars, scooped sides or short guards along it, one side open at times."""
    plan, item = _plan(rng, "rails", (0.62, 0.7, 0.8)), Item("bed", against_wall=True)
    plan = replace(plan, length=plan.width * rng.uniform(1.85, 2.1), low=rng.uniform(0.2, 0.42))
    plan = replace(plan, top=plan.low + rng.uniform(0.08, 0.14))
    kind = _any(rng, ("bars", "bars", "scooped", "guard"))
    ends = _any(rng, ("slats", "plank", "outlined", "tube", "padded"))
    x, y, high = plan.width / 2 + 0.025, plan.length / 2 + 0.02, plan.top + rng.uniform(0.25, 0.55)
    for end in (-1, 1):
        board = _board(rng, plan, ends, plan.width + 0.08, high + 0.03 * (end > 0))
        _stand(item, board, (0, end * y), 0.0 if end > 0 else np.pi)
    deck = (plan.width + 0.03, plan.length + 0.03, 0.04)
    item.add(meshes.box(deck, (0, 0, plan.low - 0.04)), plan.frame)
    open_side, step = float(rng.choice([-1, 0, 1])), rng.uniform(0.07, 0.11)
    for side in (-1, 1):
        item.add(meshes.box((0.03, 2 * y, 0.08), (side * x, 0, plan.low - 0.06)), plan.frame)
        if side == open_side and kind != "guard":
            continue
        if kind == "scooped":
            share = np.linspace(-1, 1, 25)
            top = plan.top + (high - plan.top) * (0.25 + 0.7 * np.abs(share) ** 3)
            rings = [np.array([(side * x - 0.012, u, plan.low - 0.1), (side * x + 0.012, u, plan.low - 0.1),
                               (side * x + 0.012, u, z), (side * x - 0.012, u, z)])
                     for u, z in zip(share * y, top, strict=True)]  # fmt: skip
            item.add(meshes.loft(rings), plan.frame)
        else:
            start = -y if kind == "bars" else rng.uniform(-0.2, 0.1) * y
            rail = high if kind == "bars" else high - 0.12
            item.add(meshes.box((0.03, y - start, 0.04), (side * x, (y + start) / 2, rail - 0.04)), plan.frame)
            for place in np.arange(start + 0.02, y, step if kind == "bars" else 3 * step):
                item.add(meshes.box((0.014, 0.025, rail - plan.low), (side * x, place, plan.low)), plan.frame)
    _linen(item, rng, plan)
    if ends in ("padded", "plank") and rng.random() < 0.5:  # a box below for toys
        item.add(meshes.box((plan.width, plan.length * 0.9, plan.low - 0.08), (0, 0, 0.02)), plastic(rng))
    for _ in range(int(rng.integers(0, 3))):
        at = (rng.uniform(-0.25, 0.25) * plan.width, rng.uniform(-0.3, 0.1) * plan.length)
        size, toy = rng.uniform(0.06, 0.11), fabric(rng)
        item.add(meshes.ellipsoid((size, size, size), (*at, plan.top), 1), toy)
        item.add(meshes.ellipsoid((size * 0.7,) * 3, (at[0], at[1], plan.top + 1.6 * size), 1), toy)
    return item
