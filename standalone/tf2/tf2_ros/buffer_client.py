# SPDX-License-Identifier: Apache-2.0
"""Transforms asked of another process, whose buffer is served by the action LookupTransform."""

from __future__ import annotations

import threading

from geometry_msgs.msg import TransformStamped
from rclpy.action import ActionClient
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.task import Future
from rclpy.time import Time
from tf2_msgs.action import LookupTransform
from tf2_msgs.msg import TF2Error
from tf2_py import (
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TimeoutException,
    TransformException,
)

from .buffer_interface import NO_WAIT, BufferInterface

PADDING = Duration(seconds=2)
EXCEPTIONS = {
    TF2Error.LOOKUP_ERROR: LookupException,
    TF2Error.CONNECTIVITY_ERROR: ConnectivityException,
    TF2Error.EXTRAPOLATION_ERROR: ExtrapolationException,
    TF2Error.INVALID_ARGUMENT_ERROR: InvalidArgumentException,
    TF2Error.TIMEOUT_ERROR: TimeoutException,
    TF2Error.TRANSFORM_ERROR: TransformException,
}


class BufferClient(BufferInterface):
    """A buffer elsewhere. Each call blocks, so that another thread has to spin the node."""

    def __init__(
        self,
        node: Node,
        ns: str,
        check_frequency: float = 10.0,
        timeout_padding: Duration = PADDING,
    ) -> None:
        """Ask the action server `ns`, and allow `timeout_padding` beyond each call's own time-out.

        `check_frequency` is taken for the sake of the official signature: answers are awaited, not polled for.
        """
        self.node = node
        self.action_client = ActionClient(node, LookupTransform, action_name=ns)
        self.check_frequency = check_frequency
        self.timeout_padding = timeout_padding

    def lookup_transform(
        self, target_frame: str, source_frame: str, time: Time, timeout: Duration = NO_WAIT
    ) -> TransformStamped:
        """The transform that takes data from the source frame to the target frame. Raises a TransformException."""
        goal = LookupTransform.Goal(target_frame=target_frame, source_frame=source_frame, advanced=False)
        goal.source_time, goal.timeout = _message(time), timeout.to_msg()
        return self._ask(goal, timeout)

    def lookup_transform_full(
        self,
        target_frame: str,
        target_time: Time,
        source_frame: str,
        source_time: Time,
        fixed_frame: str,
        timeout: Duration = NO_WAIT,
    ) -> TransformStamped:
        """As lookup_transform, from one time to another, through a frame that does not move in between."""
        goal = LookupTransform.Goal(
            target_frame=target_frame, source_frame=source_frame, fixed_frame=fixed_frame, advanced=True
        )
        goal.target_time, goal.source_time = _message(target_time), _message(source_time)
        goal.timeout = timeout.to_msg()
        return self._ask(goal, timeout)

    def can_transform(self, target_frame: str, source_frame: str, time: Time, timeout: Duration = NO_WAIT) -> bool:
        """Whether lookup_transform would answer."""
        try:
            self.lookup_transform(target_frame, source_frame, time, timeout)
        except TransformException:
            return False
        return True

    def can_transform_full(
        self,
        target_frame: str,
        target_time: Time,
        source_frame: str,
        source_time: Time,
        fixed_frame: str,
        timeout: Duration = NO_WAIT,
    ) -> bool:
        """Whether lookup_transform_full would answer."""
        try:
            self.lookup_transform_full(target_frame, target_time, source_frame, source_time, fixed_frame, timeout)
        except TransformException:
            return False
        return True

    def destroy(self) -> None:
        """Give the action client back to its node."""
        self.action_client.destroy()

    def _ask(self, goal: LookupTransform.Goal, timeout: Duration) -> TransformStamped:
        if not self.action_client.server_is_ready():
            raise TimeoutException("The server of transforms is not there; is its node running, and the name right?")
        seconds = (timeout.nanoseconds + self.timeout_padding.nanoseconds) / 1e9
        handle = _result(self.action_client.send_goal_async(goal), seconds)
        if not handle.accepted:
            raise TransformException("The server of transforms refused the question.")
        answer = _result(handle.get_result_async(), seconds).result
        if answer.error.error != TF2Error.NO_ERROR:
            raise EXCEPTIONS.get(answer.error.error, TransformException)(answer.error.error_string)
        return answer.transform


def _message(time: Time) -> object:
    """A time as a message; one that is a message already passes."""
    return time.to_msg() if isinstance(time, Time) else time


def _result(future: Future, seconds: float) -> object:
    """What another thread's spinning makes of a future. Raises TimeoutException if it takes longer."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    if not done.wait(seconds):
        raise TimeoutException(f"The server of transforms did not answer within {seconds:.1f} s.")
    return future.result()
