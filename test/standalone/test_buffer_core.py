# SPDX-License-Identifier: Apache-2.0
"""The buffer answers in tf2's terms: which exception, which stamp, which way round."""

from __future__ import annotations

import numpy as np
import pytest
import tf2_py
from geometry_msgs.msg import TransformStamped
from rclpy.duration import Duration
from rclpy.time import Time
from scipy.spatial.transform import Rotation, Slerp

pytestmark = pytest.mark.ros


def edge(parent: str, child: str, seconds: float, x: float = 1.0, rotation=(0.0, 0.0, 0.0, 1.0)) -> TransformStamped:
    """A transform `x` metres along the parent's first axis."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp = Time(seconds=seconds).to_msg()
    message.transform.translation.x = x
    q = message.transform.rotation
    q.x, q.y, q.z, q.w = map(float, rotation)
    return message


@pytest.fixture
def buffer() -> tf2_py.BufferCore:
    """odom -> base moves one metre a second from 1 s to 3 s; base -> camera stands; left -> right stands apart."""
    core = tf2_py.BufferCore()
    for seconds in (1.0, 3.0, 2.0):
        core.set_transform(edge("odom", "base", seconds, x=seconds), "test")
    core.set_transform_static(edge("base", "camera", 0.0, x=0.25), "test")
    core.set_transform_static(edge("left", "right", 0.0), "test")
    return core


def test_interpolates_and_chains(buffer):
    found = buffer.lookup_transform_core("odom", "camera", Time(seconds=1.5))
    assert (found.header.frame_id, found.child_frame_id) == ("odom", "camera")
    assert found.header.stamp == Time(seconds=1.5).to_msg()
    assert found.transform.translation.x == pytest.approx(1.75)
    assert buffer.lookup_transform_core("camera", "odom", Time(seconds=1.5)).transform.translation.x == -1.75


def test_rotates_as_scipy_does():
    rotations = Rotation.from_euler("xyz", [[0.1, -0.4, 0.3], [1.2, 0.5, -0.7]])
    core = tf2_py.BufferCore()
    for seconds, rotation in zip((1.0, 2.0), rotations, strict=True):
        core.set_transform(edge("odom", "base", seconds, rotation=rotation.as_quat()), "test")
    q = core.lookup_transform_core("odom", "base", Time(seconds=1.3)).transform.rotation
    expected = Slerp([1.0, 2.0], rotations)(1.3)
    assert (Rotation.from_quat([q.x, q.y, q.z, q.w]) * expected.inv()).magnitude() < 1e-9


def test_time_zero_is_the_newest_common_time(buffer):
    found = buffer.lookup_transform_core("odom", "camera", Time())
    assert found.header.stamp == Time(seconds=3).to_msg()
    assert buffer.get_latest_common_time("odom", "camera") == Time(seconds=3)
    assert found.transform.translation.x == pytest.approx(3.25)


def test_a_time_may_be_a_message(buffer):
    assert buffer.lookup_transform_core("odom", "base", Time(seconds=2).to_msg()).transform.translation.x == 2.0
    with pytest.raises(TypeError, match="float"):
        buffer.lookup_transform_core("odom", "base", 2.0)


def test_full_lookup_goes_through_the_fixed_frame(buffer):
    """Where the base of 1 s is, seen from the base of 3 s: two metres behind."""
    found = buffer.lookup_transform_full_core("base", Time(seconds=3), "base", Time(seconds=1), "odom")
    assert found.transform.translation.x == pytest.approx(-2.0)
    assert found.header.stamp == Time(seconds=3).to_msg()
    possible, reason = buffer.can_transform_full_core("base", Time(seconds=3), "base", Time(seconds=9), "odom")
    assert not possible and "extrapolation into the future" in reason


@pytest.mark.parametrize(
    ("frames", "seconds", "exception", "words"),
    [
        (("odom", "nowhere"), 2.0, tf2_py.LookupException, "nowhere"),
        (("nowhere", "odom"), 2.0, tf2_py.LookupException, "nowhere"),
        (("odom", "right"), 2.0, tf2_py.ConnectivityException, "'odom'"),
        (("odom", "base"), 0.5, tf2_py.ExtrapolationException, "Lookup would require extrapolation into the past"),
        (("odom", "base"), 3.5, tf2_py.ExtrapolationException, "Lookup would require extrapolation into the future"),
        (("", "base"), 2.0, tf2_py.InvalidArgumentException, "cannot be empty"),
        (("/odom", "base"), 2.0, tf2_py.InvalidArgumentException, "cannot start with"),
    ],
)
def test_what_is_not_to_be_had(buffer, frames, seconds, exception, words):
    with pytest.raises(exception) as raised:
        buffer.lookup_transform_core(*frames, Time(seconds=seconds))
    assert words in str(raised.value)
    assert isinstance(raised.value, tf2_py.TransformException)
    assert buffer.can_transform_core(*frames, Time(seconds=seconds)) == (False, str(raised.value))


def test_senseless_transforms_are_ignored():
    core = tf2_py.BufferCore()
    core.set_transform(edge("odom", "base", 1.0, rotation=(0, 0, 0, 0)), "test")
    core.set_transform(edge("odom", "base", 1.0, rotation=(0, 0, 0, 2)), "test")
    core.set_transform(edge("odom", "base", 1.0, x=float("nan")), "test")
    core.set_transform(edge("odom", "odom", 1.0), "test")
    core.set_transform(edge("", "base", 1.0), "test")
    assert core.all_frames_as_string() == ""


def test_leading_slashes_of_published_frames_are_dropped(buffer):
    buffer.set_transform_static(edge("/camera", "/lens", 0.0), "test")
    assert buffer.can_transform_core("odom", "lens", Time(seconds=2)) == (True, "")


def test_history_is_bounded():
    core = tf2_py.BufferCore(Duration(seconds=2))
    for seconds in range(1, 6):
        core.set_transform(edge("odom", "base", float(seconds)), "test")
    assert core.can_transform_core("odom", "base", Time(seconds=3))[0]
    assert not core.can_transform_core("odom", "base", Time(seconds=2.9))[0]


def test_clearing_keeps_what_is_published_but_once(buffer):
    """After a jump of the clock nobody repeats the static transforms; without them nothing would work again."""
    buffer.clear()
    assert not buffer.can_transform_core("odom", "base", Time(seconds=2))[0]
    buffer.set_transform(edge("odom", "base", 1.0), "test")
    assert buffer.lookup_transform_core("odom", "camera", Time(seconds=1)).transform.translation.x == 1.25


def test_frames_are_listed(buffer):
    assert "base:\n  parent: 'odom'" in buffer.all_frames_as_yaml()
    assert "Frame camera exists with parent base." in buffer.all_frames_as_string()
    assert np.all([frame in buffer.all_frames_as_yaml() for frame in ("base", "camera", "right")])
