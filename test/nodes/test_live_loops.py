# SPDX-License-Identifier: Apache-2.0
"""Over DDS: a recording played in a loop gives the same pairs each time, at any ratio of rates."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from live_rig import SECOND, color_pixels, depth_pixels, image, wait_until

pytestmark = pytest.mark.ros
SMALL = (16, 12)


def play(rig, depth_hz: int, seconds: int = 2, color_hz: int = 30) -> None:
    """One loop, ten times as fast: colour at 30 Hz, depth at another rate, TF with the images."""
    events = [("color", round(number / color_hz * SECOND)) for number in range(seconds * color_hz)]
    events += [("depth", round(number / depth_hz * SECOND) + 4_000_000) for number in range(seconds * depth_hz)]
    for kind, offset in sorted(events, key=lambda event: event[1]):
        stamp = rig.start + offset
        if kind == "color":
            rig.camera.pose(stamp)
            rig.camera.info(stamp, SMALL, 15.0)
            rig.camera.color.publish(image(stamp, color_pixels(SMALL), "rgb8"))
        else:
            rig.camera.depth.publish(image(stamp, depth_pixels(SMALL), "16UC1"))
        time.sleep(0.003)


@pytest.mark.parametrize("depth_hz", [30, 15, 10])
def test_the_second_loop_has_the_pairs_of_the_first(rig, monkeypatch, depth_hz):
    pairs = []
    monkeypatch.setattr(rig.node._workers, "put", lambda pair: pairs.append((pair.color_ns, pair.depth_ns)))
    loops = []
    for _ in range(3):
        play(rig, depth_hz)
        wait_until(lambda: len(pairs) >= 2 * depth_hz, what=f"{len(pairs)} pairs")
        loops.append(pairs.copy())
        pairs.clear()
    assert loops[1] == loops[0] and loops[2] == loops[0]
    assert len(loops[0]) == 2 * depth_hz
    assert rig.node._pairing.jumps == 4, "each stream jumps once a loop"


def test_every_loop_is_integrated_into_a_map_of_its_own(rig):
    for loop in range(1, 3):
        play(rig, 15)
        wait_until(lambda loop=loop: rig.node._pairing.paired == loop * 30)
        wait_until(rig.accounted, what=f"{rig.integrated} {rig.dropped}")
    lost = sum(rig.dropped.values())
    assert set(rig.dropped) <= {"cleared", "no transform"} and lost <= 3, f"{rig.dropped}"
    assert rig.integrated == 60 - lost
