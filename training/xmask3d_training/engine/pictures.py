# SPDX-License-Identifier: Apache-2.0
"""Callback: pictures of validation views, beside the curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import lightning
import numpy as np
import torch
from lightning.pytorch.loggers import TensorBoardLogger
from numpy.typing import NDArray
from torch import Tensor

from xmask3d_ros.evaluation.benchmarks import Benchmark
from xmask3d_ros.files import whole_file
from xmask3d_ros.vocabulary import UNLABELLED_COLOR, color_of
from xmask3d_training.data.batch import Batch
from xmask3d_training.protocol.branches import BRANCHES

_BACKGROUND = 24


class ValidationPictures(lightning.Callback):
    """Image, truth and the three outputs of the first validation views: TensorBoard and ``pictures/`` in the folder."""

    def __init__(self, views: int = 4) -> None:
        """``views``: how many; 0 for none."""
        self.views = views
        self._drawn = 0

    def on_validation_epoch_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Begin anew."""
        self._drawn = 0

    def on_validation_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Draw the batch's views."""
        if not trainer.is_global_zero or trainer.sanity_checking or not isinstance(batch, Batch):
            return
        for view, labels in enumerate(outputs["labels"]):
            if self._drawn >= self.views:
                return
            picture = draw_view(batch, view, labels, pl_module.benchmark)  # type: ignore[arg-type]
            name = f"epoch_{trainer.current_epoch:04d}_{batch.scenes[view]}_{batch.frames[view]}.png"
            with whole_file(Path(trainer.default_root_dir) / "pictures" / name) as temporary:
                cv2.imwrite(str(temporary), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
            for logger in trainer.loggers:
                if isinstance(logger, TensorBoardLogger):
                    logger.experiment.add_image(
                        f"validation/{self._drawn}", picture, trainer.global_step, dataformats="HWC"
                    )
            self._drawn += 1


def draw_view(batch: Batch, view: int, labels: dict[str, Tensor], benchmark: Benchmark) -> NDArray[np.uint8]:
    """Image, true labels and those of each output side by side, with the names of the classes that occur.

    Returns:
        (H + 20 per row of names, 5 W, 3) uint8 RGB.
    """
    height, width = batch.grid_size
    mine = (batch.view_of_point == view).cpu()
    rows, columns = batch.rows.cpu()[mine].numpy(), batch.columns.cpu()[mine].numpy()
    names = benchmark.labels.names
    colors = np.array([*map(color_of, names), UNLABELLED_COLOR], np.uint8)
    image = batch.images[view].permute(1, 2, 0).cpu().numpy()
    panels: list[tuple[str, NDArray[Any]]] = [
        ("image", cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
    ]
    truth = batch.labels.cpu()[mine]
    for title, found in [("truth", truth), *((branch, labels[branch].cpu()) for branch in BRANCHES)]:
        known = (found >= 0) & (found < len(names))
        panel = np.full((height, width, 3), _BACKGROUND, np.uint8)
        for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):  # two pixels a point leave fewer gaps
            panel[(rows + row).clip(max=height - 1), (columns + column).clip(max=width - 1)] = colors[
                torch.where(known, found, len(names)).numpy()
            ]
        panels.append((title, panel))
    for title, panel in panels:
        cv2.putText(panel, title, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    present = sorted({*truth.tolist(), *labels["fused"].tolist()} & set(range(len(names))))
    return np.concatenate([np.concatenate([panel for _, panel in panels], axis=1), _legend(present, names, 5 * width)])


def _legend(present: list[int], names: tuple[str, ...], width: int) -> NDArray[np.uint8]:
    column, across = 160, max(1, width // 160)
    legend = np.full((20 * max(1, -(-len(present) // across)), width, 3), _BACKGROUND, np.uint8)
    for number, label in enumerate(present):
        x, y = number % across * column + 4, number // across * 20
        cv2.rectangle(legend, (x, y + 4), (x + 12, y + 16), color_of(names[label]), -1)
        cv2.putText(
            legend, names[label], (x + 18, y + 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA
        )
    return legend
