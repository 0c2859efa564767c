# SPDX-License-Identifier: Apache-2.0
"""Kinds of rooms: how large they are, what stands in them, and clutter for a quarter of all objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .placement import Placer
from .room import Room, build_shell
from .scene import Placed
from .shapes import designs, make
from .shapes.clutter import ON_FLOOR
from .shapes.clutter_small import ON_TOP

CLUTTER_SHARE = 0.25
"""Clutter among all objects (walls, floor and ceiling not counted)."""
_SHELL = ("wall", "floor", "ceiling")
_FRONT = {"door": 0.75, "cabinet": 0.45, "refrigerator": 0.6, "toilet": 0.45, "sink": 0.5, "counter": 0.6, "bed": 0.0,
          "bookshelf": 0.4, "desk": 0.7, "sofa": 0.35, "bathtub": 0.0}  # fmt: skip
"""Metres kept clear before an object."""


@dataclass(frozen=True)
class Kind:
    """A kind of room."""

    sizes: tuple[float, float, float, float]
    """Width from, to; depth from, to; metres."""
    wishes: tuple[tuple[str, float], ...]
    """(what, how many on average), placed in this order."""


KINDS: dict[str, Kind] = {
    "bedroom": Kind((3.2, 4.6, 3.0, 4.4), (("window", 1.2), ("bed", 1.2), ("cabinet", 1.6), ("desk", 0.5),
                    ("bookshelf", 0.5), ("table", 0.6), ("chair", 0.5), ("picture", 1.6))),
    "living room": Kind((3.8, 6.0, 3.6, 5.2), (("window", 1.6), ("sofa", 1.5), ("table", 0.8), ("bookshelf", 1.0),
                        ("cabinet", 0.8), ("chair", 1.0), ("picture", 2.2))),
    "kitchen": Kind((3.0, 4.8, 3.0, 4.4), (("window", 1.0), ("counter", 1.6), ("refrigerator", 1.1), ("cabinet", 1.8),
                    ("table", 1.0), ("sink", 0.2), ("picture", 0.6))),
    "bathroom": Kind((2.4, 3.4, 2.4, 3.2), (("bathtub", 1.0), ("window", 0.5), ("toilet", 1.0), ("sink", 1.2),
                     ("cabinet", 0.6), ("picture", 0.3))),
    "office": Kind((3.4, 5.2, 3.4, 4.8), (("window", 1.2), ("desk", 1.8), ("bookshelf", 1.2), ("cabinet", 1.1),
                   ("table", 0.4), ("sofa", 0.3), ("chair", 0.5), ("picture", 1.2))),
    "mixed room": Kind((4.4, 6.4, 4.2, 5.6), (("window", 1.3), ("bed", 0.6), ("bathtub", 0.5), ("counter", 0.6),
                       ("refrigerator", 0.6), ("sofa", 0.7), ("desk", 0.6), ("toilet", 0.4), ("bookshelf", 0.6),
                       ("cabinet", 0.8), ("sink", 0.6), ("table", 0.7), ("chair", 0.7), ("curtain", 0.5),
                       ("shower curtain", 0.4), ("picture", 1.6))),
}  # fmt: skip
_SHARES = {"bedroom": 0.17, "living room": 0.17, "kitchen": 0.17, "bathroom": 0.18, "office": 0.12, "mixed room": 0.19}


def furnish(rng: np.random.Generator, held_out: bool, kind: str | None = None) -> Room:
    """A complete room, of a random kind unless one is named."""
    kind = kind or str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
    width_from, width_to, depth_from, depth_to = KINDS[kind].sizes
    width, depth = float(rng.uniform(width_from, width_to)), float(rng.uniform(depth_from, depth_to))
    room = Room(kind, width, depth, float(rng.uniform(2.35, 2.8)))
    if min(width, depth) > 3.4 and rng.random() < 0.3:
        x, y = int(rng.choice([-1, 1])), int(rng.choice([-1, 1]))
        room.notch = (x, y, float(rng.uniform(0.5, 0.3 * width)), float(rng.uniform(0.5, 0.3 * depth)))
    build_shell(room, rng, held_out)
    furnisher = _Furnisher(room, rng, held_out)
    furnisher.add("door")
    for name, mean in KINDS[kind].wishes:
        for _ in range(int(mean) + int(rng.random() < mean % 1)):
            furnisher.add(name)
    furnisher.clutter()
    return room


class _Furnisher:
    def __init__(self, room: Room, rng: np.random.Generator, held_out: bool) -> None:
        self.room, self.rng, self.held_out = room, rng, held_out
        self.placer = Placer(room, rng)
        self.rules: dict[str, Callable[[], object]] = {
            "window": self._window, "bathtub": self._bathtub, "sofa": self._sofa, "desk": self._desk,
            "table": self._table, "chair": self._chair, "shower curtain": self._shower_curtain,
        }  # fmt: skip

    def add(self, name: str) -> None:
        """Place one object of a class with what belongs to it, if there is room for it."""
        self.rules.get(name, lambda: self._at_wall(name))()

    def _make(self, name: str):
        return make(name, self.rng, self.held_out)

    def _at_wall(self, name: str, attempts: int = 3) -> Placed | None:
        for _ in range(attempts):
            item = self._make(name)
            front = _FRONT.get(name, 0.0) if item.hangs_at is None else 0.0
            placed = (
                self.placer.against_wall(item, front)
                if item.against_wall
                else self.placer.in_the_open(item, front, 0.4)
            )
            if placed:
                return placed
        return None

    def _window(self) -> None:
        placed = self._at_wall("window")
        if placed and self.rng.random() < 0.65:
            for _ in range(4):
                if self.placer.at_wall_spot(self._make("curtain"), placed):
                    return

    def _bathtub(self) -> None:
        placed = self._at_wall("bathtub")
        if placed and self.rng.random() < 0.75:
            self.placer.facing_to(self._make("shower curtain"), placed, 0, 0.02)

    def _shower_curtain(self) -> None:
        """Screens off a corner where there is no tub to hang it by."""
        item = self._make("shower curtain")
        wall = self.room.walls[self.rng.integers(len(self.room.walls))]
        item.against_wall = True
        self.placer.against_wall(item, 0.0, wall)

    def _sofa(self) -> None:
        placed = self._at_wall("sofa")
        if placed and self.rng.random() < 0.6:
            self.placer.facing_to(self._make("table"), placed, 0, float(self.rng.uniform(0.35, 0.5)))

    def _desk(self) -> None:
        placed = self._at_wall("desk")
        if placed and self.rng.random() < 0.85:
            self.placer.facing_to(self._make("chair"), placed, 0, float(self.rng.uniform(0.03, 0.2)), jitter=0.5)

    def _chair(self) -> None:
        item = self._make("chair")
        if self.rng.random() < 0.6:
            self.placer.against_wall(item)
        else:
            self.placer.in_the_open(item, 0.0, 0.4, square=False)

    def _table(self) -> None:
        item = self._make("table")
        low, high = item.bounds()
        if high[2] < 0.65 and self.rng.random() < 0.5:
            self.placer.against_wall(item)
            return
        placed = self.placer.in_the_open(item, 0.0, 0.5)
        if not placed or high[2] < 0.65:
            return
        chair_seed = int(self.rng.integers(1 << 31))
        for side in self.rng.permutation(4)[: int(self.rng.integers(2, 5))]:
            long = side in (0, 2) and high[0] - low[0] > 1.25
            for shift in (-0.32, 0.32) if long else (0.0,):
                alike = make("chair", np.random.default_rng(chair_seed), self.held_out)
                gap = float(self.rng.uniform(0.02, 0.15))
                self.placer.facing_to(alike, placed, int(side), gap, shift, 0.2)

    def clutter(self) -> None:
        """Add clutter until it is a quarter of all objects."""
        objects = sum(placed.item.name not in _SHELL for placed in self.room.placed)
        wanted = objects * CLUTTER_SHARE / (1 - CLUTTER_SHARE)
        missing = int(wanted) + int(self.rng.random() < wanted % 1)
        holders = [placed for placed in self.room.placed if placed.item.surfaces]
        for _ in range(missing * 8):
            if missing <= 0:
                return
            if holders and self.rng.random() < 0.5:
                holder = holders[self.rng.integers(len(holders))]
                placed = self.placer.on_top(self._clutter_item(ON_TOP), holder)
            else:
                item = self._clutter_item(ON_FLOOR)
                placed = (
                    self.placer.against_wall(item) if item.against_wall else self.placer.in_the_open(item, square=False)
                )
            missing -= placed is not None

    def _clutter_item(self, words: tuple[str, ...]):
        known = [word for word in words if designs(word, self.held_out)]
        return self._make(known[self.rng.integers(len(known))])
