# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train prepare``: raw releases in, the folders that training reads out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from xmask3d_training.prepare import captions_command, s3dis_command, scannet_command
from xmask3d_training.prepare.errors import PrepareError

_COMMANDS = {
    "scannet": (scannet_command, "ScanNet with the twenty classes"),
    "scannet200": (scannet_command, "ScanNet with the twenty classes and those of ScanNet200"),
    "s3dis": (s3dis_command, "S3DIS with the images of 2D-3D-S"),
    "captions": (captions_command, "a sentence on every prepared frame"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The commands and their options."""
    commands = parser.add_subparsers(dest="dataset", required=True, metavar="|".join(_COMMANDS))
    for name, (module, text) in _COMMANDS.items():
        module.add_arguments(commands.add_parser(name, help=text, description=f"Prepare {text}."))


def run(args: argparse.Namespace) -> int:
    """Do it. Returns 0, or 1 where a scene failed or the run could not go on."""
    module, _ = _COMMANDS[args.dataset]
    try:
        summaries = module.run(args)
    except PrepareError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return int(any(content["failures"] for content in summaries))


def main(argv: Sequence[str] | None = None) -> int:
    """``python -m xmask3d_training.prepare``."""
    parser = argparse.ArgumentParser(prog="xmask3d train prepare", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(argv))
