# SPDX-License-Identifier: Apache-2.0
"""Waiting for transforms, with and without blocking, and forgetting them when the clock jumps back."""

from __future__ import annotations

import threading
import time

import pytest
import rclpy
from geometry_msgs.msg import TransformStamped
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.time import Time
from rosgraph_msgs.msg import Clock
from tf2_ros import Buffer, ExtrapolationException, LookupException

pytestmark = pytest.mark.ros


def edge(seconds: float, parent: str = "odom", child: str = "base") -> TransformStamped:
    """A transform between two frames."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp = Time(seconds=seconds).to_msg()
    return message


def later(seconds: float, action, *arguments) -> None:
    """Do something in another thread in a while."""
    threading.Timer(seconds, action, arguments).start()


def test_waits_for_a_transform_to_come_and_no_longer():
    buffer = Buffer()
    later(0.2, buffer.set_transform, edge(1.0), "test")
    start = time.monotonic()
    buffer.lookup_transform("odom", "base", Time(seconds=1), timeout=Duration(seconds=30))
    assert 0.15 < time.monotonic() - start < 5


def test_waits_for_the_time_to_be_covered():
    buffer = Buffer()
    buffer.set_transform(edge(1.0), "test")
    later(0.1, buffer.set_transform, edge(2.0), "test")
    full = ("odom", Time(seconds=1.5), "base", Time(seconds=1.5), "odom")
    assert not buffer.can_transform_full(*full)
    assert buffer.can_transform_full(*full, timeout=Duration(seconds=30))
    assert buffer.lookup_transform_full(*full).child_frame_id == "base"


def test_gives_up_in_time():
    buffer = Buffer()
    start = time.monotonic()
    assert not buffer.can_transform("odom", "base", Time(), timeout=Duration(seconds=0.2))
    assert 0.2 <= time.monotonic() - start < 5
    with pytest.raises(LookupException):
        buffer.lookup_transform("odom", "base", Time(), timeout=Duration(seconds=0.01))
    possible, reason = buffer.can_transform("odom", "base", Time(), return_debug_tuple=True)
    assert not possible and "odom" in reason


def test_a_future_is_done_when_the_transform_is_there():
    buffer = Buffer()
    future = buffer.wait_for_transform_async("odom", "base", Time(seconds=1))
    buffer.set_transform(edge(2.0), "test")
    assert not future.done()
    buffer.set_transform(edge(1.0), "test")
    assert future.done() and future.result().header.frame_id == "odom"
    assert buffer.wait_for_transform_full_async("odom", Time(), "base", Time(), "odom").done()


def test_a_cancelled_future_is_forgotten():
    buffer = Buffer()
    future = buffer.wait_for_transform_async("odom", "base", Time(seconds=1))
    future.cancel()
    buffer.set_transform(edge(1.0), "test")
    assert future.cancelled() and not future.done()


@pytest.fixture
def context():
    """A ROS context of its own."""
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    rclpy.shutdown(context=context)


def spin_until(executor: SingleThreadedExecutor, condition) -> bool:
    """Spin until something holds; False if it does not within ten seconds."""
    deadline = time.monotonic() + 10
    while not (holds := condition()) and time.monotonic() < deadline:
        executor.spin_once(timeout_sec=0.05)
    return holds


def test_forgets_when_the_clock_of_its_node_jumps_back(context):
    simulated = Parameter("use_sim_time", value=True)
    node = rclpy.create_node("follows_simulated_time", context=context, parameter_overrides=[simulated])
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    clock = node.create_publisher(Clock, "/clock", 10)
    buffer = Buffer(node=node)

    def clock_reads(seconds: float) -> bool:
        clock.publish(Clock(clock=Time(seconds=seconds).to_msg()))
        return node.get_clock().now() == Time(seconds=seconds, clock_type=node.get_clock().clock_type)

    assert spin_until(executor, lambda: clock_reads(100.0))
    buffer.set_transform(edge(100.0), "test")
    buffer.set_transform_static(edge(0.0, "base", "camera"), "test")
    assert spin_until(executor, lambda: clock_reads(99.5)), "half a second back is no jump"
    assert buffer.can_transform("odom", "base", Time(seconds=100))
    assert spin_until(executor, lambda: clock_reads(10.0))
    assert not buffer.can_transform("odom", "base", Time(seconds=100))
    buffer.set_transform(edge(10.0), "test")
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("odom", "camera", Time(seconds=100))
    assert buffer.can_transform("odom", "camera", Time(seconds=10))
    executor.shutdown()
    node.destroy_node()
