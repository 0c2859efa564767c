# SPDX-License-Identifier: Apache-2.0
"""Sofas to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import Material, fabric, metal, plastic, upholstery, wood
from .registry import design
from .tubes import along_x, along_y, smooth, tube

_ARMS = {"none": (0.0, 0.0), "slab": (0.06, 0.11), "block": (0.17, 0.26), "rolled": (0.17, 0.23), "wing": (0.09, 0.13),
         "sloping": (0.08, 0.15), "flared": (0.11, 0.16), "bolster": (0.19, 0.23), "rail": (0.05, 0.07)}  # fmt: skip
"""Kinds of arms, and how wide they are."""
_BASES = {"tapered": (0.12, 0.24), "blocks": (0.05, 0.14), "buns": (0.08, 0.14), "hairpins": (0.14, 0.24),
          "plinth": (0.03, 0.09), "recessed": (0.07, 0.14), "skirt": (0.08, 0.14), "sled": (0.12, 0.22),
          "trestle": (0.12, 0.2), "pallet": (0.1, 0.18)}  # fmt: skip
"""What a sofa stands on, and how high the body's underside is then."""
_LEGS = ("tapered", "blocks", "buns", "hairpins")
"""Those of ``_BASES`` that are legs."""


@dataclass(frozen=True)
class _Plan:
    """Measures (metres) and materials that the parts of one sofa share."""

    left: float
    """Outer edges (x), arms included."""
    right: float
    seat_left: float
    """The seat's own edges (x), between the arms."""
    seat_right: float
    depth: float
    foot: float
    """Height of the body's underside."""
    deck: float
    """Height at which the seat cushions begin."""
    seat: float
    """Height of the seat's top."""
    back: float
    """Height of the back's top."""
    arm: float
    """Height of the arms' tops."""
    lean: float
    """How far the back leans, rad."""
    thick: float
    """Of the back."""
    seats: int
    cover: Material
    frame: Material

    @property
    def inner(self) -> float:
        """Width of the seat."""
        return self.seat_right - self.seat_left

    @property
    def middle(self) -> float:
        """Where the seat's middle is in x."""
        return (self.seat_left + self.seat_right) / 2

    @property
    def rear(self) -> float:
        """Where the back's front is in y, at the height of the seat."""
        return self.depth / 2 - self.thick

    def places(self, count: int) -> np.ndarray:
        """Middles (x) of so many equal fields of the seat."""
        return self.seat_left + (np.arange(count) + 0.5) * self.inner / count


Back = Callable[[Item, np.random.Generator, _Plan], None]
"""Adds a back to a sofa."""


def _plan(rng: np.random.Generator, arms: tuple[str, str], base: str) -> _Plan:
    """Measures at random, from a small settee to a wide low lounge."""
    seats = int(rng.choice([1, 2, 2, 3, 3, 4]))
    inner = rng.uniform(0.95, 1.3) if seats == 1 else min(seats * rng.uniform(0.5, 0.75), 1.95)
    left, right = (rng.uniform(*_ARMS[kind]) for kind in arms)
    if arms[0] == arms[1]:
        right = left
    half, foot = (inner + left + right) / 2, rng.uniform(*_BASES[base])
    seat = rng.uniform(0.36, 0.5)
    deck = max(seat - rng.uniform(0.08, 0.2), foot + 0.05)
    back = seat + rng.uniform(0.26, 0.55)
    arm = rng.uniform(seat + 0.08, min(back, seat + 0.28))
    frame = metal(rng) if rng.random() < 0.35 else wood(rng)
    return _Plan(-half, half, left - half, half - right, rng.uniform(0.72, 1.0), foot, deck, seat, back, arm,
                 rng.uniform(0.02, 0.22), rng.uniform(0.1, 0.2), seats, upholstery(rng, 0.7), frame)  # fmt: skip


def _leg(item: Item, kind: str, at: tuple[float, float], height: float, outwards: float, material: Material) -> None:
    """One leg: tapered, a block, a turned bun or a hairpin; ``outwards`` (-1, 0, 1) is the way its foot leans in x."""
    x, y = at
    if kind == "tapered":
        foot = (x + outwards * 0.04, y + np.sign(y) * 0.02, 0.006)
        item.add(meshes.beam(foot, (x, y, height), 0.026, 0.026), material)
        item.add(meshes.beam((x, y, height * 0.5), (x, y, height), 0.038, 0.038), material)
    elif kind == "blocks":
        item.add(meshes.box((0.07, 0.07, height), (x, y, 0)), material)
    elif kind == "buns":
        profile = [(0.02, 0.0), (0.045, height * 0.2), (0.05, height * 0.5), (0.025, height * 0.75), (0.04, height)]
        item.add(meshes.lathe(profile, (x, y, 0), 14), material)
    else:
        for shift in (-0.05, 0.05):
            item.add(meshes.rod((x + outwards * 0.03, y, 0.006), (x + shift, y, height), 0.007, 6), material)


def _base(item: Item, rng: np.random.Generator, plan: _Plan, kind: str) -> None:
    """The body below the cushions, and what it stands on."""
    middle, width, foot = plan.middle, plan.right - plan.left, plan.foot
    body = plan.cover if rng.random() < 0.7 or kind == "skirt" else plan.frame
    size = (plan.inner + 0.01, plan.depth - 0.02, plan.deck - foot)
    item.add(meshes.rounded_box(size, 0.015, (middle, 0, foot)), body)
    x, y = width / 2 - 0.08, plan.depth / 2 - 0.08
    if kind in _LEGS:
        for side in (-1, 0, 1) if width > 1.9 else (-1, 1):
            for end in (-1, 1):
                _leg(item, kind, (side * x, end * y), foot + 0.01, side, plan.frame)
    elif kind in ("plinth", "recessed"):
        inset = 0.0 if kind == "plinth" else 0.12
        material = plan.frame if rng.random() < 0.5 else plastic(rng, ("black", "grey", "brown"))
        item.add(meshes.box((width - inset, plan.depth - inset - 0.01, foot + 0.01)), material)
    elif kind == "skirt":
        pleats, deep = int(rng.integers(20, 60)), rng.uniform(0.0, 0.012)
        wave = (np.arange(2 * pleats) % 2 * 2 - 1)[:, None] * (deep, deep, 0)
        rings = [meshes.ring(width / 2 + out, plan.depth / 2 + out, z, 2 * pleats, 20) for out, z in
                 ((0.012, 0.0), (0.004, plan.deck * 0.85), (-0.04, plan.deck * 0.87))]  # fmt: skip
        item.add(meshes.loft([rings[0] + wave, rings[1] + wave * 0.3, rings[2]]), plan.cover)
    elif kind == "sled":
        for side in (-1, 1):
            loop = [(side * x, *end) for end in ((y, foot + 0.01), (y, 0.013), (-y, 0.013), (-y, foot + 0.01))]
            item.add(tube(smooth(loop, 1, 0.08), 0.012), plan.frame)
    elif kind == "trestle":
        for side in (-1, 1):
            item.add(meshes.box((0.045, plan.depth - 0.08, foot + 0.01), (side * (x - 0.06), 0, 0)), plan.frame)
        item.add(meshes.box((2 * x - 0.12, 0.04, foot * 0.5), (0, 0, foot * 0.5)), plan.frame)
    else:
        for place in np.linspace(-1, 1, 5):
            item.add(meshes.box((width, 0.09, 0.022), (0, place * (plan.depth / 2 - 0.05), foot - 0.02)), plan.frame)
            item.add(meshes.box((width, 0.09, 0.02), (0, place * (plan.depth / 2 - 0.05), 0)), plan.frame)
        for side in (-1, 0, 1):
            item.add(meshes.box((0.1, plan.depth, foot - 0.04), (side * (width / 2 - 0.05), 0, 0.02)), plan.frame)


def _arm(item: Item, rng: np.random.Generator, plan: _Plan, kind: str, side: int) -> None:
    """An arm from the underside of the body upwards."""
    edge, outer = (plan.seat_left, plan.left) if side < 0 else (plan.seat_right, plan.right)
    wide, x, foot, depth = abs(outer - edge), (edge + outer) / 2, plan.foot, plan.depth
    tall = plan.arm - foot
    if kind in ("slab", "block", "wing"):
        radius = 0.02 if kind == "slab" else 0.045
        item.add(meshes.rounded_box((wide, depth, tall), radius, (x, 0, foot)), plan.cover)
        if kind == "wing" and plan.back > plan.arm + 0.1:
            size = (wide * 0.9, depth * 0.45, plan.back - plan.arm + 0.06)
            at = (x - side * 0.02, plan.rear * 0.72, plan.arm - 0.05)
            item.add(meshes.rounded_box(size, 0.05, at, tilt=plan.lean * 0.6), plan.cover)
    elif kind == "rolled":
        radius = wide * 0.52
        swing = np.linspace(-0.2, np.pi + 0.2, 12)
        curve = [(x + radius * np.cos(a), plan.arm - radius + radius * np.sin(a)) for a in swing]
        half = wide * 0.38
        item.add(along_y([(x - half, foot), (x + half, foot), *curve], depth - 0.02), plan.cover)
        item.add(meshes.rod((x, -depth / 2 - 0.012, plan.arm - radius), (x, -depth / 2 + 0.1, plan.arm - radius),
                            radius * 0.8, 14), plan.cover)  # fmt: skip
    elif kind == "sloping":
        high = min(plan.back - 0.03, plan.arm + 0.22)
        low = max(plan.seat, plan.arm - 0.1)
        profile = [(-depth / 2, foot), (depth / 2, foot), (depth / 2 + 0.03, high), (plan.rear - 0.05, high)]
        item.add(along_x([*profile, (-depth / 2 + 0.02, low)], wide, x), plan.cover)
    elif kind == "flared":
        out = side * wide
        profile = [(edge - out * 0.1, foot), (edge + out * 0.4, foot), (outer, plan.arm - 0.02)]
        profile += [(outer - out * 0.1, plan.arm), (edge + out * 0.2, plan.arm)]
        item.add(along_y(profile, depth), plan.cover)
    elif kind == "bolster":
        item.add(meshes.rounded_box((wide, depth - 0.02, plan.deck - foot + 0.03), 0.02, (x, 0, foot)), plan.cover)
        z = plan.deck + wide / 2
        item.add(meshes.rod((x, -depth / 2 + 0.03, z), (x, depth / 2 - 0.05, z), wide / 2, 16), plan.cover)
    elif kind == "rail":
        _rail(item, rng, plan, x, wide)


def _rail(item: Item, rng: np.random.Generator, plan: _Plan, x: float, wide: float) -> None:
    """An open arm: a loop of steel tube, or two posts with a flat rest and at times bars between."""
    y, style = plan.depth / 2 - 0.04, rng.random()
    if style < 0.35:
        loop = [(x, -y, 0.0), (x, -y, plan.arm), (x, y, plan.arm), (x, y, 0.0)]
        item.add(tube(smooth(loop, 2, rng.uniform(0.06, 0.2)), wide * 0.28), plan.frame)
    else:
        slant = rng.uniform(0.0, 0.06)
        for end in (-1, 1):
            foot, top = (x, end * y, 0.005), (x, end * y + slant, plan.arm)
            item.add(meshes.beam(foot, top, wide * 0.8, wide * 0.8), plan.frame)
        rest = (wide * 1.4, plan.depth, 0.035)
        item.add(meshes.rounded_box(rest, 0.012, (x, slant / 2, plan.arm - 0.02)), plan.frame)
        for place in np.linspace(-y, y, int(rng.integers(5, 9)))[1:-1] if style > 0.7 else ():
            item.add(meshes.box((0.018, 0.035, plan.arm - plan.foot), (x, place, plan.foot)), plan.frame)
    item.add(meshes.box((wide * 0.7, 2 * y, 0.045), (x, 0, plan.deck - 0.05)), plan.frame)


def _seat(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """Cushions to sit on: one long one or several, thin, thick, doubled or buttoned."""
    count = 1 if rng.random() < 0.3 else plan.seats
    layers = 2 if plan.seat - plan.deck > 0.15 and rng.random() < 0.4 else 1
    deep, thick = plan.rear + plan.depth / 2 + 0.02, (plan.seat - plan.deck + 0.02) / layers
    cover = plan.cover if rng.random() < 0.85 else fabric(rng)
    soft, hang = rng.uniform(0.02, 0.07), rng.uniform(-0.02, 0.03)
    buttoned = layers == 1 and rng.random() < 0.2
    for x in plan.places(count):
        for layer in range(layers):
            at = (x, plan.rear - deep / 2 + 0.02 - hang / 2, plan.deck - 0.01 + layer * thick)
            item.add(meshes.rounded_box((plan.inner / count - 0.008, deep + hang, thick), soft, at), cover)
        for share in (-0.25, 0.25) if buttoned else ():
            for y in (-0.25, 0.15):
                at = (x + share * plan.inner / count, y * plan.depth, plan.seat - 0.002)
                item.add(meshes.ellipsoid((0.018, 0.018, 0.008), at, 1), plan.frame)


def _upright(item: Item, plan: _Plan, x: float, size: tuple[float, float, float], low: float, radius: float,
             forward: float = 0.0) -> None:  # fmt: skip
    """A padded piece of the back from height ``low`` up, leaning as the back does, ``forward`` metres before it."""
    y = plan.rear + size[1] / 2 - forward + (low - plan.seat) * np.tan(plan.lean)
    item.add(meshes.rounded_box(size, radius, (x, y, low), tilt=plan.lean), plan.cover)


def _cushioned(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A slab with loose cushions before it, at times with rests for the head."""
    low, count, fat = plan.foot + 0.02, int(rng.integers(1, plan.seats + 2)), rng.uniform(0.12, 0.2)
    _upright(item, plan, plan.middle, (plan.inner, plan.thick, plan.back - low - 0.05), low, 0.035)
    heads, over = rng.random() < 0.25, rng.uniform(-0.06, 0.08)
    for x in plan.places(count):
        wide, tall = plan.inner / count - 0.012, plan.back - plan.seat + over
        _upright(item, plan, x, (wide, fat, tall), plan.seat - 0.02, min(fat / 2.2, 0.085), fat * 0.75)
        if heads:
            _upright(item, plan, x, (wide * 0.8, 0.1, 0.17), plan.back - 0.03, 0.045)


def _tufted(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """One firm slab with rows of buttons."""
    low = plan.foot + 0.02
    _upright(item, plan, plan.middle, (plan.inner + 0.01, plan.thick, plan.back - low), low, rng.uniform(0.02, 0.08))
    rows, columns = int(rng.integers(1, 4)), max(int(plan.inner / rng.uniform(0.18, 0.35)), 2)
    for row in range(rows if rng.random() < 0.8 else 0):
        z = plan.seat + (plan.back - plan.seat) * (row + 0.7) / (rows + 0.3)
        for x in plan.places(columns) + (row % 2) * plan.inner / columns * 0.4:
            at = (x, plan.rear + (z - plan.seat) * np.tan(plan.lean), z - 0.018)
            item.add(meshes.ellipsoid((0.018, 0.012, 0.018), at, 1), plan.frame)


def _rolled_top(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """A slab that ends in a thick round roll."""
    low, radius = plan.foot + 0.02, rng.uniform(0.07, 0.11)
    _upright(item, plan, plan.middle, (plan.inner, plan.thick, plan.back - low - radius), low, 0.03)
    z = plan.back - radius
    y = plan.rear + plan.thick * 0.5 + (z - plan.seat) * np.tan(plan.lean)
    item.add(meshes.rod((plan.seat_left, y, z), (plan.seat_right, y, z), radius, 18), plan.cover)


def _channelled(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """Soft pipes side by side, or rolls one above the other."""
    low, upright = plan.seat - 0.06, rng.random() < 0.6
    size = (plan.inner, plan.thick * 0.6, plan.back - plan.foot - 0.06)
    _upright(item, plan, plan.middle, size, plan.foot + 0.02, 0.03, -plan.thick * 0.4)
    if upright:
        count = int(plan.inner / rng.uniform(0.1, 0.2))
        for x in plan.places(count):
            _upright(item, plan, x, (plan.inner / count, plan.thick, plan.back - low), low, 0.06)
    else:
        count = int(rng.integers(2, 5))
        tall = (plan.back - low) / count
        for row in range(count):
            _upright(item, plan, plan.middle, (plan.inner, plan.thick, tall + 0.02), low + row * tall, 0.08)


def _slatted(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """An open frame of slats or bars, bare or with thin cushions before it."""
    bar, upright, tangent = rng.uniform(0.025, 0.05), rng.random() < 0.6, np.tan(plan.lean)

    def point(x: float, z: float) -> tuple[float, float, float]:
        """A place in the leaning plane of the frame."""
        return x, plan.rear + 0.05 + (z - plan.seat) * tangent, z

    low, high = plan.seat - 0.02, plan.back - bar / 2
    ends = (plan.seat_left + bar / 2, plan.seat_right - bar / 2)
    for x in (*ends, plan.middle) if rng.random() < 0.5 else ends:
        item.add(meshes.beam(point(x, plan.foot), point(x, plan.back), bar, bar), plan.frame)
    for z in (low + 0.04, high) if upright else np.linspace(low + 0.06, high, int(rng.integers(2, 6))):
        item.add(meshes.beam(point(ends[0], z), point(ends[1], z), rng.uniform(0.04, 0.08), bar * 0.7), plan.frame)
    for x in np.linspace(*ends, int(plan.inner / rng.uniform(0.08, 0.2)))[1:-1] if upright else ():
        item.add(meshes.beam(point(x, low), point(x, high), rng.uniform(0.015, 0.04), 0.014), plan.frame)
    for x in plan.places(plan.seats) if rng.random() < 0.6 else ():
        size = (plan.inner / plan.seats - 0.02, 0.12, (plan.back - plan.seat) * rng.uniform(0.7, 1.0))
        _upright(item, plan, x, size, plan.seat - 0.01, 0.05, 0.09)


def _waved(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """An upholstered back whose top rises, dips, swells in lobes or falls towards one end."""
    share, kind, fall = np.linspace(0, 1, 33), int(rng.integers(4)), rng.uniform(0.12, 0.3)
    curve = (np.sin(share * np.pi), 1 - np.sin(share * np.pi) * 0.7, np.abs(np.sin(share * np.pi * plan.seats)) ** 0.5,
             np.cos(share * np.pi / 2) if rng.random() < 0.5 else np.sin(share * np.pi / 2))[kind]  # fmt: skip
    rings, low, tangent = [], plan.foot + 0.02, np.tan(plan.lean)
    for place, top in zip(share, plan.back - fall * (1 - curve), strict=True):
        x, y = plan.seat_left + place * plan.inner, plan.rear + (top - plan.seat) * tangent
        outline = [(plan.rear, low), (plan.depth / 2, low), (y + plan.thick, top - 0.03), (y + plan.thick * 0.7, top)]
        rings.append(np.array([(x, *point) for point in (*outline, (y + 0.03, top), (y, top - 0.03))]))
    item.add(meshes.loft(rings), plan.cover)


_BACKS: tuple[Back, ...] = (_cushioned, _cushioned, _tufted, _rolled_top, _channelled, _slatted, _waved)
"""Common ones repeated."""


def _extras(item: Item, rng: np.random.Generator, plan: _Plan) -> None:
    """Scatter cushions, square, long or round, and a blanket over the seat's edge."""
    for _ in range(int(rng.integers(0, 5)) if rng.random() < 0.6 else 0):
        kind, size = rng.random(), rng.uniform(0.34, 0.48)
        x, y = plan.middle + rng.uniform(-0.5, 0.5) * (plan.inner - size), plan.rear - rng.uniform(0.14, 0.24)
        if kind < 0.15:
            z = plan.seat + 0.08
            item.add(meshes.rod((x - size / 2, y, z), (x + size / 2, y, z), 0.09, 14), fabric(rng))
        else:
            wide = size * (1.3 if kind < 0.4 else 1.0)
            high = size * (0.7 if kind < 0.4 else 1.0)
            yaw, tilt = rng.uniform(-0.3, 0.3), rng.uniform(0.25, 0.5)
            item.add(meshes.rounded_box((wide, 0.14, high), 0.065, (x, y, plan.seat - 0.01), yaw, tilt), fabric(rng))
    if rng.random() < 0.25:
        front, wide = -plan.depth / 2 - 0.035, rng.uniform(0.35, 0.6)
        x, top = plan.middle + rng.uniform(-0.5, 0.5) * (plan.inner - wide), plan.seat + 0.015
        path = [(plan.rear - 0.08, top), (front + 0.05, top), (front, top - 0.05), (front, plan.seat - 0.28)]
        across = np.linspace(x - wide / 2, x + wide / 2, 9)
        cloth = np.array([[(u, y + 0.008 * np.cos(u * 40), z) for u in across] for y, z in path])
        item.add(meshes.sheet(cloth), fabric(rng))


def _composed(
    rng: np.random.Generator, plan: _Plan, arms: tuple[str, str], base: str, back: Back | None = None
) -> Item:
    """A straight sofa of the given parts, with any back unless one is given."""
    item = Item("sofa", against_wall=True, color=plan.cover.color.name)
    _base(item, rng, plan, base)
    for kind, side in zip(arms, (-1, 1), strict=True):
        _arm(item, rng, plan, kind, side)
    _seat(item, rng, plan)
    (back or _BACKS[rng.integers(len(_BACKS))])(item, rng, plan)
    _extras(item, rng, plan)
    return item


def _drawn(rng: np.random.Generator, kinds: Iterable[str], without: tuple[str, ...] = ()) -> str:
    """Any of the kinds, save some."""
    return str(rng.choice([kind for kind in kinds if kind not in without]))


@design("sofa")
def open_sided(rng: np.random.Generator) -> Item:
    """Arms one can look through, of tube or timber, with any back."""
    arms, base = ("rail", "rail"), str(rng.choice(["tapered", "blocks", "sled", "trestle"]))
    return _composed(rng, _plan(rng, arms, base), arms, base)


@design("sofa")
def cocooned(rng: np.random.Generator) -> Item:
    """A back that rises to the head or far above it, between wings or high walls."""
    arms, base = ("wing", "wing"), _drawn(rng, _BASES)
    plan = replace(_plan(rng, arms, base), lean=rng.uniform(0.0, 0.1))
    if rng.random() < 0.35:  # walls for quiet in offices
        plan = replace(plan, back=rng.uniform(1.15, 1.5), lean=0.0)
        plan = replace(plan, arm=plan.back - rng.uniform(0.0, 0.08))
    else:
        plan = replace(plan, back=rng.uniform(0.95, 1.15))
    return _composed(rng, plan, arms, base, (_tufted, _channelled, _cushioned, _waved)[rng.integers(4)])


@design("sofa")
def settle(rng: np.random.Generator) -> Item:
    """An open back of slats or bars over any base, between arms of one kind or none."""
    arm, base = _drawn(rng, _ARMS, without=("rolled", "wing")), _drawn(rng, _BASES)
    arms = (arm, arm)
    return _composed(rng, _plan(rng, arms, base), arms, base, _slatted)


@design("sofa")
def one_armed(rng: np.random.Generator) -> Item:
    """Open at one end, where the seat may run on without a back or reach forward for the legs."""
    arm = _drawn(rng, _ARMS, without=("none",))
    side, base = float(rng.choice([-1, 1])), _drawn(rng, _BASES)
    arms = ("none", arm) if side < 0 else (arm, "none")
    plan = _plan(rng, arms, base)
    item = _composed(rng, plan, arms, base)
    edge, wide = (plan.left if side < 0 else plan.right), rng.uniform(0.4, 0.65)
    if plan.right - plan.left + wide < 2.45 and rng.random() < 0.6:
        at, deep = (edge + side * wide / 2, 0.0), plan.depth - 0.02
    else:
        deep = rng.uniform(0.45, 0.7)
        at = (edge - side * wide / 2, -plan.depth / 2 - deep / 2)
    item.add(meshes.rounded_box((wide, deep, plan.deck - plan.foot), 0.015, (*at, plan.foot)), plan.cover)
    cushion = (wide + 0.01, deep, plan.seat - plan.deck + 0.02)
    item.add(meshes.rounded_box(cushion, 0.045, (*at, plan.deck - 0.01)), plan.cover)
    kind = base if base in _LEGS else "blocks"
    for x in (-1, 1):
        for y in (-1, 1):
            under = (at[0] + x * (wide / 2 - 0.06), at[1] + y * (deep / 2 - 0.06))
            _leg(item, kind, under, plan.foot + 0.01, 0.0, plan.frame)
    return item


@design("sofa")
def curved(rng: np.random.Generator) -> Item:
    """Seat and back on an arc, from a shallow bow to a half ring; the back may fall towards the ends."""
    plan, item = _plan(rng, ("none", "none"), "blocks"), Item("sofa", against_wall=True)
    depth, turn = min(plan.depth, 0.85), rng.uniform(0.35, 1.3)
    outer = min(rng.uniform(0.75, 1.2) / np.sin(turn), 2.6)
    outer = max(outer, depth + 0.2)
    inner, rear, center = outer - depth, outer - plan.thick, -outer + depth / 2
    fall, power, slant = rng.uniform(0.0, 0.95) * (rng.random() < 0.6), rng.uniform(2, 5), rng.uniform(0.0, 0.08)

    def swept(profile: list[tuple[float, float]], start: float, stop: float, drop: float = 0.0) -> None:
        """Carry a section (radius, z) along a share of the arc, lower by ``drop`` at its ends."""
        rings = []
        for share in np.linspace(start, stop, max(int(25 * (stop - start) / 2), 5)):
            angle, lower = np.pi / 2 - share * turn, 1 - drop * np.abs(share) ** power
            low = plan.seat - 0.06
            rings.append([(r * np.cos(angle), center + r * np.sin(angle), low + (z - low) * lower if z > low else z)
                          for r, z in profile])  # fmt: skip
        item.add(meshes.loft([np.array(ring) for ring in rings]), plan.cover)

    foot, deck, seat, back = plan.foot, plan.deck, plan.seat, plan.back
    swept([(inner + 0.02, foot), (outer, foot), (outer, deck), (inner + 0.02, deck)], -1, 1)
    pieces = int(rng.integers(1, 5))
    gap = 0.008 / (outer * turn)
    cushion = [(inner + 0.03, deck), (rear + 0.03, deck), (rear + 0.03, seat - 0.01), (rear - 0.03, seat)]
    cushion += [(inner + 0.05, seat), (inner, seat - 0.03), (inner, deck + 0.03)]
    for low, high in pairwise(np.linspace(-1, 1, pieces + 1)):
        swept(cushion, low + gap, high - gap)
    pieces = int(rng.choice([1, 1, pieces, 2 * pieces, 12]))
    wall = [(rear, deck), (outer, deck), (outer + slant, back - 0.05), (outer + slant - 0.04, back)]
    wall += [(rear + slant + 0.04, back), (rear + slant, back - 0.05)]
    for low, high in pairwise(np.linspace(-1, 1, pieces + 1)):
        swept(wall, low + gap / 2, high - gap / 2, fall)
    kind = _drawn(rng, _BASES)
    if kind in _LEGS:
        for share in (-0.9, 0.0, 0.9):
            for radius in (inner + 0.1, outer - 0.08):
                angle = np.pi / 2 - share * turn
                place = (radius * np.cos(angle), center + radius * np.sin(angle))
                _leg(item, kind, place, foot + 0.01, 0.0, plan.frame)
    else:
        swept([(inner + 0.06, 0.0), (outer - 0.05, 0.0), (outer - 0.05, foot), (inner + 0.06, foot)], -0.97, 0.97)
    for share in rng.uniform(-0.8, 0.8, int(rng.integers(0, 4))):
        angle, size = np.pi / 2 - share * turn, rng.uniform(0.36, 0.46)
        spot = ((rear - 0.2) * np.cos(angle), center + (rear - 0.2) * np.sin(angle), seat - 0.01)
        item.add(meshes.rounded_box((size, 0.14, size), 0.065, spot, angle - np.pi / 2, 0.35), fabric(rng))
    return item


@design("sofa")
def modules(rng: np.random.Generator) -> Item:
    """Two or three blocks pushed together, some without a back or of another colour; at times one before an end.

    That one is a stool, or makes a corner with the block behind it.
    """
    item, count, side = Item("sofa", against_wall=True), int(rng.integers(2, 4)), rng.uniform(0.62, 0.84)
    foot, seat, high = max(rng.uniform(-0.05, 0.1), 0.0), rng.uniform(0.34, 0.45), rng.uniform(0.22, 0.42)
    thick, soft, layered = rng.uniform(0.13, 0.24), rng.uniform(0.02, 0.08), rng.random() < 0.5
    main, feet = upholstery(rng, 0.85), metal(rng) if rng.random() < 0.5 else wood(rng)
    covers = (main, main if rng.random() < 0.7 else upholstery(rng, 0.85))
    mixed = rng.random() < 0.6
    spots = [((index - (count - 1) / 2) * side, 0.0) for index in range(count)]
    extra = int(rng.integers(3))  # nothing before an end, a stool, or what makes a corner
    if extra:
        spots.append((spots[0 if rng.random() < 0.5 else -1][0], -side))
    for index, (x, y) in enumerate(spots):
        cover = covers[int(rng.integers(2))]
        level = seat - 0.16 if layered else seat
        item.add(meshes.rounded_box((side - 0.008, side - 0.008, level - foot), soft * 0.6, (x, y, foot)), cover)
        if layered:
            item.add(meshes.rounded_box((side - 0.012, side - 0.012, 0.17), soft, (x, y, level - 0.01)), cover)
        for u in (-1, 1) if foot > 0.01 else ():
            for v in (-1, 1):
                under = (x + u * (side / 2 - 0.07), y + v * (side / 2 - 0.07), 0)
                item.add(meshes.cylinder(0.025, foot + 0.01, under, 10), feet)
        ahead, backless = index >= count, mixed and index > 0 and rng.random() < 0.25
        if not ahead and not backless:
            wall = (side - 0.01, thick, seat + high - foot - 0.02)
            item.add(meshes.rounded_box(wall, soft, (x, y + (side - thick) / 2, foot + 0.02)), cover)
        outward = np.sign(x) * (extra == 2 and abs(x) > 0.1 and (ahead or abs(x - spots[-1][0]) < 0.1))
        if outward:
            wall = (thick, side - 0.01, seat + high - foot - 0.02)
            item.add(meshes.rounded_box(wall, soft, (x + outward * (side - thick) / 2, y, foot + 0.02)), cover)
        if not ahead and not backless and rng.random() < 0.6:
            tilt, tall = rng.uniform(0.1, 0.3), high * rng.uniform(0.9, 1.25)
            size, at = (side * 0.85, 0.16, tall), (x - outward * thick / 2, side / 2 - thick - 0.1, seat - 0.01)
            item.add(meshes.rounded_box(size, 0.07, at, tilt=tilt), cover if rng.random() < 0.7 else fabric(rng))
    return item
