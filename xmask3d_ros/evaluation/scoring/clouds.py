# SPDX-License-Identifier: Apache-2.0
"""The final map against a ground truth cloud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from xmask3d_ros.cloud import LabelledCloud

from .tally import Groups, Tally


@dataclass(frozen=True)
class MapAtTruth:
    """What the map says at each point of the ground truth."""

    points: NDArray[np.float64]
    """(M, 3) points of the ground truth, metres in the fixed frame."""
    truth: NDArray[np.int64]
    """(M,) class of each."""
    nearest: NDArray[np.int64]
    """(M,) class of the nearest labelled voxel, however far; -1 for a map without labels."""
    distance: NDArray[np.float64]
    """(M,) metres to it; infinite for a map without labels."""
    confidence: NDArray[np.float32]
    """(M,) of that voxel."""
    seen: NDArray[np.bool_]
    """(M,) whether any voxel, labelled or not, is within the radius."""
    colors: NDArray[np.uint8]
    """(M, 3) RGB of the nearest voxel."""
    radius: float
    """Metres within which a label counts as the point's own."""

    @property
    def covered(self) -> NDArray[np.bool_]:
        """(M,) whether a label is within the radius."""
        return self.distance <= self.radius

    @property
    def prediction(self) -> NDArray[np.int64]:
        """(M,) class within the radius, -1 for none."""
        return np.where(self.covered, self.nearest, -1)


def class_numbers(cloud: LabelledCloud, names: tuple[str, ...]) -> NDArray[np.int64]:
    """(V,) class of each voxel in the order of ``names``, -1 for unlabelled ones."""
    table = np.full(65536, -1, np.int64)
    for label, name in cloud.names.items():
        table[label] = names.index(name)
    return table[cloud.labels]


def labels_at(
    cloud: LabelledCloud, keys: NDArray[np.int64], names: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Class and confidence (N,) of voxels (N,) in a cloud; class -1 for voxels that it does not have or label."""
    classes = np.full(len(keys), -1, np.int64)
    confidence = np.zeros(len(keys), np.float32)
    if len(cloud):
        place = np.searchsorted(cloud.keys, keys).clip(max=len(cloud) - 1)
        there = cloud.keys[place] == keys
        classes[there] = class_numbers(cloud, names)[place[there]]
        confidence[there] = cloud.confidence[place[there]]
    return classes, confidence


def map_at_truth(
    cloud: LabelledCloud,
    names: tuple[str, ...],
    points: NDArray[np.float64],
    truth: NDArray[np.int64],
    radius: float,
) -> MapAtTruth:
    """Look the map up at each point of the ground truth; arguments as the fields of :class:`MapAtTruth`."""
    classes = class_numbers(cloud, names)
    labelled = np.nonzero(classes >= 0)[0]
    distance, index = _nearest(cloud.positions[labelled], points)
    nearest, confidence = np.full(len(points), -1, np.int64), np.zeros(len(points), np.float32)
    if len(labelled):
        nearest, confidence = classes[labelled][index], cloud.confidence[labelled][index]
    to_voxel, voxel = _nearest(cloud.positions, points)
    colors = cloud.colors[voxel] if len(cloud) else np.zeros((len(points), 3), np.uint8)
    return MapAtTruth(points, truth, nearest, distance, confidence, to_voxel <= radius, colors, radius)


def score_map(found: MapAtTruth, groups: Groups) -> dict[str, Tally]:
    """Three ways to count points of the ground truth that no label reaches.

    "all": as misses. "covered": not at all. "filled": with the label of the nearest voxel that has one, as the paper's
    protocol does (METHODS 1.14.4).
    """
    tallies = {name: Tally(groups) for name in ("all", "covered", "filled")}
    tallies["all"].add(found.truth, found.prediction, found.confidence)
    tallies["covered"].add(np.where(found.covered, found.truth, -1), found.prediction, found.confidence)
    tallies["filled"].add(found.truth, found.nearest, found.confidence)
    return tallies


def _nearest(of: NDArray[np.floating], points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    if not len(of):
        return np.full(len(points), np.inf), np.zeros(len(points), np.int64)
    distance, index = cKDTree(of).query(points)
    return distance, index.astype(np.int64)
