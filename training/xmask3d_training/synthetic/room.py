# SPDX-License-Identifier: Apache-2.0
"""The empty room: floor, walls, ceiling. Frame: origin in the middle of the floor, z up, metres."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import meshes
from .colors import darker, paint
from .finishes import choose
from .item import Item
from .materials import Material, plain
from .scene import Placed


@dataclass(frozen=True)
class Wall:
    """One straight wall, seen from inside."""

    start: tuple[float, float]
    end: tuple[float, float]

    @property
    def length(self) -> float:
        return float(np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]))

    @property
    def along(self) -> np.ndarray:
        """Unit vector from start to end."""
        return (np.asarray(self.end) - self.start) / self.length

    @property
    def inward(self) -> np.ndarray:
        """Unit normal into the room: walls run counter-clockwise."""
        x, y = self.along
        return np.array([-y, x])


@dataclass
class Room:
    """A room and all that has been placed in it."""

    kind: str
    width: float
    depth: float
    height: float
    notch: tuple[int, int, float, float] | None = None
    """A solid corner that makes the plan an L: signs of its corner (x, y), its width and depth."""
    placed: list[Placed] = field(default_factory=list)

    @property
    def walls(self) -> list[Wall]:
        """Counter-clockwise."""
        corners = self.corners()
        return [Wall(start, end) for start, end in zip(corners, [*corners[1:], corners[0]], strict=True)]

    def corners(self) -> list[tuple[float, float]]:
        """The plan's corners, counter-clockwise."""
        half_x, half_y = self.width / 2, self.depth / 2
        plain_corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        corners: list[tuple[float, float]] = []
        for x, y in plain_corners:
            if self.notch is None or (x, y) != self.notch[:2]:
                corners.append((x * half_x, y * half_y))
                continue
            cut_x, cut_y = x * (half_x - self.notch[2]), y * (half_y - self.notch[3])
            steps = [(cut_x, y * half_y), (cut_x, cut_y), (x * half_x, cut_y)]
            corners += steps if x * y < 0 else steps[::-1]
        return corners

    def rectangles(self) -> list[tuple[float, float, float, float]]:
        """The plan as rectangles (x from, x to, y from, y to) that do not overlap."""
        half_x, half_y = self.width / 2, self.depth / 2
        if self.notch is None:
            return [(-half_x, half_x, -half_y, half_y)]
        x, y, cut_x, cut_y = self.notch
        full = (-half_x, half_x - cut_x) if x > 0 else (-half_x + cut_x, half_x)
        rest = (half_x - cut_x, half_x) if x > 0 else (-half_x, -half_x + cut_x)
        low, high = (-half_y, half_y - cut_y) if y > 0 else (-half_y + cut_y, half_y)
        return [(*full, -half_y, half_y), (*rest, low, high)]

    def contains(self, points: np.ndarray, margin: float = 0.0) -> np.ndarray:
        """Whether points (N,2) lie in the room at least ``margin`` from every wall, (N,) bool."""
        inside = np.zeros(len(points), bool)
        for left, right, low, high in self.rectangles():
            inside |= (points[:, 0] >= left) & (points[:, 0] <= right) & (points[:, 1] >= low) & (points[:, 1] <= high)
        for wall in self.walls:
            offset = points - wall.start
            along = np.clip(offset @ wall.along, 0, wall.length)
            gap = np.linalg.norm(offset - along[:, None] * wall.along, axis=1)
            inside &= gap >= margin - 1e-9
        return inside

    def add(self, item: Item, position: tuple[float, float, float], yaw: float) -> Placed:
        """Place an item and its extras; each becomes an object with a number of its own."""
        placed = Placed(item, position, yaw, len(self.placed) + 1)
        self.placed.append(placed)
        for extra in item.extras:
            self.add(extra, position, yaw)
        return placed


def build_shell(room: Room, rng: np.random.Generator, held_out: bool) -> None:
    """Add floor, walls and ceiling to an empty room."""
    finish = choose("floor", held_out, rng)
    floor, material = Item("floor", f"floor/{finish.style}"), finish.maker(rng)
    for left, right, low, high in room.rectangles():
        floor.add(meshes.quad([(left, low, 0), (right, low, 0), (right, high, 0), (left, high, 0)]), material)
    room.add(floor, (0, 0, 0), 0)
    finish = choose("wall", held_out, rng)
    common, odd = finish.maker(rng), finish.maker(rng)
    accent = int(rng.integers(4)) if rng.random() < 0.3 else -1
    skirting = plain(paint(rng, ("white", "white", "brown", "grey")))
    for index, wall in enumerate(room.walls):
        _add_wall(room, wall, finish.style, odd if index == accent else common, skirting)
    ceiling = Item("ceiling", "ceiling/plain")
    white = plain(darker(paint(rng, ("white",)), rng.uniform(0.9, 1.0)))
    for left, right, low, high in room.rectangles():
        corners = [
            (left, low, room.height),
            (left, high, room.height),
            (right, high, room.height),
            (right, low, room.height),
        ]
        ceiling.add(meshes.quad(corners), white)
    room.add(ceiling, (0, 0, 0), 0)


def _add_wall(room: Room, wall: Wall, style: str, material: Material, skirting: Material) -> None:
    """A wall with its skirting board, built along x and turned into place so that textures run along it."""
    item, half = Item("wall", f"wall/{style}"), wall.length / 2
    item.add(meshes.quad([(-half, 0, 0), (half, 0, 0), (half, 0, room.height), (-half, 0, room.height)]), material)
    item.add(meshes.box((wall.length, 0.012, 0.08), (0, -0.006, 0)), skirting)
    middle = (np.asarray(wall.start) + wall.end) / 2
    room.add(item, (float(middle[0]), float(middle[1]), 0.0), facing(wall.inward))


def facing(front: np.ndarray) -> float:
    """Yaw (rad) of an item whose front (-y) looks along ``front`` (2,)."""
    return float(np.arctan2(front[0], -front[1]))
