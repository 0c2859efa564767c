# SPDX-License-Identifier: Apache-2.0
"""Plays a recording over DDS at the pace of who listens: the next pair of images waits until the last one was used.

For demonstrations and tests. (``ros2 bag play`` plays at the pace of the clock, and does not wait.)
"""

from __future__ import annotations

import importlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection

from xmask3d_ros.evaluation.bag import BagFrames
from xmask3d_ros.evaluation.bag_messages import TRANSFORM_TYPES, open_reader, stamp_of
from xmask3d_ros.nodes.from_ros_1 import ros_2_bytes, ros_2_name

LOOKAHEAD_NS = 500_000_000
"""Transforms are played this much ahead of images: a pose is interpolated between the two around it."""


class BagPlayer:
    """Publishes the messages of a recording on the topics they were recorded from; those of ROS 2 byte by byte."""

    def __init__(self, node: Node, frames: BagFrames) -> None:
        """Raises BagError for a recording that cannot be read."""
        self._node, self._frames = node, frames
        topics = frames.topics
        self._images = {topics.color: 0, topics.depth: 1}
        self._others = {topics.color_info, topics.depth_info} - {None}
        with open_reader(frames.path) as reader:
            self._publishers = {one.topic: self._publisher(one) for one in self._connections(reader)}

    def _connections(self, reader: AnyReader) -> list[Connection]:
        wanted = self._images.keys() | self._others
        return [one for one in reader.connections if one.topic in wanted or one.msgtype in TRANSFORM_TYPES]

    def _publisher(self, connection: Connection) -> Publisher:
        package, folder, name = ros_2_name(connection.msgtype).split("/")
        kind = getattr(importlib.import_module(f"{package}.{folder}"), name)
        latched = connection.topic.endswith("tf_static")
        durability = DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE
        return self._node.create_publisher(kind, connection.topic, QoSProfile(depth=100, durability=durability))

    def unheard(self) -> list[str]:
        """Topics that nobody listens to yet."""
        return [topic for topic, publisher in self._publishers.items() if not publisher.get_subscription_count()]

    def play(self, after_pair: Callable[[int, int], None]) -> None:
        """Publish everything. After each pair, ``after_pair(number, colour stamp)`` is called and waited for."""
        pairs = {stamp: number for number, pair in enumerate(self._frames.pairs) for stamp in enumerate(pair[:2])}
        missing = {number: 2 for number in pairs.values()}
        with open_reader(self._frames.path) as reader:
            connections = self._connections(reader)
            images = [one for one in connections if one.topic in self._images]
            others = [one for one in connections if one.topic not in self._images]
            ahead = deque(reader.messages(others)) if others else deque()
            for connection, recorded_ns, raw in reader.messages(images):
                while ahead and ahead[0][1] <= recorded_ns + LOOKAHEAD_NS:
                    other, _, content = ahead.popleft()
                    self._publish(reader, other, content)
                    time.sleep(0.001)  # small messages in bursts would overrun the queues of who listens
                self._publish(reader, connection, raw)
                message: Any = reader.deserialize(raw, connection.msgtype)
                number = pairs.pop((self._images[connection.topic], stamp_of(message.header)), None)
                if number is not None:
                    missing[number] -= 1
                    if not missing[number]:
                        after_pair(number, self._frames.pairs[number][0])

    def _publish(self, reader: AnyReader, connection: Connection, raw: bytes) -> None:
        if not reader.is2:
            raw = ros_2_bytes(reader.deserialize(raw, connection.msgtype), connection.msgtype)
        self._publishers[connection.topic].publish(bytes(raw))
