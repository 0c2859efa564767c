# SPDX-License-Identifier: Apache-2.0
"""Depth pixels to points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .camera import ray_grid
from .frame import RgbdFrame


class PointsFromFrame(NamedTuple):
    """The points of one frame, in row-major order of their pixels."""

    points: NDArray[np.float64]
    """(N, 3) metres, fixed frame."""
    colors: NDArray[np.uint8]
    """(N, 3) RGB."""
    rows: NDArray[np.int64]
    """(N,) pixel rows."""
    columns: NDArray[np.int64]
    """(N,) pixel columns."""


def back_project(frame: RgbdFrame, min_depth: float = 0.1, max_depth: float = 6.0) -> PointsFromFrame:
    """World points of all pixels whose depth lies in [min_depth, max_depth] metres.

    Pixels without a reading (0, NaN, inf) and pixels that no ray of the lens reaches give no point.
    """
    with np.errstate(invalid="ignore"):
        # A lower bound of 0 must not make points of pixels that say 0 for "no reading".
        valid = (frame.depth > 0) & (frame.depth >= min_depth) & (frame.depth <= max_depth)
    rays = ray_grid(frame.camera)
    if frame.camera.distortion_model != "none":
        valid &= np.isfinite(rays[..., 0])
    rows, columns = np.nonzero(valid)
    depth = frame.depth[rows, columns].astype(np.float64)
    points = np.empty((len(rows), 3))
    points[:, :2] = rays[rows, columns] * depth[:, None]
    points[:, 2] = depth
    points = points @ frame.world_from_camera[:3, :3].T + frame.world_from_camera[:3, 3]
    return PointsFromFrame(points, frame.color[rows, columns], rows, columns)
