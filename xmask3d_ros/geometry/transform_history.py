# SPDX-License-Identifier: Apache-2.0
"""How one frame moved against its parent: the samples of one edge of the transform tree."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .rigid import rigid, rotation_from_quaternion, slerp


class Sample(NamedTuple):
    """parent_from_child at one time."""

    parent: str
    translation: NDArray[np.float64]
    """(3,) metres."""
    quaternion: NDArray[np.float64]
    """(4,) x, y, z, w, unit length."""

    def matrix(self) -> NDArray[np.float64]:
        """parent_from_child, (4, 4)."""
        return rigid(rotation_from_quaternion(self.quaternion), self.translation)


class OutsideHistoryError(Exception):
    """The requested time is not covered; ``reason`` completes the sentence "the transform ... is"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class TransformHistory:
    """Samples of one child frame, sorted by stamp. A static child has one sample, valid at any time.

    The parent is kept with each sample, so that a frame handed from one parent to another (a lifted box) can still be
    looked up at the times before.
    """

    static: bool
    stamps: list[int] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def insert(self, stamp_ns: int, sample: Sample, keep_ns: int | None) -> bool:
        """Adds a sample; False if it is older than the bound, or its stamp is there already (the first one stays)."""
        if self.static:
            self.stamps, self.samples = [stamp_ns], [sample]
            return True
        if keep_ns is not None and self.stamps and stamp_ns < self.stamps[-1] - keep_ns:
            return False
        at = bisect.bisect_left(self.stamps, stamp_ns)
        if at < len(self.stamps) and self.stamps[at] == stamp_ns:
            return False
        self.stamps.insert(at, stamp_ns)
        self.samples.insert(at, sample)
        if keep_ns is not None:
            expired = bisect.bisect_left(self.stamps, self.stamps[-1] - keep_ns)
            del self.stamps[:expired], self.samples[:expired]
        return True

    def parent_at(self, stamp_ns: int | None) -> str:
        """The parent at a time (that of the first sample before the history begins); None asks for the newest."""
        if self.static or stamp_ns is None:
            return self.samples[-1].parent
        return self.samples[max(bisect.bisect_right(self.stamps, stamp_ns) - 1, 0)].parent

    def range_with_newest_parent(self) -> tuple[int, int]:
        """First and last stamp of the samples under the newest parent."""
        first = len(self.samples) - 1
        while first > 0 and self.samples[first - 1].parent == self.samples[-1].parent:
            first -= 1
        return self.stamps[first], self.stamps[-1]

    def at(self, stamp_ns: int) -> NDArray[np.float64]:
        """parent_from_child (4, 4) at a time: linear in translation, slerp in rotation.

        Raises OutsideHistoryError before the first and after the last sample, and between two samples of different
        parents.
        """
        if self.static:
            return self.samples[-1].matrix()
        after = bisect.bisect_left(self.stamps, stamp_ns)
        if after < len(self.stamps) and self.stamps[after] == stamp_ns:
            return self.samples[after].matrix()
        if after == 0:
            raise OutsideHistoryError("only known from later on")
        if after == len(self.stamps):
            raise OutsideHistoryError("not known yet")
        first, second = self.samples[after - 1], self.samples[after]
        if first.parent != second.parent:
            raise OutsideHistoryError(f"changing its parent from '{first.parent}' to '{second.parent}' at this time")
        begin, end = self.stamps[after - 1], self.stamps[after]
        fraction = (stamp_ns - begin) / (end - begin)
        translation = first.translation + fraction * (second.translation - first.translation)
        return rigid(rotation_from_quaternion(slerp(first.quaternion, second.quaternion, fraction)), translation)
