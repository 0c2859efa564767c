# SPDX-License-Identifier: Apache-2.0
"""Publishes transforms of moving frames."""

from __future__ import annotations

from collections.abc import Iterable

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.qos import QoSProfile
from tf2_msgs.msg import TFMessage


def as_list(transforms: TransformStamped | Iterable[TransformStamped]) -> list[TransformStamped]:
    """One transform, or several, as a list."""
    return list(transforms) if isinstance(transforms, Iterable) else [transforms]


class TransformBroadcaster:
    """Publishes transforms on /tf."""

    def __init__(self, node: Node, qos: QoSProfile | int | None = None) -> None:
        """Publish with the node; `qos` is a profile or a depth (100)."""
        self.pub_tf = node.create_publisher(TFMessage, "/tf", 100 if qos is None else qos)

    def sendTransform(self, transform: TransformStamped | Iterable[TransformStamped]) -> None:
        """Publish one transform, or several in one message."""
        self.pub_tf.publish(TFMessage(transforms=as_list(transform)))
