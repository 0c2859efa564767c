# SPDX-License-Identifier: Apache-2.0
"""A recording and the node that it is played into: the node in a process of its own, a player, a listener, over DDS."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import rclpy
import torch
from numpy.typing import NDArray
from rclpy.signals import SignalHandlerOptions

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.bag import BagFrames
from xmask3d_ros.mapping.keys import pack
from xmask3d_ros.nodes import interfaces
from xmask3d_ros.nodes.collector import Collector
from xmask3d_ros.nodes.conversions import unpacked
from xmask3d_ros.nodes.node_process import NodeProcess
from xmask3d_ros.nodes.play_bag import BagPlayer
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.nodes.spinning import Spinner

NAME = "xmask3d"
LOAD_SECONDS = 900.0
"""Longest wait for the network to be loaded: large ones come from slow disks."""


@contextmanager
def playback(
    frames: BagFrames,
    parameters: dict[str, Any],
    environment: dict[str, str],
    on_cloud: Callable[[Any], None] | None = None,
) -> Iterator[tuple[BagPlayer, Collector]]:
    """A player of the recording, and a client of a node that hears it: unconfigured, and ended with the block.

    Args:
        frames: the recording.
        parameters: the node's, beside :func:`recording_parameters`.
        environment: added to the environment of both processes: ROS domain, Fast DDS profile.
        on_cloud: is shown every cloud, as the collector has it.

    Raises:
        BagError: the recording cannot be played.
    """
    os.environ.update(environment)
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)  # Ctrl-C is Python's KeyboardInterrupt
    node = rclpy.create_node("xmask3d_player")
    reporter = Reporter(node.get_logger().warning, node.get_logger().error)
    try:
        player = BagPlayer(node, frames)
        values = recording_parameters(frames) | parameters
        with NodeProcess(NAME, remappings(frames), values, environment) as process:
            collector = Collector(node, NAME, process.alive, on_cloud)
            spinner = Spinner(node, reporter)
            try:
                yield player, collector
            finally:
                spinner.stop()
    finally:
        node.destroy_node()
        rclpy.shutdown()


def recording_parameters(frames: BagFrames) -> dict[str, Any]:
    """The node's parameters that follow from the recording."""
    topics = frames.topics
    # Lossless between the two processes, from the first message on; a driver's come best effort.
    heard = filter(None, vars(topics).values())
    reliable = {f"qos_overrides.{topic}.subscription.reliability": "reliable" for topic in heard}
    # The reader has paired the recording already, with its own tolerance.
    apart = max(abs(color - depth) for color, depth, _ in frames.pairs) / 1e9
    return reliable | {
        "fixed_frame": frames.fixed_frame,
        "cloud_colors": "camera",
        "compressed_color": topics.color.endswith("/compressed"),
        "compressed_depth": topics.depth.endswith("/compressedDepth"),
        "pairing_tolerance": min(max(apart, 0.02), 1.0),
    }


def remappings(frames: BagFrames) -> dict[str, str]:
    """The node's input topics to the recording's."""
    topics = frames.topics
    color = interfaces.COMPRESSED_COLOR if topics.color.endswith("/compressed") else interfaces.COLOR
    depth = interfaces.COMPRESSED_DEPTH if topics.depth.endswith("/compressedDepth") else interfaces.DEPTH
    wanted = {
        color.name: topics.color,
        depth.name: topics.depth,
        interfaces.COLOR_INFO.name: topics.color_info,
        interfaces.DEPTH_INFO.name: topics.depth_info,
    }
    return {name: topic for name, topic in wanted.items() if topic}


def cloud_of(points: NDArray[Any], stamp_ns: int, voxel_size: float, names: dict[int, str]) -> LabelledCloud:
    """A published cloud as the package has them, its voxels found again from the positions.

    Args:
        points: (V,) as ``conversions.POINT``.
        stamp_ns: of the message.
        voxel_size: metres.
        names: of the labels of the vocabulary in force.
    """
    positions = np.stack([points["x"], points["y"], points["z"]], axis=1)
    keys = pack(torch.from_numpy(np.floor(positions.astype(np.float64) / voxel_size).astype(np.int64))).numpy()
    order = np.argsort(keys, kind="stable")  # rounding to float32 may have put a point into the next voxel
    return LabelledCloud(
        keys=keys[order],
        positions=positions[order],
        colors=unpacked(points["rgb"])[order],
        labels=points["label"].astype(np.uint16)[order],
        confidence=points["confidence"][order],
        names=names,
        stamp_ns=stamp_ns,
    )
