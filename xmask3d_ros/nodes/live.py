# SPDX-License-Identifier: Apache-2.0
"""A recording played into the node at its own pace, and all that the node publishes kept for scoring."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lifecycle_msgs.msg import Transition
from tqdm import tqdm

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.bag import BagFrames
from xmask3d_ros.evaluation.scoring.live import LiveRun
from xmask3d_ros.nodes.collector import Collector, NoAnswerError
from xmask3d_ros.nodes.conversions import nanoseconds, points_of
from xmask3d_ros.nodes.parameters import BY_NAME
from xmask3d_ros.nodes.play_bag import Played
from xmask3d_ros.nodes.playing import LOAD_SECONDS, cloud_of, playback
from xmask3d_ros.vocabulary import Vocabulary

__all__ = ["LiveOptions", "NoAnswerError", "run_live"]

ANSWER_SECONDS = 300.0
"""Longest wait for one answer of the node, and for the frames that are on their way when the recording has ended."""


@dataclass(frozen=True)
class LiveOptions:
    """What to play, and into what."""

    frames: BagFrames
    vocabulary: Vocabulary
    parameters: dict[str, Any]
    """The node's: model, vocabulary, device, precision, ..."""
    environment: dict[str, str]
    """Added to the environment of both processes: ROS domain, Fast DDS profile."""
    folder: Path
    """Takes the clouds, until they are scored; a long run's do not fit into memory."""
    voxel_size: float
    """Metres; the model's."""
    rate: float = 1.0
    """Pace of playing; 1 is the recording's own."""
    quiet: bool = False
    """Whether to show no progress bar."""


class CloudFolder:
    """Keeps every cloud that is heard in a file, and when it came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.heard: list[tuple[int, float]] = []
        """Stamp, nanoseconds, and seconds of the steady clock."""

    def take(self, message: Any) -> None:
        """A PointCloud2, as it comes."""
        came = time.monotonic()
        np.save(self._path(len(self.heard)), points_of(message))
        self.heard.append((nanoseconds(message.header.stamp), came))

    def read(self, number: int, voxel_size: float, names: dict[int, str]) -> LabelledCloud:
        """One of them."""
        return cloud_of(np.load(self._path(number)), self.heard[number][0], voxel_size, names)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.npy"


def run_live(options: LiveOptions) -> LiveRun:
    """Play the recording; returns what was heard.

    Raises:
        NoAnswerError: the node ended, did not answer, or published nothing; the message says what to look at.
        BagError: the recording cannot be played.
    """
    clouds = CloudFolder(options.folder)
    # Played slowly, poses too come as much later.
    timeout = min(60.0, float(BY_NAME["tf_timeout"].default) / min(options.rate, 1.0))
    parameters = options.parameters | {"tf_timeout": timeout}
    with playback(options.frames, parameters, options.environment, clouds.take) as (player, collector):
        collector.change(Transition.TRANSITION_CONFIGURE, LOAD_SECONDS)
        collector.change(Transition.TRANSITION_ACTIVATE, ANSWER_SECONDS)
        collector.wait_until(lambda: not player.unheard(), 60.0, "subscription of the node to each topic")
        with tqdm(total=len(options.frames), unit="frame", desc="playing live", disable=options.quiet) as progress:
            played = player.play_at(options.rate, progress.update)
        finish(options, collector)
    if not clouds.heard:
        raise NoAnswerError("the node has published no cloud: its warnings above say why")
    names = dict(collector.labels)
    return LiveRun(
        options.rate,
        played.pairs,
        clouds.heard,
        lambda number: clouds.read(number, options.voxel_size, names),
        account(played, collector),
        played.late,
    )


def finish(options: LiveOptions, collector: Collector) -> None:
    """Wait until the node has worked on all that it has heard, and its last cloud is here."""
    time.sleep(0.5)  # for images that are on the wire: the node cannot know of them
    collector.diagnostics.clear()
    collector.wait_until(
        lambda: (
            {"input", "inference", "map"} <= collector.diagnostics.keys()
            and collector.settled() >= int(collector.diagnostics["input"]["paired"])
        ),
        ANSWER_SECONDS,
        "account of every frame in the diagnostics",
    )
    # The same vocabulary once more: its answer is a cloud of the whole map, which no other can follow.
    collector.set_vocabulary(options.vocabulary, ANSWER_SECONDS)
    collector.change(Transition.TRANSITION_DEACTIVATE, ANSWER_SECONDS)


def account(played: Played, collector: Collector) -> dict[str, Any]:
    """What became of the frames, as the node's diagnostics have it."""
    counted, inference = collector.diagnostics["input"], collector.diagnostics["inference"]
    images = "images "
    return {
        "published": {kind: played.images[kind] for kind in ("color", "depth")},
        "published pairs": len(played.pairs),
        "received": {kind: int(counted[f"received {kind}"]) for kind in ("color", "depth")},
        "paired": int(counted["paired"]),
        "integrated": int(counted["integrated"]),
        "segmented": int(inference["segmented"]),
        "not segmented": {
            cause: int(inference[cause])
            for cause in ("superseded by a newer frame", "too few visible points")
            if int(inference[cause])
        },
        "dropped": collector.lost(),
        "images dropped": {
            key.removeprefix(images): int(value) for key, value in counted.items() if key.startswith(images)
        },
    }
