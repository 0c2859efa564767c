# SPDX-License-Identifier: Apache-2.0
"""Loaders of a tower's training: an order that a resumed run takes up where it was left."""

from __future__ import annotations

import os
from abc import abstractmethod
from pathlib import Path
from typing import Any

import lightning
import torch
from torch.utils.data import DataLoader, Dataset

from xmask3d_ros.model.config import ModelConfig
from xmask3d_training.engine.data_module import ResumableLoader, training_keys
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.engine.loader_workers import worker_settings
from xmask3d_training.towers.pairs import ViewPairs, pairs_folder, read_pairs
from xmask3d_training.towers.words import WORDS_FILE

KeyedDataset = Dataset[Any]
"""Answers to keys epoch * length + index; equal keys give equal items."""


def words_of(root: str | Path) -> Path:
    """The word list of a data root's pairs."""
    return pairs_folder(Path(root)) / WORDS_FILE


class TowerData(lightning.LightningDataModule):
    """Pairs of a data root, as one tower needs them."""

    def __init__(self, root: Path, batch_size: int, workers: int | None, seed: int) -> None:
        super().__init__()
        self.root, self.batch_size, self.seed = root, batch_size, seed
        self.workers = min(8, os.cpu_count() or 1) if workers is None else workers
        self.views: dict[str, list[ViewPairs]] = {}

    def setup(self, stage: str) -> None:
        """Read the pairs. Raises SettingsError: there are none."""
        if not words_of(self.root).is_file():
            raise SettingsError(f"{words_of(self.root)} is missing: `xmask3d train towers pairs --data {self.root}`")
        self.views = {split: read_pairs(self.root, split) for split in ("train", "val")}

    @property
    def config(self) -> ModelConfig:
        """Sizes of the tower that is trained."""
        assert self.trainer is not None
        return self.trainer.lightning_module.config  # type: ignore[union-attr, return-value]

    def facts(self) -> dict[str, Any]:
        """Numbers of the data, for the card."""
        train = self.views["train"]
        return {
            "rooms": len({Path(view.image).parts[1] for view in train}),
            "views": len(train),
            "windows": sum(len(view.windows) for view in train),
        }

    @abstractmethod
    def train_set(self) -> tuple[KeyedDataset, int]:
        """Training items by key, and how many an epoch has."""

    @abstractmethod
    def val_set(self) -> Dataset[Any]:
        """Items of held-out rooms by index."""

    def train_dataloader(self) -> DataLoader[Any]:
        """Batches of random items."""
        assert self.trainer is not None
        items, length = self.train_set()
        batches = training_keys(self.trainer, length, self.batch_size, self.seed, "give pairs of more rooms")
        return ResumableLoader(items, batch_sampler=batches, **self._settings())

    def val_dataloader(self) -> DataLoader[Any]:
        """Items of held-out rooms, always the same."""
        return DataLoader(self.val_set(), batch_size=self.batch_size, **self._settings())

    def _settings(self) -> dict[str, Any]:
        return {"pin_memory": torch.cuda.is_available(), **worker_settings(self.workers)}
