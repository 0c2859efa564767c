# SPDX-License-Identifier: Apache-2.0
"""The node under test, a camera that feeds it and a viewer that listens, all over DDS.

The scene is that of ``bag_writing``: a wall 2 m ahead of a camera, on a base that moves along x in 'odom'.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import rclpy
from geometry_msgs.msg import TransformStamped
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage
from xmask3d_msgs.srv import GetVocabulary, SetVocabulary

from xmask3d_ros.nodes import interfaces
from xmask3d_ros.nodes.conversions import SECOND, header, nanoseconds, points_of
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.nodes.segment_node import SegmentNode
from xmask3d_ros.nodes.spinning import Spinner
from xmask3d_ros.vocabulary import UNLABELLED

START = 1000 * SECOND
PERIOD = SECOND // 10
WIDTH, HEIGHT, FOCAL = 64, 48, 60.0
BASE, OPTICAL, DEPTH_OPTICAL = "base", "camera_color_optical_frame", "camera_depth_optical_frame"
LOOKING_AHEAD = (-0.5, 0.5, -0.5, 0.5)
UNTURNED = (0.0, 0.0, 0.0, 1.0)


def wait_until(condition: Callable[[], Any], seconds: float = 20.0, what: str = "") -> Any:
    """What the condition gives as soon as it is true; fails the test if that does not come."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what or condition}"
        time.sleep(0.005)
    return value


def transform(parent: str, child: str, move: tuple[float, ...], turn: tuple[float, ...], stamp: int) -> Any:
    """A TransformStamped."""
    stamped = TransformStamped(header=header(stamp, parent), child_frame_id=child)
    t, q = stamped.transform.translation, stamped.transform.rotation
    t.x, t.y, t.z = move
    q.x, q.y, q.z, q.w = turn
    return stamped


def image(stamp: int, pixels: np.ndarray, encoding: str, frame: str = OPTICAL) -> Image:
    """An Image of an array."""
    message = Image(
        header=header(stamp, frame), height=pixels.shape[0], width=pixels.shape[1], encoding=encoding, is_bigendian=0
    )
    message.step = pixels.nbytes // pixels.shape[0]
    message.data.frombytes(np.ascontiguousarray(pixels).tobytes())
    return message


def color_pixels(size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    """(H, W, 3) uint8: four coloured quarters."""
    pixels = np.full((size[1], size[0], 3), 60, np.uint8)
    pixels[: size[1] // 2, :, 0] = 200
    pixels[:, : size[0] // 2, 1] = 180
    return pixels


def depth_pixels(size: tuple[int, int] = (WIDTH, HEIGHT), millimetres: int = 2000) -> np.ndarray:
    """(H, W) uint16 millimetres: a wall."""
    return np.full((size[1], size[0]), millimetres, np.uint16)


class Camera:
    """Publishes what a camera driver and a robot publish."""

    def __init__(self, namespace: str = "") -> None:
        self.node = rclpy.create_node("camera", namespace=namespace or None)
        names = (interfaces.COLOR, interfaces.DEPTH, interfaces.COLOR_INFO, interfaces.DEPTH_INFO)
        self.color, self.depth, self.color_info, self.depth_info = (
            self.node.create_publisher(endpoint.kind, endpoint.name, 100) for endpoint in names
        )
        self.tf = self.node.create_publisher(TFMessage, "/tf", 100)
        latched = QoSProfile(depth=10, durability=rclpy.qos.DurabilityPolicy.TRANSIENT_LOCAL)
        self.tf_static = self.node.create_publisher(TFMessage, "/tf_static", latched)
        mounting = transform(BASE, OPTICAL, (0.0, 0.0, 1.0), LOOKING_AHEAD, START)
        beside = transform(OPTICAL, DEPTH_OPTICAL, (0.02, 0.0, 0.0), UNTURNED, START)
        self.tf_static.publish(TFMessage(transforms=[mounting, beside]))

    def wait_for_node(self) -> None:
        """Until every subscription of the node is there."""
        publishers = (self.color, self.depth, self.color_info, self.depth_info, self.tf, self.tf_static)
        wait_until(lambda: all(publisher.get_subscription_count() for publisher in publishers), what="subscriptions")

    def pose(self, stamp: int) -> None:
        """The robot's pose: 1 m/s along x, back at the origin every ten seconds."""
        moved = (stamp % (10 * SECOND) / SECOND, 0.0, 0.0)
        self.tf.publish(TFMessage(transforms=[transform("odom", BASE, moved, UNTURNED, stamp)]))

    def info(self, stamp: int, size: tuple[int, int] = (WIDTH, HEIGHT), focal: float = FOCAL) -> None:
        """Both camera_info messages."""
        message = CameraInfo(header=header(stamp, OPTICAL), width=size[0], height=size[1], distortion_model="plumb_bob")
        message.k = [focal, 0.0, (size[0] - 1) / 2, 0.0, focal, (size[1] - 1) / 2, 0.0, 0.0, 1.0 if focal else 0.0]
        self.color_info.publish(message)
        self.depth_info.publish(message)

    def images(self, stamp: int, size: tuple[int, int] = (WIDTH, HEIGHT), offset_ns: int = 0) -> None:
        """Colour and depth."""
        self.color.publish(image(stamp, color_pixels(size), "rgb8"))
        self.depth.publish(image(stamp + offset_ns, depth_pixels(size), "16UC1"))

    def frame(self, stamp: int) -> None:
        """Everything there is of one moment."""
        self.pose(stamp)
        self.info(stamp)
        self.images(stamp)


class Viewer:
    """Hears what the node publishes, and calls its services."""

    def __init__(self, namespace: str = "", name: str = "xmask3d") -> None:
        self.node = rclpy.create_node("viewer", namespace=namespace or None)
        self._prefix = name
        self.clouds: list[Any] = []
        self.labels: list[Any] = []
        self.on_cloud: Callable[[Any], None] | None = None
        self.diagnostics: dict[str, dict[str, str]] = {}
        self.levels: dict[str, bytes] = {}
        for endpoint, take in (
            # In this order: of two messages that are there, the executor takes that of the first subscription.
            (interfaces.LABEL_INFO, self.labels.append),
            (interfaces.LABELLED_POINTS, self._hear),
        ):
            profile = endpoint.profile()
            profile.depth = 200
            self.node.create_subscription(endpoint.kind, endpoint.name.replace("~", name), take, profile)
        self.node.create_subscription(interfaces.DIAGNOSTICS.kind, "/diagnostics", self._diagnose, 10)
        self._clients = {
            key: self.node.create_client(kind, f"{name}/{key}")
            for key, kind in (
                ("change_state", ChangeState),
                ("get_state", GetState),
                ("set_vocabulary", SetVocabulary),
                ("get_vocabulary", GetVocabulary),
                ("reset", Trigger),
            )
        }

    def _hear(self, cloud: Any) -> None:
        self.clouds.append(cloud)
        if self.on_cloud is not None:
            self.on_cloud(cloud)

    def _diagnose(self, message: Any) -> None:
        for status in message.status:
            self.diagnostics[status.name] = {value.key: value.value for value in status.values}
            self.levels[status.name] = status.level

    def call(self, name: str, request: Any, seconds: float = 30.0) -> Any:
        """Call a service; the viewer is spun elsewhere."""
        client = self._clients[name]
        assert client.wait_for_service(timeout_sec=10), name
        future = client.call_async(request)
        wait_until(future.done, seconds, what=name)
        return future.result()

    def change(self, transition: int) -> bool:
        """Ask for a lifecycle transition."""
        return self.call("change_state", ChangeState.Request(transition=Transition(id=transition))).success

    @property
    def state(self) -> str:
        """The node's lifecycle state."""
        return self.call("get_state", GetState.Request()).current_state.label

    def set_vocabulary(self, *classes: str) -> SetVocabulary.Response:
        """Ask for a vocabulary."""
        return self.call("set_vocabulary", SetVocabulary.Request(classes=list(classes)))

    def known_labels(self) -> set[int]:
        """Ids in the LabelInfo latched now, and the one for unlabelled."""
        return {entry.class_id for entry in self.labels[-1].class_map} | {UNLABELLED}

    @property
    def stamps(self) -> list[int]:
        """Stamps of the clouds, in the order they came."""
        return [nanoseconds(cloud.header.stamp) for cloud in self.clouds]

    @property
    def points(self) -> Any:
        """Points of the last cloud."""
        return points_of(self.clouds[-1])


class Rig:
    """All three, each spun in a thread of its own."""

    def __init__(self, folder: Any, namespace: str = "", **parameters: Any) -> None:
        values = {"model": str(folder), "device": "cpu", "min_view_points": 20, "vocabulary": "chair,wall,lamp"}
        overrides = [Parameter(name, value=value) for name, value in (values | parameters).items()]
        self.folder = str(folder)
        self.node = SegmentNode(parameter_overrides=overrides, namespace=namespace or None)
        self.camera, self.viewer = Camera(namespace), Viewer(namespace)
        self.log: list[str] = []
        self.start = START
        """Stamp of the first frame of a test."""
        self.node.reporter._warn = self.log.append
        self.node.reporter._error = self.log.append
        quiet = Reporter(self.log.append, self.log.append)
        self._spinners = [Spinner(self.node, self.node.reporter), Spinner(self.viewer.node, quiet)]

    def activate(self) -> Rig:
        """Bring the node up."""
        assert self.viewer.change(Transition.TRANSITION_CONFIGURE)
        assert self.viewer.change(Transition.TRANSITION_ACTIVATE)
        self.camera.wait_for_node()
        return self

    def begin(self) -> None:
        """As if just started: an empty map, no counts, nothing said, and a time later than any before."""
        assert self.viewer.call("reset", Trigger.Request()).success
        self.node.reporter.begin()
        self.node._segmenter.counts.clear()
        pairing = self.node._pairing
        pairing.clear()
        pairing.received.clear()
        pairing.dropped.clear()
        pairing.paired = pairing.jumps = 0
        self.log.clear()
        self.start += 1000 * SECOND
        time.sleep(0.05)  # for clouds that are still on the wire
        self.viewer.clouds.clear()

    @property
    def integrated(self) -> int:
        """Frames in the map since the node was configured."""
        return self.node._segmenter.counts["integrated"]

    @property
    def dropped(self) -> dict[str, int]:
        """Lost frames by cause."""
        return self.node.reporter.dropped

    def accounted(self) -> bool:
        """Whether every pair is integrated or counted as lost, so that nothing is on its way."""
        return self.node._pairing.paired == self.integrated + sum(self.dropped.values())

    def said(self, *words: str) -> bool:
        """Whether a warning holds all the words."""
        return any(all(word in line for word in words) for line in self.log)

    def is_up(self) -> bool:
        """Whether the node still works: it answers, and integrates a good frame of a later time."""
        assert self.viewer.call("get_state", GetState.Request()).current_state.id == State.PRIMARY_STATE_ACTIVE
        before, stamp = self.integrated, max([self.start, *self.node._pairing.newest.values()]) + 5 * SECOND
        self.camera.frame(stamp)
        wait_until(lambda: self.integrated > before, what=f"a good frame; dropped {self.dropped}, log {self.log}")
        return True

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all three."""
        for spinner in self._spinners:
            spinner.stop()
        self.node.close()
        self.camera.node.destroy_node()
        self.viewer.node.destroy_node()
