# SPDX-License-Identifier: Apache-2.0
"""Which sample comes when: a permutation by epoch, dealt out to processes, that can start in the middle."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch


class EpochSampler(torch.utils.data.Sampler[int]):
    """Keys (epoch * length + index) of one process.

    Every epoch is a permutation of all samples that depends on seed and epoch alone; process r of P gets every P-th of
    them from the r-th on. So P processes with batches of b see, step by step, what one process with batches of P * b
    sees. The remainder that cannot be dealt out evenly is left out.

    Args:
        length: samples of an epoch.
        seed: of the permutations.
        rank: of this process.
        processes: P.
    """

    def __init__(self, length: int, seed: int, rank: int = 0, processes: int = 1) -> None:
        self._length, self._seed, self._rank, self._processes = length, seed, rank, processes
        self._epoch = self._done = 0

    def set_epoch(self, epoch: int, done: int = 0) -> None:
        """Go to an epoch; ``done``: samples of this process that have been used already (resume)."""
        self._epoch, self._done = epoch, done

    def __len__(self) -> int:
        return self._length // self._processes - self._done

    def __iter__(self) -> Iterator[int]:
        order = np.random.default_rng((self._seed, self._epoch)).permutation(self._length)
        dealt = self._length // self._processes * self._processes
        mine = order[:dealt][self._rank :: self._processes]
        yield from (self._epoch * self._length + mine[self._done :]).tolist()
