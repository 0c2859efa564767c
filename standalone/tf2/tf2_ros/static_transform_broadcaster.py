# SPDX-License-Identifier: Apache-2.0
"""Publishes transforms that hold at all times."""

from __future__ import annotations

from collections.abc import Iterable

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from .transform_broadcaster import as_list


class StaticTransformBroadcaster:
    """Publishes transforms on /tf_static, where late listeners hear them too."""

    def __init__(self, node: Node, qos: QoSProfile | int | None = None) -> None:
        """Publish with the node; by default the last message is kept for listeners to come."""
        if qos is None:
            qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.pub_tf = node.create_publisher(TFMessage, "/tf_static", qos)
        self._by_child: dict[str, TransformStamped] = {}

    def sendTransform(self, transform: TransformStamped | Iterable[TransformStamped]) -> None:
        """Publish one transform, or several, together with all sent before: only the last message is kept."""
        self._by_child |= {each.child_frame_id: each for each in as_list(transform)}
        self.pub_tf.publish(TFMessage(transforms=list(self._by_child.values())))
