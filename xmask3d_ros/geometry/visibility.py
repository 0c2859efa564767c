# SPDX-License-Identifier: Apache-2.0
"""Which points of a cloud an image sees, and at which pixel: the network's views (METHODS 1.4)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from .camera import Camera
from .rigid import check_rigid, inverse_rigid


class Visible(NamedTuple):
    """The visible points, ascending by index; int64, tensors if the points were a tensor."""

    indices: Any
    """(M,) which of the points."""
    rows: Any
    """(M,) pixel row of each."""
    columns: Any
    """(M,) pixel column of each."""


def visible_points(
    points: NDArray[Any] | torch.Tensor,
    depth: NDArray[Any] | torch.Tensor,
    camera: Camera,
    world_from_camera: ArrayLike,
    relative_tolerance: float = 0.25,
    border: int = 10,
) -> Visible:
    """Points (N, 3) (metres, fixed frame) seen in a depth image (H, W) (metres; 0, NaN, inf: no reading).

    A point is visible when its pixel (the projection rounded half to even) is at least ``border`` pixels from every
    edge and |depth - z| <= relative_tolerance * depth there; a pixel without a reading sees nothing. ``points`` may be
    a tensor on any device (the result then is too); the arithmetic is float64 as in the reference. About 15 ms for
    300,000 points on one core. Raises ValueError for a depth image of another size than the camera's.
    """
    if tuple(depth.shape) != (camera.height, camera.width):
        raise ValueError(
            f"depth of shape {tuple(depth.shape)} with a camera of {camera.height}x{camera.width} (rows x columns): "
            "use camera.resized, or the depth of this camera"
        )
    # One code for both kinds of array. Arrays stay with numpy, whose single thread is not held up while the network has
    # all cores busy: on two busy cores PyTorch's threads wait for each other several times as long as the work takes.
    library: Any = torch if isinstance(points, torch.Tensor) else np
    cloud, readings = _axes_and_depth(points, depth)
    camera_from_world = inverse_rigid(check_rigid(world_from_camera, "world_from_camera"))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x, y, z = (
            float(row[0]) * cloud[0] + float(row[1]) * cloud[1] + float(row[2]) * cloud[2] + float(row[3])
            for row in camera_from_world[:3]
        )
        # Rounded, yet still floating point, so that points far off the image cannot overflow.
        columns, rows = (library.round(axis) for axis in camera.project_normalised(x / z, y / z))
        inside = (z > 0) & (columns >= border) & (columns < camera.width - border)
        inside &= (rows >= border) & (rows < camera.height - border)
    (indices,) = library.where(inside)
    rows, columns, z = _whole(rows[indices]), _whole(columns[indices]), z[indices]
    reading = readings[rows, columns]
    with np.errstate(invalid="ignore"):
        # An infinite reading would accept everything; NaN compares false by itself.
        agrees = (abs(reading - z) <= relative_tolerance * reading) & (reading > 0) & library.isfinite(reading)
    return Visible(indices[agrees], rows[agrees], columns[agrees])


def _axes_and_depth(points: Any, depth: Any) -> tuple[Any, Any]:
    """x, y and z of the points, each (N,) and contiguous, and the depth image; float64, of the kind of ``points``."""
    if isinstance(points, torch.Tensor):
        return points.T.to(torch.float64).contiguous(), torch.as_tensor(depth, device=points.device).to(torch.float64)
    return np.ascontiguousarray(np.asarray(points).T, np.float64), np.asarray(depth, np.float64)


def _whole(values: Any) -> Any:
    return values.long() if isinstance(values, torch.Tensor) else values.astype(np.int64)
