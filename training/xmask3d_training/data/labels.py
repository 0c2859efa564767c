# SPDX-License-Identifier: Apache-2.0
"""Ids in files -> labels of all classes -> what training may see of them (METHODS 1.2, 1.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.benchmarks import Benchmark

UNKNOWN_PIXEL = 255
"""In label images of all classes: a pixel without a class of the label set."""

Labels = NDArray[np.int64]


class LabelMaps:
    """The label maps of one benchmark.

    "All-class labels" are a class's index in the label set, then those of the ignored classes, then one for unlabelled
    points (ScanNet: 0..18, 19 otherfurniture, 20 unlabelled). "Base labels" are what the network trains on: the B base
    classes as 0..B-1 in their order, and B for everything else.
    """

    def __init__(self, benchmark: Benchmark) -> None:
        labels = benchmark.labels
        self.benchmark = benchmark
        self._raw_points = labels.name == "scannet200"
        self._label_of_id = np.full(max(labels.raw_ids) + 2, labels.unlabelled, dtype=np.int64)
        self._label_of_id[list(labels.raw_ids)] = np.arange(len(labels.raw_ids))
        self._base_of_label = np.full(labels.unlabelled + 1, len(benchmark.base), dtype=np.int64)
        self._base_of_label[list(benchmark.base)] = np.arange(len(benchmark.base))
        self._binary_of_label = np.arange(labels.unlabelled + 1)
        self._binary_of_label[list(benchmark.base)] = 1
        self._binary_of_label[list(benchmark.novel)] = 0

    @property
    def ignored_base(self) -> int:
        """B, the base label of everything that is not base."""
        return len(self.benchmark.base)

    def of_points(self, stored: NDArray[np.generic]) -> Labels:
        """All-class labels of points, from labels or (ScanNet200) raw ids as stored; anything unknown is unlabelled."""
        if self._raw_points:
            return self._lookup(stored)
        unlabelled = self.benchmark.labels.unlabelled
        whole = stored.astype(np.int64)
        return np.where((whole >= 0) & (whole < unlabelled), whole, unlabelled)

    def of_pixels(self, raw_ids: NDArray[np.generic]) -> Labels:
        """All-class labels of a label image; 255 where its id is none of the label set's."""
        labels = self._lookup(raw_ids)
        return np.where(labels == self.benchmark.labels.unlabelled, UNKNOWN_PIXEL, labels)

    def base(self, labels: Labels) -> Labels:
        """Base labels of all-class labels of points."""
        return self._base_of_label[labels]

    def base_pixels(self, raw_ids: NDArray[np.generic]) -> Labels:
        """Base labels of a label image: the value B is a target, too, that of the null class."""
        return self._base_of_label[self._lookup(raw_ids)]

    def binary(self, labels: Labels) -> Labels:
        """1 for base classes, 0 for novel ones, the all-class label itself for the rest, which does not count.

        Knows which points are novel, as the reference does.
        """
        return self._binary_of_label[labels]

    def usable(self, labels: Labels, which: str) -> int:
        """How many points count towards a view's worth: ``annotated`` (base or novel) or ``base``."""
        counted = labels < self.benchmark.classes if which == "annotated" else self.base(labels) < self.ignored_base
        return int(np.count_nonzero(counted))

    def _lookup(self, raw_ids: NDArray[np.generic]) -> Labels:
        last = len(self._label_of_id) - 1  # no class has this id
        whole = raw_ids.astype(np.int64)
        return self._label_of_id[np.where((whole >= 0) & (whole < last), whole, last)]
