# SPDX-License-Identifier: Apache-2.0
"""What a view shows: the objects large enough to be noticed, and how they lie to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .placement import footprint
from .scene import Placed

NOTICED = 0.006
"""Smallest share of the image at which an object is noticed."""


@dataclass(frozen=True)
class Seen:
    """An object in a view."""

    placed: Placed
    share: float
    """Of the image's pixels."""
    box: tuple[int, int, int, int]
    """Columns from, to, rows from, to (ends excluded)."""
    distance: float
    """Median depth, metres."""

    @property
    def middle(self) -> float:
        """Column of the box's middle."""
        return (self.box[0] + self.box[1]) / 2


def seen_objects(
    instance: np.ndarray, depth: np.ndarray, placed: Sequence[Placed], least: float = NOTICED
) -> list[Seen]:
    """Objects of an instance image (H,W) with at least a share ``least`` of its pixels, largest first."""
    found = []
    for entry in placed:
        mask = instance == entry.instance
        pixels = int(mask.sum())
        if pixels < least * mask.size:
            continue
        columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
        box = (int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1)
        found.append(Seen(entry, pixels / mask.size, box, float(np.median(depth[mask]))))
    return sorted(found, key=lambda entry: -entry.share)


def stands_on(first: Placed, second: Placed) -> bool:
    """Whether ``first`` stands on a surface of ``second``."""
    if not second.item.surfaces or first.position[2] < 0.1 or first.item.hangs_at is not None:
        return False
    local = second.rotation.T @ (np.asarray(first.position) - second.position)
    low, high = second.item.bounds()
    inside = (local[:2] > low[:2]).all() and (local[:2] < high[:2]).all()
    return bool(inside and any(abs(local[2] - surface.center[2]) < 0.02 for surface in second.item.surfaces))


def gap(first: Placed, second: Placed) -> float:
    """Roughly the horizontal distance between two objects' footprints, metres."""
    one, two = (footprint(entry.item.bounds(), entry.position, entry.yaw).corners for entry in (first, second))
    apart = np.maximum(one.min(0) - two.max(0), two.min(0) - one.max(0))
    return float(np.hypot(*np.maximum(apart, 0)))
