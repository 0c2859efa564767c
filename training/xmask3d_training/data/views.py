# SPDX-License-Identifier: Apache-2.0
"""One sample: a posed image and the scene points that it sees (METHODS 1.4)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry.augmentation import to_voxels
from xmask3d_ros.geometry.visibility import visible_points
from xmask3d_ros.sparse.voxelise import voxelise
from xmask3d_training.data.config import ViewLimits
from xmask3d_training.data.frames import FrameFiles
from xmask3d_training.data.labels import LabelMaps, Labels
from xmask3d_training.data.scenes import Scene


@dataclass(frozen=True)
class Visibility:
    """What a frame sees of its scene: M points."""

    indices: NDArray[np.int64]
    """(M,) which points of the scene, ascending."""
    rows: NDArray[np.int64]
    """(M,) pixel row of each on the mask grid."""
    columns: NDArray[np.int64]
    """(M,) pixel column of each on the mask grid."""
    grid_size: tuple[int, int]
    """Height and width of the mask grid: the prepared images'."""


@dataclass(frozen=True)
class DataView:
    """One sample of M points in V voxels."""

    key: int
    """Identifies the draw: the same key gives the same sample."""
    scene: str
    frame: str
    seen: Visibility
    points: NDArray[np.float32]
    """(M, 3) metres, not augmented."""
    coordinates: NDArray[np.int64]
    """(V, 3) voxels, augmented where that is on; their minimum is 0."""
    features: NDArray[np.float32]
    """(V, 3) colour in [-1, 1] of each voxel's first point."""
    voxel_of_point: NDArray[np.int64]
    """(M,)."""
    labels: Labels
    """(M,) training: base labels; otherwise all-class labels (``LabelMaps``)."""
    binary_labels: Labels
    """(M,) 1 base, 0 novel, anything else neither."""
    image: NDArray[np.uint8]
    """(S, S, 3) RGB, squashed to a square."""
    label_image: Labels | None
    """(S, S) base labels; None outside training."""
    caption: str
    """Empty outside training."""


class Unsuitable(Exception):
    """The view has too few or too many points. That is the rule of METHODS 1.4 at work, not a fault of the data."""


def look(scene: Scene, files: FrameFiles) -> Visibility:
    """The points that a frame sees. Raises FrameError."""
    depth = files.depth()
    found = visible_points(scene.coordinates, depth, files.camera(), files.pose())
    return Visibility(found.indices, found.rows, found.columns, (depth.shape[0], depth.shape[1]))


def check_limits(seen: Visibility, labels: Labels, maps: LabelMaps, limits: ViewLimits, usable: str) -> None:
    """Raises Unsuitable unless the view is within the limits. ``usable``: see ``LabelMaps.usable``."""
    visible = len(seen.indices)
    if visible < limits.least:
        raise Unsuitable("too few visible points")
    if visible > limits.most:
        raise Unsuitable("too many visible points")
    if maps.usable(labels[seen.indices], usable) < limits.least_usable:
        raise Unsuitable("too few labelled points")


def voxels_of(
    points: NDArray[np.float32], colors: NDArray[np.float32], transform: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """Coordinates, features and voxel of each point, as :class:`DataView` has them."""
    voxels = voxelise(to_voxels(points, transform), 1.0)
    return voxels.coordinates.numpy(), colors[voxels.first_point.numpy()], voxels.voxel_of_point.numpy()


def square(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """(H, W, 3) -> (size, size, 3), bilinear, the aspect ratio given up."""
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)


def square_labels(labels: Labels, size: int) -> Labels:
    """(H, W) -> (size, size), nearest."""
    small = labels.astype(np.int16)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_NEAREST), np.int64)
