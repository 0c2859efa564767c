# SPDX-License-Identifier: Apache-2.0
"""Clouds, labels and transforms as messages, and what that costs."""

from __future__ import annotations

import time
from array import array

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from geometry_msgs.msg import TransformStamped
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import PointCloud2, PointField

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.nodes.conversions import (
    POINT,
    cloud_message,
    header,
    label_message,
    matrix,
    nanoseconds,
    points_from,
    points_of,
    unpacked,
)

pytestmark = pytest.mark.ros


def cloud(count: int) -> LabelledCloud:
    """Random points."""
    generator = np.random.default_rng(count)
    return LabelledCloud(
        keys=np.arange(count),
        positions=generator.normal(size=(count, 3)).astype(np.float32),
        colors=generator.integers(0, 256, (count, 3), dtype=np.uint8),
        labels=generator.choice([0, 3, 700, 65535], count).astype(np.uint16),
        confidence=generator.random(count).astype(np.float32),
        names={0: "wall", 3: "chair", 700: "lamp"},
        stamp_ns=5_000_000_007,
    )


def test_a_cloud_survives_the_wire():
    source = cloud(1000)
    message = cloud_message(points_from(source, source.colors), "odom", source.stamp_ns)
    heard = deserialize_message(serialize_message(message), PointCloud2)
    points = points_of(heard)
    np.testing.assert_array_equal(np.stack([points[name] for name in "xyz"], axis=1), source.positions)
    np.testing.assert_array_equal(unpacked(points["rgb"]), source.colors)
    np.testing.assert_array_equal(points["label"], source.labels)
    np.testing.assert_array_equal(points["confidence"], source.confidence)
    assert (heard.header.frame_id, nanoseconds(heard.header.stamp)) == ("odom", source.stamp_ns)
    assert (heard.width, heard.height, heard.point_step, heard.row_step) == (1000, 1, 24, 24000)


def test_the_layout_is_the_one_documented():
    fields = {field.name: (field.offset, field.datatype, field.count) for field in cloud_message_of(3).fields}
    assert fields == {
        "x": (0, PointField.FLOAT32, 1),
        "y": (4, PointField.FLOAT32, 1),
        "z": (8, PointField.FLOAT32, 1),
        "rgb": (12, PointField.FLOAT32, 1),
        "label": (16, PointField.UINT32, 1),
        "confidence": (20, PointField.FLOAT32, 1),
    }


def cloud_message_of(count: int) -> PointCloud2:
    """A message of random points."""
    return cloud_message(points_from(cloud(count), cloud(count).colors), "odom", 1)


def test_red_is_the_high_byte():
    source = cloud(1)
    points = points_from(source, np.array([[1, 2, 3]], np.uint8))
    assert points["rgb"].tolist() == [0x010203]


def test_an_empty_cloud_is_a_message():
    message = cloud_message_of(0)
    assert (message.width, message.row_step, len(message.data), len(message.fields)) == (0, 0, 0, 6)


def test_labels_are_listed_by_id():
    message = label_message({3: "chair", 0: "wall"}, "odom", 9)
    assert [(entry.class_id, entry.class_name) for entry in message.class_map] == [(0, "wall"), (3, "chair")]


def test_a_transform_becomes_its_matrix():
    stamped = TransformStamped(header=header(1, "odom"), child_frame_id="base")
    stamped.transform.translation.x = 2.0
    stamped.transform.rotation.z = stamped.transform.rotation.w = np.sqrt(0.5)
    np.testing.assert_allclose(matrix(stamped) @ [1, 0, 0, 1], [2, 1, 0, 1], atol=1e-12)


def test_publishing_costs_at_most_two_copies():
    """What the node adds to the middleware's own work: making the message of 200,000 points."""
    points = points_from(cloud(200_000), cloud(200_000).colors)
    content = points.tobytes()
    assert len(content) == 200_000 * POINT.itemsize

    def copy() -> None:
        array("B").frombytes(content)

    def best(action, times: int = 25) -> float:
        spent = []
        for _ in range(times):
            start = time.perf_counter()
            action()
            spent.append(time.perf_counter() - start)
        return min(spent)

    assert best(lambda: cloud_message(points, "odom", 1)) <= 2 * best(copy)
