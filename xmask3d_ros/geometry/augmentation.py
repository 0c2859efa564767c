# SPDX-License-Identifier: Apache-2.0
"""Random rotation and scale of a view's points, on the way to voxels (METHODS 1.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SCALES = (0.9, 1.1)
TILT = np.pi / 64
"""Largest rotation about x and about y; about z any angle may come."""


def plain_transform(voxel_size: float) -> NDArray[np.float64]:
    """(3, 3) metres to voxels without augmentation."""
    return np.eye(3) * (1.0 / voxel_size)


def random_transform(voxel_size: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """(3, 3) metres to voxels: a scale of 0.9 to 1.1, then rotations about the three axes in random order."""
    rotations = [_rotation(axis, generator.uniform(-limit, limit)) for axis, limit in enumerate((TILT, TILT, np.pi))]
    first, second, third = (rotations[axis] for axis in generator.permutation(3))
    return third @ second @ first * (generator.uniform(*SCALES) / voxel_size)


def to_voxels(points: NDArray[np.floating], transform: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3) metres -> (N, 3) float64 voxels; the grid cells are their floors."""
    return points.astype(np.float64) @ transform.T


def _rotation(axis: int, angle: float) -> NDArray[np.float64]:
    rotation = np.eye(3)
    one, two = (axis + 1) % 3, (axis + 2) % 3
    rotation[[one, one, two, two], [one, two, one, two]] = np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)
    return rotation
