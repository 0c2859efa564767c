# SPDX-License-Identifier: Apache-2.0
"""Where things fit: footprints, collisions, places along walls, in the open, on furniture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .item import Item
from .room import Room, Wall, facing
from .scene import Placed

_TRIES = 40


@dataclass(frozen=True)
class Footprint:
    """An upright block: an oriented rectangle between two heights."""

    corners: np.ndarray
    """(4,2) metres, room frame, in order."""
    low: float
    high: float

    def collides(self, other: Footprint) -> bool:
        """Whether the two blocks overlap (separating axes)."""
        if self.low >= other.high or other.low >= self.high:
            return False
        for corners in (self.corners, other.corners):
            for edge in (corners[1] - corners[0], corners[2] - corners[1]):
                axis = np.array([-edge[1], edge[0]])
                first, second = self.corners @ axis, other.corners @ axis
                if first.max() <= second.min() or second.max() <= first.min():
                    return False
        return True


def footprint(bounds: np.ndarray, position: tuple[float, float, float], yaw: float, front: float = 0.0) -> Footprint:
    """Block of an item's bounds (2,3) at a pose, stretched by ``front`` metres before it (-y)."""
    (left, low_y, low), (right, high_y, high) = bounds
    low_y -= front
    local = np.array([[left, low_y], [right, low_y], [right, high_y], [left, high_y]])
    cosine, sine = np.cos(yaw), np.sin(yaw)
    turned = local @ np.array([[cosine, sine], [-sine, cosine]])
    return Footprint(turned + position[:2], low + position[2], high + position[2])


class Placer:
    """Puts items into a room without collisions. Every method answers None when no place was found."""

    def __init__(self, room: Room, rng: np.random.Generator) -> None:
        self.room, self.rng = room, rng
        self.solid: list[Footprint] = []
        self._clear: list[Footprint] = []

    def against_wall(self, item: Item, front: float = 0.0, wall: Wall | None = None) -> Placed | None:
        """Back to a wall (a random one unless given), keeping ``front`` metres before it clear."""
        bounds = item.bounds()
        width = bounds[1, 0] - bounds[0, 0]
        back = max(bounds[1, 1], 0.0) if item.hangs_at is not None else bounds[1, 1] + 0.014
        for _ in range(_TRIES):
            chosen = wall or self._random_wall()
            if chosen.length < width + 0.04:
                continue
            along = self.rng.uniform(width / 2 + 0.02, chosen.length - width / 2 - 0.02)
            along -= (bounds[1, 0] + bounds[0, 0]) / 2
            spot = chosen.start + along * chosen.along + (back + 0.001) * chosen.inward
            position = (float(spot[0]), float(spot[1]), item.hangs_at or 0.0)
            placed = self._try(item, bounds, position, facing(chosen.inward), front)
            if placed:
                return placed
        return None

    def at_wall_spot(self, item: Item, beside: Placed) -> Placed | None:
        """At the same wall and place as ``beside``, which it may overlap (a curtain at its window)."""
        direction = beside.rotation @ np.array([0, 1, 0])
        back = beside.item.bounds()[1, 1]
        spot = np.asarray(beside.position) + direction * max(back, 0)
        position = (float(spot[0]), float(spot[1]), item.hangs_at or 0.0)
        bounds = item.bounds()
        own = footprint(beside.item.bounds(), beside.position, beside.yaw)
        return self._try(item, bounds, position, beside.yaw, 0.0, ignore=own)

    def in_the_open(self, item: Item, front: float = 0.0, margin: float = 0.0, square: bool = True) -> Placed | None:
        """Anywhere on the floor, at a right angle to the walls or at any angle."""
        bounds = item.bounds()
        for _ in range(_TRIES):
            x = self.rng.uniform(-0.5, 0.5) * (self.room.width - 2 * margin)
            y = self.rng.uniform(-0.5, 0.5) * (self.room.depth - 2 * margin)
            yaw = float(self.rng.integers(4) * np.pi / 2) if square else float(self.rng.uniform(-np.pi, np.pi))
            placed = self._try(item, bounds, (float(x), float(y), 0.0), yaw, front)
            if placed:
                return placed
        return None

    def facing_to(
        self, item: Item, target: Placed, side: int, gap: float, shift: float = 0.0, jitter: float = 0.0
    ) -> Placed | None:
        """In front of side 0-3 (front, right, back, left) of ``target``, looking at it."""
        low, high = target.item.bounds()
        middle, half = (low + high) / 2, (high - low) / 2
        outward = (np.array([0, -1]), np.array([1, 0]), np.array([0, 1]), np.array([-1, 0]))[side]
        bounds = item.bounds()
        reach = abs(outward @ half[:2]) + gap - bounds[0, 1]
        local = middle[:2] + outward * reach + np.array([outward[1], -outward[0]]) * shift
        spot = target.rotation[:2, :2] @ local + target.position[:2]
        front = target.rotation[:2, :2] @ -outward
        yaw = facing(front) + float(self.rng.uniform(-jitter, jitter))
        return self._try(item, bounds, (float(spot[0]), float(spot[1]), 0.0), yaw, 0.0)

    def on_top(self, item: Item, holder: Placed) -> Placed | None:
        """On one of the holder's surfaces."""
        bounds = item.bounds()
        for _ in range(12 if holder.item.surfaces else 0):
            surface = holder.item.surfaces[self.rng.integers(len(holder.item.surfaces))]
            room = np.asarray(surface.size) / 2 - (bounds[1, :2] - bounds[0, :2]) / 2 - 0.01
            if (room < 0).any():
                continue
            offset = self.rng.uniform(-room, room) - (bounds[1, :2] + bounds[0, :2]) / 2
            local = np.add(surface.center, (*offset, 0.002))
            spot = holder.rotation @ local + holder.position
            position = (float(spot[0]), float(spot[1]), float(spot[2]))
            own = footprint(holder.item.bounds(), holder.position, holder.yaw)
            placed = self._try(item, bounds, position, holder.yaw, 0.0, ignore=own)
            if placed:
                return placed
        return None

    def _random_wall(self) -> Wall:
        walls = self.room.walls
        lengths = np.array([wall.length for wall in walls])
        return walls[self.rng.choice(len(walls), p=lengths / lengths.sum())]

    def _try(
        self,
        item: Item,
        bounds: np.ndarray,
        position: tuple[float, float, float],
        yaw: float,
        front: float,
        ignore: Footprint | None = None,
    ) -> Placed | None:
        block = footprint(bounds, position, yaw)
        if not self.room.contains(block.corners).all() or block.high > self.room.height - 0.02:
            return None
        others = [other for other in self.solid if ignore is None or not np.array_equal(other.corners, ignore.corners)]
        if any(block.collides(other) for other in others + self._clear):
            return None
        if front:
            clear = footprint(bounds, position, yaw, front)
            if not self.room.contains(clear.corners).all() or any(clear.collides(other) for other in others):
                return None
            self._clear.append(clear)
        self.solid.append(block)
        return self.room.add(item, position, yaw)
