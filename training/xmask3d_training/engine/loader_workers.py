# SPDX-License-Identifier: Apache-2.0
"""The processes in which loaders read and project views."""

from __future__ import annotations

import multiprocessing
from typing import Any

import cv2
import torch


def worker_settings(count: int) -> dict[str, Any]:
    """What a ``DataLoader`` is told of its workers; 0 reads in the process itself.

    They are not forked from the process that trains: that one has threads (of DDP, of loggers), and a worker forked
    while one of them holds a lock waits for it for ever, within Python's own ``fork``. They are forked from a process
    without threads, which has imported the package already.
    """
    if not count:
        return {"num_workers": 0}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["xmask3d_training.data.datasets"])
    return {
        "num_workers": count,
        "persistent_workers": True,
        "worker_init_fn": _quiet_worker,
        "multiprocessing_context": context,
    }


def _quiet_worker(_: int) -> None:
    """One thread a worker: they are as many as there are cores."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
