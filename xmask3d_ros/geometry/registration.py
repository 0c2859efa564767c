# SPDX-License-Identifier: Apache-2.0
"""Depth of one camera seen from another: what drivers publish as "aligned" or "registered" depth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .camera import Camera, ray_grid
from .rigid import check_rigid

MARGIN = 0.05
"""Share by which a footprint is widened."""


def register_depth(
    depth: NDArray[np.float32], depth_camera: Camera, color_camera: Camera, color_from_depth: ArrayLike
) -> NDArray[np.float32]:
    """Depth (H, W) float32 metres of ``depth_camera`` on the pixel grid of ``color_camera``, (Hc, Wc) float32.

    Every reading covers its own footprint in the colour image: the nearest pixel, and where the colour grid is finer
    all pixels that are nearer to it than to its neighbours, so that up-sampling leaves no holes. Where readings fall
    on one pixel the nearest surface wins. 0 = no reading (also what the depth camera could not see).
    ``color_from_depth`` is the (4, 4) pose of the depth camera in the colour camera's optical frame.

    Raises ValueError when the depth image and its camera differ in size, or the pose is not rigid.
    """
    if depth.shape != (depth_camera.height, depth_camera.width):
        raise ValueError(
            f"depth image of shape {depth.shape} with a camera_info of {depth_camera.height}x{depth_camera.width} "
            "(rows x columns): they must be of one size"
        )
    transform = check_rigid(color_from_depth, "color_from_depth")
    with np.errstate(invalid="ignore"):
        valid = np.flatnonzero((depth > 0) & np.isfinite(depth))
    # Axis by axis: whole rows of memory, some five times as fast as (N, 3) arrays.
    depth_z = depth.ravel()[valid].astype(np.float64)
    rays = ray_grid(depth_camera).reshape(-1, 2)
    depth_x, depth_y = rays[valid, 0] * depth_z, rays[valid, 1] * depth_z
    x, y, z = (row[0] * depth_x + row[1] * depth_y + row[2] * depth_z + row[3] for row in transform[:3])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        u, v = color_camera.project_normalised(x / z, y / z)
        nearness = depth_z / z
        seen = (z > 0) & (np.abs(u) < 1e6) & (np.abs(v) < 1e6)
    u, v, z, nearness = u[seen], v[seen], z[seen], nearness[seen]
    columns = _covered(u, nearness * (color_camera.fx / depth_camera.fx), color_camera.width)
    rows = _covered(v, nearness * (color_camera.fy / depth_camera.fy), color_camera.height)
    return _nearest_surface(columns, rows, z.astype(np.float32), color_camera)


def _covered(
    center: NDArray[np.float64], footprint: NDArray[np.float64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Along one axis, the first pixel and the number of pixels (0: outside the image) that each reading covers."""
    nearest = np.rint(center)
    # Half-open intervals: neighbours whose footprints touch leave no pixel out; the margin is for slanted surfaces,
    # whose readings move apart a little. A footprint larger than the bound belongs to a reading centimetres from the
    # lens; it shall not paint the picture.
    half = np.minimum(footprint, 64.0) * (1 + MARGIN) / 2
    first = np.maximum(np.minimum(np.ceil(center - half), nearest), 0)
    end = np.minimum(np.maximum(np.ceil(center + half), nearest + 1), size)
    return first.astype(np.int64), np.maximum(end - first, 0).astype(np.int64)


def _nearest_surface(
    columns: tuple[NDArray[np.int64], NDArray[np.int64]],
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
    z: NDArray[np.float32],
    camera: Camera,
) -> NDArray[np.float32]:
    """Z-buffer (H, W) of readings (N,) that each cover a rectangle of pixels."""
    (first_column, wide), (first_row, high) = columns, rows
    first_pixel = first_row * camera.width + first_column
    buffer = np.full(camera.width * camera.height, np.inf, np.float32)
    on_image = np.flatnonzero((wide > 0) & (high > 0))
    for right in range(wide[on_image].max(initial=0)):
        column = on_image if right == 0 else on_image[wide[on_image] > right]
        for down in range(high[column].max(initial=0)):
            covering = column if down == 0 else column[high[column] > down]
            np.minimum.at(buffer, first_pixel[covering] + (down * camera.width + right), z[covering])
    buffer[np.isinf(buffer)] = 0.0
    return buffer.reshape(camera.height, camera.width)
