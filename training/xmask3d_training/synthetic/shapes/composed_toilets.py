# SPDX-License-Identifier: Apache-2.0
"""Toilets to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, ceramic, fabric, metal, plain, plastic, wood
from .more_toilets import add_lever, add_tank, oval
from .registry import design
from .tubes import smooth, tube


@dataclass(frozen=True)
class _Plan:
    """What the parts of one toilet agree on, metres."""

    half: float
    """Half the bowl's width."""
    front: float
    """From the bowl's middle to its front."""
    rear: float
    """From the bowl's middle to its back."""
    room: float
    """Between the bowl's back and the wall."""
    high: float
    """Height of the rim."""
    blunt: float
    """Power of the outline behind: 2 round, 8 square."""
    pointed: float
    """Power of the outline in front."""
    white: Material
    seat: Material

    @property
    def wall(self) -> float:
        """Depth at which the wall begins."""
        return (self.front + self.rear + self.room) / 2

    @property
    def y(self) -> float:
        """Depth of the bowl's middle."""
        return self.front - self.wall

    @property
    def back(self) -> float:
        """Depth of the bowl's back."""
        return self.y + self.rear

    def loop(self, wide: float, ahead: float, behind: float, z: float) -> np.ndarray:
        """The bowl's outline at a height, with shares of its width, its front and its back."""
        size = (self.half * wide, self.front * ahead, self.rear * behind)
        return oval(size, z, self.y, self.blunt, self.pointed)


def _plan(rng: np.random.Generator, room: float | None = None) -> _Plan:
    """Proportions and materials: short bowls and long ones, round and square; low, common and high.

    ``room`` is left between the bowl and the wall; by default enough for a cistern.
    """
    front = rng.uniform(0.2, 0.33)
    blunt, pointed = ((2.2, 2.0), (3.0, 2.0), (6.0, 2.0), (6.0, 2.8), (7.0, 5.0))[rng.integers(5)]
    white = ceramic(rng) if rng.random() < 0.85 else plastic(rng, ("black", "grey", "beige", "blue", "green", "red"))
    seat = plain(white.color, 0.3) if rng.random() < 0.5 else plain(paint(rng), 0.2)
    if rng.random() < 0.2:
        seat = wood(rng, ("brown", "orange", "beige", "black"))
    deep = rng.uniform(0.13, 0.23) if room is None else room
    half, rear, high = rng.uniform(0.165, 0.21), rng.uniform(0.17, 0.24), rng.uniform(0.36, 0.48)
    return _Plan(half, front, rear, deep, high, blunt, pointed, white, seat)


def _bowl(item: Item, plan: _Plan, outer: Sequence[tuple[float, float, float, float]]) -> None:
    """A hollow bowl: ``outer`` lists (share of the width, of the front, of the back, height) from the floor up."""
    rings = [plan.loop(*mark) for mark in (*outer, (1, 1, 1, plan.high))]
    for share, low in ((0.78, 0.0), (0.74, 0.05), (0.5, 0.14), (0.25, 0.17)):
        rings.append(plan.loop(share, share, share, plan.high - low))
    item.add(meshes.loft(rings), plan.white)
    water = plan.loop(0.58, 0.58, 0.58, plan.high - 0.12)
    grey = paint(np.random.default_rng(2), ("grey",))  # the same in every bowl
    item.add(meshes.loft([water, np.add(water, (0, 0, 0.002))]), plain(grey, 0.8))


def _seat(item: Item, rng: np.random.Generator, plan: _Plan, lid: bool | None = None) -> None:
    """A seat, thin or padded, with a lid that is shut, up or missing (``lid``: whether there is one; None: drawn).

    At times the seat is up, too; some lids wear a cloth cover.
    """
    thick, state, seat = rng.uniform(0.015, 0.035), rng.random(), plan.seat
    cover = fabric(rng) if rng.random() < 0.07 else seat
    with_lid = rng.random() < 0.88 if lid is None else lid
    for x in (-0.075, 0.075):
        item.add(meshes.box((0.035, 0.035, 0.03), (x, plan.back - 0.025, plan.high)), seat)

    def level(share: float, up: float) -> np.ndarray:
        """One loop of the seat or the lid, ``up`` metres above the rim."""
        return plan.loop(share, share, share, plan.high + up)

    ring = ((0.68, 0.003), (1.03, 0.002), (1.04, thick * 0.7), (0.9, thick), (0.72, thick * 0.7), (0.68, 0.003))
    if not (with_lid and 0.5 < state < 0.58):  # else the ring is up too
        item.add(meshes.loft([level(*mark) for mark in ring], capped=False), seat)
    if not with_lid:
        return
    dome = rng.uniform(0.0, 0.03)
    if state < 0.5:
        shut = ((1.0, thick), (1.04, thick + 0.004), (1.04, thick + 0.014), (0.95, thick + 0.02))
        item.add(meshes.loft([level(*mark) for mark in (*shut, (0.6, thick + 0.02 + dome))]), cover)
        return
    lean = rng.uniform(0.0, min(0.12, plan.room * 0.25))
    for before, share in ((0.0, 1.0), (0.03, 0.96))[: 2 if state < 0.58 else 1]:  # the lid, and the seat before it
        rings = []
        for out, scale in ((0.0, 0.95), (0.008, 1.0), (0.018, 1.0), (0.022 + dome * 0.5, 0.85)):
            flat = plan.loop(share * scale, share * scale, share * scale, 0.0)
            up = plan.back - flat[:, 1]
            depth = plan.back - before - out + up * np.sin(lean)
            rings.append(np.column_stack([flat[:, 0], depth, plan.high + thick + up * np.cos(lean)]))
        item.add(meshes.loft(rings), seat if before else cover)


def _skirt(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A body with smooth sides from the rim to the floor and back towards the wall."""
    foot, toe, kick = rng.uniform(0.6, 1.0), rng.uniform(0.5, 0.95), rng.uniform(0.0, 0.06)
    behind = (plan.rear + plan.room * rng.uniform(0.3, 0.95)) / plan.rear
    waist = rng.uniform(0.35, 0.7)
    outer = [(foot, toe - kick, behind, 0.0), (foot, toe - kick, behind, 0.05), (foot, toe, behind, 0.06)]
    middle = ((1 + foot) / 2, (1 + toe) / 2 - rng.uniform(0, 0.08))
    outer += [(*middle, (1 + behind) / 2, plan.high * waist), (0.98, 0.99, 1.02, plan.high * 0.85)]
    _bowl(item, plan, outer)


def _foot(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A bowl over a narrower foot, stepped or plain, with the pipe to the wall behind it in view or boxed."""
    waist, spread, rise = rng.uniform(0.4, 0.7), rng.uniform(0.05, 0.25), rng.uniform(0.25, 0.5)
    outer = [(waist + spread, waist + spread, 1.0, 0.0), (waist + spread, waist + spread, 1.0, 0.02)]
    if rng.random() < 0.4:  # steps
        outer += [(waist + spread * 0.6, waist + spread * 0.5, 0.97, 0.025)] * 2
        outer += [(waist + spread * 0.6, waist + spread * 0.5, 0.97, 0.05)]
    outer += [(waist, waist * 0.9, 0.95, 0.09), (waist + 0.02, waist * 0.9, 0.92, plan.high * rise)]
    outer += [(0.9, 0.88, 0.97, plan.high * 0.75), (1.0, 1.0, 1.0, plan.high - rng.uniform(0.02, 0.07))]
    _bowl(item, plan, outer)
    if rng.random() < 0.5:
        item.add(meshes.rod((0, plan.back - 0.1, 0.15), (0, plan.wall, 0.16), 0.055, 14), plan.white)
    else:
        low = rng.uniform(0.0, 0.15)
        size = (plan.half * rng.uniform(0.8, 1.3), plan.room + plan.rear * 0.8, plan.high - low - 0.02)
        item.add(meshes.rounded_box(size, 0.04, (0, plan.wall - size[1] / 2, low)), plan.white)


def _button(item: Item, rng: np.random.Generator, y: float, z: float) -> None:
    """What one presses on top of a cistern: a round or square button, whole or in two halves."""
    steel, radius = metal(rng), rng.uniform(0.018, 0.035)
    if rng.random() < 0.6:
        item.add(meshes.cylinder(radius, 0.012, (0, y, z), 14), steel)
    else:
        for x in (-1, 1):
            item.add(meshes.box((radius * 1.8, radius * 1.6, 0.012), (x * radius, y, z)), steel)


def _coupled(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A cistern on the back of the bowl: square, rounded, tapering, slim or wide."""
    deep, wide, tall = plan.room - 0.005, rng.uniform(0.3, 0.52), rng.uniform(0.24, 0.42)
    shelf = rng.uniform(0.06, 0.16)
    size = (min(plan.half * 1.6, wide), deep + 0.12, shelf)
    item.add(meshes.rounded_box(size, 0.03, (0, plan.wall - size[1] / 2, plan.high - shelf)), plan.white)
    narrow = rng.uniform(0.7, 1.08)
    add_tank(item, (wide * narrow, deep * min(narrow + 0.1, 1)), (wide, deep), plan.high - 0.002, tall, plan.wall,
          plan.white, float(rng.choice([3, 5, 8, 16])))  # fmt: skip
    if rng.random() < 0.5:
        _button(item, rng, plan.wall - deep / 2, plan.high + tall + 0.033)
    else:
        side = float(rng.choice([-1, 1]))
        add_lever(item, side * wide * 0.36, plan.wall - deep - 0.004, plan.high + tall - 0.06, metal(rng))
    if rng.random() < 0.4:  # the water's way in
        side, hose = float(rng.choice([-1, 1])) * wide * 0.36, metal(rng)
        path = [(side, plan.wall - 0.07, plan.high), (side * 1.3, plan.wall - 0.05, plan.high * 0.5)]
        item.add(tube(smooth([*path, (side * 1.3, plan.wall, 0.18)], 2, 0.25), 0.009, 6), hose)


def _odd(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A cistern of an unusual shape on a foot of its own: half a drum, an egg, a lying drum, a bell or a tower."""
    deep, base, kind = plan.room, plan.high - 0.01, rng.integers(5)
    tall, half = rng.uniform(0.26, 0.4), rng.uniform(0.17, 0.25)
    shelf = (plan.half * 1.2, deep + 0.1, base)
    item.add(meshes.rounded_box(shelf, 0.04, (0, plan.wall - shelf[1] / 2, 0)), plan.white)
    middle = plan.wall - deep / 2
    if kind == 0:
        marks = ((0.85, 0.0), (0.95, 0.03), (1.0, tall), (1.03, tall + 0.002), (1.03, tall + 0.03), (0.9, tall + 0.045))
        rings = [oval((half * s, deep * 0.9 * s, deep * 0.1), base + z, plan.wall - deep * 0.1, 12) for s, z in marks]
        item.add(meshes.loft(rings), plan.white)
    elif kind == 1:
        item.add(meshes.ellipsoid((half, deep * 0.49, tall / 2), (0, middle, base - 0.02), 3), plan.white)
    elif kind == 2:
        radius = deep * 0.49
        item.add(meshes.rod((-half, middle, base + radius), (half, middle, base + radius), radius, 24), plan.white)
        tall = 2 * radius - 0.01
    elif kind == 3:
        marks = ((0.75, 0.0), (0.78, tall * 0.3), (0.9, tall * 0.7), (1, tall), (0.95, tall + 0.03), (0.3, tall + 0.05))
        rings = [meshes.ring(half * s, deep * 0.49 * s, base + z, 28, 2.5, middle) for s, z in marks]
        item.add(meshes.loft(rings), plan.white)
    else:
        tall, glass = rng.uniform(0.45, 0.68), plastic(rng, ("white", "black", "grey", "beige", "green"))
        slab = (half * 2, min(deep, 0.13), base + tall)
        item.add(meshes.rounded_box(slab, 0.012, (0, plan.wall - slab[1] / 2, 0)), glass)
        middle = plan.wall - slab[1] / 2
    _button(item, rng, middle, base + tall + (0.04 if kind in (0, 3) else -0.024 if kind == 1 else 0))


def _high_up(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A cistern on the wall with a pipe down to the bowl, of ceramic, plastic or wood."""
    kind = rng.random()
    body = plan.white if kind < 0.5 else (wood(rng) if kind < 0.65 else plastic(rng, ("white", "black", "grey")))
    low, deep, wide = plan.high + rng.uniform(0.12, 0.5), rng.uniform(0.1, 0.17), rng.uniform(0.32, 0.54)
    tall = min(rng.uniform(0.22, 0.36), 1.28 - low)
    foot, power = (wide * rng.uniform(0.85, 1), deep), float(rng.choice([4, 12]))
    add_tank(item, foot, (wide, deep), low, tall, plan.wall, body, power)
    y = plan.wall - 0.05
    path = [(0, y, low + 0.01), (0, y, plan.high - 0.05), (0, plan.back - 0.05, plan.high - 0.05)]
    item.add(tube(smooth(path, 2, 0.2), rng.uniform(0.018, 0.028), 10), metal(rng) if rng.random() < 0.5 else body)
    item.add(meshes.rod((0, plan.back - 0.1, 0.15), (0, plan.wall, 0.16), 0.055, 14), plan.white)
    if rng.random() < 0.5:
        _button(item, rng, plan.wall - deep / 2, low + tall + 0.033)
    else:  # a chain
        x, front = wide * 0.42, plan.wall - deep - 0.03
        item.add(meshes.rod((x, plan.wall - deep, low + tall * 0.8), (x, front, low + tall * 0.8), 0.008), metal(rng))
        item.add(meshes.rod((x, front, low + tall * 0.8), (x, front, low - 0.1), 0.004, 6), metal(rng))
        item.add(meshes.cylinder(0.014, 0.07, (x, front, low - 0.16), 10), body)


def _valve(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A steel pipe with a flush valve between the wall and the bowl."""
    steel, y, z = metal(rng), plan.back + 0.02, plan.high + rng.uniform(0.2, 0.5)
    item.add(meshes.rounded_box((plan.half * 1.3, 0.17, 0.1), 0.04, (0, plan.back, plan.high - 0.1)), plan.white)
    item.add(meshes.rod((0, y, plan.high - 0.02), (0, y, z), 0.017), steel)
    item.add(meshes.lathe([(0.025, 0), (0.035, 0.02), (0.035, 0.09), (0.02, 0.13)], (0, y, z - 0.02), 16), steel)
    item.add(meshes.rod((0, y, z + 0.03), (0, plan.wall, z + 0.03), 0.018), steel)
    item.add(meshes.rod((0, plan.back - 0.08, 0.15), (0, plan.wall, 0.16), 0.055, 14), plan.white)
    item.add(meshes.rod((0, y, z + 0.05), (0.09, y - 0.04, z + 0.04), 0.008), steel)


def _cistern(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """Whatever flushes: most often a cistern on the bowl."""
    (_coupled, _coupled, _coupled, _odd, _high_up, _valve)[rng.integers(6)](item, rng, plan)


def _spray(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """Now and then a control panel or a spray hose at the side."""
    kind, side = rng.random(), float(rng.choice([-1, 1])) * (plan.half + 0.03)
    if kind < 0.12:
        key = plastic(rng, ("white", "grey", "black"))
        item.add(meshes.rounded_box((0.07, 0.2, 0.04), 0.015, (side, plan.back - 0.14, plan.high)), key)
    elif kind < 0.2:
        steel, y = metal(rng), plan.wall - 0.03
        path = [(side, y, 0.2), (side * 1.5, y - 0.05, 0.12), (side * 1.7, y, 0.4), (side * 1.5, y, plan.high + 0.1)]
        item.add(tube(smooth([(side, plan.wall, 0.22), *path], 2, 0.25), 0.008, 6), steel)
        item.add(meshes.rod(path[-1], np.add(path[-1], (0, -0.05, 0.1)), 0.016), steel)


def _composed(rng: np.random.Generator, body: Callable[[Item, np.random.Generator, _Plan], None]) -> Item:
    """A toilet of any outline, seat and cistern on a body."""
    item, plan = Item("toilet", against_wall=True), _plan(rng)
    for part in (body, _seat, _cistern, _spray):
        part(item, rng, plan)
    return item


@design("toilet")
def skirted_pan(rng: np.random.Generator) -> Item:
    """Smooth sides from the rim to the floor; any outline, seat and cistern."""
    return _composed(rng, _skirt)


@design("toilet")
def waisted_foot(rng: np.random.Generator) -> Item:
    """A bowl on a narrower foot; any outline, seat and cistern."""
    return _composed(rng, _foot)


@design("toilet")
def odd_tank(rng: np.random.Generator) -> Item:
    """A cistern shaped like a drum, an egg, a bell or a tower; any bowl and seat."""
    item, plan = Item("toilet", against_wall=True), _plan(rng, rng.uniform(0.16, 0.25))
    (_skirt if rng.random() < 0.5 else _foot)(item, rng, plan)
    _odd(item, rng, plan)
    _seat(item, rng, plan)
    return item


@design("toilet")
def assisted(rng: np.random.Generator) -> Item:
    """For those who need a hand: rails that stand or fold, a raised seat, a back rest; any bowl and cistern."""
    item, plan = Item("toilet", against_wall=True), _plan(rng)
    (_skirt if rng.random() < 0.5 else _foot)(item, rng, plan)
    _cistern(item, rng, plan)
    steel, pad = metal(rng), plastic(rng, ("white", "black", "grey", "blue"))
    rest, reach = plan.high + rng.uniform(0.2, 0.28), plan.y - plan.front * rng.uniform(0.3, 0.9)
    standing, x = rng.random() < 0.5, plan.half + rng.uniform(0.08, 0.14)
    for side in (-x, x):
        back = plan.back - 0.02 if standing else plan.wall
        if standing:
            path = [(side, back, 0), (side, back, rest), (side, reach, rest), (side, reach, 0)]
        else:
            path = [(side, back, rest), (side, reach, rest), (side, reach, rest - 0.13), (side, back, rest - 0.2)]
            item.add(meshes.box((0.1, 0.012, 0.3), (side, back - 0.006, rest - 0.24)), steel)
        item.add(tube(smooth(path, 2, 0.12), 0.015), steel)
        if rng.random() < 0.6:
            item.add(meshes.rounded_box((0.055, 0.26, 0.03), 0.013, (side, reach + 0.18, rest + 0.005)), pad)
    if standing:
        for z in (0.18, plan.high - 0.05):
            item.add(meshes.rod((-x, plan.back - 0.02, z), (x, plan.back - 0.02, z), 0.012), steel)
    if rng.random() < 0.5:  # a raised seat
        lift = rng.uniform(0.06, 0.13)
        marks = ((0.7, 0), (1.05, 0), (1.08, lift * 0.5), (1.02, lift), (0.72, lift * 0.95), (0.7, 0))
        rings = [plan.loop(s, s, s, plan.high + z) for s, z in marks]
        item.add(meshes.loft(rings, capped=False), pad)
        plan = replace(plan, high=plan.high + lift)
    _seat(item, rng, plan, rng.random() < 0.4)
    item.color = plan.white.color.name
    return item


@design("toilet")
def box_seat(rng: np.random.Generator) -> Item:
    """A seat over a plain box of steel, wood or plastic: dry, travelling and prison toilets."""
    item, plan = Item("toilet", against_wall=True), _plan(rng, rng.uniform(0.02, 0.14))
    kind, wide = rng.integers(3), plan.half * rng.uniform(2.1, 3.0)
    body = (metal, wood, plastic)[kind](rng)
    plan = replace(plan, white=body, seat=plan.seat if kind else body)
    deep, lip = 2 * plan.wall - 0.01, plan.high - 0.1
    taper, power = rng.uniform(0.8, 1.0), 30.0 if kind == 1 else float(rng.choice([5, 10, 30]))
    levels = ((taper * 0.97, 0.0), (taper, 0.01), (1.0, lip), (1.0, plan.high - 0.025), (0.96, plan.high - 0.015))
    item.add(meshes.loft([meshes.ring(wide / 2 * s, deep / 2 * s, z, 32, power) for s, z in levels]), body)
    _bowl(item, replace(plan, half=plan.half * 0.96, front=plan.front * 0.94), [(1, 1, 1, plan.high - 0.03)])
    _seat(item, rng, plan)
    if kind == 1:  # joints between boards
        joint = plain(paint(rng, ("black", "brown")))
        for z in np.arange(0.1, lip, rng.uniform(0.08, 0.14)):
            share = taper + (1 - taper) * z / lip
            item.add(meshes.box((wide * 0.9 * share, 0.01, 0.008), (0, 0.004 - deep / 2 * share, z)), joint)
    elif kind == 2 and rng.random() < 0.7:  # the clasp between the two tanks of a travelling toilet
        seam = plain(paint(rng, ("grey", "black")))
        item.add(meshes.box((wide * 1.01, deep * 1.01, 0.012), (0, 0, lip * 0.95)), seam)
        item.add(meshes.rounded_box((0.1, 0.03, 0.05), 0.012, (0, -deep / 2, lip * 0.9)), plastic(rng))
    if rng.random() < 0.4 and plan.room > 0.06:
        rise = rng.uniform(0.2, 0.75)
        item.add(meshes.box((wide, 0.05, rise), (0, deep / 2 - 0.025, plan.high - 0.02)), body)
        y, z = deep / 2 - 0.05, plan.high + rise * 0.7
        item.add(meshes.rod((wide * 0.2, y - 0.02, z), (wide * 0.2, y, z), 0.02, 12), metal(rng))
    return item
