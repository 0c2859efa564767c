# SPDX-License-Identifier: Apache-2.0
"""What the training of all towers shares: optimiser, chance by step, time, and what goes into the tower's folder."""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from torch import Tensor

from xmask3d_ros.model.checkpoint import CONFIG_FILE, read_config
from xmask3d_ros.model.config import PRESETS, ModelConfig
from xmask3d_training.engine.errors import SettingsError, TrainingDiverged


@dataclass(frozen=True)
class TowerOptimiser:
    """AdamW, warm-up and a cosine to zero, step by step."""

    learning_rate: float = 1e-3
    """Highest rate."""
    weight_decay: float = 0.05
    """Of tensors with more than one dimension."""
    warm_up: int = 200
    """Steps in which the rate rises linearly."""
    clip_norm: float = 1.0
    """Longest gradient."""


def sizes_of(name: str) -> ModelConfig:
    """The configuration of a preset, or of a folder with ``config.json``.

    Raises:
        SettingsError: neither.
    """
    if (Path(name) / CONFIG_FILE).is_file():
        return read_config(Path(name))
    if name not in PRESETS:
        raise SettingsError(f"model.sizes: {name!r} is neither a folder with {CONFIG_FILE} nor {' or '.join(PRESETS)}")
    return PRESETS[name]()


class TowerModule(lightning.LightningModule):
    """A tower in training. Everything random in a step depends on seed, epoch, step and process alone."""

    def __init__(self, optimiser: TowerOptimiser, seed: int) -> None:
        super().__init__()
        self.optimiser, self.seed = optimiser, seed
        self.trained_seconds = 0.0
        """Wall time of all steps, over interruptions."""
        self._begun = 0.0

    @abstractmethod
    def tower(self) -> tuple[ModelConfig, Mapping[str, Tensor]]:
        """Configuration, and the tensors in XMask3D's names."""

    def other_files(self) -> Mapping[str, Mapping[str, Tensor]]:
        """Further files of the tower's folder: name -> tensors."""
        return {}

    def facts(self) -> dict[str, Any]:
        """What the card says of the training."""
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        shown = {name: float(value) for name, value in self.trainer.callback_metrics.items() if value.numel() == 1}
        return {
            **data.facts(),
            "steps": self.global_step,
            "minutes": round(self.trained_seconds / 60, 1),
            "device": str(self.device),
            "precision": str(self.trainer.precision),
            "measured": {name: shown[name] for name in sorted(shown) if name.startswith("val/")},
        }

    def configure_optimizers(self) -> Any:
        """AdamW; norms, biases and single numbers do not decay."""
        learned = [parameter for parameter in self.parameters() if parameter.requires_grad]
        groups = [
            {"params": [p for p in learned if p.ndim > 1], "weight_decay": self.optimiser.weight_decay},
            {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(groups, lr=self.optimiser.learning_rate, betas=(0.9, 0.98))
        total, warm_up = self.trainer.estimated_stepping_batches, self.optimiser.warm_up

        def factor(step: int) -> float:
            rising = min(1.0, (step + 1) / (warm_up + 1))
            return rising * 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / total)))

        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def configure_gradient_clipping(self, optimizer: Any, *_: Any, **__: Any) -> None:
        """A fixed longest gradient."""
        self.clip_gradients(optimizer, self.optimiser.clip_norm, "norm")

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        """So that a resumed run draws what the uninterrupted one would have drawn."""
        place = (self.seed, self.current_epoch, batch_idx, self.global_rank)
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
        self._begun = time.monotonic()

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Count the time."""
        self.trained_seconds += time.monotonic() - self._begun

    def checked(self, loss: Tensor) -> Tensor:
        """The loss, logged. Raises TrainingDiverged: it is not finite."""
        if not bool(loss.isfinite()):
            raise TrainingDiverged(
                f"the loss is not finite at step {self.global_step}. Resume from the last checkpoint with "
                "--ckpt_path last; if it happens again, lower model.optimiser.learning_rate or train in fp32"
            )
        self.log("loss", loss.detach(), prog_bar=True)
        return loss

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """The time with it."""
        checkpoint["trained_seconds"] = self.trained_seconds

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Raises SettingsError: the checkpoint is of another network."""
        found = {name: tuple(value.shape) for name, value in checkpoint["state_dict"].items()}
        if found != {name: tuple(value.shape) for name, value in self.state_dict().items()}:
            raise SettingsError(
                "the checkpoint is of another tower or of other sizes: give the configuration it was trained with"
            )
        self.trained_seconds = checkpoint["trained_seconds"]
