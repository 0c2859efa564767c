# SPDX-License-Identifier: Apache-2.0
"""Options that all data sets share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, how, how many at a time."""
    parser.add_argument("--out", type=Path, required=True, metavar="DATA_ROOT", help="where the prepared data go")
    parser.add_argument(
        "--color-resize", choices=("area", "nearest"), default="area",
        help="nearest: as the reference, with its aliasing (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=positive, default=os.cpu_count() or 1,
        help="scenes at a time (default: %(default)s, the cores)",
    )  # fmt: skip
    parser.add_argument("--again", action="store_true", help="prepare again what is prepared already")


def positive(text: str) -> int:
    """A whole number from 1 up."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not positive")
    return value
