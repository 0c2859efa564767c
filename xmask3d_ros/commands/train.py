# SPDX-License-Identifier: Apache-2.0
"""Train, evaluate and prepare data: what follows goes to the training package, which is installed separately.

`xmask3d train --help` lists its commands.
"""

from __future__ import annotations

import argparse
import sys

from xmask3d_ros.commands.error import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything is passed on, --help too."""
    parser.prefix_chars = ""  # so that argparse takes nothing for an option of its own, --help least of all
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    """Hand over to the training package.

    Raises:
        CommandError: it is not installed.
    """
    try:
        from xmask3d_training.cli import main
    except ModuleNotFoundError as error:
        if error.name != "xmask3d_training":
            raise
        raise CommandError(
            "the training package is not installed: pip install ./training in the repository of xmask3d_ros"
        ) from error
    status = main(options.arguments)
    if status:
        sys.exit(status)
