# SPDX-License-Identifier: Apache-2.0
"""Segment a recording: an RGB-D bag in, a labelled point cloud out.

Reads the bag in code, never by playback, so that every run gives the same result. Writes labelled.ply (x y z, red
green blue as the camera saw them, label, confidence; class names in comments), labelled.png (two viewpoints) and
report.json into the output folder.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.commands.output import check_folder, writing
from xmask3d_ros.evaluation.bag import BagError, BagFrames, Topics, open_bag
from xmask3d_ros.files import whole_file, write_ply
from xmask3d_ros.model.checkpoint import CheckpointError, load_model
from xmask3d_ros.model.frozen_files import FrozenWeightsError
from xmask3d_ros.model.xmask3d import PRECISIONS
from xmask3d_ros.picture import draw
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig
from xmask3d_ros.sparse import BACKENDS
from xmask3d_ros.timing import latency
from xmask3d_ros.versions import versions
from xmask3d_ros.vocabulary import VocabularyError, read_vocabulary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("bag", metavar="BAG", help="ROS 2 bag (folder, .mcap or .db3) or ROS 1 .bag")
    parser.add_argument(
        "--vocabulary", required=True, help="a .yaml file with 'classes', or names separated by commas: 'chair,table'"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    add_model_arguments(parser)
    add_bag_arguments(parser)
    parser.add_argument(
        "--evidence", choices=("exact", "compact"), default="exact", help="what voxels remember (default: exact)"
    )
    parser.add_argument(
        "--sparse-backend", choices=BACKENDS, default="native", help="sparse convolutions (default: native)"
    )
    parser.add_argument("--stride", type=int, default=1, help="run the network on every n-th frame (default: 1)")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that choose the network and where it runs."""
    parser.add_argument("--model", default="tiny", help="preset or folder of a model (default: tiny)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: cpu)")
    parser.add_argument("--precision", choices=tuple(PRECISIONS), default="fp32", help="arithmetic (default: fp32)")
    parser.add_argument(
        "--random-weights", action="store_true", help="untrained network, to measure time and memory only"
    )


def add_bag_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that say what in the bag is the camera."""
    for kind in ("color", "depth", "color-info", "depth-info"):
        parser.add_argument(f"--{kind}-topic", help="found by type where not given")
    parser.add_argument("--fixed-frame", help="frame of the map (default: root of the bag's transform tree)")
    parser.add_argument(
        "--tolerance",
        type=float,
        metavar="SECONDS",
        help="most a pair's stamps may differ (default: half a frame period)",
    )


def run(options: argparse.Namespace) -> None:
    """Segment the bag. Raises :class:`CommandError` for anything wrong with the input."""
    if options.stride < 1:
        raise CommandError("--stride must be at least 1")
    check_folder(options.out)
    try:
        vocabulary = read_vocabulary(options.vocabulary)
        topics = Topics(options.color_topic, options.depth_topic, options.color_info_topic, options.depth_info_topic)
        frames = open_bag(options.bag, topics, options.fixed_frame, options.tolerance)
        model = load_model(options.model, check_device(options.device), options.precision, options.random_weights)
        model.sparse_backend = options.sparse_backend
        segmenter = Segmenter(model, vocabulary, SegmenterConfig(evidence=options.evidence))
        poses = segment(frames, segmenter, options.stride)
        with writing(options.out):
            write_results(frames, segmenter, poses, options)
    except (BagError, VocabularyError, CheckpointError, FrozenWeightsError, ImportError) as error:
        raise CommandError(str(error)) from error


def check_device(name: str) -> torch.device:
    """The device of this name. Raises :class:`CommandError` where there is none."""
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise CommandError(f"--device {name!r} is no device: use cpu, cuda or cuda:N") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise CommandError("--device cuda: PyTorch finds no CUDA GPU; check the driver (nvidia-smi), or use cpu")
    return device


def segment(frames: BagFrames, segmenter: Segmenter, stride: int) -> np.ndarray:
    """Run every frame through the segmenter; returns the camera poses (F, 4, 4)."""
    poses = []
    for number, frame in enumerate(tqdm(frames, total=len(frames), unit="frame", desc="segmenting")):
        if number % stride == 0:
            segmenter.process(frame)
        else:
            segmenter.integrate(frame)
        poses.append(frame.world_from_camera)
    return np.stack(poses)


def write_results(frames: BagFrames, segmenter: Segmenter, poses: np.ndarray, options: argparse.Namespace) -> None:
    """Write labelled.ply, labelled.png and report.json, each whole or not at all."""
    cloud = segmenter.labelled_cloud()
    out: Path = options.out
    write_ply(cloud, out / "labelled.ply", frames.fixed_frame)
    title = f"{Path(options.bag).name}: {len(cloud):,} voxels, model {options.model} ({weights_of(options)} weights)"
    draw(cloud, out / "labelled.png", poses[:, :3, 3], poses[:, :3, 2], segmenter.config.map.voxel_size, title)
    report = make_report(frames, segmenter, cloud, options)
    with whole_file(out / "report.json") as temporary:
        temporary.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    labelled = sum(report["labels"].values()) - report["labels"]["unlabelled"]
    print(
        f"{report['frames']['segmented']} of {report['frames']['paired']} frames segmented, "
        f"{labelled:,} of {len(cloud):,} voxels labelled; see {out}/labelled.png, labelled.ply, report.json"
    )


def weights_of(options: argparse.Namespace) -> str:
    """Where the model's weights come from, in words."""
    return "random, seed 0" if options.random_weights else "trained"


def make_report(
    frames: BagFrames, segmenter: Segmenter, cloud: LabelledCloud, options: argparse.Namespace
) -> dict[str, Any]:
    """The run in numbers."""
    counters = frames.counters
    dropped = dict(counters.dropped)
    for name, count in segmenter.counts.items():
        if name.startswith("dropped: "):
            dropped[name.removeprefix("dropped: ")] = count
    extent = np.ptp(cloud.positions, axis=0) if len(cloud) else np.zeros(3)
    voxels = max(len(segmenter.map), 1)
    return {
        "bag": str(options.bag),
        "fixed_frame": frames.fixed_frame,
        "topics": vars(frames.topics),
        "model": {
            "name": str(options.model),
            "weights": weights_of(options),
            "device": str(segmenter.model.device),
            "precision": segmenter.model.precision,
            "evidence": segmenter.config.evidence,
        },
        "frames": {
            "received": counters.received,
            "paired": counters.paired,
            "integrated": segmenter.counts["integrated"],
            "segmented": segmenter.counts["segmented"],
            "dropped": dropped,
        },
        "drop_reasons": counters.reasons,
        "map": {
            "voxel_size_m": segmenter.config.map.voxel_size,
            "voxels": len(segmenter.map),
            "forgotten": segmenter.map.forgotten,
            "bytes": segmenter.map.nbytes,
            "bytes_per_voxel": round(segmenter.map.nbytes / voxels, 1),
            "extent_m": [round(float(value), 3) for value in extent],
        },
        "vocabulary": {
            "version": segmenter.vocabulary.version,
            "classes": list(segmenter.vocabulary.names),
            "unknown_words": list(segmenter.unknown_words),
        },
        "labels": cloud.count_by_name(),
        "latency_ms": latency(segmenter.timer.summary()),
        "versions": versions(),
    }
