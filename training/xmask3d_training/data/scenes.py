# SPDX-License-Identifier: Apache-2.0
"""All points of a scene, with all-class labels."""

from __future__ import annotations

from collections import OrderedDict
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
    """Reads the scenes of a split and keeps the last few."""

    def __init__(self, layout: Layout, split: str, maps: LabelMaps, cached: int = 1) -> None:
        self._layout, self._split, self._maps, self._cached = layout, split, maps, cached
        self._kept: OrderedDict[str, Scene] = OrderedDict()

    def __call__(self, name: str) -> Scene:
        """A scene by name. Raises PrepareError: a file is missing, damaged or inconsistent."""
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        scene = self._read(name)
        self._kept[name] = scene
        while len(self._kept) > self._cached:
            self._kept.popitem(last=False)
        return scene

    def _read(self, name: str) -> Scene:
        points = read_points_file(self._layout.points(self._split, name))
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
