# SPDX-License-Identifier: Apache-2.0
"""A pinhole camera with lens distortion, in the optical frame (x right, y down, z forward; REP-103).

Pixel coordinates are (u, v) = (column, row); whole numbers are pixel centres.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from .distortion import COEFFICIENTS, distort, largest_radius, undistort


@dataclass(frozen=True)
class Camera:
    """Intrinsics of one image grid.

    Raises ValueError for a size below one pixel, a focal length that is not positive and finite, a principal point that
    is not finite, an unknown distortion model or a wrong number of coefficients.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion_model: str = "none"
    """``none``, ``plumb_bob``, ``rational_polynomial`` or ``equidistant``, as sensor_msgs/CameraInfo names them."""
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise ValueError(f"camera size {self.width}x{self.height}: both must be positive; is camera_info empty?")
        for name in ("fx", "fy", "cx", "cy"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if not (self.fx > 0 and self.fy > 0 and math.isfinite(self.fx) and math.isfinite(self.fy)):
            raise ValueError(
                f"focal length fx={self.fx}, fy={self.fy}: both must be positive and finite; "
                "an all-zero K in camera_info means an uncalibrated camera"
            )
        if not (math.isfinite(self.cx) and math.isfinite(self.cy)):
            raise ValueError(f"principal point cx={self.cx}, cy={self.cy} is not finite; check camera_info")
        self._check_distortion()

    def _check_distortion(self) -> None:
        coefficients = tuple(float(value) for value in self.distortion)
        if self.distortion_model not in COEFFICIENTS:
            raise ValueError(
                f"unknown distortion model {self.distortion_model!r}; known: {', '.join(COEFFICIENTS)}. "
                "Rectify the images and name the model 'none'"
            )
        if not all(math.isfinite(value) for value in coefficients):
            raise ValueError(f"distortion coefficients {coefficients} are not finite; check camera_info")
        if not any(coefficients) and self.distortion_model != "equidistant":
            # Drivers of rectified streams send a model with zeros (or nothing at all).
            object.__setattr__(self, "distortion_model", "none")
            coefficients = ()
        elif len(coefficients) not in COEFFICIENTS[self.distortion_model]:
            wanted = " or ".join(map(str, COEFFICIENTS[self.distortion_model]))
            raise ValueError(f"{self.distortion_model} takes {wanted} coefficients, got {len(coefficients)}")
        object.__setattr__(self, "distortion", coefficients)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The intrinsic matrix K, (3, 3) float64."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @functools.cached_property
    def largest_radius(self) -> float:
        """The normalised radius beyond which the distortion model no longer holds (see ``distortion``)."""
        return largest_radius(self.distortion_model, self.distortion)

    def project(self, points_camera: ArrayLike) -> NDArray[np.float64]:
        """Pixels (N, 2) float64 (u, v) of points (N, 3) in metres in the optical frame.

        NaN for points that are not in front of the camera or lie outside the distortion model's domain. Pixels outside
        the image are returned as they are.
        """
        points = np.asarray(points_camera, np.float64).reshape(-1, 3)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            inverse_depth = 1.0 / np.where(points[:, 2] > 0, points[:, 2], np.nan)
            u, v = self.project_normalised(points[:, 0] * inverse_depth, points[:, 1] * inverse_depth)
        return np.stack([u, v], axis=-1)

    def project_normalised(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Pixels u, v of normalised coordinates x/z, y/z: numpy arrays or torch tensors of one shape.

        NaN outside the distortion model's domain. The caller sees to z > 0.
        """
        if self.distortion_model != "none":
            library: Any = torch if isinstance(x, torch.Tensor) else np
            outside = x * x + y * y > self.largest_radius**2
            x, y = (library.where(outside, math.nan, axis) for axis in (x, y))
            x, y = distort(self.distortion_model, self.distortion, x, y)
        return self.fx * x + self.cx, self.fy * y + self.cy

    def rays(self, pixels: ArrayLike) -> NDArray[np.float64]:
        """Rays (N, 3) float64 with z = 1 through pixels (N, 2) (u, v), distortion removed.

        NaN in x and y where no ray of the calibrated lens reaches the pixel.
        """
        u, v = np.asarray(pixels, np.float64).reshape(-1, 2).T
        x, y = (u - self.cx) / self.fx, (v - self.cy) / self.fy
        x, y = undistort(self.distortion_model, self.distortion, x, y)
        return np.stack([x, y, np.ones_like(x)], axis=-1)

    def resized(self, width: int, height: int) -> Camera:
        """The camera of the image resampled to another size (METHODS 1.4).

        Focal lengths follow the ratio of sizes, the principal point that of sizes minus one, as the reference does:
        577.870605 and (319.5, 239.5) at 640x480 become 288.9353 and (159.5, 119.5) at 320x240.
        """
        if (width, height) == (self.width, self.height):
            return self
        return replace(
            self,
            width=width,
            height=height,
            fx=self.fx * width / self.width,
            fy=self.fy * height / self.height,
            cx=self.cx * (width - 1) / max(self.width - 1, 1),
            cy=self.cy * (height - 1) / max(self.height - 1, 1),
        )


@functools.lru_cache(maxsize=4)
def ray_grid(camera: Camera) -> NDArray[np.float64]:
    """Rays through every pixel, (H, W, 2) float64: x and y at z = 1. Kept for the last few cameras; read-only."""
    u, v = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    rays = camera.rays(np.stack([u.ravel(), v.ravel()], axis=-1))[:, :2].reshape(camera.height, camera.width, 2)
    rays.flags.writeable = False
    return rays
