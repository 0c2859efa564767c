# SPDX-License-Identifier: Apache-2.0
"""Memory of the process over a run."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import torch

_MIB = 1024.0 * 1024.0


def resident_mib() -> float:
    """MiB of physical memory the process holds now (Linux; elsewhere the most it has held)."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / _MIB
    return peak_mib()


def peak_mib() -> float:
    """MiB of physical memory, the most that the process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MIB if sys.platform == "darwin" else peak / 1024.0


class MemoryWatch:
    """Looks at the memory after every frame."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._start = resident_mib()
        self._after: list[float] = []
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)

    def look(self) -> None:
        """Call after a frame."""
        self._after.append(resident_mib())

    def summary(self) -> dict[str, float]:
        """MiB at the start, after the first frame, in the middle, at the end, and at most; GPU at most, on a GPU."""
        after = self._after or [self._start]
        found = {
            "start": self._start,
            "after_first_frame": after[0],
            "halfway": after[len(after) // 2],
            "end": after[-1],
            "peak": max(peak_mib(), self._start, *after),  # the kernel counts the two apart, each a little late
        }
        if self._device.type == "cuda":
            found["gpu_peak"] = torch.cuda.max_memory_allocated(self._device) / _MIB
        return {name: round(value, 1) for name, value in found.items()}
