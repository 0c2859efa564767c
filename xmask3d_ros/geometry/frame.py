# SPDX-License-Identifier: Apache-2.0
"""One RGB-D image with its camera, its pose and its time: what everything downstream starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import Camera
from .rigid import check_rigid


@dataclass(frozen=True, eq=False)
class RgbdFrame:
    """A registered colour and depth image.

    Raises ValueError when shapes, types, camera size or pose do not fit each other.
    """

    color: NDArray[np.uint8]
    """(H, W, 3) uint8, RGB."""
    depth: NDArray[np.float32]
    """(H, W) float32, metres along the optical axis, on the pixel grid of ``color``; 0, NaN or inf: no reading."""
    camera: Camera
    """Intrinsics of that pixel grid."""
    world_from_camera: NDArray[np.float64]
    """(4, 4) float64: the pose of the optical frame in the fixed frame at ``stamp_ns``."""
    stamp_ns: int
    """Time of the image, nanoseconds."""

    def __post_init__(self) -> None:
        size = (self.camera.height, self.camera.width)
        if self.color.shape != (*size, 3) or self.color.dtype != np.uint8:
            raise ValueError(
                f"color is {self.color.dtype} {self.color.shape}, the camera asks for uint8 {(*size, 3)} (RGB); "
                "camera_info and image must be of one size"
            )
        if self.depth.shape != size or self.depth.dtype != np.float32:
            raise ValueError(
                f"depth is {self.depth.dtype} {self.depth.shape}, the camera asks for float32 {size} in metres; "
                "register depth to the colour camera first (register_depth)"
            )
        object.__setattr__(self, "world_from_camera", check_rigid(self.world_from_camera, "world_from_camera"))

    def resized(self, width: int) -> RgbdFrame:
        """The frame at another width, aspect ratio kept: colour averaged by area, depth by the nearest pixel.

        Depth is never averaged: a mean across an edge is a surface that does not exist.
        """
        if width == self.camera.width:
            return self
        height = max(1, round(self.camera.height * width / self.camera.width))
        smaller = width < self.camera.width
        color = cv2.resize(self.color, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        rows = ((np.arange(height) + 0.5) * self.camera.height / height).astype(np.int64)
        columns = ((np.arange(width) + 0.5) * self.camera.width / width).astype(np.int64)
        return replace(
            self,
            color=np.asarray(color, np.uint8),
            depth=np.ascontiguousarray(self.depth[rows[:, None], columns]),
            camera=self.camera.resized(width, height),
        )
