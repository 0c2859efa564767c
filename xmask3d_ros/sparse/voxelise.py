# SPDX-License-Identifier: Apache-2.0
"""Points to voxels (METHODS 1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from xmask3d_ros.sparse import keys


@dataclass(frozen=True)
class Voxels:
    """The occupied voxels of a cloud of N points, sorted by coordinate."""

    coordinates: Tensor
    """(V, 3) int64: grid cell less the smallest cell of the cloud, so >= 0."""
    first_point: Tensor
    """(V,) int64: the point that a voxel keeps, the one of lowest index."""
    voxel_of_point: Tensor
    """(N,) int64: the row in ``coordinates`` of each point."""


def voxelise(points: Tensor | np.ndarray, voxel_size: float) -> Voxels:
    """Assign points (N, 3), in metres, to cubic voxels of edge ``voxel_size`` metres.

    Floor first, then subtract the smallest cell: the grid is fixed in the world, whatever the cloud. Computed in
    float64 on the points' device. ``ValueError``: wrong shape, points that are not finite, a cloud too large for the
    voxel size.
    """
    points = torch.as_tensor(points)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"points must be (N, 3); found shape {tuple(points.shape)}")
    if not voxel_size > 0:
        raise ValueError(f"voxel_size must be a positive number of metres; found {voxel_size}")
    if not torch.isfinite(points).all():
        raise ValueError("points hold NaN or infinite coordinates: drop these points first")
    cells = torch.floor(points.double() * (1.0 / voxel_size))
    if len(cells):
        cells -= cells.amin(0)
        if cells.amax() > keys.COORDINATE_LIMIT:
            raise ValueError(
                f"the cloud spans {cells.amax().item():.0f} voxels of {voxel_size} m, more than "
                f"{keys.COORDINATE_LIMIT}: crop it or use larger voxels"
            )
    packed, voxel_of_point = torch.unique(keys.pack(batched([cells.long()])), return_inverse=True)
    first_point = torch.full_like(packed, len(points))
    first_point.scatter_reduce_(0, voxel_of_point, torch.arange(len(points), device=points.device), "amin")
    return Voxels(keys.unpack(packed)[:, 1:].contiguous(), first_point, voxel_of_point)


def batched(coordinates: Sequence[Tensor]) -> Tensor:
    """Join the coordinates (V_i, 3) of several views into (sum V_i, 4) with the view's index as the first column."""
    return torch.cat([torch.nn.functional.pad(cells, (1, 0), value=view) for view, cells in enumerate(coordinates)])
