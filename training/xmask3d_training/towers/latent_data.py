# SPDX-License-Identifier: Apache-2.0
"""Latents of all views, encoded once and kept, with their captions."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from xmask3d_ros.files import whole_file
from xmask3d_ros.model.tokenizer import WordListTokenizer
from xmask3d_training.engine.loader_workers import worker_settings
from xmask3d_training.towers.pairs import ViewPairs
from xmask3d_training.towers.tower_data import TowerData, words_of
from xmask3d_training.towers.view_data import WholeViews, in_range, spread

_ENCODED_AT_A_TIME = 8


class CaptionedLatent(NamedTuple):
    """A view as the UNet meets it; of a batch with one dimension more in front."""

    z: Tensor
    """(4, h, w) scaled posterior mean."""
    tokens: Tensor
    """(T,) a caption; that of nothing now and then."""


class Latents(Dataset[CaptionedLatent]):
    """Views by key or, without chance, by index with their first caption."""

    def __init__(self, data: LatentData, views: list[ViewPairs], latents: NDArray[np.float16], random: bool) -> None:
        self._data, self._views, self._latents, self._random = data, views, latents, random
        config = data.config.captioner
        self._tokenizer = WordListTokenizer(words_of(data.root), config.tokens)

    def __len__(self) -> int:
        return len(self._views)

    def __getitem__(self, key: int) -> CaptionedLatent:
        index = key % len(self._views)
        captions, rng = self._views[index].captions, np.random.default_rng((self._data.seed, key))
        caption = captions[rng.integers(len(captions)) if self._random else 0]
        if self._random and rng.random() < self._data.caption_dropout:
            caption = ""
        z = torch.from_numpy(self._latents[index].astype(np.float32))
        return CaptionedLatent(z, self._tokenizer([caption])[0])


class LatentData(TowerData):
    """Latents and captions of views."""

    def __init__(
        self,
        root: Path = Path("data"),
        batch_size: int = 32,
        caption_dropout: float = 0.1,
        training_views: int | None = None,
        measured_views: int = 64,
        workers: int | None = 0,
        seed: int = 0,
    ) -> None:
        """Settings.

        Args:
            root: data root with rooms and their pairs. Latents are kept beside the pairs.
            batch_size: views of an optimiser's step, over all processes and accumulated batches.
            caption_dropout: share of views whose caption is the empty one, from which XMask3D starts.
            training_views: at most so many, spread over the rooms; none: all. Encoding a view costs more than a step.
            measured_views: held-out views that the noise prediction is measured on.
            workers: loader processes; latents are small, so the process itself can read them.
            seed: of order and captions.
        """
        super().__init__(root, batch_size, workers, seed)
        self.caption_dropout = caption_dropout
        self.training_views, self.measured_views = training_views, measured_views
        self._latents: dict[str, NDArray[np.float16]] = {}

    def setup(self, stage: str) -> None:
        """Read the pairs; encode what has not been encoded with this VAE."""
        super().setup(stage)
        self.views["val"] = spread(self.views["val"], self.measured_views)
        if self.training_views is not None:
            self.views["train"] = spread(self.views["train"], self.training_views)
        assert self.trainer is not None
        module: Any = self.trainer.lightning_module
        for split, views in self.views.items():
            path = self._path(split, views, module.vae)
            if not path.is_file() and self.trainer.is_global_zero:
                self._encode(path, views, module.vae, self.trainer.strategy.root_device)
            self.trainer.strategy.barrier("latents")
            self._latents[split] = np.load(path, mmap_mode="r")

    def train_set(self) -> tuple[Latents, int]:
        """Views with random captions."""
        return Latents(self, self.views["train"], self._latents["train"], random=True), len(self.views["train"])

    def val_set(self) -> Latents:
        """Some held-out views with their first captions."""
        return Latents(self, self.views["val"], self._latents["val"], random=False)

    def _path(self, split: str, views: list[ViewPairs], vae: Any) -> Path:
        """A name that another VAE, another scale or other views would not have."""
        mark = hashlib.sha256(repr((self.config.diffusion, [view.image for view in views])).encode())
        for view in views:
            mark.update(str((self.root / view.image).stat().st_mtime_ns).encode())
        for value in vae.state_dict().values():
            mark.update(value.cpu().contiguous().numpy().tobytes())
        return words_of(self.root).parent / f"latents_{split}_{mark.hexdigest()[:16]}.npy"

    @torch.no_grad()
    def _encode(self, path: Path, views: list[ViewPairs], vae: Any, device: torch.device) -> None:
        config = self.config.diffusion
        images: DataLoader[Tensor] = DataLoader(
            WholeViews(self.root, views, config.image_size),
            batch_size=_ENCODED_AT_A_TIME,
            **worker_settings(self.workers),
        )
        vae = vae.to(device)
        found = [
            (vae.encode(in_range(batch.to(device))).latent_dist.mean * config.scaling_factor).half().cpu().numpy()
            for batch in tqdm(images, desc="encoding views", unit="batch")
        ]
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.save(file, np.concatenate(found))
