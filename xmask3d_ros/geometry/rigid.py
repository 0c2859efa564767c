# SPDX-License-Identifier: Apache-2.0
"""Rigid transforms as 4x4 matrices, and unit quaternions in ROS's order (x, y, z, w)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]


def rotation_from_quaternion(quaternion: ArrayLike) -> Matrix:
    """Rotation (3, 3) float64 of a quaternion (4,) x, y, z, w, which need not have unit length.

    Raises ValueError for a quaternion that is not finite or of length near zero (a message never filled in).
    """
    x, y, z, w = unit_quaternion(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def quaternion_from_rotation(rotation: ArrayLike) -> NDArray[np.float64]:
    """Unit quaternion (4,) x, y, z, w with w >= 0 of a rotation (3, 3)."""
    matrix = np.asarray(rotation, np.float64)
    xx, yy, zz = matrix[0, 0], matrix[1, 1], matrix[2, 2]
    # Four times the squares of x, y, z, w; dividing by the largest keeps full precision at every angle.
    squares = np.array([1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz, 1 + xx + yy + zz])
    yz, xz, xy = matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]
    plus_yz, plus_xz, plus_xy = matrix[2, 1] + matrix[1, 2], matrix[0, 2] + matrix[2, 0], matrix[1, 0] + matrix[0, 1]
    rows = np.array(
        [
            [squares[0], plus_xy, plus_xz, yz],
            [plus_xy, squares[1], plus_yz, xz],
            [plus_xz, plus_yz, squares[2], xy],
            [yz, xz, xy, squares[3]],
        ]
    )
    quaternion = unit_quaternion(rows[np.argmax(squares)])
    return -quaternion if quaternion[3] < 0 else quaternion


def unit_quaternion(quaternion: ArrayLike) -> NDArray[np.float64]:
    """The quaternion (4,) scaled to unit length. Raises ValueError when it has none."""
    values = np.asarray(quaternion, np.float64)
    length = float(np.linalg.norm(values)) if values.shape == (4,) else math.nan
    if not (math.isfinite(length) and length > 1e-6):
        raise ValueError(f"quaternion {values.tolist()} (x, y, z, w) has no direction; a unit quaternion is needed")
    return values / length


def rigid(rotation: ArrayLike, translation: ArrayLike) -> Matrix:
    """Transform (4, 4) float64 of a rotation (3, 3) and a translation (3,) in metres."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = translation
    return matrix


def rigid_from_quaternion(translation: ArrayLike, quaternion: ArrayLike) -> Matrix:
    """Transform (4, 4) float64 of a translation (3,) in metres and a quaternion (4,) x, y, z, w."""
    return rigid(rotation_from_quaternion(quaternion), translation)


def inverse_rigid(matrix: ArrayLike) -> Matrix:
    """Inverse (4, 4) float64 of a rigid transform (4, 4): b_from_a of a_from_b."""
    values = np.asarray(matrix, np.float64)
    rotation = values[:3, :3].T
    return rigid(rotation, -rotation @ values[:3, 3])


def check_rigid(matrix: ArrayLike, name: str = "transform", tolerance: float = 1e-3) -> Matrix:
    """The matrix as (4, 4) float64, if it is a rigid transform.

    ``tolerance`` bounds the departure of R^T R from identity, so that poses printed with a few digits pass. Raises
    ValueError naming what is wrong: shape, not finite, last row, scale or shear, mirror.
    """
    values = np.asarray(matrix, np.float64)
    if values.shape != (4, 4):
        raise ValueError(f"{name} has shape {values.shape}, a 4x4 matrix is needed")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds values that are not finite")
    if not np.allclose(values[3], (0, 0, 0, 1), atol=tolerance):
        raise ValueError(f"{name} has the last row {values[3].tolist()} instead of 0 0 0 1; is it transposed?")
    rotation = values[:3, :3]
    departure = float(np.abs(rotation.T @ rotation - np.eye(3)).max())
    if departure > tolerance:
        raise ValueError(f"the rotation of {name} is off orthonormal by {departure:.2g}; remove scale or shear")
    if np.linalg.det(rotation) < 0:
        raise ValueError(f"the rotation of {name} is a mirror (determinant -1); swap or negate one axis")
    return values


def slerp(first: NDArray[np.float64], second: NDArray[np.float64], fraction: float) -> NDArray[np.float64]:
    """Unit quaternion (4,) at ``fraction`` in [0, 1] of the shorter arc between two unit quaternions (4,)."""
    if float(first @ second) < 0:
        second = -second
    # Half the angle of the arc on the unit sphere from chord and chord of the opposite: exact at small angles too.
    angle = 2.0 * math.atan2(float(np.linalg.norm(first - second)), float(np.linalg.norm(first + second)))
    if angle < 1e-6:
        blend = (1 - fraction) * first + fraction * second
    else:
        blend = (math.sin((1 - fraction) * angle) * first + math.sin(fraction * angle) * second) / math.sin(angle)
    return blend / np.linalg.norm(blend)
