# SPDX-License-Identifier: Apache-2.0
"""Between ROS messages and the package's own types."""

from __future__ import annotations

from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header
from vision_msgs.msg import LabelInfo, VisionClass

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.geometry import rigid_from_quaternion

SECOND = 1_000_000_000
POINT = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("rgb", "<u4"), ("label", "<u4"), ("confidence", "<f4")])
"""One point of the published cloud, 24 bytes."""
_ROS_TYPE = {"<f4": PointField.FLOAT32, "<u4": PointField.UINT32}
# Viewers expect the packed colour to be declared as a float, as PCL does.
_FIELDS = [
    PointField(
        name=name,
        offset=POINT.fields[name][1],
        datatype=PointField.FLOAT32 if name == "rgb" else _ROS_TYPE[POINT.fields[name][0].str],
        count=1,
    )
    for name in POINT.names
]


def nanoseconds(stamp: Time) -> int:
    """A message's stamp as one number."""
    return int(stamp.sec) * SECOND + int(stamp.nanosec)


def header(stamp_ns: int, frame: str) -> Header:
    """A header of this time and frame."""
    return Header(stamp=Time(sec=stamp_ns // SECOND, nanosec=stamp_ns % SECOND), frame_id=frame)


def matrix(transform: TransformStamped) -> NDArray[np.float64]:
    """(4, 4) float64: takes points of the child frame to the parent frame."""
    move, turn = transform.transform.translation, transform.transform.rotation
    return rigid_from_quaternion((move.x, move.y, move.z), (turn.x, turn.y, turn.z, turn.w))


def points_from(cloud: LabelledCloud, colors: NDArray[np.uint8]) -> NDArray[Any]:
    """(V,) points (:data:`POINT`) of a cloud; ``colors`` (V, 3) uint8 RGB go into ``rgb`` (0x00RRGGBB)."""
    points = np.empty(len(cloud), POINT)
    points["x"], points["y"], points["z"] = cloud.positions.T
    packed = np.zeros((len(cloud), 4), np.uint8)
    packed[:, 2], packed[:, 1], packed[:, 0] = colors.T
    points["rgb"] = packed.view("<u4")[:, 0]
    points["label"], points["confidence"] = cloud.labels, cloud.confidence
    return points


def cloud_message(points: NDArray[Any], frame: str, stamp_ns: int) -> PointCloud2:
    """Points (V,) as a message: their bytes are copied once."""
    message = PointCloud2(
        header=header(stamp_ns, frame),
        height=1,
        width=len(points),
        fields=_FIELDS,
        is_bigendian=False,
        point_step=POINT.itemsize,
        row_step=points.nbytes,
        is_dense=True,
    )
    # Into the message's own buffer: assigning to ``data`` copies once more, and checks each byte if checks are on.
    message.data.frombytes(points.view(np.uint8))
    return message


def points_of(message: PointCloud2) -> NDArray[Any]:
    """(V,) structured points (:data:`POINT`) of such a message; no copy."""
    return np.frombuffer(message.data, POINT)


def unpacked(rgb: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """(V, 3) uint8 RGB of (V,) 0x00RRGGBB."""
    return np.ascontiguousarray(rgb, "<u4").view(np.uint8).reshape(-1, 4)[:, 2::-1]


def label_message(names: dict[int, str], frame: str, stamp_ns: int) -> LabelInfo:
    """What the labels stand for. The threshold is 0: clouds hold every point, whatever its confidence."""
    classes = [VisionClass(class_id=label, class_name=name) for label, name in sorted(names.items())]
    return LabelInfo(header=header(stamp_ns, frame), class_map=classes, threshold=0.0)
