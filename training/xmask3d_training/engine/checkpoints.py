# SPDX-License-Identifier: Apache-2.0
"""Callback: checkpoints every so many steps or epochs, and one of the last step."""

from __future__ import annotations

import lightning
from lightning.pytorch.callbacks import ModelCheckpoint


class Checkpoints(ModelCheckpoint):
    """Lightning's, but ``last.ckpt`` holds the end of a training whatever number of steps it was saved after."""

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """After the last step."""
        super().on_train_end(trainer, pl_module)
        if self.save_last and self._last_global_step_saved != trainer.global_step:
            self._save_last_checkpoint(trainer, self._monitor_candidates(trainer))
