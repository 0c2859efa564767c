# SPDX-License-Identifier: Apache-2.0
"""What the node hears of the camera: four subscriptions, paired."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import qos_policy_name_from_kind
from sensor_msgs.msg import CameraInfo

from xmask3d_ros.nodes import interfaces
from xmask3d_ros.nodes.cameras import Cameras
from xmask3d_ros.nodes.conversions import nanoseconds
from xmask3d_ros.nodes.interfaces import Endpoint
from xmask3d_ros.nodes.pairing import Pair, Pairing
from xmask3d_ros.nodes.parameters import NodeConfig
from xmask3d_ros.nodes.reporting import Reporter

SILENCE = 5.0
"""Seconds without a pair after which the node says what it hears and what it does not."""


class Inputs:
    """Subscriptions while the node is active. Callbacks only store: work is done elsewhere."""

    def __init__(
        self,
        node: Node,
        config: NodeConfig,
        pairing: Pairing[Any],
        reporter: Reporter,
        on_pair: Callable[[Pair[Any]], None],
        on_jump: Callable[[str], None],
    ) -> None:
        """``on_pair`` gets every pair; ``on_jump`` is told when stamps jump back, before the next pair."""
        self._node, self._reporter, self._on_pair, self._on_jump = node, reporter, on_pair, on_jump
        self.pairing = pairing
        self.infos: Counter[str] = Counter()
        """camera_info messages by kind."""
        self.skew_ns = 0
        """Difference of the stamps in the last pair."""
        self._last_pair = time.monotonic()
        self._arrived: dict[str, float] = {}  # by topic, when its last message came
        color = interfaces.COMPRESSED_COLOR if config.compressed_color else interfaces.COLOR
        depth = interfaces.COMPRESSED_DEPTH if config.compressed_depth else interfaces.DEPTH
        self._images = {"color": color, "depth": depth}
        infos = {"color": interfaces.COLOR_INFO, "depth": interfaces.DEPTH_INFO}
        self.topics = {kind: node.resolve_topic_name(endpoint.name) for kind, endpoint in self._images.items()}
        self.info_topics = {kind: node.resolve_topic_name(endpoint.name) for kind, endpoint in infos.items()}
        self.cameras = {kind: Cameras(self.info_topics[kind], self.topics[kind]) for kind in self.topics}
        self._subscriptions: list[Any] = []
        try:
            for kind, endpoint in self._images.items():
                self._subscribe(endpoint, self._image_callback(kind))
            for kind, endpoint in infos.items():
                self._subscribe(endpoint, self._info_callback(kind))
        except Exception:  # a quality of service that does not exist
            self.destroy()
            raise

    def _subscribe(self, endpoint: Endpoint, callback: Callable[[Any], None]) -> None:
        topic = self._node.resolve_topic_name(endpoint.name)

        def incompatible(event: Any) -> None:
            policy = qos_policy_name_from_kind(event.last_policy_kind)
            self._reporter.warn(
                f"qos {topic}",
                f"a publisher of {topic} offers a quality of service that this node does not accept ({policy}): "
                f"nothing will be received from it. Set qos_overrides.{topic}.subscription.* to what it offers",
            )

        self._subscriptions.append(
            self._node.create_subscription(
                endpoint.kind,
                endpoint.name,
                callback,
                endpoint.profile(),
                event_callbacks=SubscriptionEventCallbacks(incompatible_qos=incompatible),
                qos_overriding_options=interfaces.OVERRIDABLE,
            )
        )

    def _image_callback(self, kind: str) -> Callable[[Any], None]:
        def image(message: Any) -> None:
            self._arrived[self.topics[kind]] = time.monotonic()
            jumps = self.pairing.jumps
            repeated, strays = self.pairing.dropped[f"repeated {kind}"], self.pairing.strays
            pair = self.pairing.add(kind, nanoseconds(message.header.stamp), message)
            if self.pairing.jumps > jumps:
                self._on_jump(f"the stamps of {self.topics[kind]} jumped back")
            if self.pairing.dropped[f"repeated {kind}"] > repeated:
                self._reporter.warn(
                    f"repeated {kind}",
                    f"{self.topics[kind]} repeats stamps: two publishers, or a driver that does not set the stamp",
                )
            if self.pairing.strays > strays:
                self._reporter.warn(
                    f"stray {kind}",
                    f"an image of {self.topics[kind]} was stamped far ahead of those before and after it: no jump in "
                    f"time [{self.pairing.strays} so far]. Check the driver's clock, and for a second publisher",
                )
            if pair is not None:
                self._last_pair = time.monotonic()
                self.skew_ns = pair.skew_ns
                self._on_pair(pair)

        return image

    def _info_callback(self, kind: str) -> Callable[[CameraInfo], None]:
        def info(message: CameraInfo) -> None:
            self._arrived[self.info_topics[kind]] = time.monotonic()
            self.infos[kind] += 1
            self.cameras[kind].add(message)

        return info

    def depth_info_expected(self) -> bool:
        """Whether somebody publishes a camera_info of depth."""
        return self._node.count_publishers(self.info_topics["depth"]) > 0

    @property
    def silent_for(self) -> float:
        """Seconds since the last pair, or since the start."""
        return time.monotonic() - self._last_pair

    def check_silence(self) -> None:
        """Warn, if there has been no pair for a while, of what is received and what is not."""
        if self.silent_for < SILENCE:
            return
        newest = self.pairing.newest
        parts = [self._heard(topic, self.pairing.received[kind]) for kind, topic in self.topics.items()]
        parts += [self._heard(topic, self.infos[kind]) for kind, topic in self.info_topics.items()]
        tolerance = self.pairing.tolerance_ns / 1e9
        heard = all(topic in self._arrived for topic in self.topics.values())
        if heard and len(newest) == 2 and (apart := abs(newest["color"] - newest["depth"]) / 1e9) > tolerance:
            parts.append(
                f"newest stamps {apart:.3f} s apart, pairing_tolerance {tolerance} s: "
                "raise it, or synchronise the clocks of the streams"
            )
        self._reporter.warn(
            "silence", f"no pair of colour and depth images for {self.silent_for:.0f} s. " + "; ".join(parts)
        )

    def _heard(self, topic: str, received: int) -> str:
        arrived = self._arrived.get(topic)
        if received and arrived is not None:
            return f"{topic}: {received} received, the last {time.monotonic() - arrived:.0f} s ago"
        publishers = self._node.count_publishers(topic)
        remedy = "is it publishing?" if publishers else "is the driver running, is the topic remapped?"
        return f"{topic}: 0 received since activation, {publishers} publishers ({remedy})"

    def destroy(self) -> None:
        """End the subscriptions."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self.pairing.drop_waiting()  # not the stamps: what is heard after a pause may have jumped back
