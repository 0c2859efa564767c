# SPDX-License-Identifier: Apache-2.0
"""Callbacks: the tower as a folder, and sample pictures beside the curves."""

from __future__ import annotations

from pathlib import Path

import cv2
import lightning
import numpy as np
import torch
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

from xmask3d_ros.files import whole_file
from xmask3d_training.towers.folder import write_towers
from xmask3d_training.towers.tower_data import TowerData, words_of
from xmask3d_training.towers.tower_module import TowerModule


class TowerFolder(lightning.Callback):
    """Writes ``tower/`` in the run's folder after every epoch with a validation, and after the last step."""

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """With the figures just measured."""
        if trainer.state.fn == "fit" and not trainer.sanity_checking:
            self._write(trainer, pl_module)

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """The last state."""
        self._write(trainer, pl_module)

    def _write(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        if getattr(trainer, "fast_dev_run", False):  # a trial keeps nothing: the folder may hold a trained tower
            return
        data = trainer.datamodule  # type: ignore[attr-defined]
        assert isinstance(pl_module, TowerModule) and isinstance(data, TowerData)
        if trainer.is_global_zero:
            config, tensors = pl_module.tower()
            facts = dict(pl_module.facts())
            folder = Path(trainer.default_root_dir) / "tower"
            write_towers(folder, config, tensors, words_of(data.root), {facts["tower"]: facts}, pl_module.other_files())


def show(module: lightning.LightningModule, name: str, rows: list[Tensor]) -> None:
    """Write rows of pictures as ``pictures/NAME_STEP.png`` in the run's folder, and to TensorBoard.

    ``rows``: each (n, 3, H, W) in [0, 1] RGB, all alike.
    """
    trainer = module.trainer
    if not trainer.is_global_zero or trainer.sanity_checking:
        return
    lines = [torch.cat(list(row.float().clamp(0, 1).cpu()), dim=2) for row in rows]
    picture = (torch.cat(lines, dim=1).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    path = Path(trainer.default_root_dir) / "pictures" / f"{name}_{module.global_step:06d}.png"
    with whole_file(path) as temporary:
        cv2.imwrite(str(temporary), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    for logger in trainer.loggers:
        if isinstance(logger, TensorBoardLogger):
            logger.experiment.add_image(name, picture, module.global_step, dataformats="HWC")
