# SPDX-License-Identifier: Apache-2.0
"""Counts of what happens to frames, and warnings that say why without flooding the log."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

FIRST_PAUSE, LONGEST_PAUSE = 10.0, 300.0
"""Seconds between two warnings about the same cause; they double each time."""


class Reporter:
    """Counts drops and faults by cause; warns of each cause at once, then once in a while. For all threads."""

    def __init__(self, warn: Callable[[str], object], error: Callable[[str], object]) -> None:
        """``warn`` and ``error`` write to the log."""
        self._warn, self._error = warn, error
        self._lock = threading.Lock()
        self._warned: dict[str, tuple[float, float]] = {}  # when last, and how long to be silent since
        self._dropped: Counter[str] = Counter()
        self._faults = 0
        self._last_drop = 0.0
        self.superseded = 0
        """Integrated frames that were not segmented since a newer one was there already."""

    def begin(self) -> None:
        """Count anew, and warn of each cause at once again."""
        with self._lock:
            self._dropped.clear()
            self._warned.clear()
            self._faults = self.superseded = 0

    def drop(self, cause: str, reason: str, count: int = 1) -> None:
        """A frame (or ``count`` of them) is lost; ``reason`` names cause and remedy."""
        with self._lock:
            self._dropped[cause] += count
            self._last_drop = time.monotonic()
            total = self._dropped[cause]
        self.warn(cause, f"{reason} [{cause}: {total} so far]")

    def fault(self, where: str, error: BaseException) -> None:
        """An exception that should not have been: counted and logged, the node lives on."""
        with self._lock:
            self._faults += 1
            total = self._faults
        if self._due(f"fault {where} {type(error).__name__}"):
            self._error(f"{where} failed: {type(error).__name__}: {error} [{total} faults so far]; the node goes on")

    def warn(self, topic: str, text: str) -> None:
        """Warn, unless the same topic was warned of not long ago."""
        if self._due(topic):
            self._warn(text)

    def _due(self, topic: str) -> bool:
        now = time.monotonic()
        with self._lock:
            last, pause = self._warned.get(topic, (-LONGEST_PAUSE, 0.0))
            if now - last < pause:
                return False
            self._warned[topic] = now, min(max(2 * pause, FIRST_PAUSE), LONGEST_PAUSE)
            return True

    @property
    def dropped(self) -> dict[str, int]:
        """Lost frames by cause."""
        with self._lock:
            return dict(self._dropped)

    @property
    def faults(self) -> int:
        """Exceptions so far."""
        return self._faults

    @property
    def seconds_since_drop(self) -> float:
        """Time since a frame was lost last."""
        return time.monotonic() - self._last_drop
