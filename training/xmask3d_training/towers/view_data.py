# SPDX-License-Identifier: Apache-2.0
"""Views for the VAE: patches to train on, whole images to measure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.towers.images import read_view, square_tensor
from xmask3d_training.towers.pairs import ViewPairs
from xmask3d_training.towers.tower_data import TowerData


class Patches(Dataset[Tensor]):
    """(3, s, s) uint8 of a view a key, at random places, mirrored or not."""

    def __init__(self, data: PatchData, views: list[ViewPairs]) -> None:
        self._data, self._views = data, views

    def __getitem__(self, key: int) -> Tensor:
        data = self._data
        rng = np.random.default_rng((data.seed, key))
        image = square_tensor(read_view(data.root / self._views[key % len(self._views)].image), data.image_size)
        row, column = rng.integers(0, data.image_size - data.patch + 1, 2)
        patch = image[:, row : row + data.patch, column : column + data.patch]
        return patch.flip(2) if rng.random() < 0.5 else patch.contiguous()


class WholeViews(Dataset[Tensor]):
    """(3, S, S) uint8 of every view, by index."""

    def __init__(self, root: Path, views: list[ViewPairs], side: int) -> None:
        self._root, self._views, self._side = root, views, side

    def __len__(self) -> int:
        return len(self._views)

    def __getitem__(self, index: int) -> Tensor:
        return square_tensor(read_view(self._root / self._views[index].image), self._side)


class PatchData(TowerData):
    """Patches of views."""

    def __init__(
        self,
        root: Path = Path("data"),
        batch_size: int = 16,
        patch: int = 64,
        measured_views: int = 32,
        workers: int | None = None,
        seed: int = 0,
    ) -> None:
        """Settings.

        Args:
            root: data root with rooms and their pairs.
            batch_size: patches of an optimiser's step, over all processes and accumulated batches.
            patch: their side in pixels, a multiple of 8 at most the model's image size.
            measured_views: held-out views that the reconstruction is measured on.
            workers: loader processes; none: the cores, at most 8.
            seed: of order and places.
        """
        super().__init__(root, batch_size, workers, seed)
        self.patch, self.measured_views, self.image_size = patch, measured_views, 0

    def setup(self, stage: str) -> None:
        """Read the pairs. Raises SettingsError: the patch is larger than the images."""
        super().setup(stage)
        self.image_size = self.config.diffusion.image_size
        if self.patch > self.image_size or self.patch % 8:
            raise SettingsError(f"data.patch must be a multiple of 8 up to {self.image_size}, not {self.patch}")

    def train_set(self) -> tuple[Patches, int]:
        """Random patches."""
        return Patches(self, self.views["train"]), len(self.views["train"])

    def val_set(self) -> WholeViews:
        """Some held-out views, spread over the rooms."""
        return WholeViews(self.root, spread(self.views["val"], self.measured_views), self.image_size)


def spread(views: list[ViewPairs], count: int) -> list[ViewPairs]:
    """At most ``count`` views at equal steps."""
    chosen = np.unique(np.linspace(0, len(views) - 1, min(count, len(views))).round().astype(int))
    return [views[index] for index in chosen]


def in_range(images: Tensor) -> Tensor:
    """uint8 images as the VAE takes them: [-1, 1]."""
    return images.to(torch.float32) / 127.5 - 1
