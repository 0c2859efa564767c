# SPDX-License-Identifier: Apache-2.0
"""Pairs of messages become frames, or the reason says what is missing."""

from __future__ import annotations

import cv2
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from live_rig import FOCAL, HEIGHT, OPTICAL, START, WIDTH, color_pixels, depth_pixels, image
from sensor_msgs.msg import CameraInfo, CompressedImage

from xmask3d_ros.nodes.cameras import Cameras
from xmask3d_ros.nodes.conversions import header
from xmask3d_ros.nodes.frame_queue import LostFrameError
from xmask3d_ros.nodes.frames import FrameMaker
from xmask3d_ros.nodes.pairing import Pair
from xmask3d_ros.nodes.transforms import Transforms

pytestmark = pytest.mark.ros
HALF = (WIDTH // 2, HEIGHT // 2)


def info(size: tuple[int, int]) -> CameraInfo:
    """A camera_info of the colour camera's frame."""
    message = CameraInfo(header=header(START, OPTICAL), width=size[0], height=size[1], distortion_model="plumb_bob")
    message.k = [FOCAL, 0.0, (size[0] - 1) / 2, 0.0, FOCAL, (size[1] - 1) / 2, 0.0, 0.0, 1.0]
    return message


def pair(depth_size: tuple[int, int], stamp: int = START) -> Pair:
    """Images of one moment."""
    return Pair(image(stamp, color_pixels(), "rgb8"), image(stamp, depth_pixels(depth_size), "16UC1"), stamp, stamp)


@pytest.fixture
def maker(ros):
    """Frames of a map in the camera's own frame, so that no transform is needed; colour's camera_info is there."""
    node = ros.create_node("frames")
    maker = FrameMaker(
        Cameras("/color/info", "/color/image"), Cameras("/depth/info", "/depth/image"), Transforms(node), OPTICAL
    )
    maker._color.add(info((WIDTH, HEIGHT)))
    yield maker
    node.destroy_node()


def test_aligned_depth_needs_no_camera_info(maker):
    frame = maker.make(maker.resolve(pair((WIDTH, HEIGHT))))
    assert frame.depth.shape == (HEIGHT, WIDTH) and frame.stamp_ns == START


def test_depth_on_another_grid_without_camera_info_is_named(maker):
    with pytest.raises(LostFrameError) as lost:
        maker.make(maker.resolve(pair(HALF)))
    assert lost.value.cause == "no camera info"
    for words in ("/depth/image is 32x24", "not on the grid of /color/image, 64x48", "/depth/info, of which nothing"):
        assert words in lost.value.reason


def test_depth_of_another_size_than_its_camera_info_names_that_topic(maker):
    maker._depth.add(info((WIDTH, HEIGHT)))
    compressed = CompressedImage(header=header(START, OPTICAL), format="16UC1; compressedDepth png")
    compressed.data.frombytes(cv2.imencode(".png", depth_pixels(HALF))[1].tobytes())
    resolved = maker.resolve(Pair(pair(HALF).color, compressed, START, START))
    with pytest.raises(LostFrameError, match="/depth/image is 32x24, but /depth/info says 64x48") as lost:
        maker.make(resolved)
    assert lost.value.cause == "bad camera info"


def test_an_image_without_a_stamp_is_lost(maker):
    with pytest.raises(LostFrameError, match=r"does not set header\.stamp") as lost:
        maker.resolve(pair((WIDTH, HEIGHT), stamp=0))
    assert lost.value.cause == "no stamp"
    assert maker.resolve(pair((WIDTH, HEIGHT), stamp=1)), "a simulation that starts at 0 goes on"
