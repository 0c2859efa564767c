# SPDX-License-Identifier: Apache-2.0
"""Frames that wait for what they need: their pose, their camera. Bounded in number and in age. Knows nothing of ROS."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Resolved = TypeVar("Resolved")

POLL = 0.02
"""Seconds between two looks at frames that wait."""


class LostFrameError(Exception):
    """A frame that will never do; ``cause`` is the name it is counted under, ``reason`` names the remedy."""

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(reason)
        self.cause, self.reason = cause, reason


class NotReadyError(LostFrameError):
    """A frame that lacks something which may still come."""


@dataclass(eq=False)
class _Waiting(Generic[Item]):
    item: Item
    since: float
    lacks: NotReadyError | None = None


class FrameQueue(Generic[Item, Resolved]):
    """A queue between two threads that gives out an item as soon as it can be resolved, oldest first."""

    def __init__(
        self,
        resolve: Callable[[Item], Resolved],
        drop: Callable[[str, str], None],
        limit: int,
        timeout: float,
    ) -> None:
        """``resolve`` completes an item or raises :class:`LostFrameError` (for good) or :class:`NotReadyError` (yet).

        ``drop`` is told cause and reason of each item given up. ``limit``: most items that wait; the oldest is given
        up beyond. ``timeout``: longest wait, seconds.
        """
        self._resolve, self._drop = resolve, drop
        self._limit, self._timeout = limit, timeout
        self._waiting: deque[_Waiting[Item]] = deque()
        self._changed = threading.Condition()
        self._poked = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, item: Item) -> None:
        """Add an item; never blocks for long."""
        with self._changed:
            self._waiting.append(_Waiting(item, time.monotonic()))
            oldest = self._waiting.popleft() if len(self._waiting) > self._limit else None
            self._changed.notify()
        if oldest is not None:
            self._give_up(oldest, " and had to make room: max_waiting_frames is too small for tf_timeout at this rate")

    def take(self) -> Resolved | None:
        """The next item that can be resolved; waits for one. ``None`` after :meth:`poke`."""
        while True:
            with self._changed:
                if not self._waiting and not self._poked:
                    self._changed.wait()
                if self._poked:
                    self._poked = False
                    return None
                waiting = list(self._waiting)
            # Outside the lock: looking up poses must not hold up who puts.
            for entry in waiting:
                resolved = self._attempt(entry)
                if resolved is not None:
                    return resolved
            with self._changed:
                if self._waiting and not self._poked:
                    self._changed.wait(POLL)

    def _attempt(self, entry: _Waiting[Item]) -> Resolved | None:
        try:
            resolved = self._resolve(entry.item)
        except NotReadyError as lacking:
            entry.lacks = lacking
            if time.monotonic() - entry.since >= self._timeout and self._remove(entry):
                self._give_up(entry)
        except LostFrameError as lost:
            if self._remove(entry):
                self._drop(lost.cause, lost.reason)
        except Exception as error:
            if self._remove(entry):
                self._drop("fault", f"a frame could not be looked at: {type(error).__name__}: {error}")
            raise
        else:
            return resolved if self._remove(entry) else None
        return None

    def _remove(self, entry: _Waiting[Item]) -> bool:
        """Whether it was still there: it may have been cleared, or given up for a newer one."""
        with self._changed:
            if entry not in self._waiting:
                return False
            self._waiting.remove(entry)
            return True

    def _give_up(self, entry: _Waiting[Item], why: str = "") -> None:
        if entry.lacks is None:
            self._drop(
                "queue full",
                f"more than {self._limit} frames wait for integration: the computer is slower than the camera, or is "
                "busy relabelling a large map. Lower the camera's rate or resolution, or raise max_waiting_frames",
            )
        else:
            waited = time.monotonic() - entry.since
            self._drop(entry.lacks.cause, f"{entry.lacks.reason} (waited {waited:.1f} s{why})")

    def clear(self) -> int:
        """Forget all items; returns how many there were."""
        with self._changed:
            count = len(self._waiting)
            self._waiting.clear()
            return count

    def poke(self) -> None:
        """Make :meth:`take` return now."""
        with self._changed:
            self._poked = True
            self._changed.notify()
