# SPDX-License-Identifier: Apache-2.0
"""What the node publishes of the map: the labelled cloud, and what its labels mean."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from rclpy.lifecycle import LifecycleNode

from xmask3d_ros.nodes import interfaces
from xmask3d_ros.nodes.conversions import cloud_message, label_message, points_from
from xmask3d_ros.pipeline import Segmenter


@dataclass(frozen=True)
class Published:
    """The last cloud, in numbers, for diagnostics."""

    stamp_ns: int = 0
    voxels: int = 0
    bytes: int = 0
    forgotten: int = 0
    milliseconds: float = 0.0
    """What making and publishing the message took."""


class Outputs:
    """Publishers of cloud and labels. May be called from any thread.

    A label is announced before the first cloud that uses it, and stays announced: LabelInfo only grows.
    """

    def __init__(self, node: LifecycleNode, segmenter: Segmenter, frame: str, colors: str) -> None:
        self.last = Published()
        self._node, self._segmenter, self._frame, self._colors = node, segmenter, frame, colors
        self._lock = threading.Lock()
        self._announced = 0
        self._publishers = [
            node.create_lifecycle_publisher(
                endpoint.kind, endpoint.name, endpoint.profile(), qos_overriding_options=interfaces.OVERRIDABLE
            )
            for endpoint in (interfaces.LABELLED_POINTS, interfaces.LABEL_INFO)
        ]
        self._clouds, self._labels = self._publishers

    def publish(self) -> None:
        """Publish the map as it is now; an empty map too, so that viewers forget what the map forgot."""
        with self._lock:
            if not self._clouds.is_activated:
                return
            cloud = self._segmenter.labelled_cloud()
            self._announce()
            start = time.perf_counter()
            colors = cloud.class_colors() if self._colors == "class" else cloud.colors
            stamp = cloud.stamp_ns or self._now()
            self._clouds.publish(cloud_message(points_from(cloud, colors), self._frame, stamp))
            milliseconds = 1e3 * (time.perf_counter() - start)
            self.last = Published(cloud.stamp_ns, *self._segmenter.map_size(), milliseconds)

    def announce(self, again: bool = False) -> None:
        """Publish what labels stand for, if there are new ones; ``again``: in any case."""
        with self._lock:
            self._announce(again)

    def _announce(self, again: bool = False) -> None:
        names = dict(self._segmenter.labels)
        if (again or len(names) > self._announced) and self._labels.is_activated:
            self._labels.publish(label_message(names, self._frame, self._now()))
            self._announced = len(names)

    def _now(self) -> int:
        return self._node.get_clock().now().nanoseconds

    def destroy(self) -> None:
        """Take the publishers away. No cloud is published any more."""
        with self._lock:
            for publisher in self._publishers:
                publisher.on_deactivate(None)
                self._node.destroy_lifecycle_publisher(publisher)
