# SPDX-License-Identifier: Apache-2.0
"""Batches of image-text pairs for CLIP."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from xmask3d_ros.model.config import SCANNET_CLASSES
from xmask3d_ros.model.tokenizer import WordListTokenizer
from xmask3d_training.towers.images import cut, read_view, relative_box, square_tensor
from xmask3d_training.towers.looks import anew, as_it_is
from xmask3d_training.towers.meaning import said
from xmask3d_training.towers.pairs import MOST_BOXES, ViewPairs, Window
from xmask3d_training.towers.tower_data import TowerData, words_of
from xmask3d_training.towers.words import forget_words


class Pairs(NamedTuple):
    """Pairs of a view; of a batch with one dimension more in front."""

    image: Tensor
    """(3, S, S) uint8 the whole view."""
    boxes: Tensor
    """(1 + K, R, 4) left, right, top, bottom in fractions, zeros where a window has fewer than R rectangles: of the
    whole view where it has a caption, then K windows to be read inside it."""
    crops: Tensor
    """(C, 3, s, s) uint8 other windows, cut out."""
    tokens: Tensor
    """(1 + K + C, T) captions of all."""
    said: Tensor
    """(1 + K + C, M) bool what they say (meaning.py)."""


class NamedWindows(NamedTuple):
    """Windows of a held-out view about one object each."""

    image: Tensor
    """(3, S, S) uint8."""
    boxes: Tensor
    """(K, R, 4)."""
    crops: Tensor
    """(K, 3, S, S) uint8 the same windows, the first rectangle of each, cut out."""
    labels: Tensor
    """(K,) class that the caption is about, -1 where there are fewer windows than K."""


class PairViews(Dataset[Pairs]):
    """A view a key, with windows drawn at random."""

    def __init__(self, data: ClipData, views: list[ViewPairs], tokenizer: WordListTokenizer) -> None:
        self._data, self._views, self._tokenizer = data, views, tokenizer

    def __getitem__(self, key: int) -> Pairs:
        data, view = self._data, self._views[key % len(self._views)]
        rng = np.random.default_rng((data.seed, key))
        image = read_view(data.root / view.image)
        look = data.look(image, view, rng)
        # A part of a view has no caption of its own: one more window takes its place.
        whole = () if look.caption is None else (Window((0, image.shape[1], 0, image.shape[0]), look.caption),)
        wanted = 1 + data.windows + data.crops
        chosen = [*whole, *(look.windows[i] for i in _draw(len(look.windows), wanted - len(whole), rng))]
        inside, outside = chosen[: 1 + data.windows], chosen[1 + data.windows :]
        captions = [window.caption for window in chosen]
        return Pairs(
            image=square_tensor(look.image, data.image_size),
            boxes=_boxes(look.image, inside),
            crops=_crops(look.image, outside, data.crop_size),
            tokens=forget_words(self._tokenizer(captions), data.forgotten_words, rng),
            said=said(captions),
        )


class HeldOutWindows(Dataset[NamedWindows]):
    """Object windows of held-out views, always the same."""

    def __init__(self, data: ClipData, views: list[ViewPairs]) -> None:
        self._data = data
        self._views = [view for view in views if any(window.name in SCANNET_CLASSES for window in view.windows)]

    def __len__(self) -> int:
        return len(self._views)

    def __getitem__(self, index: int) -> NamedWindows:
        data, view = self._data, self._views[index]
        image = read_view(data.root / view.image)
        named = [window for window in view.windows if window.name in SCANNET_CLASSES]
        order = np.random.default_rng((data.seed, index)).permutation(len(named))
        chosen = [named[i] for i in order[: data.measured_windows]]
        labels = torch.full((data.measured_windows,), -1)
        labels[: len(chosen)] = torch.tensor([SCANNET_CLASSES.index(window.name) for window in chosen])
        chosen += [chosen[0]] * (data.measured_windows - len(chosen))
        return NamedWindows(
            image=square_tensor(image, data.image_size),
            boxes=_boxes(image, chosen),
            crops=_crops(image, chosen, data.image_size),
            labels=labels,
        )


class ClipData(TowerData):
    """Views with windows and captions."""

    def __init__(
        self,
        root: Path = Path("data"),
        batch_size: int = 16,
        windows: int = 10,
        crops: int = 3,
        crop_size: int = 112,
        augment: bool = True,
        forgotten_words: float = 0.02,
        measured_windows: int = 4,
        workers: int | None = None,
        seed: int = 0,
    ) -> None:
        """Settings.

        Args:
            root: data root with rooms and their pairs.
            batch_size: views of an optimiser's step, over all processes and accumulated batches. A view has
                ``1 + windows + crops`` pairs.
            windows: windows of each view read inside it, as MaskCLIP reads masks.
            crops: windows of each view cut out and seen alone.
            crop_size: their side in pixels; smaller than the tower's size costs less.
            augment: whether views are looked at nearer, mirrored, in other light and colours (looks.py).
            forgotten_words: share of words replaced by the unknown word.
            measured_windows: windows of each held-out view that zero-shot accuracy is measured on.
            workers: loader processes; none: the cores, at most 8.
            seed: of order and windows.
        """
        super().__init__(root, batch_size, workers, seed)
        self.windows, self.crops, self.crop_size = windows, crops, crop_size
        self.look = anew if augment else as_it_is
        self.forgotten_words, self.measured_windows = forgotten_words, measured_windows
        self.image_size = 0
        """Side of the tower's images, pixels."""

    def setup(self, stage: str) -> None:
        """Read the pairs; views without a window are left out."""
        super().setup(stage)
        self.image_size = self.config.clip.image_size
        self.views = {split: [view for view in views if view.windows] for split, views in self.views.items()}

    def train_set(self) -> tuple[Dataset[Pairs], int]:
        """Views with random windows."""
        tokenizer = WordListTokenizer(words_of(self.root), self.config.clip.context_length)
        return PairViews(self, self.views["train"], tokenizer), len(self.views["train"])

    def val_set(self) -> Dataset[NamedWindows]:
        """Windows about one object."""
        return HeldOutWindows(self, self.views["val"])


def _draw(available: int, wanted: int, rng: np.random.Generator) -> list[int]:
    """Different windows, as far as there are enough."""
    if not wanted:
        return []
    rounds = -(-wanted // available)
    return np.concatenate([rng.permutation(available) for _ in range(rounds)])[:wanted].tolist()


def _boxes(image: np.ndarray, windows: list[Window]) -> Tensor:
    boxes = torch.zeros(len(windows), MOST_BOXES, 4)
    for row, window in zip(boxes, windows, strict=True):
        row[: len(window.boxes)] = torch.tensor([relative_box(box, image) for box in window.boxes])
    return boxes


def _crops(image: np.ndarray, windows: list[Window], side: int) -> Tensor:
    if not windows:
        return torch.empty(0, 3, side, side, dtype=torch.uint8)
    return torch.stack([square_tensor(cut(image, window.box), side) for window in windows])
