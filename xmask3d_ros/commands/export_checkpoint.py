# SPDX-License-Identifier: Apache-2.0
"""Export a model of the paper's sizes as the official code loads it: the inverse of import-checkpoint.

Only what is trained is written; the official code brings its own Stable Diffusion and CLIP.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.commands.output import check_folder, writing
from xmask3d_ros.model.checkpoint import CheckpointError, load_trained_parts, trained_state
from xmask3d_ros.model.official import export_official


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("model", type=Path, metavar="DIR", help="the model's folder")
    parser.add_argument("checkpoint", type=Path, metavar="FILE", help="official checkpoint to write (.pth)")


def run(options: argparse.Namespace) -> None:
    """Export. Raises :class:`CommandError` where the folder holds no model that loads, or the file cannot be."""
    check_folder(options.checkpoint.parent)
    try:
        state = trained_state(load_trained_parts(options.model))
        with writing(options.checkpoint):
            count = export_official(state, options.checkpoint)
    except CheckpointError as error:
        raise CommandError(str(error)) from error
    print(f"{count:,} tensors written to {options.checkpoint}")
