# SPDX-License-Identifier: Apache-2.0
"""The labelled cloud: what the package makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.vocabulary import UNLABELLED, UNLABELLED_COLOR, color_of


@dataclass(frozen=True)
class LabelledCloud:
    """One point a voxel, sorted by voxel."""

    keys: NDArray[np.int64]
    """(V,) the voxels, ascending; two clouds of the same voxel size are compared by these."""
    positions: NDArray[np.float32]
    """(V, 3) metres in the fixed frame."""
    colors: NDArray[np.uint8]
    """(V, 3) RGB as the camera saw it."""
    labels: NDArray[np.uint16]
    """(V,) class ids; :data:`~xmask3d_ros.vocabulary.UNLABELLED` for voxels without a class."""
    confidence: NDArray[np.float32]
    """(V,) in [0, 1]; 0 where no view has seen the voxel."""
    names: dict[int, str]
    """Class names by id, of the vocabulary in force."""
    stamp_ns: int
    """Stamp of the newest integrated image; 0 for an empty map."""

    def __len__(self) -> int:
        return len(self.keys)

    def count_by_name(self) -> dict[str, int]:
        """Points of each class of the vocabulary, in its order, then of "unlabelled"."""
        counts = np.bincount(self.labels, minlength=UNLABELLED + 1)
        by_name = {name: int(counts[label]) for label, name in self.names.items()}
        return by_name | {"unlabelled": int(counts[UNLABELLED])}

    def class_colors(self) -> NDArray[np.uint8]:
        """(V, 3) RGB of each point's class."""
        table = np.tile(np.array(UNLABELLED_COLOR, np.uint8), (UNLABELLED + 1, 1))
        for label, name in self.names.items():
            table[label] = color_of(name)
        return table[self.labels]
