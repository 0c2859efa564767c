# SPDX-License-Identifier: Apache-2.0
"""Plays a recording over DDS: at the pace of who listens, or at its own.

For the demonstration the next pair of images waits until the last one was used. Live evaluation plays at the pace at
which the recording was made, and notes when each pair was played.
"""

from __future__ import annotations

import importlib
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass
class Played:
    """What was played when, on the steady clock (``time.monotonic``)."""

    images: Counter[str] = field(default_factory=Counter)
    """Messages by kind: color, depth."""
    pairs: list[tuple[int, float]] = field(default_factory=list)
    """Colour stamp of each pair, and the seconds at which its second image was published."""
    late: list[float] = field(default_factory=list)
    """Seconds by which each image was published later than it was due."""


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

    def play_at(self, rate: float, after_pair: Callable[[], object]) -> Played:
        """Publish everything as it was recorded, ``rate`` times as fast; ``after_pair()`` is called after each pair.

        Static transforms come first: on a robot they are latched. What was recorded long before the first image comes
        at once, what was recorded long after the last pair is left out.
        """
        pairs = self._pairs()
        missing = {number: 2 for number in pairs.values()}
        played = Played()
        with open_reader(self._frames.path) as reader:
            connections = self._connections(reader)
            latched = [one for one in connections if one.topic.endswith("tf_static")]
            for connection, _, raw in reader.messages(latched) if latched else ():
                self._publish(reader, connection, raw)
            images = [one for one in connections if one.topic in self._images]
            first_ns = last_ns = next(reader.messages(images))[1]
            begin, begin_ns = time.monotonic(), first_ns - LOOKAHEAD_NS
            for connection, recorded_ns, raw in reader.messages([one for one in connections if one not in latched]):
                if not pairs and recorded_ns > last_ns + LOOKAHEAD_NS:
                    break
                kind = self._images.get(connection.topic)
                stamp = None if kind is None else stamp_of(reader.deserialize(raw, connection.msgtype).header)
                due = begin + max(recorded_ns - begin_ns, 0) / 1e9 / rate
                # Small messages in bursts would overrun the queues of who listens.
                time.sleep(max(due - time.monotonic(), 0.001 if kind is None else 0.0))
                self._publish(reader, connection, raw)
                if kind is None or stamp is None:
                    continue
                now, last_ns = time.monotonic(), recorded_ns
                played.images[("color", "depth")[kind]] += 1
                played.late.append(now - due)
                number = pairs.pop((kind, stamp), None)
                if number is not None:
                    missing[number] -= 1
                    if not missing[number]:
                        played.pairs.append((self._frames.pairs[number][0], now))
                        after_pair()
        return played

    def _pairs(self) -> dict[tuple[int, int], int]:
        """The pair of each image that has one, by kind (0 colour, 1 depth) and stamp."""
        return {stamp: number for number, pair in enumerate(self._frames.pairs) for stamp in enumerate(pair[:2])}

    def play(self, after_pair: Callable[[int, int], None]) -> None:
        """Publish everything. After each pair, ``after_pair(number, colour stamp)`` is called and waited for."""
        pairs = self._pairs()
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
