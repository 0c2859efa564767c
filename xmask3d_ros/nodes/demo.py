# SPDX-License-Identifier: Apache-2.0
"""The live demonstration: the node in a process of its own, a recording played into it over DDS, its clouds collected.

The recording waits for the node: each pair of images is played when the cloud of the last one has come. So nothing is
lost, and the final map is the one that ``xmask3d segment`` makes of the recording.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lifecycle_msgs.msg import Transition
from tqdm import tqdm

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.bag import BagFrames
from xmask3d_ros.files import whole_file, write_ply
from xmask3d_ros.nodes.collector import Collector, NoAnswerError
from xmask3d_ros.nodes.conversions import nanoseconds, points_of
from xmask3d_ros.nodes.play_bag import BagPlayer
from xmask3d_ros.nodes.playing import LOAD_SECONDS, cloud_of, playback
from xmask3d_ros.picture import draw
from xmask3d_ros.timing import latency
from xmask3d_ros.versions import versions
from xmask3d_ros.vocabulary import Vocabulary

__all__ = ["DemoOptions", "NoAnswerError", "run_demo"]


@dataclass(frozen=True)
class DemoOptions:
    """What to demonstrate."""

    frames: BagFrames
    first: Vocabulary
    """Set before the first image."""
    second: Vocabulary
    """Set in the middle; that of the final map."""
    out: Path
    parameters: dict[str, Any]
    """The node's: model, device, precision, ..."""
    environment: dict[str, str]
    """Added to the environment of both processes: ROS domain, Fast DDS profile."""
    frame_seconds: float = 300.0
    """Longest wait for one frame's cloud."""


def run_demo(options: DemoOptions) -> dict[str, Any]:
    """Write labelled.ply, labelled.png, report.json and clouds.json; returns the report.

    Raises:
        NoAnswerError: the node ended or did not answer; the message says what was waited for.
        BagError: the recording cannot be played.
    """
    parameters = options.parameters | {"tf_timeout": 5.0}
    with playback(options.frames, parameters, options.environment) as (player, collector):
        play(options, player, collector)
        collector.change(Transition.TRANSITION_DEACTIVATE, options.frame_seconds)
    return write_results(options, collector)


def play(options: DemoOptions, player: BagPlayer, collector: Collector) -> None:
    """Bring the node up, play the recording, change the vocabulary on the way."""
    seconds = options.frame_seconds
    collector.change(Transition.TRANSITION_CONFIGURE, LOAD_SECONDS)
    collector.set_vocabulary(options.first, seconds)
    collector.change(Transition.TRANSITION_ACTIVATE, seconds)
    collector.wait_until(lambda: not player.unheard(), 60.0, "subscription of the node to each topic")
    middle = (len(options.frames) + 1) // 2 - 1
    with tqdm(total=len(options.frames), unit="frame", desc="playing") as progress:

        def after_pair(number: int, stamp_ns: int) -> None:
            lost = sum(collector.lost().values())

            def used() -> bool:
                """Its cloud has come, or the node has given it up: then it brings none, but is counted."""
                newest = collector.clouds[-1]["stamp_ns"] if collector.clouds else 0
                return newest >= stamp_ns or sum(collector.lost().values()) > lost

            collector.wait_until(used, seconds, f"cloud of frame {number + 1}")
            progress.update()
            if number == middle:
                collector.set_vocabulary(options.second, seconds)

        player.play(after_pair)
    total = len(options.frames)
    collector.wait_until(lambda: collector.settled() >= total, 10.0, "account of every frame in the diagnostics")


def write_results(options: DemoOptions, collector: Collector) -> dict[str, Any]:
    """Write all files, each whole or not at all; returns the report."""
    out, frames = options.out, options.frames
    if collector.last is None:
        raise NoAnswerError("the node has published no cloud: its warnings above say why")
    ids = {name: label for label, name in collector.labels.items()}
    names = {ids[name]: name for name in options.second.names}
    voxel_size = float(collector.diagnostics["map"]["voxel size (m)"])
    cloud = cloud_of(points_of(collector.last), nanoseconds(collector.last.header.stamp), voxel_size, names)
    report = make_report(options, collector, cloud)
    write_ply(cloud, out / "labelled.ply", frames.fixed_frame)
    poses = np.stack([pose for _, _, pose in frames.pairs])
    title = f"{frames.path.name}, live: {len(cloud):,} voxels, model {options.parameters['model']}"
    draw(cloud, out / "labelled.png", poses[:, :3, 3], poses[:, :3, 2], voxel_size, title)
    for name, content in (
        ("report.json", report),
        ("clouds.json", [readable(entry, collector.labels) for entry in collector.clouds]),
    ):
        with whole_file(out / name) as temporary:
            temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return report


def readable(entry: dict[str, Any], labels: dict[int, str]) -> dict[str, Any]:
    """One cloud's line, with the names of its labels."""
    names = [labels[label] for label in entry["label_ids"] if label in labels]
    return {"stamp": entry["stamp_ns"] / 1e9, **entry, "label_names": names}


def make_report(options: DemoOptions, collector: Collector, cloud: LabelledCloud) -> dict[str, Any]:
    """The run in numbers, as the node itself has counted them."""
    counted, inference, held = (collector.diagnostics[part] for part in ("input", "inference", "map"))
    times = {}
    for key, value in inference.items():
        if key.endswith("(ms, median / 95 %)"):
            median, high = map(float, value.split(" / "))
            times[key.removesuffix(" (ms, median / 95 %)")] = {"median": median, "p95": high}
    extent = np.ptp(cloud.positions, axis=0) if len(cloud) else np.zeros(3)
    return {
        "bag": str(options.frames.path),
        "fixed_frame": options.frames.fixed_frame,
        "topics": vars(options.frames.topics),
        "model": options.parameters,
        "frames": {
            "in the bag": len(options.frames),
            "received": {kind: int(counted[f"received {kind}"]) for kind in ("color", "depth")},
            "paired": int(counted["paired"]),
            "integrated": int(counted["integrated"]),
            "segmented": int(inference["segmented"]),
            "dropped": collector.lost(),
        },
        "clouds": len(collector.clouds),
        "map": {
            "voxel_size_m": float(held["voxel size (m)"]),
            "voxels": len(cloud),
            "forgotten": int(held["forgotten voxels"]),
            "bytes": int(held["bytes"]),
            "extent_m": [round(float(value), 3) for value in extent],
        },
        "vocabulary": {
            "version": int(inference["vocabulary version"]),
            "first": list(options.first.names),
            "classes": list(options.second.names),
        },
        "labels": cloud.count_by_name(),
        "latency_ms": latency(times),
        "versions": versions(),
    }
