# SPDX-License-Identifier: Apache-2.0
"""Ground truth as the scores ask for it: classes at points of a view, and a cloud for the final map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from xmask3d_ros.geometry import RgbdFrame, back_project

LabelImages = Callable[[int], NDArray[np.int64] | None]
"""Stamp of a colour image in nanoseconds -> (h, w) classes, -1 for none; ``None`` where there is no label image."""


class Reference(Protocol):
    """Ground truth of a recording, in classes of the vocabulary (-1: not scored)."""

    missing: int
    """Frames seen that nothing is known of."""

    def see(self, frame: RgbdFrame) -> None:
        """Learn of a frame, before its view is asked for."""

    def of_view(
        self,
        stamp_ns: int,
        points: NDArray[np.float64],
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        grid_size: tuple[int, int],
    ) -> NDArray[np.int64]:
        """(N,) class of a view's points, which have these pixels in a grid (height, width)."""  # fmt: skip

    def cloud(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """(M, 3) points that are scored, metres in the fixed frame, and (M,) their classes, all at least 0."""


class CloudReference:
    """Ground truth from a labelled cloud: a point of a view has the class of the nearest point of it."""

    def __init__(self, points: NDArray[np.float64], classes: NDArray[np.int64], radius: float) -> None:
        """(N, 3) metres in the fixed frame, (N,) classes or -1; ``radius`` metres, beyond which nothing is known."""
        self._points, self._classes, self._radius = points, classes, radius
        # Points without a class are in the tree too: what is next to them has no known class either.
        self._tree = cKDTree(points)
        self.missing = 0

    def see(self, frame: RgbdFrame) -> None:
        """Nothing is learned of frames."""

    def of_view(
        self,
        stamp_ns: int,
        points: NDArray[np.float64],
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        grid_size: tuple[int, int],
    ) -> NDArray[np.int64]:
        """As :class:`Reference` says; by position alone."""  # fmt: skip
        _, index = self._tree.query(points, distance_upper_bound=self._radius)
        return np.append(self._classes, -1)[index]

    def cloud(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The points that have a class."""
        scored = self._classes >= 0
        return self._points[scored], self._classes[scored]


class ImageReference:
    """Ground truth from label images, one a frame; their back-projection, by majority in voxels, is the cloud."""

    def __init__(self, images: LabelImages, voxel_size: float, min_depth: float, max_depth: float) -> None:
        self._images = images
        self._voxel_size, self._depths = voxel_size, (min_depth, max_depth)
        self._now: tuple[int, NDArray[np.int64] | None] = (-1, None)
        self._votes = np.empty((0, 5), np.int64)
        """Voxel (3), class, number of pixels; unique in the first four, sorted."""
        self._pending: list[NDArray[np.int64]] = []
        """As ``_votes``, of each frame since they were merged."""
        self.missing = 0
        """Frames seen without a label image."""

    def see(self, frame: RgbdFrame) -> None:
        """Take up the frame's label image and add its pixels to the cloud."""
        labels = self._images(frame.stamp_ns)
        self._now = frame.stamp_ns, labels
        if labels is None:
            self.missing += 1
            return
        points, _, rows, columns = back_project(frame, *self._depths)
        classes = _at(labels, rows, columns, frame.depth.shape)
        known = classes >= 0
        voxels = np.floor(points[known] / self._voxel_size).astype(np.int64)
        new = np.column_stack([voxels, classes[known], np.ones(len(voxels), np.int64)])
        self._pending.append(_summed(new))
        # Merged whenever they are as many: every frame on its own would sort the whole cloud again.
        if sum(map(len, self._pending)) > len(self._votes):
            self._merge()

    def of_view(
        self,
        stamp_ns: int,
        points: NDArray[np.float64],
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        grid_size: tuple[int, int],
    ) -> NDArray[np.int64]:
        """As :class:`Reference` says; by pixel alone, of the frame seen last."""  # fmt: skip
        seen_ns, labels = self._now
        if labels is None or seen_ns != stamp_ns:
            return np.full(len(rows), -1, np.int64)
        return _at(labels, rows, columns, grid_size)

    def cloud(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Centres of voxels, each with the class of most of its pixels, the lowest of several."""
        self._merge()
        # By voxel, most pixels first, then the lowest class; the first line of each voxel decides.
        order = np.lexsort((self._votes[:, 3], -self._votes[:, 4], *self._votes[:, 2::-1].T))
        votes = self._votes[order]
        first = np.ones(len(votes), bool)
        first[1:] = (votes[1:, :3] != votes[:-1, :3]).any(axis=1)
        centres = (votes[first, :3].astype(np.float64) + 0.5) * self._voxel_size
        return centres, votes[first, 3]

    def _merge(self) -> None:
        self._votes = _summed(np.concatenate([self._votes, *self._pending]))
        self._pending = []


def _at(
    labels: NDArray[np.int64], rows: NDArray[np.int64], columns: NDArray[np.int64], size: tuple[int, ...]
) -> NDArray[np.int64]:
    """Classes at the pixels of a grid of another size of the same view."""
    height, width = labels.shape
    found: NDArray[np.int64] = labels[
        ((rows + 0.5) * height / size[0]).astype(np.int64), ((columns + 0.5) * width / size[1]).astype(np.int64)
    ]
    return found


def _summed(votes: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(votes):
        return votes
    votes = votes[np.lexsort(votes[:, 3::-1].T)]
    first = np.ones(len(votes), bool)
    first[1:] = (votes[1:, :4] != votes[:-1, :4]).any(axis=1)
    starts = np.nonzero(first)[0]
    return np.column_stack([votes[starts, :4], np.add.reduceat(votes[:, 4], starts)])
