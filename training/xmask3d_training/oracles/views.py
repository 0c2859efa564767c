# SPDX-License-Identifier: Apache-2.0
"""Views with their true labels, and the frozen networks to be asked about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xmask3d_ros.evaluation.benchmarks import BENCHMARKS, Benchmark
from xmask3d_ros.model.checkpoint import load_model, read_config
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_training.data.frames import FrameFiles
from xmask3d_training.data.labels import LabelMaps
from xmask3d_training.data.root import check_root
from xmask3d_training.data.views import square
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.towers.folder import TOWERS_FILE, load_towers

SPLITS: tuple[Benchmark, ...] = tuple(entry for entry in BENCHMARKS.values() if entry.labels.name == "scannet20")
"""The base/novel splits of ScanNet's 19 classes."""
NAMES = SPLITS[0].labels.names
"""The 19 classes."""


@dataclass(frozen=True)
class LabelledView:
    """An image with the class of each pixel."""

    image: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    labels: NDArray[np.int64]
    """(H, W) 0..18; anything else is no class."""
    instances: NDArray[np.int64] | None
    """(H, W) object numbers, where the data have them."""

    def square_image(self, side: int) -> Tensor:
        """(1, 3, side, side) in [0, 1], the aspect ratio given up."""
        return torch.from_numpy(square(self.image, side)).permute(2, 0, 1)[None] / 255.0


def labelled_views(root: Path, split: str, most: int) -> Iterator[LabelledView]:
    """At most so many views of a split, spread over its scenes.

    Raises:
        DataRootError: the root has no scenes of the split.
        FrameError: a file of a frame is missing or damaged.
    """
    layout, maps = Layout(root, "scannet"), LabelMaps(SPLITS[0])
    scenes = check_root(layout, SPLITS[0], split, None)
    frames = [(scene, frame) for scene in scenes for frame in layout.frames(scene)]
    for index in np.unique(np.linspace(0, len(frames) - 1, min(most, len(frames))).round().astype(int)):
        scene, frame = frames[index]
        files = FrameFiles(layout, scene, frame)
        path = layout.views(scene) / "instance" / f"{frame}.png"
        instances = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.is_file() else None
        labels = maps.of_pixels(files.label_ids("label"))
        yield LabelledView(files.color(), labels, None if instances is None else instances.astype(np.int64))


def frozen_network(folder: Path) -> XMask3D:
    """A network whose frozen parts are a tower's folder's, or a trained model's. Raises CheckpointError."""
    if not (folder / TOWERS_FILE).is_file():
        return load_model(folder)
    network = XMask3D.from_config(read_config(folder), folder=folder)
    load_towers(network, folder)
    return network
