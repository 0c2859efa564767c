# SPDX-License-Identifier: Apache-2.0
"""Over DDS: images and cameras as they should not be. The node says what is wrong, counts it, and goes on."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from live_rig import (
    DEPTH_OPTICAL,
    HEIGHT,
    OPTICAL,
    PERIOD,
    SECOND,
    WIDTH,
    color_pixels,
    depth_pixels,
    image,
    wait_until,
)
from sensor_msgs.msg import CompressedImage

from xmask3d_ros.nodes import inputs, interfaces
from xmask3d_ros.nodes.conversions import header

pytestmark = pytest.mark.ros


def prepared(rig, stamp: int) -> int:
    """Pose and cameras of a moment whose images the test sends itself."""
    rig.camera.pose(stamp)
    rig.camera.info(stamp)
    return stamp


@pytest.mark.parametrize(
    ("color", "depth", "words"),
    [
        ("16UC1", "16UC1", ("colour encoding '16UC1'", "topics exchanged")),
        ("bayer_rggb8", "16UC1", ("colour encoding 'bayer_rggb8'", "image_proc debayers")),
        ("rgb8", "rgb8", ("depth encoding 'rgb8'", "topics exchanged")),
        ("rgb8", "64FC1", ("depth encoding '64FC1'", "16UC1")),
    ],
)
def test_wrong_encodings_are_named(rig, color, depth, words):
    stamp = prepared(rig, rig.start)
    rig.camera.color.publish(image(stamp, color_pixels(), color))
    rig.camera.depth.publish(image(stamp, depth_pixels(), depth))
    wait_until(lambda: rig.dropped == {"bad encoding": 1}, what=f"{rig.dropped}")
    assert rig.said(*words)
    assert rig.is_up()


@pytest.mark.parametrize("empty", [np.nan, np.inf, 0.0])
def test_depth_without_readings_is_dropped(rig, empty):
    stamp = prepared(rig, rig.start)
    rig.camera.color.publish(image(stamp, color_pixels(), "rgb8"))
    rig.camera.depth.publish(image(stamp, np.full((HEIGHT, WIDTH), empty, np.float32), "32FC1"))
    wait_until(lambda: rig.dropped == {"empty depth": 1})
    assert rig.said("/depth/image_raw has a reading", "check the depth sensor")
    assert rig.is_up()


def test_depth_with_holes_is_used_around_them(rig):
    stamp = prepared(rig, rig.start)
    depth = np.full((HEIGHT, WIDTH), 2.0, np.float32)
    depth[::2] = np.nan
    rig.camera.color.publish(image(stamp, color_pixels()[..., ::-1], "bgr8"))
    rig.camera.depth.publish(image(stamp, depth, "32FC1"))
    wait_until(lambda: rig.integrated == 1)
    wait_until(lambda: rig.viewer.stamps[-1:] == [stamp])
    assert np.isfinite(rig.viewer.points["x"]).all()


def test_depth_out_of_range_is_dropped(rig):
    stamp = prepared(rig, rig.start)
    rig.camera.color.publish(image(stamp, color_pixels(), "rgb8"))
    rig.camera.depth.publish(image(stamp, depth_pixels(millimetres=60_000), "16UC1"))
    wait_until(lambda: rig.dropped == {"no depth in range": 1})
    assert rig.said("max_depth (6.0 m)")


def test_sizes_may_change(rig):
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.integrated == 1)
    half, stamp = (WIDTH // 2, HEIGHT // 2), rig.start + SECOND
    # The images come before the camera_info of their size: they wait for it.
    rig.camera.pose(stamp)
    rig.camera.images(stamp, half)
    rig.camera.info(stamp, half)
    wait_until(lambda: rig.integrated == 2, what=f"{rig.dropped}")
    assert not rig.dropped


def test_sizes_that_do_not_fit_are_named(rig):
    stamp = prepared(rig, rig.start)
    rig.camera.images(stamp, (WIDTH // 2, HEIGHT // 2))
    wait_until(lambda: rig.dropped == {"bad camera info": 1}, what=f"{rig.dropped}")
    assert rig.said("/color/image_raw is 32x24, but /color/camera_info says 64x48")
    assert rig.is_up()


def test_an_uncalibrated_camera_is_named(rig):
    rig.camera.pose(rig.start)
    rig.camera.info(rig.start, focal=0.0)
    rig.camera.images(rig.start)
    wait_until(lambda: rig.dropped == {"bad camera info": 1})
    assert rig.said("/color/camera_info", "all-zero K", "uncalibrated")
    assert rig.is_up()


def test_color_without_depth_is_said_with_what_is_heard(rig, monkeypatch):
    monkeypatch.setattr(inputs, "SILENCE", 0.5)
    rig.node._inputs._last_pair -= 1
    for number in range(4):
        stamp = prepared(rig, rig.start + number * PERIOD)
        rig.camera.color.publish(image(stamp, color_pixels(), "rgb8"))
    wait_until(lambda: rig.node._pairing.received["color"] == 4)
    wait_until(lambda: rig.said("no pair of colour and depth images for", "/depth/image_raw: 0 received"))
    assert rig.integrated == 0 and not rig.dropped
    assert rig.is_up()
    wait_until(lambda: rig.node._pairing.dropped == {"unpaired color": 4})


def test_stamps_that_never_meet_are_said(rig, monkeypatch):
    monkeypatch.setattr(inputs, "SILENCE", 0.5)
    rig.node._inputs._last_pair -= 1
    for number in range(4):
        rig.camera.images(prepared(rig, rig.start + number * PERIOD), offset_ns=PERIOD // 2)
    wait_until(lambda: rig.said("newest stamps 0.050 s apart", "pairing_tolerance 0.02 s"), what=f"{rig.log}")
    assert rig.node._pairing.paired == 0


def test_repeated_stamps_are_said(rig):
    stamp = prepared(rig, rig.start)
    rig.camera.images(stamp)
    rig.camera.images(stamp)
    wait_until(lambda: rig.said("repeats stamps", "two publishers"))
    assert rig.integrated <= 1


def test_views_of_too_few_points_are_said_and_counted(alone):
    rig = alone(min_view_points=1_000_000)
    rig.activate()
    for number in range(2):
        rig.camera.frame(rig.start + number * PERIOD)
        wait_until(lambda number=number: rig.viewer.stamps[-1:] == [rig.start + number * PERIOD])
    wait_until(lambda: rig.said("fewer than min_view_points (1000000)", "border (10)", "depth_tolerance (0.25)"))
    assert sum("min_view_points" in line for line in rig.log) == 1, "not once a frame"
    assert not rig.dropped, "the frames are integrated"
    wait_until(lambda: rig.viewer.levels.get("xmask3d: inference") == b"\x01", what="a warning")


def test_a_stray_stamp_costs_one_image_and_not_the_map(rig):
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.integrated == 1)
    rig.camera.color.publish(image(rig.start + 1000 * SECOND, color_pixels(), "rgb8"))
    wait_until(lambda: rig.node._pairing.waiting("color") == 1)
    rig.camera.frame(rig.start + PERIOD)
    wait_until(lambda: rig.integrated == 2, what=f"{rig.dropped} {rig.log}")
    assert rig.node._pairing.dropped == {"stray color": 1} and not rig.dropped
    assert rig.said("/color/image_raw was stamped far ahead", "no jump in time")
    assert rig.node._pairing.jumps == 0


def test_depth_of_another_camera_is_registered(rig):
    """The depth camera sits 2 cm to the right of the colour camera, and sees the wall in front of both."""
    stamp = prepared(rig, rig.start)
    rig.camera.color.publish(image(stamp, color_pixels(), "rgb8"))
    rig.camera.depth.publish(image(stamp, depth_pixels(), "16UC1", DEPTH_OPTICAL))
    wait_until(lambda: rig.viewer.stamps[-1:] == [stamp], what=f"{rig.dropped} {rig.log}")
    assert np.median(rig.viewer.points["x"]) == pytest.approx(2.0, abs=0.01)


def test_depth_in_an_unknown_frame_is_named(rig):
    stamp = prepared(rig, rig.start)
    rig.camera.color.publish(image(stamp, color_pixels(), "rgb8"))
    rig.camera.depth.publish(image(stamp, depth_pixels(), "16UC1", "nowhere"))
    wait_until(lambda: rig.dropped == {"no transform": 1})
    assert rig.said("'nowhere'")


def test_compressed_images_are_read(alone):
    rig = alone(compressed_color=True, compressed_depth=True, cloud_colors="camera")
    names = (interfaces.COMPRESSED_COLOR.name, interfaces.COMPRESSED_DEPTH.name)
    rig.camera.color, rig.camera.depth = (rig.camera.node.create_publisher(CompressedImage, name, 5) for name in names)
    rig.activate()
    stamp = prepared(rig, rig.start)
    for publisher, pixels, text in (
        (rig.camera.color, color_pixels()[..., ::-1], "rgb8; png compressed bgr8"),
        (rig.camera.depth, depth_pixels(), "16UC1; compressedDepth png"),
    ):
        message = CompressedImage(header=header(stamp, OPTICAL), format=text)
        message.data.frombytes(cv2.imencode(".png", pixels)[1].tobytes())
        publisher.publish(message)
    wait_until(lambda: rig.viewer.stamps[-1:] == [stamp], what=f"{rig.dropped} {rig.log}")
    # The upper left quarter is (200, 180, 60): red is red.
    assert 0xC8B43C in set(rig.viewer.points["rgb"].tolist())
