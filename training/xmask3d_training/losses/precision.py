# SPDX-License-Identifier: Apache-2.0
"""Out of half precision, in which sums of thousands and small differences are lost."""

from __future__ import annotations

import torch
from torch import Tensor


def at_least_single(value: Tensor) -> Tensor:
    """Half precision becomes float32; anything else stays as it is."""
    return value.float() if value.dtype in (torch.float16, torch.bfloat16) else value
