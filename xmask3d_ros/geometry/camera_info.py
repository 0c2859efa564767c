# SPDX-License-Identifier: Apache-2.0
"""From the fields of a sensor_msgs/CameraInfo to a camera; knows the message only by its field names."""

from __future__ import annotations

from typing import Any

import numpy as np

from .camera import Camera
from .distortion import COEFFICIENTS


def camera_from_info(info: Any, rectified: bool = False) -> Camera:
    """The camera that a CameraInfo message (ROS 1 or 2, of any client library) describes.

    ``rectified`` says that the images are (``image_rect...``): then the projection matrix P holds and no distortion.
    Raises ValueError naming the fault and the remedy for sizes, focal lengths or coefficients that make no camera.
    """
    fields = {name: np.asarray(_field(info, name), np.float64).ravel() for name in ("k", "d", "p")}
    intrinsics, distortion, model = fields["k"].reshape(3, 3), fields["d"].tolist(), str(info.distortion_model)
    if rectified:
        distortion = []
        projection = fields["p"].reshape(3, 4)
        # Drivers that rectify in hardware often leave P empty; their K then already is that of the rectified image.
        intrinsics = projection[:, :3] if projection.any() else intrinsics
    model = {"fisheye": "equidistant"}.get(model, model)
    if not distortion or (model != "equidistant" and not any(distortion)):
        model, distortion = "none", []
    while len(distortion) > max(COEFFICIENTS.get(model, (99,))) and distortion[-1] == 0:
        distortion.pop()  # OpenCV's vectors of 12 or 14 with unused prism and tilt terms
    return Camera(
        int(info.width),
        int(info.height),
        intrinsics[0, 0],
        intrinsics[1, 1],
        intrinsics[0, 2],
        intrinsics[1, 2],
        model,
        tuple(distortion),
    )


def _field(info: Any, name: str) -> Any:
    """ROS 1 spells the matrices K, D, P, ROS 2 k, d, p."""
    return getattr(info, name) if hasattr(info, name) else getattr(info, name.upper())
