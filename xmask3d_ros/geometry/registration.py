# SPDX-License-Identifier: Apache-2.0
"""Depth of one camera seen from another: what drivers publish as "aligned" or "registered" depth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .camera import Camera, ray_grid
from .rigid import check_rigid


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
        rows, columns = np.nonzero((depth > 0) & np.isfinite(depth))
    z = depth[rows, columns].astype(np.float64)
    rays = ray_grid(depth_camera)[rows, columns]
    points = np.column_stack([rays * z[:, None], z]) @ transform[:3, :3].T + transform[:3, 3]
    pixels = color_camera.project(points)
    seen = np.isfinite(pixels[:, 0])
    pixels, nearness = pixels[seen], z[seen] / points[seen, 2]
    footprint = nearness[:, None] * (color_camera.fx / depth_camera.fx, color_camera.fy / depth_camera.fy)
    return _splat(pixels, points[seen, 2].astype(np.float32), footprint, color_camera)


def _splat(
    pixels: NDArray[np.float64], z: NDArray[np.float32], footprint: NDArray[np.float64], camera: Camera
) -> NDArray[np.float32]:
    """Z-buffer (H, W): each reading (N,) fills the pixel centres within its footprint (N, 2), at least the nearest."""
    nearest = np.floor(pixels + 0.5)
    # Half-open intervals [first, last): neighbours whose footprints touch share no pixel and leave none out.
    first = np.minimum(np.ceil(pixels - footprint / 2), nearest)
    last = np.maximum(np.ceil(pixels + footprint / 2), nearest + 1)
    size = np.array([camera.width, camera.height])
    inside = (last > 0).all(axis=1) & (first < size).all(axis=1)
    # A footprint larger than this is a reading centimetres from the lens; do not let it paint the picture.
    extent = np.minimum(last[inside] - first[inside], 64).astype(np.int64)
    first_pixel, z = first[inside].astype(np.int64), z[inside]
    buffer = np.full(camera.width * camera.height, np.inf, np.float32)
    for right in range(extent[:, 0].max(initial=0)):
        wide = extent[:, 0] > right
        for down in range(extent[wide, 1].max(initial=0)):
            covers = wide & (extent[:, 1] > down)
            column, row = first_pixel[covers, 0] + right, first_pixel[covers, 1] + down
            on_image = (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
            np.minimum.at(buffer, row[on_image] * camera.width + column[on_image], z[covers][on_image])
    buffer[np.isinf(buffer)] = 0.0
    return buffer.reshape(camera.height, camera.width)
