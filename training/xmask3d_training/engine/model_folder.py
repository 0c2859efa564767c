# SPDX-License-Identifier: Apache-2.0
"""Callback: the network as a model's folder, which everything else loads."""

from __future__ import annotations

from pathlib import Path

import lightning

from xmask3d_ros.model.checkpoint import save_model
from xmask3d_ros.model.xmask3d import XMask3D


class ModelFolder(lightning.Callback):
    """Writes ``model/`` in the run's folder: what ``xmask3d segment --model`` and ``--model.weights`` take."""

    def __init__(self, every_n_epochs: int = 1, include_frozen: bool | None = None) -> None:
        """How often, and what.

        Args:
            every_n_epochs: and after the last one.
            include_frozen: write CLIP and the diffusion model too, 5 GB at the paper's sizes; none: where the
                network's configuration names no place that publishes them.
        """
        self.every_n_epochs, self.include_frozen = every_n_epochs, include_frozen

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """After an epoch."""
        if (trainer.current_epoch + 1) % self.every_n_epochs == 0:
            self._save(trainer, pl_module)

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """After the last step."""
        self._save(trainer, pl_module)

    def _save(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        if getattr(trainer, "fast_dev_run", False):  # a trial keeps nothing: the folder may hold a trained model
            return
        network = pl_module.network
        assert isinstance(network, XMask3D)
        if trainer.is_global_zero:
            config = network.config
            unpublished = not (config.diffusion.pretrained and config.clip.pretrained)
            frozen = unpublished if self.include_frozen is None else self.include_frozen
            save_model(network, Path(trainer.default_root_dir) / "model", frozen)
