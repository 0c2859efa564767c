# SPDX-License-Identifier: Apache-2.0
"""The loaders of one benchmark (METHODS 1.4, 1.13)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import lightning
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from xmask3d_training.data.batch import Collate
from xmask3d_training.data.config import REFERENCE_CAPTIONER, DataConfig
from xmask3d_training.data.datasets import NO_SAMPLE, EvaluationViews, Item, TrainingViews, ValidationViews
from xmask3d_training.data.sampler import EpochSampler
from xmask3d_training.data.scenes import Scene
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.engine.frame_cache import CachedViews
from xmask3d_training.engine.loader_workers import worker_settings
from xmask3d_training.engine.module import XMask3DModule


class KeyBatches(Sampler[list[int]]):
    """Keys of a process's training batches, from wherever the run stands when it is asked.

    Args:
        sampler: of the process's keys.
        size: views of a batch.
        accumulated: batches of an optimiser's step; only whole steps are taken.
        position: gives the epoch and the batches of it that have been used already.
    """

    def __init__(
        self, sampler: EpochSampler, size: int, accumulated: int, position: Callable[[], tuple[int, int]]
    ) -> None:
        self._sampler, self._size, self._position = sampler, size, position
        sampler.set_epoch(0)
        self._length = len(sampler) // (size * accumulated) * accumulated

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[list[int]]:
        epoch, done = self._position()
        self._sampler.set_epoch(epoch, done * self._size)
        keys = list(self._sampler)
        return iter([keys[batch * self._size : (batch + 1) * self._size] for batch in range(self._length - done)])


def training_keys(
    trainer: lightning.Trainer, length: int, batch_size: int, seed: int, longer: str = "raise data.repeats"
) -> KeyBatches:
    """Keys of the training batches of this process.

    Args:
        trainer: knows the processes, the accumulated batches and where the run stands.
        length: samples of an epoch.
        batch_size: samples of an optimiser's step, over all processes and accumulated batches.
        seed: of the order.
        longer: what makes an epoch longer, for the message.

    Raises:
        SettingsError: such a batch cannot be dealt out evenly, or an epoch has fewer samples than one.
    """
    shares = trainer.world_size * trainer.accumulate_grad_batches
    if batch_size % shares:
        raise SettingsError(
            f"data.batch_size {batch_size} cannot be dealt out to {trainer.world_size} processes with "
            f"{trainer.accumulate_grad_batches} accumulated batches each: make it a multiple of {shares}"
        )

    def position() -> tuple[int, int]:
        """Epoch, and batches of it that are behind the run: more than 0 only where it is taken up in the middle."""
        return trainer.current_epoch, trainer.fit_loop.epoch_loop.batch_progress.current.ready

    sampler = EpochSampler(length, seed, trainer.global_rank, trainer.world_size)
    batches = KeyBatches(sampler, batch_size // shares, trainer.accumulate_grad_batches, position)
    if not len(batches):
        raise SettingsError(
            f"{length} samples an epoch are fewer than one batch of {batch_size}: {longer} or lower data.batch_size"
        )
    return batches


class ResumableLoader(DataLoader[Item]):
    """Starts its workers when the first batch is asked for: Lightning makes the iterator before it restores the run."""

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        yield from super().__iter__()

    def state_dict(self) -> dict[str, Any]:
        """Empty, for the trainer's own counters say where to go on. That it is there tells Lightning so."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""


class DealtKeys(Sampler[int]):
    """Every P-th key of an epoch, none left out and none twice.

    A process that would get fewer than the others gets NO_SAMPLE instead: Lightning leaves out the validation of a
    process without batches, and the others would wait for it.
    """

    def __init__(self, length: int, rank: int, processes: int, epoch: Callable[[], int]) -> None:
        self._mine, self._length, self._epoch = range(rank, length, processes), length, epoch
        self._share = -(-length // processes)

    def __len__(self) -> int:
        return self._share

    def __iter__(self) -> Iterator[int]:
        first = self._epoch() * self._length
        keys = [first + index for index in self._mine]
        return iter(keys + [NO_SAMPLE] * (self._share - len(keys)))


class XMask3DData(lightning.LightningDataModule):
    """Training, validation and evaluation views of the benchmark that the module trains on."""

    def __init__(
        self,
        root: Path = Path("data"),
        captioner: str = REFERENCE_CAPTIONER,
        batch_size: int = 64,
        evaluation_batch_size: int = 1,
        workers: int | None = None,
        repeats: int = 16,
        most_points: int = 65_000,
        augment_training: bool = True,
        random_offset: int = 100,
        usable_points: Literal["annotated", "base"] = "annotated",
        protocol: Literal["deterministic", "reference"] = "deterministic",
        test_split: str = "val",
        seed: int = 5557,
    ) -> None:
        """Settings; benchmark, voxel size and image size come from the module.

        Args:
            root: folder of the prepared layout (METHODS 1.2).
            captioner: whose captions to train with.
            batch_size: views of an optimiser's step, over all processes and accumulated batches, so that a recipe does
                not depend on the number of GPUs.
            evaluation_batch_size: views at a time in validation and evaluation; the results do not depend on it.
            workers: loader processes of each training process; none: its share of the cores, at most 8.
            repeats: samples of each training scene in an epoch.
            most_points: training and validation views have fewer points than this.
            augment_training: random rotation and scale of the points.
            random_offset: of a batch's voxel coordinates in training.
            usable_points: which points make a training view worth while (``DataConfig``).
            protocol: ``deterministic`` evaluation, or ``reference``, which augments at test time as the published
                evaluation does, though with fixed seeds.
            test_split: what ``test`` evaluates.
            seed: of the order and of everything random about a sample.
        """
        super().__init__()
        self.root, self.captioner, self.batch_size, self.workers = root, captioner, batch_size, workers
        self.evaluation_batch_size, self.most_points, self.test_split = evaluation_batch_size, most_points, test_split
        self.protocol = protocol
        self.test_scenes: list[str] = []
        """Scenes that this process evaluates."""
        self.test_scene: Callable[[str], Scene]
        """Reads one of them."""
        self._config: dict[str, Any] = {
            "root": root,
            "captioner": captioner,
            "repeats": repeats,
            "seed": seed,
            "augment_training": augment_training,
            "augment_evaluation": protocol == "reference",
            "random_offset": random_offset,
            "usable_points": usable_points,
        }

    @property
    def module(self) -> XMask3DModule:
        """Whose benchmark and sizes count."""
        assert self.trainer is not None and isinstance(self.trainer.lightning_module, XMask3DModule)
        return self.trainer.lightning_module

    @property
    def config(self) -> DataConfig:
        """Settings of the datasets."""
        network = self.module.network.config
        return DataConfig(
            benchmark=self.module.benchmark.name,
            voxel_size=network.voxel_size,
            image_size=network.diffusion.image_size,
            **self._config,
        )

    def train_dataloader(self) -> DataLoader[Item]:
        """Random views, in an order that a resumed run takes up where it was left."""
        views, config = TrainingViews(self.config, self.most_points), self.config
        batches = training_keys(self._trainer, len(views), self.batch_size, config.seed)
        collate = Collate(config.seed, config.random_offset)
        return ResumableLoader(**self._settings(views, collate), batch_sampler=batches)

    def val_dataloader(self) -> DataLoader[Item]:
        """One view of each validation scene, another each epoch."""
        trainer = self._trainer
        views = ValidationViews(self.config, self.most_points)
        keys = DealtKeys(len(views), trainer.global_rank, trainer.world_size, lambda: trainer.current_epoch)
        return DataLoader(**self._settings(views, Collate()), sampler=keys, batch_size=self.evaluation_batch_size)

    def test_dataloader(self) -> DataLoader[Item]:
        """All views of the scenes dealt to this process, scene by scene."""
        trainer = self._trainer
        views = EvaluationViews(self.config, self.test_split)
        self.test_scenes = views.scenes[trainer.global_rank :: trainer.world_size]
        self.test_scene = views.scene
        mine = set(self.test_scenes)
        keys = [number for number, (scene, _) in enumerate(views.frames) if scene in mine] or [NO_SAMPLE]
        return DataLoader(**self._settings(views, Collate()), sampler=keys, batch_size=self.evaluation_batch_size)

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        """Go on while pinned memory is copied to a GPU; Lightning itself would wait, as a batch is no plain tensor."""
        return batch.to(device, non_blocking=device.type == "cuda")

    @property
    def _trainer(self) -> lightning.Trainer:
        assert self.trainer is not None
        return self.trainer

    def _settings(self, views: Dataset[Item], collate: Collate) -> dict[str, Any]:
        """What all loaders share."""
        workers = self.workers
        if workers is None:
            workers = min(8, (os.cpu_count() or 1) // max(1, self._trainer.num_devices))
        cache = self.module.cache
        return {
            "dataset": CachedViews(views, cache) if cache and cache.kinds else views,
            "collate_fn": collate,
            "pin_memory": self.module.device.type == "cuda",
            **worker_settings(workers),
        }
