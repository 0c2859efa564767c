# SPDX-License-Identifier: Apache-2.0
"""Camera poses: checked before anything relies on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xmask3d_ros.geometry.rigid import check_rigid
from xmask3d_training.prepare.errors import FrameError


def checked_pose(matrix: ArrayLike) -> NDArray[np.float64]:
    """A world-from-camera pose as (4, 4) float64.

    Raises:
        FrameError: not 4x4, not finite (ScanNet marks lost tracking by -inf), or no rigid motion.
    """
    pose = np.asarray(matrix, np.float64)
    if pose.shape != (4, 4):
        raise FrameError("pose is not a 4x4 matrix")
    if not np.isfinite(pose).all():
        raise FrameError("pose is not finite")
    try:
        return check_rigid(pose)
    except ValueError as error:
        raise FrameError("pose is not a rigid motion") from error


def pose_text(pose: NDArray[np.float64]) -> bytes:
    """Four lines of four numbers."""
    return ("\n".join(" ".join(f"{value:.9g}" for value in row) for row in pose) + "\n").encode()


def read_pose(data: bytes) -> NDArray[np.float64]:
    """The pose in such a text. Raises FrameError."""
    try:
        values = [float(word) for word in data.split()]
    except ValueError as error:
        raise FrameError("pose file cannot be read") from error
    if len(values) != 16:
        raise FrameError("pose is not a 4x4 matrix")
    return checked_pose(np.reshape(values, (4, 4)))
