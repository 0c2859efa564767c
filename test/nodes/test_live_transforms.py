# SPDX-License-Identifier: Apache-2.0
"""Over DDS: poses that are missing, late, or there for some images only; and time that jumps back."""

from __future__ import annotations

import time

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from lifecycle_msgs.msg import Transition
from live_rig import PERIOD, SECOND, wait_until
from rosgraph_msgs.msg import Clock

from xmask3d_ros.nodes.conversions import header

pytestmark = pytest.mark.ros


def test_without_transforms_every_frame_is_dropped_with_the_reason(rig):
    for number in range(4):
        rig.camera.info(rig.start + number * PERIOD)
        rig.camera.images(rig.start + number * PERIOD)
    wait_until(lambda: rig.dropped.get("no transform") == 4, what=f"{rig.dropped}")
    assert rig.integrated == 0 and rig.accounted()
    assert rig.said("no transform from 'camera_color_optical_frame' to 'odom'", "fixed_frame", "use_sim_time", "waited")
    assert rig.is_up()


def test_late_transforms_are_waited_for(rig):
    for number in range(3):
        rig.camera.info(rig.start + number * PERIOD)
        rig.camera.images(rig.start + number * PERIOD)
    time.sleep(0.2)
    assert rig.integrated == 0 and not rig.dropped
    for number in range(3):
        rig.camera.pose(rig.start + number * PERIOD)
    wait_until(lambda: rig.integrated == 3, what=f"{rig.dropped}")
    assert not rig.dropped


def test_a_pose_between_two_transforms_is_interpolated_not_guessed(rig):
    stamp = rig.start + PERIOD // 2
    rig.camera.pose(rig.start)
    rig.camera.info(stamp)
    rig.camera.images(stamp)
    time.sleep(0.15)
    assert rig.integrated == 0, "the latest pose is not the pose of the image"
    rig.camera.pose(rig.start + PERIOD)
    wait_until(lambda: rig.viewer.stamps[-1:] == [stamp])
    # The wall is 2 m ahead of the camera, which has moved 0.05 m.
    assert np.median(rig.viewer.points["x"]) == pytest.approx(2.05, abs=0.01)
    assert np.median(rig.viewer.points["z"]) == pytest.approx(1.0, abs=0.1)


def test_transforms_for_some_frames_integrate_those(rig):
    for number in range(6):
        stamp = rig.start + number * SECOND
        if number >= 3:
            rig.camera.pose(stamp)
        rig.camera.info(stamp)
        rig.camera.images(stamp)
        wait_until(lambda number=number: rig.node._pairing.paired == number + 1)
    wait_until(lambda: rig.integrated == 3 and rig.accounted(), what=f"{rig.integrated} {rig.dropped}")
    assert rig.dropped == {"no transform": 3}


def test_a_second_and_later_publisher_of_a_frame_is_no_jump(rig):
    stamps = [rig.start + number * PERIOD for number in range(5)]
    for stamp in stamps:
        rig.camera.pose(stamp)
        rig.camera.pose(stamp - 7 * PERIOD)
    for stamp in stamps:
        rig.camera.info(stamp)
        rig.camera.images(stamp)
    wait_until(lambda: rig.integrated == 5, what=f"{rig.dropped}")
    assert not rig.dropped


def test_time_that_jumps_back_begins_a_new_map(rig):
    for number in range(3):
        rig.camera.frame(rig.start + (100 + number) * SECOND)
    wait_until(lambda: rig.integrated == 3)
    wait_until(lambda: rig.viewer.stamps and rig.viewer.stamps[-1] == rig.start + 102 * SECOND)
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.viewer.stamps[-1] == rig.start, what=f"{rig.viewer.stamps} {rig.dropped} {rig.log}")
    # Only the new frame's wall is left: all within its one view.
    points = rig.viewer.points
    assert np.ptp(points["x"]) < 0.2
    assert rig.node._segmenter.map.last_seen_ns.max() == rig.start
    assert rig.is_up()


def test_old_transforms_that_come_after_a_jump_do_not_hold_up_the_new_ones(rig):
    late = rig.start + 100 * SECOND
    rig.camera.frame(late)
    wait_until(lambda: rig.integrated == 1)
    rig.camera.info(rig.start)
    rig.camera.images(rig.start)
    wait_until(lambda: rig.node._pairing.jumps == 2, what="both streams have jumped")
    rig.camera.pose(late + PERIOD)
    time.sleep(0.1)
    for number in range(3):
        rig.camera.pose(rig.start + number * PERIOD)
    wait_until(lambda: rig.integrated == 2, what=f"{rig.dropped} {rig.log}")
    assert not set(rig.dropped) - {"cleared"}


def test_a_simulated_clock_that_jumps_back_empties_the_map(alone):
    rig = alone(use_sim_time=True).activate()
    clock = rig.camera.node.create_publisher(Clock, "/clock", 10)
    wait_until(clock.get_subscription_count)

    def set_clock(stamp: int) -> None:
        clock.publish(Clock(clock=header(stamp, "").stamp))
        wait_until(lambda: rig.node.get_clock().now().nanoseconds == stamp)

    set_clock(rig.start + 50 * SECOND)
    rig.camera.frame(rig.start + 50 * SECOND)
    wait_until(lambda: rig.integrated == 1)
    wait_until(lambda: len(rig.viewer.clouds) == 1)
    rig.camera.images(rig.start + 50 * SECOND + 2 * PERIOD)  # waits for its pose
    wait_until(lambda: len(rig.node._workers.queue) == 1)
    # Shorter than tf2's own threshold of a second.
    set_clock(rig.start + 50 * SECOND - SECOND // 3)
    wait_until(lambda: len(rig.node._segmenter.map) == 0)
    wait_until(lambda: rig.viewer.clouds[-1].width == 0)
    assert rig.dropped == {"cleared": 1}
    set_clock(rig.start)
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.integrated == 2 and rig.viewer.clouds[-1].width, what=f"{rig.dropped} {rig.log}")
    assert rig.viewer.stamps[-1] == rig.start
    assert rig.viewer.change(Transition.TRANSITION_DEACTIVATE)
    set_clock(rig.start - SECOND)
    wait_until(lambda: len(rig.node._segmenter.map) == 0, what="no map of a time to come is kept while inactive either")
    assert rig.viewer.change(Transition.TRANSITION_ACTIVATE)
    wait_until(lambda: rig.viewer.clouds[-1].width == 0)
