# SPDX-License-Identifier: Apache-2.0
"""What is known of the poses after a jump back in time, whoever tells of it first. The buffer is tf2's own."""

from __future__ import annotations

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from live_rig import BASE, PERIOD, SECOND, START, UNTURNED, transform
from tf2_msgs.msg import TFMessage

from xmask3d_ros.nodes.frame_queue import LostFrameError, NotReadyError
from xmask3d_ros.nodes.transforms import Transforms

pytestmark = pytest.mark.ros


def pose(stamp: int) -> TFMessage:
    """The robot's pose: 1 m/s along x."""
    moved = ((stamp - START) / SECOND, 0.0, 0.0)
    return TFMessage(transforms=[transform("odom", BASE, moved, UNTURNED, stamp)])


@pytest.fixture
def transforms(ros):
    """Transforms that listen; the test calls the listener itself."""
    node = ros.create_node("transforms")
    transforms = Transforms(node)
    transforms.listen()
    yield transforms
    transforms.stop()
    node.destroy_node()


def test_a_clock_that_tells_of_a_jump_after_the_images_costs_no_transform(transforms):
    hear = transforms._listener.callback
    hear(pose(START + 100 * SECOND))
    transforms.clear_stale()  # the images have jumped
    hear(pose(START))
    hear(pose(START + PERIOD))
    assert transforms.lookup("odom", BASE, START + PERIOD // 2)[0, 3] == pytest.approx(0.05)
    transforms.buffer.time_jump_callback(None)  # tf2's own answer to /clock
    transforms.clear_stale(by_clock=True)  # the node's
    assert transforms.lookup("odom", BASE, START + PERIOD // 2)[0, 3] == pytest.approx(0.05)
    hear(pose(START + 2 * PERIOD))
    assert transforms.lookup("odom", BASE, START + 3 * PERIOD // 2)[0, 3] == pytest.approx(0.15)
    with pytest.raises(NotReadyError):
        transforms.lookup("odom", BASE, START + 100 * SECOND)


def test_a_jump_in_a_pause_costs_no_transform_of_the_new_time(transforms):
    transforms._listener.callback(pose(START + 100 * SECOND))
    transforms.stop()
    transforms.listen()
    transforms._cleared -= 5.0  # as if that had been five seconds ago
    for stamp in (START, START + PERIOD):
        transforms._listener.callback(pose(stamp))
    transforms.clear_stale()  # the first images tell of the jump
    assert transforms.lookup("odom", BASE, START + PERIOD // 2)[0, 3] == pytest.approx(0.05)


def test_time_0_is_no_time_to_look_up(transforms):
    transforms._listener.callback(pose(START))
    with pytest.raises(LostFrameError, match=r"does not set header\.stamp") as lost:
        transforms.lookup("odom", BASE, 0)
    assert not isinstance(lost.value, NotReadyError), "it is not waited for"
