# SPDX-License-Identifier: Apache-2.0
"""Small recordings for tests: a list of messages that a test changes as it likes, written in any bag format.

The scene: a camera that sees a wall at 2 m, on a base that moves along x at 1 m/s; ten images a second from 1000 s on.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rosbags.rosbag1 import Writer as Writer1
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Writer2
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

SECOND = 1_000_000_000
START = 1000 * SECOND
PERIOD = SECOND // 10
WIDTH, HEIGHT = 32, 24
FOCAL = 30.0
OPTICAL = "camera_color_optical_frame"
DEPTH_OPTICAL = "camera_depth_optical_frame"
COLOR = "/camera/color/image_raw"
COLOR_INFO = "/camera/color/camera_info"
DEPTH = "/camera/aligned_depth_to_color/image_raw"
DEPTH_INFO = "/camera/aligned_depth_to_color/camera_info"
LOOKING_AHEAD = (-0.5, 0.5, -0.5, 0.5)
"""Quaternion of an optical frame (z forward) in a body frame (x forward)."""

store = get_typestore(Stores.ROS2_JAZZY)
store_1 = get_typestore(Stores.ROS1_NOETIC)
store_1.register(get_types_from_msg("geometry_msgs/TransformStamped[] transforms", "tf2_msgs/msg/TFMessage"))
_types = store.types


class Event(NamedTuple):
    """One message and when it was recorded."""

    topic: str
    message: Any
    recorded_ns: int


def header(stamp_ns: int, frame: str) -> Any:
    """std_msgs/Header."""
    time = _types["builtin_interfaces/msg/Time"](sec=stamp_ns // SECOND, nanosec=stamp_ns % SECOND)
    return _types["std_msgs/msg/Header"](stamp=time, frame_id=frame)


def image(stamp_ns: int, pixels: np.ndarray, encoding: str, frame: str = OPTICAL) -> Any:
    """sensor_msgs/Image of an array."""
    data = np.ascontiguousarray(pixels).view(np.uint8).reshape(-1)
    return _types["sensor_msgs/msg/Image"](
        header=header(stamp_ns, frame),
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        is_bigendian=0,
        step=data.size // pixels.shape[0],
        data=data,
    )


def compressed(stamp_ns: int, data: bytes, image_format: str, frame: str = OPTICAL) -> Any:
    """sensor_msgs/CompressedImage."""
    return _types["sensor_msgs/msg/CompressedImage"](
        header=header(stamp_ns, frame), format=image_format, data=np.frombuffer(data, np.uint8)
    )


def camera_info(
    stamp_ns: int, frame: str = OPTICAL, size: tuple[int, int] = (WIDTH, HEIGHT), focal: float = FOCAL
) -> Any:
    """sensor_msgs/CameraInfo without distortion, principal point in the middle."""
    center = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    return _types["sensor_msgs/msg/CameraInfo"](
        header=header(stamp_ns, frame),
        height=size[1],
        width=size[0],
        distortion_model="plumb_bob",
        d=np.zeros(5),
        k=np.array([focal, 0, center[0], 0, focal, center[1], 0, 0, 1.0 if focal else 0.0]),
        r=np.eye(3).ravel(),
        p=np.array([focal, 0, center[0], 0, 0, focal, center[1], 0, 0, 0, 1.0, 0]),
        binning_x=0,
        binning_y=0,
        roi=_types["sensor_msgs/msg/RegionOfInterest"](x_offset=0, y_offset=0, height=0, width=0, do_rectify=False),
    )


def transforms(*stamped: tuple[str, str, tuple[float, ...], tuple[float, ...], int]) -> Any:
    """tf2_msgs/TFMessage of (parent, child, translation, quaternion, stamp)."""
    made = []
    for parent, child, move, turn, stamp_ns in stamped:
        transform = _types["geometry_msgs/msg/Transform"](
            translation=_types["geometry_msgs/msg/Vector3"](*map(float, move)),
            rotation=_types["geometry_msgs/msg/Quaternion"](*map(float, turn)),
        )
        made.append(
            _types["geometry_msgs/msg/TransformStamped"](
                header=header(stamp_ns, parent), child_frame_id=child, transform=transform
            )
        )
    return _types["tf2_msgs/msg/TFMessage"](transforms=made)


def color_pixels(number: int) -> np.ndarray:
    """The colour image of a frame: its number is in the red channel."""
    pixels = np.full((HEIGHT, WIDTH, 3), (number, 100, 200), np.uint8)
    pixels[:, : WIDTH // 2, 1] = 30
    return pixels


def depth_pixels(number: int) -> np.ndarray:
    """The depth image in millimetres: 2 m and the frame's number, a column without readings."""
    pixels = np.full((HEIGHT, WIDTH), 2000 + number, np.uint16)
    pixels[:, 0] = 0
    return pixels


def recording(frames: int = 5) -> list[Event]:
    """A flawless recording."""
    events = [
        Event(
            "/tf_static",
            transforms(
                ("base", "camera_link", (0, 0, 1), (0, 0, 0, 1), START),
                ("camera_link", OPTICAL, (0, 0, 0), LOOKING_AHEAD, START),
            ),
            START,
        )
    ]
    for tenth in range(-1, frames + 1):
        stamp = START + tenth * PERIOD
        pose = ("odom", "base", (tenth / 10, 0, 0), (0, 0, 0, 1), stamp)
        events.append(Event("/tf", transforms(pose), stamp + 1))
    for number in range(frames):
        stamp = START + number * PERIOD
        events += [
            Event(COLOR, image(stamp, color_pixels(number), "rgb8"), stamp + 2_000_000),
            Event(COLOR_INFO, camera_info(stamp), stamp + 2_000_001),
            Event(DEPTH, image(stamp, depth_pixels(number), "16UC1"), stamp + 3_000_000),
            Event(DEPTH_INFO, camera_info(stamp), stamp + 3_000_001),
        ]
    return sorted(events, key=lambda event: event.recorded_ns)


def replaced(events: list[Event], topic: str, change: Any) -> list[Event]:
    """The events with ``change(message, number)`` in place of the topic's messages; None drops one."""
    made, number = [], 0
    for event in events:
        if event.topic == topic:
            message, number = change(event.message, number), number + 1
            if message is None:
                continue
            event = event._replace(message=message)
        made.append(event)
    return made


def without(events: list[Event], *topics: str) -> list[Event]:
    """The events of all other topics."""
    return [event for event in events if event.topic not in topics]


def write(path: Path, events: list[Event], storage: str = "mcap") -> Path:
    """Writes a bag folder of ROS 2 (``mcap``, ``sqlite3``), or a ROS 1 file (``ros1``)."""
    if storage == "ros1":
        return _write_ros_1(path.with_suffix(".bag"), events)
    plugin = StoragePlugin.MCAP if storage == "mcap" else StoragePlugin.SQLITE3
    with Writer2(path, version=8, storage_plugin=plugin) as writer:
        connections: dict[str, Any] = {}
        for topic, message, recorded in events:
            kind = message.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=store)
            writer.write(connections[topic], recorded, store.serialize_cdr(message, kind))
    return path


def _write_ros_1(path: Path, events: list[Event]) -> Path:
    sequence = itertools.count()
    with Writer1(path) as writer:
        connections: dict[str, Any] = {}
        for topic, message, recorded in events:
            kind = message.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=store_1)
            raw = store_1.serialize_ros1(_as_ros_1(message, sequence), kind)
            writer.write(connections[topic], recorded, raw)
    return path


def _as_ros_1(value: Any, sequence: Any) -> Any:
    """The same message in ROS 1's types: headers count, CameraInfo has capital letters."""
    if isinstance(value, list):
        return [_as_ros_1(one, sequence) for one in value]
    kind = getattr(value, "__msgtype__", None)
    if kind is None:
        return value
    fields = {name: _as_ros_1(part, sequence) for name, part in vars(value).items() if name != "__msgtype__"}
    if kind == "std_msgs/msg/Header":
        fields["seq"] = next(sequence)
        fields["frame_id"] = "/" + fields["frame_id"]
    if kind == "sensor_msgs/msg/CameraInfo":
        fields = {name.upper() if name in "dkrp" else name: part for name, part in fields.items()}
    return store_1.types[kind](**fields)
