# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train prepare scannet`` and ``scannet200``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from xmask3d_training.prepare.downloaded import downloaded_scenes
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.label_map import read_label_map
from xmask3d_training.prepare.layout import SPLITS, Layout
from xmask3d_training.prepare.options import add_common_arguments, positive
from xmask3d_training.prepare.scannet import ScanNetScene, ScanNetSettings
from xmask3d_training.prepare.scannet200 import ScanNet200Scene
from xmask3d_training.prepare.work import prepare_all

_SCENE = re.compile(r"scene\d{4}_\d{2}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument(
        "--raw", type=Path, metavar="DIR", help="folder of the release that holds scans/ (or the scenes)"
    )
    given.add_argument(
        "--from-prepared", type=Path, metavar="DIR",
        help="OpenScene's or XMask3D's download (scannet_3d, scannet_2d): check it and take it over",
    )  # fmt: skip
    parser.add_argument(
        "--how", choices=("symlink", "hardlink", "copy"), default="symlink",
        help="how --from-prepared takes files over (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--train-list", type=Path, metavar="TXT", help="the official scannetv2_train.txt")
    parser.add_argument("--val-list", type=Path, metavar="TXT", help="the official scannetv2_val.txt")
    parser.add_argument(
        "--label-map", type=Path, metavar="TSV", help="scannetv2-labels.combined.tsv (default: the one in --raw)"
    )
    parser.add_argument("--every", type=positive, default=20, help="keep one frame in this many (default: %(default)s)")
    parser.add_argument("--no-2d-labels", action="store_true", help="do without 2D label images (evaluation only)")
    add_common_arguments(parser)


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Prepare; returns a summary for each set of labels. Raises PrepareError."""
    lists = _read_lists(args)
    if args.from_prepared:
        with_200 = args.dataset == "scannet200"
        needs = with_200, with_200 and not args.no_2d_labels
        taken = downloaded_scenes(args.out, args.from_prepared, args.how, lists, *needs)
        return [prepare_all(args.out, "scannet", taken, args.workers, args.again)]
    jobs = _jobs(args, lists)
    summaries = [prepare_all(args.out, "scannet", jobs, args.workers, args.again)]
    strays = {scene for split in SPLITS for scene in Layout(args.out, "scannet").scenes(split)}
    if strays := strays - {job.scene for job in jobs}:
        print(f"note: {len(strays)} prepared scenes are on no list given now: {', '.join(sorted(strays)[:10])}")
    if args.dataset == "scannet200":
        more = [ScanNet200Scene(job) for job in jobs if job.scene not in summaries[0]["failures"]]
        summaries.append(prepare_all(args.out, "scannet_200", more, args.workers, args.again))
    return summaries


def _jobs(args: argparse.Namespace, lists: dict[str, list[str]]) -> list[ScanNetScene]:
    if not lists:
        raise PrepareError("name the official lists: --train-list scannetv2_train.txt --val-list scannetv2_val.txt")
    scans = args.raw / "scans" if (args.raw / "scans").is_dir() else args.raw
    table = args.label_map or args.raw / "scannetv2-labels.combined.tsv"
    if args.dataset == "scannet200" or not args.no_2d_labels:
        read_label_map(table)  # rather fail now than in every scene
    settings = ScanNetSettings(args.every, args.color_resize, not args.no_2d_labels)
    return [
        ScanNetScene(args.out, scans / scene, split, table, settings)
        for split, scenes in lists.items()
        for scene in scenes
    ]


def _read_lists(args: argparse.Namespace) -> dict[str, list[str]]:
    """Scenes by split, of the lists that were given."""
    lists = {split: _read_list(path) for split, path in (("train", args.train_list), ("val", args.val_list)) if path}
    if doubled := sorted(set(lists.get("train", [])) & set(lists.get("val", []))):
        raise PrepareError(f"in both lists: {', '.join(doubled[:10])}")
    return lists


def _read_list(path: Path) -> list[str]:
    try:
        names = path.read_text().split()
    except OSError as error:
        raise PrepareError(f"cannot read {path}: {error.strerror}; the lists are in the ScanNet repository") from error
    wrong = [name for name in names if not _SCENE.fullmatch(name)]
    if wrong or not names:
        raise PrepareError(f"{path} is no list of scenes: {wrong[:3] or 'it is empty'}")
    return list(dict.fromkeys(names))
