# SPDX-License-Identifier: Apache-2.0
"""Averages over one process's batch, or over those of all processes."""

from __future__ import annotations

import torch
import torch.distributed as distributed
from torch import Tensor


def total(count: Tensor | float, everywhere: bool, device: torch.device | None = None) -> Tensor:
    """A count, float64, without gradient; with ``everywhere`` summed over all processes."""
    value = torch.as_tensor(count, dtype=torch.float64, device=device).detach().clone()
    if everywhere and _processes() > 1:
        distributed.all_reduce(value)
    return value


def denominator(count: Tensor | float, everywhere: bool, device: torch.device | None = None) -> Tensor:
    """What a process divides the sum of its terms by.

    Distributed training averages the processes' gradients. With ``everywhere`` the count is therefore the mean over the
    processes: sum / (total / P), averaged over P processes, is the total sum over the total count. A count of 0 becomes
    1, so that an empty sum stays 0.
    """
    value = total(count, everywhere, device)
    if everywhere:
        value = value / _processes()
    return torch.where(value > 0, value, torch.ones_like(value))


def _processes() -> int:
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1
