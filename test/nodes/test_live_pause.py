# SPDX-License-Identifier: Apache-2.0
"""Over DDS: what changes while the node is deactivated is known when it is active again."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from lifecycle_msgs.msg import Transition
from live_rig import PERIOD, SECOND, wait_until
from std_srvs.srv import Trigger

from xmask3d_ros.nodes import inputs

pytestmark = pytest.mark.ros
ACTIVATE, DEACTIVATE = Transition.TRANSITION_ACTIVATE, Transition.TRANSITION_DEACTIVATE


def test_a_camera_that_stays_away_after_a_pause_is_said_and_diagnostics_go_on(alone, monkeypatch):
    monkeypatch.setattr(inputs, "SILENCE", 0.5)
    rig = alone().activate()
    for number in range(5):
        rig.camera.images(rig.start + number * PERIOD)
        wait_until(lambda number=number: rig.node._pairing.paired == number + 1)
    assert rig.viewer.change(DEACTIVATE)
    time.sleep(0.05)  # for diagnostics that are still on the wire
    rig.viewer.diagnostics.clear()
    rig.log.clear()
    rig.node.reporter.begin()
    assert rig.viewer.change(ACTIVATE)
    entry = wait_until(lambda: rig.viewer.diagnostics.get("xmask3d: input"))
    assert (entry["received color"], entry["color rate (Hz)"]) == ("5", "0.0"), "a rate is that of this activation"
    wait_until(lambda: rig.said("no pair", "/color/image_raw: 0 received since activation"), what=f"{rig.log}")
    assert not rig.node.reporter.faults, f"{rig.log}"


def test_what_is_reset_in_a_pause_is_gone_from_viewers_too(alone):
    rig = alone().activate()
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.viewer.stamps[-1:] == [rig.start])
    assert rig.viewer.change(DEACTIVATE) and rig.viewer.call("reset", Trigger.Request()).success
    assert rig.viewer.change(ACTIVATE)
    wait_until(lambda: rig.viewer.clouds[-1].width == 0, what="the empty map")


def test_images_that_begin_anew_in_a_pause_begin_a_new_map(alone):
    rig = alone().activate()
    rig.camera.frame(rig.start + 103 * SECOND)
    wait_until(lambda: rig.viewer.stamps[-1:] == [rig.start + 103 * SECOND])
    assert rig.viewer.change(DEACTIVATE) and rig.viewer.change(ACTIVATE)
    rig.camera.wait_for_node()
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.viewer.stamps[-1] == rig.start, what=f"{rig.viewer.stamps} {rig.dropped} {rig.log}")
    assert rig.node._segmenter.map.last_seen_ns.max() == rig.start
