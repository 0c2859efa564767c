# SPDX-License-Identifier: Apache-2.0
"""A room as a ROS 2 bag (MCAP, zstd) that a RealSense on a robot might have recorded, with the truth beside it.

Frames: map (z up, the room's frame) -> camera_link (REP-103: x forward, z up) -> camera_color_optical_frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore
from scipy.spatial.transform import Rotation

from xmask3d_ros.geometry.camera import Camera
from xmask3d_ros.model.config import SCANNET_CLASSES

from ..catalogue import UNLABELLED
from ..cloud import Cloud
from ..generate import SyntheticRoom

COLOR, COLOR_INFO = "/camera/color/image_raw", "/camera/color/camera_info"
DEPTH, DEPTH_INFO = "/camera/aligned_depth_to_color/image_raw", "/camera/aligned_depth_to_color/camera_info"
OPTICAL_FRAME = "camera_color_optical_frame"
LINK_FROM_OPTICAL = np.array([[0.0, 0, 1, 0], [-1, 0, 0, 0.015], [0, -1, 0, 0], [0, 0, 0, 1]])
"""camera_link from camera_color_optical_frame: the colour lens sits 15 mm left of the link, as on a D435."""
START = 1_700_000_000_000_000_000
"""Stamp of the first frame, nanoseconds."""
_METADATA_VERSION: Literal[8] = 8
"""Read by Iron, Jazzy and later."""
_TYPES = get_typestore(Stores.ROS2_JAZZY)
_FOREVER = QosTime(2147483647, 4294967295)


def write_bag(room: SyntheticRoom, folder: Path, rate: float = 5.0) -> None:
    """Write all views as a bag folder. Equal rooms give equal files with one version of rosbags and its zstd.

    ``rate`` is in frames a second. Raises rosbags' WriterError when the folder exists.
    """
    writer = Writer(folder, version=_METADATA_VERSION, storage_plugin=StoragePlugin.MCAP)
    writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
    with writer:
        topics = _Topics(writer, room.camera)
        topics.static(START)
        for index, pose in enumerate(room.poses):
            view, stamp = room.view(index), START + round(index * 1e9 / rate)
            topics.transform(stamp, pose)
            topics.image(COLOR, "rgb8", view.color, stamp)
            topics.image(DEPTH, "16UC1", view.depth, stamp)
            topics.information(stamp)


def write_truth(cloud: Cloud, path: Path) -> None:
    """Ground truth in the map frame: NPZ of xyz (float32, multiples of 1/512 m), rgb and labels (uint8), label_names.

    ``label_names[labels]`` names every point; label 0 is "unlabelled".
    """
    labels = np.where(cloud.labels == UNLABELLED, 0, cloud.labels.astype(int) + 1).astype(np.uint8)
    raster = (np.round(cloud.points * 512) / 512).astype(np.float32)
    np.savez_compressed(path, xyz=raster, rgb=cloud.colors, labels=labels, label_names=("unlabelled", *SCANNET_CLASSES))


class _Topics:
    def __init__(self, writer: Writer, camera: Camera) -> None:
        self._writer, self._camera = writer, camera
        names = {
            "/tf_static": "tf2_msgs/msg/TFMessage",
            "/tf": "tf2_msgs/msg/TFMessage",
            COLOR: "sensor_msgs/msg/Image",
            COLOR_INFO: "sensor_msgs/msg/CameraInfo",
            DEPTH: "sensor_msgs/msg/Image",
            DEPTH_INFO: "sensor_msgs/msg/CameraInfo",
        }
        self._connections = {
            name: writer.add_connection(
                name, kind, typestore=_TYPES, offered_qos_profiles=[_qos(transient=name == "/tf_static")]
            )
            for name, kind in names.items()
        }

    def _write(self, topic: str, stamp: int, message: object) -> None:
        connection = self._connections[topic]
        self._writer.write(connection, stamp, _TYPES.serialize_cdr(message, connection.msgtype))

    def image(self, topic: str, encoding: str, image: np.ndarray, stamp: int) -> None:
        height, width = image.shape[:2]
        data = np.ascontiguousarray(image).view(np.uint8).reshape(-1)
        message = _new(
            "sensor_msgs/msg/Image",
            _header(stamp, OPTICAL_FRAME),
            height,
            width,
            encoding,
            0,
            data.size // height,
            data,
        )
        self._write(topic, stamp, message)

    def information(self, stamp: int) -> None:
        camera = self._camera
        projection = np.hstack([camera.matrix, np.zeros((3, 1))])
        region = _new("sensor_msgs/msg/RegionOfInterest", 0, 0, 0, 0, False)
        message = _new(
            "sensor_msgs/msg/CameraInfo",
            _header(stamp, OPTICAL_FRAME),
            camera.height,
            camera.width,
            "plumb_bob",
            np.zeros(5),
            camera.matrix.ravel(),
            np.eye(3).ravel(),
            projection.ravel(),
            0,
            0,
            region,
        )
        self._write(COLOR_INFO, stamp, message)
        self._write(DEPTH_INFO, stamp, message)

    def transform(self, stamp: int, world_from_optical: np.ndarray) -> None:
        map_from_link = world_from_optical @ np.linalg.inv(LINK_FROM_OPTICAL)
        self._write("/tf", stamp, _transform(stamp, "map", "camera_link", map_from_link))

    def static(self, stamp: int) -> None:
        self._write("/tf_static", stamp, _transform(stamp, "camera_link", OPTICAL_FRAME, LINK_FROM_OPTICAL))


def _qos(transient: bool) -> Qos:
    durability = QosDurability.TRANSIENT_LOCAL if transient else QosDurability.VOLATILE
    return Qos(
        QosHistory.KEEP_LAST,
        10,
        QosReliability.RELIABLE,
        durability,
        _FOREVER,
        _FOREVER,
        QosLiveliness.AUTOMATIC,
        _FOREVER,
        avoid_ros_namespace_conventions=False,
    )


def _new(kind: str, *values: Any) -> Any:
    return _TYPES.types[kind](*values)


def _header(stamp: int, frame: str) -> object:
    time = _new("builtin_interfaces/msg/Time", stamp // 10**9, stamp % 10**9)
    return _new("std_msgs/msg/Header", time, frame)


def _transform(stamp: int, parent: str, child: str, matrix: np.ndarray) -> object:
    x, y, z = (float(value) for value in matrix[:3, 3])
    quaternion = Rotation.from_matrix(matrix[:3, :3]).as_quat(canonical=True)
    pose = _new(
        "geometry_msgs/msg/Transform",
        _new("geometry_msgs/msg/Vector3", x, y, z),
        _new("geometry_msgs/msg/Quaternion", *(float(value) for value in quaternion)),
    )
    stamped = _new("geometry_msgs/msg/TransformStamped", _header(stamp, parent), child, pose)
    return _new("tf2_msgs/msg/TFMessage", [stamped])
