# SPDX-License-Identifier: Apache-2.0
"""How long the stages of a frame take."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

_KEPT = 10_000


class StageTimer:
    """Collects durations by stage name; waits for the GPU, so that a stage owns the work it queued."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._milliseconds: dict[str, deque[float]] = {}

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block under this name."""
        start = self._now()
        yield
        self._milliseconds.setdefault(name, deque(maxlen=_KEPT)).append(1e3 * (self._now() - start))

    def _now(self) -> float:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return time.perf_counter()

    def summary(self) -> dict[str, dict[str, float]]:
        """Median and 95th percentile by stage, milliseconds, over the last :data:`_KEPT` frames."""
        # list() is one step, so that other threads may go on timing meanwhile.
        return {
            name: {"median": float(np.median(values)), "p95": float(np.percentile(values, 95))}
            for name, values in [(name, list(values)) for name, values in list(self._milliseconds.items())]
        }


def latency(stages: dict[str, dict[str, float]]) -> dict[str, Any]:
    """The figures for a report: those of a whole frame, or of the network where frames are not timed whole, first.

    Args:
        stages: as :meth:`StageTimer.summary` gives them.
    """
    whole = next((name for name in ("frame", "network") if name in stages), None)
    headline = stages[whole] if whole else {"median": 0.0, "p95": 0.0}
    return {"of": whole or "nothing", **headline, "stages": stages}
