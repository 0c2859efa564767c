# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train prepare captions``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from xmask3d_training.prepare.captioner import DEFAULT_MODEL, Captioner, model_identity
from xmask3d_training.prepare.captions import caption_all
from xmask3d_training.prepare.layout import SPLITS, Layout
from xmask3d_training.prepare.options import positive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--data-root", type=Path, required=True, metavar="DATA_ROOT", help="prepared data")
    parser.add_argument("--set", choices=("scannet", "s3dis"), default="scannet", help="which (default: %(default)s)")
    parser.add_argument(
        "--splits", nargs="+", choices=SPLITS, default=["train"],
        help="only training reads captions (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="name or folder of an image-to-text model (default: %(default)s)"
    )
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu", help="(default: %(default)s)"
    )
    parser.add_argument("--batch", type=positive, default=32, help="images at a time (default: %(default)s)")
    parser.add_argument("--beams", type=positive, default=4, help="beams of the search (default: %(default)s)")
    parser.add_argument("--longest", type=positive, default=16, help="most tokens a caption (default: %(default)s)")


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Caption; returns the summary. Raises PrepareError."""
    layout = Layout(args.data_root, args.set)
    scenes = [scene for split in args.splits for scene in layout.scenes(split)]
    name = Path(args.model.rstrip("/")).name
    settings = {"model": model_identity(args.model), "beams": args.beams, "longest": args.longest}
    summary = caption_all(
        layout, scenes, name, settings, lambda: Captioner(args.model, args.device, args.beams, args.longest), args.batch
    )
    for key, value in summary.items():
        print(f"{key}: {value}")
    return [summary | {"failures": summary["unreadable"]}]
