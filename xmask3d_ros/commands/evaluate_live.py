# SPDX-License-Identifier: Apache-2.0
"""The live part of an evaluation: the node itself over DDS, on the same recording. Not a command of its own."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from xmask3d_ros.commands.demo import environment
from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.evaluation.bag import BagFrames
from xmask3d_ros.evaluation.scoring.live import LiveRun
from xmask3d_ros.vocabulary import Vocabulary

PLY_FILE = "labelled_live.ply"
_NEEDS_ROS = (
    "--live runs the node, which needs ROS 2 ({}): source its set-up file and build xmask3d_msgs, or run 'make setup' "
    "and use .venv/bin/xmask3d; without --live no ROS is needed"
)


def add_live_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the live run."""
    parser.add_argument(
        "--live",
        action="store_true",
        help="also play the bag into the node over DDS, score what it publishes, and show what was lost to time (ROS)",
    )
    parser.add_argument(
        "--live-rate", type=float, default=1.0, metavar="FACTOR", help="pace of --live (default: 1, the recording's)"
    )


def check_live(options: argparse.Namespace, several: bool) -> None:
    """Raises :class:`CommandError` where a live run cannot be, before any work is done; ``several``: many bags."""
    if not options.live_rate > 0:
        raise CommandError("--live-rate must be above 0")
    if not options.live:
        return
    if several:
        raise CommandError("--live takes one bag, played at its own pace on all cores: evaluate the bags one by one")
    if options.stride != 1:
        raise CommandError("--live needs --stride 1: offline figures of every frame are what the node is measured by")
    if options.random_weights:
        raise CommandError("--live needs a model that the node can load: leave --random-weights out")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise CommandError("--live measures one node on one computer: run it without torchrun")
    try:
        import xmask3d_ros.nodes.live  # noqa: F401
    except ImportError as error:
        raise CommandError(_NEEDS_ROS.format(error)) from error


def play_live(
    options: argparse.Namespace, frames: BagFrames, vocabulary: Vocabulary, voxel_size: float, folder: Path
) -> LiveRun:
    """Run the node on the recording; its clouds are kept in the folder. Raises :class:`CommandError`."""
    from xmask3d_ros.nodes.live import LiveOptions, NoAnswerError, run_live

    parameters = {name: getattr(options, name) for name in ("model", "device", "precision", "evidence", "vocabulary")}
    try:
        return run_live(
            LiveOptions(
                frames,
                vocabulary,
                parameters,
                environment(None),
                folder,
                voxel_size,
                options.live_rate,
                options.quiet,
            )
        )
    except NoAnswerError as error:
        raise CommandError(f"--live: {error}") from error
