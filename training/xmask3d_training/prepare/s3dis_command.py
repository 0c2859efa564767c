# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train prepare s3dis``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from xmask3d_training.prepare.options import add_common_arguments, positive
from xmask3d_training.prepare.s3dis import S3disRoom, S3disSettings, find_rooms
from xmask3d_training.prepare.s3dis_images import label_table
from xmask3d_training.prepare.work import prepare_all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--points", type=Path, required=True, metavar="DIR", help="Stanford3dDataset_v1.2")
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR",
        help="2D-3D-S: the folder of area_1, area_2, ... and assets/semantic_labels.json",
    )  # fmt: skip
    parser.add_argument("--areas", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6], choices=range(1, 7), metavar="N")
    parser.add_argument(
        "--val-area", type=int, default=5, choices=range(1, 7), metavar="N",
        help="the validation area (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--every", type=positive, default=1, help="keep one image in this many (default: %(default)s)")
    parser.add_argument(
        "--voxel-size", type=float, default=0.02, metavar="METRES",
        help="keep one point in a cube of this edge, 0: all (default: %(default)s)",
    )  # fmt: skip
    add_common_arguments(parser)


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Prepare; returns the summary. Raises PrepareError."""
    settings = S3disSettings(args.every, args.color_resize, args.voxel_size)
    label_table(args.images)  # rather fail now than in every room
    jobs = []
    for folder in find_rooms(args.points, tuple(sorted(set(args.areas)))):
        split = "val" if folder.parent.name == f"Area_{args.val_area}" else "train"
        jobs.append(S3disRoom(args.out, folder, args.images, split, settings))
    return [prepare_all(args.out, "s3dis", jobs, args.workers, args.again)]
