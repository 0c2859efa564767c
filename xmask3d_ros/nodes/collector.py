# SPDX-License-Identifier: Apache-2.0
"""A client of the node: hears what it publishes, calls its services. Its node is spun in another thread."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.node import Node
from vision_msgs.msg import LabelInfo
from xmask3d_msgs.msg import Synonyms
from xmask3d_msgs.srv import SetVocabulary

from xmask3d_ros.nodes import interfaces
from xmask3d_ros.nodes.conversions import nanoseconds, points_of
from xmask3d_ros.vocabulary import Vocabulary


class NoAnswerError(Exception):
    """The node did not do in time what was asked; the message says what and what to look at."""


class Collector:
    """Keeps the last cloud whole, and a line about each."""

    def __init__(
        self, node: Node, name: str, alive: Callable[[], bool], on_cloud: Callable[[Any], None] | None = None
    ) -> None:
        """``name``: of the node that is listened to; ``alive``: whether its process runs; ``on_cloud``: is shown every
        PointCloud2 as it comes."""
        self._name, self._alive, self._on_cloud = name, alive, on_cloud
        self._changed = threading.Condition()
        self.clouds: list[dict[str, Any]] = []
        """Per cloud: stamp_ns, points, label_ids, and a digest of the positions."""
        self.last: Any = None
        """The last PointCloud2."""
        self.labels: dict[int, str] = {}
        """Names of all labels so far."""
        self.diagnostics: dict[str, dict[str, str]] = {}
        """By entry ('input', 'inference', 'map'), the last values."""
        for endpoint, callback in (
            (interfaces.LABELLED_POINTS, self._cloud),
            (interfaces.LABEL_INFO, self._label_info),
            (interfaces.DIAGNOSTICS, self._diagnose),
        ):
            topic = endpoint.name.replace("~", name)
            node.create_subscription(endpoint.kind, topic, callback, endpoint.profile())
        self._change_state = node.create_client(ChangeState, f"{name}/change_state")
        self._set_vocabulary = node.create_client(SetVocabulary, interfaces.SET_VOCABULARY.name.replace("~", name))

    def _cloud(self, message: Any) -> None:
        if self._on_cloud is not None:
            self._on_cloud(message)
        points = points_of(message)
        positions = np.stack([points["x"], points["y"], points["z"]], axis=1)
        entry = {
            "stamp_ns": nanoseconds(message.header.stamp),
            "points": len(points),
            "label_ids": np.unique(points["label"]).tolist(),
            "geometry": hashlib.sha256(positions.tobytes()).hexdigest()[:16],
        }
        with self._changed:
            self.last = message
            self.clouds.append(entry)
            self._changed.notify_all()

    def _label_info(self, message: LabelInfo) -> None:
        with self._changed:
            self.labels = {entry.class_id: entry.class_name for entry in message.class_map}

    def _diagnose(self, message: Any) -> None:
        with self._changed:
            for status in message.status:
                name, _, part = status.name.partition(": ")
                if name == self._name:
                    self.diagnostics[part] = {value.key: value.value for value in status.values}
            self._changed.notify_all()

    def lost(self) -> dict[str, int]:
        """Frames that the node has given up, by cause, by its own diagnostics."""
        values = self.diagnostics.get("input", {})
        prefix = "frames dropped: "
        return {key.removeprefix(prefix): int(value) for key, value in values.items() if key.startswith(prefix)}

    def settled(self) -> int:
        """Frames that the network has seen, that a newer one overtook on the way to it, or that the node gave up."""
        values = self.diagnostics.get("inference", {})
        seen = ("segmented", "superseded by a newer frame", "too few visible points")
        return sum(int(values.get(name, 0)) for name in seen) + sum(self.lost().values())

    def wait_until(self, condition: Callable[[], Any], seconds: float, what: str) -> None:
        """Wait for something heard. Raises NoAnswerError when the time is over or the node's process ends."""
        with self._changed:
            for _ in range(max(round(seconds), 1)):
                if self._changed.wait_for(condition, 1.0):
                    return
                if not self._alive():
                    raise NoAnswerError(f"the node has ended while waiting for {what}; its log above says why")
        raise NoAnswerError(f"no {what} within {seconds:.0f} s; the node's log above may say why")

    def change(self, transition: int, seconds: float) -> None:
        """A lifecycle transition of the node. Raises NoAnswerError if it fails."""
        request = ChangeState.Request(transition=Transition(id=transition))
        if not self._call(self._change_state, request, seconds).success:
            raise NoAnswerError(f"the node refused lifecycle transition {transition}; its log above says why")

    def set_vocabulary(self, vocabulary: Vocabulary, seconds: float) -> SetVocabulary.Response:
        """Give the node a vocabulary; returns once a cloud of it is here, if there is a map. Raises NoAnswerError."""
        before = len(self.clouds)
        synonyms = [Synonyms(words=list(entry.synonyms)) for entry in vocabulary.entries]
        request = SetVocabulary.Request(classes=list(vocabulary.names), synonyms=synonyms)
        response = self._call(self._set_vocabulary, request, seconds)
        if not response.success:
            raise NoAnswerError(f"the node refused the vocabulary: {response.message}")
        if before:
            self.wait_until(lambda: len(self.clouds) > before, seconds, "cloud of the new vocabulary")
        return response

    def _call(self, client: Any, request: Any, seconds: float) -> Any:
        done = threading.Event()
        self.wait_until(client.service_is_ready, seconds, f"service {client.srv_name}")
        future = client.call_async(request)
        future.add_done_callback(lambda _: done.set())
        self.wait_until(done.is_set, seconds, f"answer of {client.srv_name}")
        return future.result()
