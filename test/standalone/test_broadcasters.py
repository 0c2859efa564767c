# SPDX-License-Identifier: Apache-2.0
"""Transforms over DDS: from broadcasters to listeners, and from a buffer's server to its client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import rclpy
from geometry_msgs.msg import TransformStamped
from rclpy.action import ActionServer
from rclpy.duration import Duration
from rclpy.executors import MultiThreadedExecutor
from rclpy.time import Time
from tf2_msgs.action import LookupTransform
from tf2_msgs.msg import TF2Error
from tf2_msgs.srv import FrameGraph
from tf2_ros import (
    Buffer,
    BufferClient,
    ExtrapolationException,
    LookupException,
    StaticTransformBroadcaster,
    TimeoutException,
    TransformBroadcaster,
    TransformListener,
)

pytestmark = pytest.mark.ros
ENOUGH = Duration(seconds=10)


def edge(child: str, x: float = 1.0, parent: str = "odom") -> TransformStamped:
    """A transform at 5 s."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp = Time(seconds=5).to_msg()
    message.transform.translation.x = x
    return message


def becomes(condition: Callable[[], bool]) -> bool:
    """Wait up to ten seconds for what another thread brings about."""
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


@pytest.fixture
def robot():
    """Two nodes on topics of their own, spinning in the background."""
    context = rclpy.Context()
    rclpy.init(context=context, args=["--ros-args", "-r", "/tf:=/test/tf", "-r", "/tf_static:=/test/tf_static"])
    nodes = [rclpy.create_node(name, context=context) for name in ("publishing", "listening")]
    executor = MultiThreadedExecutor(num_threads=4, context=context)
    for node in nodes:
        executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    yield nodes
    executor.shutdown()
    rclpy.shutdown(context=context)
    thread.join()


def test_listeners_hear_broadcasters_late_ones_the_static_transforms(robot):
    publishing, listening = robot
    static, moving = StaticTransformBroadcaster(publishing), TransformBroadcaster(publishing)
    static.sendTransform(edge("map", x=7.0, parent="earth"))
    static.sendTransform([edge("odom", x=1.0, parent="map"), edge("lens", x=2.0, parent="camera")])
    static.sendTransform(edge("odom", x=3.0, parent="map"))
    buffer = Buffer(node=listening)
    listener = TransformListener(buffer, listening)
    assert buffer.can_transform("earth", "odom", Time(), ENOUGH), "the static ones, sent before anybody listened"
    assert buffer.lookup_transform("earth", "odom", Time()).transform.translation.x == 10.0, "the newer one holds"

    assert becomes(lambda: publishing.count_subscribers("/test/tf") == 1)
    moving.sendTransform(edge("base"))
    moving.sendTransform((edge("camera", parent="base"), edge("tool", parent="base")))
    found = buffer.lookup_transform("earth", "lens", Time(seconds=5), ENOUGH)
    assert found.transform.translation.x == 14.0
    listener.unregister()
    assert becomes(lambda: publishing.count_subscribers("/test/tf") == 0)


def test_the_tree_is_served(robot):
    publishing, listening = robot
    buffer = Buffer(node=listening)
    buffer.set_transform(edge("base"), "test")
    client = publishing.create_client(FrameGraph, "tf2_frames")
    assert client.wait_for_service(timeout_sec=10)
    assert "base:\n  parent: 'odom'" in client.call(FrameGraph.Request()).frame_yaml


def test_a_listener_can_spin_its_node_itself():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("spun_by_its_listener", context=context)
    buffer = Buffer(node=node)
    listener = TransformListener(buffer, node, spin_thread=True, tf_topic="/own/tf", tf_static_topic="/own/tf_static")
    latched = StaticTransformBroadcaster(node)
    latched.pub_tf = node.create_publisher(latched.pub_tf.msg_type, "/own/tf_static", latched.pub_tf.qos_profile)
    latched.sendTransform(edge("base"))
    assert buffer.can_transform("odom", "base", Time(), ENOUGH)
    rclpy.shutdown(context=context)
    listener.dedicated_listener_thread.join(timeout=10)
    assert not listener.dedicated_listener_thread.is_alive()


def test_a_client_asks_another_process_buffer(robot):
    serving, asking = robot
    buffer = Buffer()
    buffer.set_transform(edge("base", x=4.0), "test")
    errors = {LookupException: TF2Error.LOOKUP_ERROR, ExtrapolationException: TF2Error.EXTRAPOLATION_ERROR}

    def serve(handle) -> LookupTransform.Result:
        goal, result = handle.request, LookupTransform.Result()
        try:
            if goal.advanced:
                times = goal.target_time, goal.source_frame, goal.source_time
                result.transform = buffer.lookup_transform_full(goal.target_frame, *times, goal.fixed_frame)
            else:
                result.transform = buffer.lookup_transform(goal.target_frame, goal.source_frame, goal.source_time)
            handle.succeed()
        except tuple(errors) as error:
            result.error = TF2Error(error=errors[type(error)], error_string=str(error))
            handle.abort()
        return result

    client = BufferClient(asking, "transforms")
    with pytest.raises(TimeoutException, match="not there"):
        client.lookup_transform("odom", "base", Time(seconds=5))
    server = ActionServer(serving, LookupTransform, "transforms", serve)
    assert client.action_client.wait_for_server(timeout_sec=10)
    assert client.lookup_transform("odom", "base", Time(seconds=5), ENOUGH).transform.translation.x == 4.0
    full = ("base", Time(seconds=5), "base", Time(seconds=5), "odom")
    assert client.lookup_transform_full(*full, timeout=ENOUGH).transform.translation.x == 0.0
    with pytest.raises(LookupException, match="nowhere"):
        client.lookup_transform("odom", "nowhere", Time(), ENOUGH)
    assert not client.can_transform("odom", "base", Time(seconds=6), ENOUGH)
    assert client.can_transform_full(*full, timeout=ENOUGH)
    client.destroy()
    server.destroy()
