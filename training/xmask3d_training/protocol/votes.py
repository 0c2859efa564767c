# SPDX-License-Identifier: Apache-2.0
"""From labels of views to labels of a scene (METHODS 1.14.4)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from xmask3d_training.protocol.branches import UNDECIDED, nearest


class SceneVotes:
    """One vote for every point and every frame that sees it."""

    def __init__(self, points: int, classes: int) -> None:
        # 16 bits hold the votes of 32,767 frames; a scene of ScanNet200 has a hundred million counters.
        self._votes = np.zeros((points, classes), np.int16)

    def add(self, point_of_scene: NDArray[np.int64], labels: NDArray[np.int64]) -> None:
        """Votes of one frame.

        Args:
            point_of_scene: (N,) distinct points that the frame sees.
            labels: (N,) class of each; UNDECIDED does not vote.
        """
        voting = labels != UNDECIDED
        self._votes[point_of_scene[voting], labels[voting]] += 1

    def labels(self, coordinates: NDArray[np.floating]) -> NDArray[np.int64]:
        """The class with most votes, the lowest of several; see :func:`decide`."""
        return decide(self._votes, coordinates)


class SceneAverages:
    """The mean over all frames that see a point of their scores of it."""

    def __init__(self, points: int, classes: int) -> None:
        self._sums = np.zeros((points, classes), np.float32)

    def add(self, point_of_scene: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
        """Scores of one frame.

        Args:
            point_of_scene: (N,) distinct points that the frame sees.
            scores: (N, classes), zeros where it says nothing.
        """
        self._sums[point_of_scene] += scores

    def labels(self, coordinates: NDArray[np.floating]) -> NDArray[np.int64]:
        """The class of the highest mean, which is that of the highest sum; see :func:`decide`."""
        return decide(self._sums, coordinates)


def decide(scores: NDArray[np.integer] | NDArray[np.floating], coordinates: NDArray[np.floating]) -> NDArray[np.int64]:
    """A scene's labels.

    Args:
        scores: (P, K), zeros for a point that nothing is known of.
        coordinates: (P, 3) metres of all the scene's points.

    Returns:
        (P,) int64: the class of the highest score; a point of which nothing is known takes the label of the nearest one
        of which something is; UNDECIDED where nothing is known of any.
    """
    seen = np.asarray(scores.any(axis=1))
    if not seen.any():
        return np.full(len(seen), UNDECIDED, np.int64)
    labels = scores.argmax(axis=1)
    if not seen.all():
        index = nearest(torch.from_numpy(coordinates[seen]), torch.from_numpy(coordinates[~seen]))
        labels[~seen] = labels[seen][index.numpy()]
    return labels
