# SPDX-License-Identifier: Apache-2.0
"""Lens distortion of the camera models that ``sensor_msgs/CameraInfo`` names.

Coordinates here are normalised image coordinates (x/z, y/z). The forward direction is our own few lines rather than
OpenCV's ``projectPoints``, because that also computes derivatives (0.6 s for 300,000 points, against some 10 ms) and
knows no GPU; the tests hold the two against each other. The inverse starts from OpenCV's and is polished.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

COEFFICIENTS = {"none": (0,), "plumb_bob": (4, 5), "rational_polynomial": (8,), "equidistant": (4,)}
"""How many coefficients each model may have: (k1 k2 p1 p2 [k3]), (k1 k2 p1 p2 k3 k4 k5 k6), (k1 k2 k3 k4)."""


def distort(model: str, coefficients: tuple[float, ...], x: Any, y: Any) -> tuple[Any, Any]:
    """Distorted normalised coordinates of ideal ones.

    ``x`` and ``y`` are numpy arrays or torch tensors of one shape; the result is of the same kind.
    """
    if model == "none":
        return x, y
    if model == "equidistant":
        return _distort_equidistant(coefficients, x, y)
    k1, k2, p1, p2, k3, k4, k5, k6 = coefficients + (0.0,) * (8 - len(coefficients))
    squared = x * x + y * y
    radial = 1.0 + squared * (k1 + squared * (k2 + squared * k3))
    if k4 or k5 or k6:
        radial = radial / (1.0 + squared * (k4 + squared * (k5 + squared * k6)))
    twice_xy = 2.0 * x * y
    return (
        x * radial + p1 * twice_xy + p2 * (squared + 2.0 * x * x),
        y * radial + p2 * twice_xy + p1 * (squared + 2.0 * y * y),
    )


def _distort_equidistant(coefficients: tuple[float, ...], x: Any, y: Any) -> tuple[Any, Any]:
    k1, k2, k3, k4 = coefficients
    library: Any = torch if isinstance(x, torch.Tensor) else np
    radius = library.sqrt(x * x + y * y)
    angle = library.arctan(radius)
    squared = angle * angle
    distorted = angle * (1.0 + squared * (k1 + squared * (k2 + squared * (k3 + squared * k4))))
    scale = library.where(radius > 1e-9, distorted / library.where(radius > 1e-9, radius, 1.0), 1.0)
    return x * scale, y * scale


def largest_radius(model: str, coefficients: tuple[float, ...]) -> float:
    """The radius (normalised, undistorted) up to which the model still maps farther out to farther out.

    Beyond it a polynomial folds back, and points far outside the field of view would land inside the image.
    """
    if model == "none":
        return float("inf")
    radial_only = coefficients
    if model != "equidistant":
        radial_only = (*coefficients[:2], 0.0, 0.0, *coefficients[4:])
    radii = np.tan(np.linspace(0.0, np.pi / 2, 20_000, endpoint=False))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        distorted, _ = distort(model, radial_only, radii, np.zeros_like(radii))
        falling = ~(np.diff(distorted) > 0)
    return float(radii[np.argmax(falling)]) if falling.any() else float("inf")


def undistort(
    model: str, coefficients: tuple[float, ...], x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ideal normalised coordinates of distorted ones, both (N,); the inverse of ``distort``.

    NaN where the model has no inverse (image corners that no ray of the calibrated lens reaches).
    """
    if model == "none" or x.size == 0:
        return x, y
    start = np.stack([x, y], axis=-1)[:, None, :]
    inverse = cv2.fisheye.undistortPoints if model == "equidistant" else cv2.undistortPoints
    ideal = inverse(start, np.eye(3), np.asarray(coefficients, np.float64))[:, 0, :]
    ideal_x, ideal_y = _polish(model, coefficients, ideal[:, 0].copy(), ideal[:, 1].copy(), x, y)
    again_x, again_y = distort(model, coefficients, ideal_x, ideal_y)
    with np.errstate(invalid="ignore"):
        found = (np.hypot(again_x - x, again_y - y) < 1e-6) & (
            np.hypot(ideal_x, ideal_y) <= largest_radius(model, coefficients)
        )
    return np.where(found, ideal_x, np.nan), np.where(found, ideal_y, np.nan)


def _polish(
    model: str, coefficients: tuple[float, ...], x: Any, y: Any, distorted_x: Any, distorted_y: Any
) -> tuple[Any, Any]:
    """Newton steps to rounding error: OpenCV's few fixed-point steps leave up to pixels at strong distortion."""
    step = 1e-6
    with np.errstate(all="ignore"):
        for _ in range(4):
            at_x, at_y = distort(model, coefficients, x, y)
            along_x = distort(model, coefficients, x + step, y)
            along_y = distort(model, coefficients, x, y + step)
            xx, yx = (along_x[0] - at_x) / step, (along_x[1] - at_y) / step
            xy, yy = (along_y[0] - at_x) / step, (along_y[1] - at_y) / step
            error_x, error_y = distorted_x - at_x, distorted_y - at_y
            determinant = xx * yy - xy * yx
            x = x + (yy * error_x - xy * error_y) / determinant
            y = y + (xx * error_y - yx * error_x) / determinant
    return x, y
