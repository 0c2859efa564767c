# SPDX-License-Identifier: Apache-2.0
"""Do poses, intrinsics, depth and labels fit together? Labels of points against label images, pixel by pixel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry.camera import Camera
from xmask3d_ros.geometry.visibility import visible_points


class Reprojection(NamedTuple):
    """The points that one frame sees."""

    rows: NDArray[np.int64]
    """(M,) pixel rows."""
    columns: NDArray[np.int64]
    """(M,) pixel columns."""
    labels: NDArray[np.uint8]
    """(M,) labels of the points."""


def reproject(
    coordinates: NDArray[np.floating],
    labels: NDArray[np.uint8],
    depth: NDArray[np.floating],
    camera: Camera,
    world_from_camera: NDArray[np.float64],
) -> Reprojection:
    """The points visible in a frame (METHODS 1.4), with depth (H, W) in metres, 0 = no reading."""
    seen = visible_points(coordinates, depth, camera, world_from_camera)
    return Reprojection(seen.rows, seen.columns, labels[seen.indices])


def agreement(view: Reprojection, image: NDArray[np.uint8], unlabelled: int) -> tuple[int, int]:
    """How many points carry the label of their pixel, of how many that are labelled on both sides."""
    pixels = image[view.rows, view.columns]
    both = (pixels != unlabelled) & (view.labels != unlabelled)
    return int((both & (pixels == view.labels)).sum()), int(both.sum())


def recovered(view: Reprojection, image: NDArray[np.uint8], ignored: list[int], block: int = 8) -> tuple[int, int]:
    """How many of an image's labels, block by block, some point of the block carries, of how many that have points.

    Coarse on purpose. The tolerance in depth shows walls through chairs, so points disagree with pixels in good data,
    too; but where data are good, points of the chair are among them.
    """
    pixels = image[view.rows, view.columns].astype(np.int64)
    place = (view.rows // block * image.shape[1] + view.columns // block) << 8
    shown = np.unique((place | pixels)[~np.isin(pixels, ignored)])
    return int(np.isin(shown, place | view.labels).sum()), len(shown)
