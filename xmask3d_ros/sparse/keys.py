# SPDX-License-Identifier: Apache-2.0
"""Voxel coordinates packed into one sortable integer.

A key holds batch, x, y and z, the most significant first, so that sorted keys are sorted coordinates and a step in
space is one addition: ``key(b, x + dx, y + dy, z + dz) == key(b, x, y, z) + step_key(dx, dy, dz)``.
"""

from __future__ import annotations

import torch
from torch import Tensor

_BITS = 17
_BIAS = 1 << (_BITS - 1)

COORDINATE_LIMIT = 65_000
"""Largest absolute coordinate. What 17 bits hold beyond it is room for the neighbours a kernel looks at."""
REACH_LIMIT = _BIAS - COORDINATE_LIMIT - 1
"""Farthest a kernel may look from a voxel, in units of the finest grid."""
BATCH_LIMIT = 1 << (63 - 3 * _BITS)
"""Most views in one batch."""


def pack(coordinates: Tensor) -> Tensor:
    """Keys (V,) int64 of coordinates (V, 4) int64 ``[batch, x, y, z]``; nothing is checked (see :func:`check`)."""
    batch, x, y, z = coordinates.unbind(1)
    return ((batch << _BITS | (x + _BIAS)) << _BITS | (y + _BIAS)) << _BITS | (z + _BIAS)


def unpack(keys: Tensor) -> Tensor:
    """Inverse of :func:`pack`: keys (V,) to coordinates (V, 4) int64."""
    mask = (1 << _BITS) - 1
    axes = [(keys >> shift * _BITS & mask) - _BIAS for shift in (2, 1, 0)]
    return torch.stack([keys >> 3 * _BITS, *axes], dim=1)


def step_key(dx: int, dy: int, dz: int) -> int:
    """What a step in space adds to a key."""
    return (dx << 2 * _BITS) + (dy << _BITS) + dz


def check(coordinates: Tensor) -> None:
    """Raise ``ValueError`` (cause and remedy) unless the coordinates are (V, 4) integers within the key's range."""
    if coordinates.ndim != 2 or coordinates.shape[1] != 4:
        raise ValueError(f"coordinates must be (voxels, 4): [batch, x, y, z]; found shape {tuple(coordinates.shape)}")
    if coordinates.is_floating_point() or coordinates.is_complex() or coordinates.dtype == torch.bool:
        raise ValueError(f"coordinates must be integers; found {coordinates.dtype}: voxelise the points first")
    if not len(coordinates):
        return
    low, high = coordinates.amin(0).tolist(), coordinates.amax(0).tolist()
    if low[0] < 0 or high[0] >= BATCH_LIMIT:
        raise ValueError(f"batch indices must lie in 0..{BATCH_LIMIT - 1}; found {low[0]}..{high[0]}")
    if min(low[1:]) < -COORDINATE_LIMIT or max(high[1:]) > COORDINATE_LIMIT:
        raise ValueError(
            f"voxel coordinates span {min(low[1:])}..{max(high[1:])}, beyond +-{COORDINATE_LIMIT}: "
            "subtract their minimum, crop the cloud, or use larger voxels"
        )
