# SPDX-License-Identifier: Apache-2.0
"""Pairing of two streams of stamped messages, colour and depth, as they arrive. Knows nothing of ROS.

A message is paired with the nearest waiting one of the other kind. A stamp that jumps back (a bag played in a loop, a
simulation started anew) begins that stream again: what waits of it belongs to the time before, and is cleared. So the
second loop gives the same pairs as the first, at any ratio of rates. A single stamp far ahead, after which the stream
goes on where it was, is a stray: it is dropped, and no jump; unless it has found a partner as far ahead, since that
pair may be in the map by then.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

Message = TypeVar("Message")

KINDS = ("color", "depth")
JUMP_NS = 500_000_000
"""A stamp this much older than the newest of its stream is a jump back in time, not a message that came late; one this
much newer may be a stray."""


@dataclass(frozen=True)
class Pair(Generic[Message]):
    """A colour and a depth message that belong together."""

    color: Message
    depth: Message
    color_ns: int
    """Stamp of the colour message: the time of the pair."""
    depth_ns: int

    @property
    def skew_ns(self) -> int:
        """How far apart the two were taken."""
        return abs(self.color_ns - self.depth_ns)


class Pairing(Generic[Message]):
    """Matches colour and depth by stamp. Everything that came in is paired, waiting or counted in ``dropped``."""

    def __init__(self, tolerance_ns: int, limit: int = 30) -> None:
        """``tolerance_ns``: how far the stamps of a pair may differ. ``limit``: most messages of a kind that wait."""
        self.tolerance_ns = tolerance_ns
        self.received: Counter[str] = Counter()
        """Messages by kind."""
        self.paired = 0
        self.dropped: Counter[str] = Counter()
        """Messages by cause: 'unpaired color', 'repeated depth', 'cleared color', ..."""
        self.jumps = 0
        """How often a stream's stamps jumped back."""
        self.strays = 0
        """How often a stamp was far ahead of those before and after it."""
        self.newest: dict[str, int] = {}
        """Newest stamp by kind since its last jump."""
        self._before_leap: dict[str, int] = {}  # newest stamp by kind before the last message, if that is far ahead
        self._limit = limit
        self._waiting: dict[str, deque[tuple[int, Message]]] = {kind: deque() for kind in KINDS}

    def waiting(self, kind: str) -> int:
        """Messages of a kind that wait for their partner."""
        return len(self._waiting[kind])

    def add(self, kind: str, stamp_ns: int, message: Message) -> Pair[Message] | None:
        """Take in a message; the pair that it completes, if it does. See :attr:`jumps` for whether time went back."""
        self.received[kind] += 1
        self._drop_stray(kind, stamp_ns)
        newest = self.newest.get(kind)
        if newest is not None and stamp_ns <= newest - JUMP_NS:
            self.jumps += 1
            self._clear(kind)
        elif newest == stamp_ns or any(stamp == stamp_ns for stamp, _ in self._waiting[kind]):
            self.dropped[f"repeated {kind}"] += 1
            return None
        if newest is not None and stamp_ns > newest + JUMP_NS:
            self._before_leap[kind] = newest
        self.newest[kind] = max(stamp_ns, self.newest.get(kind, stamp_ns))
        other = KINDS[1 - KINDS.index(kind)]
        pair = self._match(kind, other, stamp_ns, message)
        if pair is None:
            self._wait(kind, stamp_ns, message)
        self._drop_passed(kind, other)
        self._drop_passed(other, kind)
        return pair

    def clear(self) -> None:
        """Forget what waits, and the stamps seen: time begins anew."""
        for kind in KINDS:
            self._clear(kind)

    def drop_waiting(self) -> None:
        """Forget what waits, but not the stamps seen: what comes next may have jumped back from them."""
        for kind in KINDS:
            self._drop_waiting(kind)

    def _clear(self, kind: str) -> None:
        self._drop_waiting(kind)
        self.newest.pop(kind, None)
        self._before_leap.pop(kind, None)

    def _drop_waiting(self, kind: str) -> None:
        if self._waiting[kind]:
            self.dropped[f"cleared {kind}"] += len(self._waiting[kind])
            self._waiting[kind].clear()

    def _drop_stray(self, kind: str, stamp_ns: int) -> None:
        """Take the last message for a stray if it was far ahead, still waits, and this stamp goes on from those before.

        A loop does not: it begins with a stamp that was there, or with an older one.
        """
        before = self._before_leap.pop(kind, None)
        if before is None or not before < stamp_ns <= self.newest[kind] - JUMP_NS:
            return
        waiting = self._waiting[kind]
        if waiting and waiting[-1][0] == self.newest[kind]:
            waiting.pop()
            self.dropped[f"stray {kind}"] += 1
            self.strays += 1
            self.newest[kind] = before

    def _match(self, kind: str, other: str, stamp_ns: int, message: Message) -> Pair[Message] | None:
        candidates = self._waiting[other]
        nearest = min(candidates, key=lambda waiting: abs(waiting[0] - stamp_ns), default=None)
        if nearest is None or abs(nearest[0] - stamp_ns) > self.tolerance_ns:
            return None
        candidates.remove(nearest)
        self.paired += 1
        both = {kind: (stamp_ns, message), other: nearest}
        (color_ns, color), (depth_ns, depth) = both["color"], both["depth"]
        return Pair(color, depth, color_ns, depth_ns)

    def _wait(self, kind: str, stamp_ns: int, message: Message) -> None:
        waiting = self._waiting[kind]
        waiting.append((stamp_ns, message))
        if len(waiting) > self._limit:
            waiting.popleft()
            self.dropped[f"unpaired {kind}"] += 1

    def _drop_passed(self, kind: str, other: str) -> None:
        """Drop what the other stream has passed by: a partner can no longer come."""
        waiting, newest = self._waiting[kind], self.newest.get(other)
        if newest is None or newest - self.newest.get(kind, newest) > JUMP_NS:
            return  # the other stream is about to jump back too, or runs far ahead: it has not passed by
        while waiting and newest - waiting[0][0] > self.tolerance_ns:
            waiting.popleft()
            self.dropped[f"unpaired {kind}"] += 1
