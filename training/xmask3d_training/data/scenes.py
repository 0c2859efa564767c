# SPDX-License-Identifier: Apache-2.0
"""All points of a scene, with all-class labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xmask3d_training.data.labels import LabelMaps
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.points_file import read_ids_200, read_points_file


@dataclass(frozen=True)
class Scene:
    """A prepared scene's N points."""

    name: str
    coordinates: NDArray[np.float32]
    """(N, 3) metres, z up."""
    colors: NDArray[np.float32]
    """(N, 3) in [-1, 1]."""
    labels: NDArray[np.int64]
    """(N,) all-class labels (``LabelMaps``)."""


class SceneReader:
    """Reads the scenes of a split and keeps the last one."""

    def __init__(self, layout: Layout, split: str, maps: LabelMaps) -> None:
        self._layout, self._split, self._maps = layout, split, maps
        self._kept: Scene | None = None

    def __call__(self, name: str) -> Scene:
        """A scene by name. Raises PrepareError: a file is missing, damaged or inconsistent."""
        if self._kept is None or self._kept.name != name:
            self._kept = self._read(name)
        return self._kept

    def named(self, name: str) -> Scene:
        """The same, where the error is to say which scene it is of: elsewhere scenes are counted by its words."""
        try:
            return self(name)
        except PrepareError as error:
            raise PrepareError(f"{name}: {error}") from error

    def _read(self, name: str) -> Scene:
        try:
            points = read_points_file(self._layout.points(self._split, name))
        except PrepareError as error:  # its words name the file, and skipped scenes are counted by their words
            raise PrepareError(
                "the scene's points cannot be read: `xmask3d train inspect` says why; prepare the scene again"
            ) from error
        stored: NDArray[np.generic] = points.labels
        if self._maps.benchmark.labels.name == "scannet200":
            path = self._layout.point_ids_200(self._split, name)
            try:
                stored = read_ids_200(path)
            except PrepareError as error:
                raise PrepareError("the scene's ScanNet200 ids cannot be read") from error
            if len(stored) != len(points.labels):
                raise PrepareError("the scene has more or fewer ScanNet200 ids than points")
        return Scene(name, points.coordinates, points.colors, self._maps.of_points(stored))
