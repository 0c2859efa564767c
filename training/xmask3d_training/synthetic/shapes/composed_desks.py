# SPDX-License-Identifier: Apache-2.0
"""Desks to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item, Surface
from ..materials import Material, fabric, metal, plain, plastic, wood
from .bookshelves import books
from .registry import design
from .storage import drawers, fronts
from .tubes import along_x, smooth, tube

_LIGHT = ("slab", "legs", "loop", "horse", "column", "hook")
"""Kinds of end without storage; a hook is a column at the rear."""


@dataclass(frozen=True)
class _Plan:
    """Sizes, metres, and materials that the parts of one desk share."""

    width: float
    depth: float
    height: float
    thick: float
    deep: float
    """Depth of what stands below the top."""
    y: float
    """Middle of what stands below the top: behind the top's own where the front is curved."""
    main: Material
    """Of the top."""
    body: Material
    """Of storage and panels."""
    frame: Material
    """Of legs and rails."""

    @property
    def under(self) -> float:
        """Height of the top's lower side."""
        return self.height - self.thick


def _plan(rng: np.random.Generator, least: float, most: float, curved: bool = False) -> _Plan:
    """A desk's sizes, its width between ``least`` and ``most``, and materials."""
    depth = rng.uniform(0.5, 0.8) + 0.1 * curved
    main = wood(rng, axis=0) if rng.random() < 0.75 else plain(paint(rng), rng.uniform(0.05, 0.6))
    body = (main, main, wood(rng), plain(paint(rng), 0.15), metal(rng))[int(rng.integers(5))]
    frame = (metal(rng), body, plain(paint(rng), 0.2))[int(rng.choice(3, p=[0.5, 0.35, 0.15]))]
    deep, y = (depth - 0.24, 0.1) if curved else (depth * rng.uniform(0.85, 0.97), 0.0)
    sizes = (rng.uniform(least, most), depth, rng.uniform(0.7, 0.78), rng.uniform(0.018, 0.05))
    return _Plan(*sizes, deep, y, main, body, frame)


def _centred(item: Item) -> Item:
    """The desk with its origin under the middle of all it has."""
    middle_x, middle_y, _ = item.bounds().mean(0)
    shift = np.zeros(3) - (middle_x, middle_y, 0.0)
    parts = [replace(part, vertices=part.vertices + shift) for part in item.parts]
    surfaces = []
    for surface in item.surfaces:
        x, y, z = (surface.center + shift).tolist()
        surfaces.append(Surface((x, y, z), surface.size))
    return replace(item, parts=parts, surfaces=surfaces)


def _top(item: Item, rng: np.random.Generator, plan: _Plan, curved: bool) -> None:
    """The writing surface: straight, with round corners, or with a front that bows, recedes or waves."""
    half, front = plan.width / 2, -plan.depth / 2
    x = np.linspace(-1, 1, 19)
    if curved:
        side, deep = float(rng.choice([-1, 1])), rng.uniform(0.1, 0.2)
        edges = (x**2, 1 - x**2, 1 / (1 + np.exp(side * 8 * x)), 0.5 + 0.5 * np.cos(2 * np.pi * x), (x * side + 1) / 2)
        outline = np.column_stack([x * half, front + deep * edges[int(rng.integers(5))]])
        outline = np.concatenate([outline, [(half, -front), (-half, -front)]])
    else:
        outline = meshes.ring(half, -front, 0, 40, float(rng.choice([12, 60, 60])))[:, :2]
    edge = rng.choice([1.0, 0.985])
    levels = ((edge, plan.under), (1.0, plan.height - plan.thick * 0.3), (1.0, plan.height))
    item.add(meshes.loft([np.column_stack([outline * s, np.full(len(outline), z)]) for s, z in levels]), plan.main)
    item.surfaces.append(Surface((0, plan.y / 2, plan.height), (plan.width - 0.06, plan.depth - 0.06 - plan.y)))


def _block(item: Item, rng: np.random.Generator, plan: _Plan, x: float, wide: float) -> None:
    """A pedestal of drawers, a cupboard or open shelves, on the floor, a plinth or feet."""
    kind, bottom = rng.choice(["drawers", "drawers", "cupboard", "shelves"]), float(rng.choice([0, 0.06, 0.12]))
    tall, front, deep = plan.under - bottom, plan.y - plan.deep / 2, plan.deep
    if kind == "shelves":
        for side in (-1, 1):
            item.add(meshes.box((0.02, deep, tall), (x + side * (wide / 2 - 0.01), plan.y, bottom)), plan.body)
        item.add(meshes.box((wide, 0.012, tall), (x, plan.y + deep / 2 - 0.01, bottom)), plan.body)
        levels = np.linspace(bottom, plan.under, int(rng.integers(3, 5)))
        for z in levels[:-1]:
            item.add(meshes.box((wide, deep, 0.018), (x, plan.y, z)), plan.body)
            if rng.random() < 0.5:
                room = min(levels[1] - levels[0] - 0.05, 0.3)
                books(item, rng, x - wide / 2 + 0.03, x + wide / 2 - 0.03, front + 0.03, z + 0.018, room)
    else:
        face = replace(plan.body, color=paint(rng)) if rng.random() < 0.2 else plan.body
        item.add(meshes.box((wide, deep - 0.02, tall), (x, plan.y + 0.01, bottom)), plan.body)
        upper = tall * 0.28 if kind == "cupboard" and rng.random() < 0.6 else 0.0
        low = (x, front + 0.02, bottom + 0.01)
        if upper:
            drawers(item, rng, wide, upper - 0.02, (x, front + 0.02, plan.under - upper), 1, face)
        if kind == "cupboard":
            fronts(item, rng, wide - 0.01, tall - upper - 0.02, low, 1, face, rng.random() < 0.5)
        else:
            drawers(item, rng, wide, tall - 0.02, low, int(rng.integers(2, 5)), face)
    if bottom > 0.1:
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            foot = (x + sx * (wide / 2 - 0.03), plan.y + sy * (deep / 2 - 0.04), 0)
            item.add(meshes.cylinder(0.016, bottom, foot, 8, 0.022), plan.frame)
    elif bottom:
        item.add(meshes.box((wide - 0.04, deep - 0.06, bottom), (x, plan.y + 0.01, 0)), plan.frame)


def _light(item: Item, rng: np.random.Generator, plan: _Plan, side: float, kind: str) -> float:
    """An end of the desk without storage, of a kind in ``_LIGHT``; returns how far from the middle it begins."""
    bar, under, deep, y = rng.uniform(0.03, 0.06), plan.under, plan.deep, plan.y
    x = side * (plan.width / 2 - (0.24 if kind == "horse" else rng.uniform(0.03, 0.12)))
    front, rear = y - deep / 2 + bar, y + deep / 2 - bar
    if kind == "slab":
        item.add(meshes.box((rng.uniform(0.018, 0.045), deep, under), (x, y, 0)), plan.body)
        return abs(x)
    item.add(meshes.box((bar, deep - bar, 0.025), (x, y, under - 0.025)), plan.frame)
    if kind == "legs":
        lean = rng.uniform(0, 0.07) if rng.random() < 0.5 else 0.0
        for foot, head in ((front - lean * 0.5, front + lean), (rear + lean * 0.5, rear - lean)):
            item.add(meshes.beam((x, foot, 0.006), (x - side * lean * 0.5, head, under), bar, bar), plan.frame)
    elif kind == "loop":
        item.add(meshes.box((bar, rear - front + bar, bar * 0.6), (x, y, 0)), plan.frame)
        for at in (front, rear):
            item.add(meshes.box((bar, bar * 0.6, under), (x, at, 0)), plan.frame)
    elif kind == "horse":
        for at in (front, rear):
            for out in (-1, 1):
                item.add(meshes.beam((x + out * 0.15, at, 0.008), (x + out * 0.02, at, under), bar, 0.03), plan.frame)
            item.add(meshes.box((0.22, 0.02, 0.03), (x, at, under * 0.3)), plan.frame)
        item.add(meshes.box((0.2, deep - 2 * bar, 0.018), (x, y, under * 0.3 + 0.03)), plan.frame)
    else:
        post = rear - 0.06 if kind == "hook" else y + rng.uniform(0, 0.08)
        item.add(meshes.rounded_box((bar * 1.4, deep, 0.035), 0.012, (x, y, 0)), plan.frame)
        item.add(meshes.box((bar, rng.uniform(0.06, 0.14), under), (x, post, 0)), plan.frame)
        item.add(meshes.box((bar * 1.3, 0.1, under * rng.uniform(0.5, 0.65)), (x, post, 0.02)), plan.frame)
    return abs(x) - (0.15 if kind == "horse" else 0)


def _ends(item: Item, rng: np.random.Generator, plan: _Plan, storage: float) -> tuple[float, float]:
    """What carries the top left and right: storage, drawn apart and with chance ``storage`` each, or a light end.

    Two light ends are of one kind. Returns from where to where in x there is room for knees.
    """
    edges, light = [], str(rng.choice(_LIGHT))
    for side in (-1.0, 1.0):
        # the right end holds storage on wide desks only, so that knees find room
        if rng.random() < storage and plan.width > (0.7 if side < 0 else 1.6):
            wide = rng.uniform(0.28, 0.42)
            _block(item, rng, plan, side * (plan.width / 2 - wide / 2 - 0.02), wide)
            edges.append(side * (plan.width / 2 - wide - 0.02))
        else:
            edges.append(side * _light(item, rng, plan, side, light))
    left, right = edges
    item.add(meshes.box((right - left, 0.03, 0.05), ((left + right) / 2, plan.y + 0.05, plan.under - 0.05)), plan.frame)
    return left, right


def _panel(item: Item, rng: np.random.Generator, plan: _Plan, left: float, right: float) -> None:
    """A modesty panel at the rear: down to the floor, half way, or slats."""
    middle, y = (left + right) / 2, plan.y + plan.deep / 2 - rng.uniform(0.03, 0.12)
    drop = plan.under * rng.choice([0.35, 0.6, 0.93])
    if rng.random() < 0.2:
        for z in np.arange(plan.under - drop, plan.under - 0.06, 0.09):
            item.add(meshes.box((right - left, 0.015, 0.06), (middle, y, z)), plan.body)
    else:
        item.add(meshes.box((right - left, 0.018, drop), (middle, y, plan.under - drop)), plan.body)


def _tray(item: Item, plan: _Plan, x: float, wide: float) -> None:
    """A channel for cables below the rear of the top."""
    y, z = plan.y + plan.deep / 2 - 0.16, plan.under - 0.11
    item.add(meshes.box((wide, 0.12, 0.008), (x, y, z)), plan.frame)
    for edge, high in ((-0.06, 0.11), (0.06, 0.06)):
        item.add(meshes.box((wide, 0.008, high), (x, y + edge, z)), plan.frame)


def _below(item: Item, rng: np.random.Generator, plan: _Plan, left: float, right: float) -> None:
    """What hangs or stands in the room for knees: drawers or a keyboard shelf; a cable tray; a unit or a computer."""
    middle, gap, front = (left + right) / 2, right - left, -plan.depth / 2 + plan.y * 2
    wide, choice = min(gap - 0.06, rng.uniform(0.45, 0.7)), rng.random()
    if choice < 0.45:
        count, tall = (2 if gap > 1.0 else 1), rng.uniform(0.07, 0.13)
        for index in range(count):
            x = middle + (index - (count - 1) / 2) * (wide + 0.02)
            box = (wide if count == 1 else min(wide, gap / 2 - 0.06), plan.deep * 0.6, tall)
            item.add(meshes.box(box, (x, front + 0.04 + box[1] / 2, plan.under - tall)), plan.body)
            drawers(item, rng, box[0], tall, (x, front + 0.04, plan.under - tall), 1, plan.body)
    elif choice < 0.75:
        out, z, tray = rng.uniform(-0.05, 0.22), plan.under - rng.uniform(0.08, 0.13), plan.depth * 0.5
        item.add(meshes.box((wide, tray, 0.016), (middle, front + tray / 2 - out, z)), plan.main)
        for side in (-1, 1):
            rail = (middle + side * wide / 2, front + tray * 0.5 + 0.02, z)
            item.add(meshes.box((0.016, tray, plan.under - z), rail), plan.frame)
        if rng.random() < 0.7:
            keys = (min(0.42, wide - 0.05), 0.14, 0.02)
            item.add(meshes.box(keys, (middle, front + 0.1 - out, z + 0.016)), plastic(rng, ("black", "white", "grey")))
    if rng.random() < 0.35:
        _tray(item, plan, middle, gap * 0.8)
    x, rest = middle + float(rng.choice([-1, 1])) * (gap / 2 - 0.26), rng.random()
    if rest < 0.3 and gap > 0.85:
        tall = rng.uniform(0.45, 0.56)
        unit = metal(rng) if rng.random() < 0.4 else plan.body
        item.add(meshes.box((0.38, plan.deep * 0.75, tall), (x, plan.y, 0.05)), unit)
        drawers(item, rng, 0.38, tall - 0.02, (x, plan.y - plan.deep * 0.375, 0.06), int(rng.integers(2, 4)), unit)
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            wheel = (x + sx * 0.15, plan.y + sy * plan.deep * 0.3, 0)
            item.add(meshes.ellipsoid((0.016, 0.027, 0.028), wheel, 1), plain(darker(plan.frame.color, 0.4)))
    elif rest < 0.5:
        item.add(meshes.box((0.19, 0.42, 0.42), (x, plan.y, 0.02)), plain(paint(rng, ("black", "grey", "white")), 0.2))
        item.add(meshes.box((0.24, 0.44, 0.02), (x, plan.y, 0)), plan.frame)


def _screen(item: Item, rng: np.random.Generator, plan: _Plan, walls: float = 0.35) -> None:
    """Privacy screens on the rear edge and perhaps the sides; or walls from the floor with chance ``walls``."""
    carrel = rng.random() < walls
    cover = plan.body if carrel and rng.random() < 0.6 else fabric(rng)
    high, thick = rng.uniform(0.25, 0.6), rng.uniform(0.018, 0.045)
    start = 0.0 if carrel else plan.height - rng.choice([0.0, 0.15, 0.35])
    tall, rear = plan.height + high - start, plan.depth / 2 + thick / 2
    item.add(meshes.rounded_box((plan.width + 2 * thick, thick, tall), 0.01, (0, rear, start)), cover)
    share = 1.0 if carrel else rng.choice([0.0, 0.5, 0.95])
    for side in (-1, 1) if rng.random() < 0.75 or carrel else (1,):
        if share:
            at = (side * (plan.width + thick) / 2, rear - plan.depth * share / 2, start)
            item.add(meshes.rounded_box((thick, plan.depth * share + thick, tall), 0.01, at), cover)


def _above(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """What stands on the top: a bench for a monitor, a raised rim, privacy screens, a mat or nothing."""
    choice, rear = rng.random(), plan.depth / 2
    if choice < 0.2:
        wide, high, x = rng.uniform(0.4, plan.width * 0.9), rng.uniform(0.08, 0.16), rng.uniform(-0.04, 0.04)
        item.add(meshes.box((wide, 0.22, 0.018), (x, rear - 0.13, plan.height + high)), plan.main)
        for side in (-1, 1):
            foot = (x + side * (wide / 2 - 0.03), rear - 0.13, plan.height)
            item.add(meshes.box((0.02, 0.2, high), foot), plan.frame)
    elif choice < 0.35:
        rim = rng.uniform(0.05, 0.14)
        item.add(meshes.box((plan.width, 0.018, rim), (0, rear - 0.009, plan.height)), plan.main)
        for side in (-1, 1):
            end = (side * (plan.width / 2 - 0.009), rear - plan.depth * 0.22, plan.height)
            item.add(meshes.box((0.018, plan.depth * 0.44, rim), end), plan.main)
    elif choice < 0.5:
        _screen(item, rng, plan)
    elif choice < 0.75:
        mat = (min(0.75, plan.width * 0.6), min(0.35, plan.depth * 0.5), 0.004)
        item.add(meshes.box(mat, (0, plan.y - 0.03, plan.height)), plain(paint(rng), 0.1))


def _composed(
    rng: np.random.Generator,
    widths: tuple[float, float],
    storage: float,
    above: Callable[[Item, np.random.Generator, _Plan], None],
    curved: bool = False,
) -> Item:
    """A desk of a width within ``widths``; ``storage`` is the chance of each end to hold some."""
    item, plan = Item("desk", against_wall=True), _plan(rng, *widths, curved)
    _top(item, rng, plan, curved)
    left, right = _ends(item, rng, plan, storage)
    if rng.random() < 0.6:
        _panel(item, rng, plan, left, right)
    _below(item, rng, plan, left, right)
    above(item, rng, plan)
    return _centred(item)


@design("desk")
def mixed_ends(rng: np.random.Generator) -> Item:
    """A desk on what is drawn for its left and right ends: pedestals, slabs, legs, loops, horses, columns."""
    return _composed(rng, (0.9, 1.8), 0.65, _above)


@design("desk")
def curved_front(rng: np.random.Generator) -> Item:
    """A top whose front bows out, recedes or waves, on any ends."""
    return _composed(rng, (1.1, 1.75), 0.4, _above, curved=True)


@design("desk")
def between_screens(rng: np.random.Generator) -> Item:
    """A desk of an open office or a library, between privacy screens."""
    return _composed(rng, (0.8, 1.65), 0.3, _screen)


@design("desk")
def any_height(rng: np.random.Generator) -> Item:
    """A top at any height on two lifting columns, with a cable channel, a switch and what hangs below any desk."""
    curved = rng.random() < 0.4
    plan = replace(_plan(rng, 0.95, 1.7, curved), height=rng.uniform(0.68, 1.12), frame=metal(rng))
    item = Item("desk", against_wall=True)
    _top(item, rng, plan, curved)
    kind = str(rng.choice(["column", "hook"]))
    left, right = (side * _light(item, rng, plan, side, kind) for side in (-1.0, 1.0))
    item.add(meshes.box((right - left, 0.05, 0.04), (0, plan.y + 0.03, plan.under - 0.04)), plan.frame)
    _below(item, rng, plan, left, right)
    _tray(item, plan, 0, (right - left) * 0.8)
    switch = (right - 0.1, -plan.depth / 2 + max(plan.y * 2, 0.04), plan.under - 0.03)
    item.add(meshes.box((0.14, 0.06, 0.03), switch), plain(paint(rng, ("black",)), 0.2))
    if rng.random() < 0.6:
        _screen(item, rng, plan, 0.0)
    return _centred(item)


@design("desk")
def writing_flap(rng: np.random.Generator) -> Item:
    """A bureau: a case with pigeonholes and a flap let down to write on, over drawers, doors or legs."""
    item, plan = Item("desk", against_wall=True), _plan(rng, 0.65, 1.0)
    width, deep, low, main = plan.width, rng.uniform(0.28, 0.45), plan.height - 0.02, plan.body
    high, roof = rng.uniform(0.3, 0.6), deep * rng.uniform(0.45, 1.0)
    rear, front = deep / 2, -deep / 2
    outline = [(front, low), (rear, low), (rear, low + high), (rear - roof, low + high), (front, low + 0.05)]
    for side in (-1, 1):
        item.add(along_x(outline, 0.02, side * (width - 0.02) / 2), main)
    item.add(meshes.box((width, roof, 0.02), (0, rear - roof / 2, low + high - 0.02)), main)
    item.add(meshes.box((width - 0.02, 0.012, high), (0, rear - 0.008, low)), main)
    flap = max(float(np.hypot(deep - roof, high - 0.05)), 0.28)
    item.add(meshes.box((width - 0.03, deep + flap, 0.022), (0, rear - (deep + flap) / 2, low)), plan.main)
    nook = deep * 0.42
    for x in np.linspace(-0.5, 0.5, int(rng.integers(3, 7)))[1:-1] * width:
        item.add(meshes.box((0.012, nook, high * 0.7), (x, rear - nook / 2 - 0.01, low + 0.02)), main)
    for z in low + 0.02 + high * np.array([0.33, 0.7]):
        item.add(meshes.box((width - 0.03, nook, 0.012), (0, rear - nook / 2 - 0.01, z)), main)
    for side in (-1, 1):
        hinge = (side * (width / 2 - 0.02), front + 0.03, low + 0.06)
        stay = [hinge, (side * (width / 2 - 0.025), front - flap * 0.6, low)]
        item.add(tube(smooth(stay, 1), 0.006, 6), metal(rng))
    to_floor = rng.random() < 0.5
    tall = low if to_floor else rng.uniform(0.1, 0.3)
    item.add(meshes.box((width, deep - 0.02, tall), (0, 0.01, low - tall)), main)
    if to_floor and rng.random() < 0.35:
        fronts(item, rng, width - 0.02, tall - 0.08, (0, front + 0.02, 0.06), 2, main, rng.random() < 0.6)
    elif to_floor:
        drawers(item, rng, width - 0.01, tall - 0.06, (0, front + 0.02, 0.05), int(rng.integers(3, 5)), main)
    else:
        drawers(item, rng, width - 0.01, tall, (0, front + 0.02, low - tall), 1 + int(tall > 0.22), main)
        lean, material = rng.uniform(0, 0.05), plan.frame if rng.random() < 0.5 else main
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            head = np.array([sx * (width / 2 - 0.03), sy * (deep / 2 - 0.035), low - tall])
            foot = head * (1, 1, 0) + (sx * lean, sy * lean, 0.006)
            item.add(meshes.beam(foot, head, 0.035, 0.035), material)
    item.surfaces.append(Surface((0, rear - roof / 2, low + high), (width, roof)))
    item.color = main.color.name
    return _centred(item)
