# SPDX-License-Identifier: Apache-2.0
"""Lightning's command line for the module: ``fit``, ``validate`` and ``test`` with a YAML a benchmark."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import lightning
from lightning.pytorch.callbacks import LearningRateMonitor
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

from xmask3d_ros.model.checkpoint import CheckpointError
from xmask3d_ros.model.frozen_files import FrozenWeightsError
from xmask3d_training.data.root import DataRootError
from xmask3d_training.engine.checkpoints import Checkpoints
from xmask3d_training.engine.data_module import XMask3DData
from xmask3d_training.engine.errors import SettingsError, TrainingDiverged
from xmask3d_training.engine.evaluated_module import EvaluatedModule
from xmask3d_training.engine.model_folder import ModelFolder
from xmask3d_training.engine.pictures import ValidationPictures

FAULTS = (SettingsError, TrainingDiverged, DataRootError, CheckpointError, FrozenWeightsError)
"""Errors that say all there is to say: no traceback is shown."""
_IDLE_WARNINGS = (
    "Found .* in eval mode",  # the frozen parts
    "The '.*dataloader' does not have many workers",  # data.workers says how many
    "Experiment logs directory",  # both loggers write to it
    "Checkpoint directory .* exists",  # a run that is taken up
    "LightningCLI's args parameter",
    "It is recommended to use `self.log\\('val",  # they are the same on every process already
)
SEED = 5557
"""The reference's (METHODS 1.13)."""


class TrainingCLI(LightningCLI):
    """Adds what every run has: checkpoints, the model's folder, pictures, learning rates, TensorBoard and CSV logs."""

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """What every run has, and what XMask3D's has beside it."""
        add_run_arguments(parser)
        parser.add_lightning_class_args(ModelFolder, "model_folder")
        parser.add_lightning_class_args(ValidationPictures, "pictures")

    def instantiate_trainer(self, **kwargs: Any) -> lightning.Trainer:
        """Both kinds of logs, in a numbered folder a run, unless the configuration names others."""
        if self._get(self.config_init, "trainer.logger") is None:
            root = Path(self._get(self.config_init, "trainer.default_root_dir"))
            board = TensorBoardLogger(root, name="logs")
            kwargs["logger"] = [board, CSVLogger(root, name="logs", version=board.version)]
        return super().instantiate_trainer(**kwargs)


SETTINGS: dict[str, Any] = {
    "model_class": EvaluatedModule,
    "datamodule_class": XMask3DData,
    "seed_everything_default": SEED,
    "trainer_defaults": {"max_epochs": 150, "use_distributed_sampler": False, "default_root_dir": "runs/xmask3d"},
    "save_config_kwargs": {"overwrite": True},
    "parser_kwargs": {"prog": "xmask3d train"},
    "auto_configure_optimizers": False,
}
"""What :class:`TrainingCLI` is built with."""


def run(arguments: Sequence[str]) -> None:
    """One of Lightning's commands, start to end."""
    cv2.setNumThreads(0)
    for message in _IDLE_WARNINGS:
        warnings.filterwarnings("ignore", f".*{message}")
    TrainingCLI(args=list(arguments), **SETTINGS)


def add_run_arguments(parser: LightningArgumentParser) -> None:
    """Checkpoints and learning rates; the run's folder and seed are given once."""
    parser.add_lightning_class_args(Checkpoints, "checkpoint")
    parser.set_defaults(
        {"checkpoint.save_last": True, "checkpoint.save_on_train_epoch_end": True, "checkpoint.filename": "{epoch}"}
    )
    parser.add_lightning_class_args(LearningRateMonitor, "rates")
    parser.link_arguments("seed_everything", "model.seed")
    parser.link_arguments("seed_everything", "data.seed")
    parser.link_arguments("trainer.default_root_dir", "checkpoint.dirpath", compute_fn=_checkpoints)


def _checkpoints(root: str | Path) -> str:
    return str(Path(root) / "checkpoints")
