# SPDX-License-Identifier: Apache-2.0
"""Voxel indices packed into sortable 64-bit keys."""

from __future__ import annotations

import torch
from torch import Tensor

_BITS = 21
_OFFSET = 1 << (_BITS - 1)
_MASK = (1 << _BITS) - 1


def pack(indices: Tensor) -> Tensor:
    """Keys of voxel indices.

    Args:
        indices: (N, 3) int64, x y z, each in [-2^20, 2^20).

    Returns:
        (N,) int64; sorting them sorts by x, then y, then z.

    Raises:
        ValueError: an index is out of range (at 2 cm: 21 km from the origin of the fixed frame).
    """
    shifted = indices + _OFFSET
    if len(indices) and (int(shifted.min()) < 0 or int(shifted.max()) > _MASK):
        raise ValueError(
            f"a point lies more than {_OFFSET} voxels from the origin of the fixed frame: "
            "choose a fixed frame near the robot, or larger voxels"
        )
    return (shifted[:, 0] << (2 * _BITS)) | (shifted[:, 1] << _BITS) | shifted[:, 2]


def unpack(keys: Tensor) -> Tensor:
    """Inverse of :func:`pack`: (N,) int64 -> (N, 3) int64."""
    return torch.stack([keys >> (2 * _BITS), (keys >> _BITS) & _MASK, keys & _MASK], dim=1) - _OFFSET
