# SPDX-License-Identifier: Apache-2.0
"""Lightning's command line for the towers: the same loop, logs and checkpoints as XMask3D's own training."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import cv2
from lightning.pytorch.cli import LightningArgumentParser

from xmask3d_training.engine.cli import TrainingCLI, add_run_arguments
from xmask3d_training.towers.callbacks import TowerFolder
from xmask3d_training.towers.clip_data import ClipData
from xmask3d_training.towers.clip_module import ClipModule
from xmask3d_training.towers.latent_data import LatentData
from xmask3d_training.towers.tower_data import words_of
from xmask3d_training.towers.unet_module import UnetModule
from xmask3d_training.towers.vae_module import VaeModule
from xmask3d_training.towers.view_data import PatchData

TOWERS = {"clip": (ClipModule, ClipData), "vae": (VaeModule, PatchData), "diffusion": (UnetModule, LatentData)}
"""Module and data of each tower."""
_IDLE_WARNINGS = (
    "Found .* in eval mode",  # the frozen VAE
    "The '.*dataloader' does not have many workers",  # data.workers says how many
    "Experiment logs directory",  # both loggers write to it
    "Checkpoint directory .* exists",  # a run that is taken up
    "LightningCLI's args parameter",
)


class TowerCLI(TrainingCLI):
    """Adds checkpoints, the tower's folder, learning rates, TensorBoard and CSV logs."""

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """What every run has, and the tower's folder; the data's words are given once."""
        add_run_arguments(parser)
        parser.add_lightning_class_args(TowerFolder, "tower")
        if self.model_class is not VaeModule:
            parser.link_arguments("data.root", "model.words", compute_fn=words_of)


def run(tower: str, arguments: Sequence[str]) -> None:
    """``fit`` or ``validate`` a tower, start to end."""
    cv2.setNumThreads(0)
    for message in _IDLE_WARNINGS:
        warnings.filterwarnings("ignore", f".*{message}")
    module, data = TOWERS[tower]
    TowerCLI(
        module,
        data,
        seed_everything_default=0,
        trainer_defaults={
            "max_epochs": 10,
            "use_distributed_sampler": False,
            "default_root_dir": f"runs/{tower}",
            "num_sanity_val_steps": 0,
        },
        save_config_kwargs={"overwrite": True},
        parser_kwargs={"prog": f"xmask3d train towers {tower}"},
        auto_configure_optimizers=False,
        args=list(arguments),
    )
