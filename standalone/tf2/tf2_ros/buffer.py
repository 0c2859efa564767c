# SPDX-License-Identifier: Apache-2.0
"""The buffer of transforms of a node: waits for them, and forgets them when the clock jumps back."""

from __future__ import annotations

import threading
import time as clock_time
from collections.abc import Callable

from geometry_msgs.msg import TransformStamped
from rclpy.clock import Clock, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.task import Future
from rclpy.time import Time
from tf2_msgs.srv import FrameGraph
from tf2_py import BufferCore

from .buffer_interface import NO_WAIT, BufferInterface

Possible = tuple[bool, str]
"""Whether a transform can be had, and if not, why."""


class Buffer(BufferCore, BufferInterface):
    """Transforms heard so far. Give it the node: only then it follows simulated time."""

    def __init__(self, cache_time: Duration | None = None, node: Node | None = None) -> None:
        """Keep `cache_time` (10 s) of history. With a node, its clock is watched and `tf2_frames` is served."""
        super().__init__(*([] if cache_time is None else [cache_time]))
        self._changed = threading.Condition(threading.RLock())
        self._waiting: list[Callable[[], None]] = []
        self.clock = node.get_clock() if node else Clock()
        if node:
            self.srv = node.create_service(FrameGraph, "tf2_frames", self._answer_frame_graph)
        threshold = JumpThreshold(min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=True)
        self.jump_handle = self.clock.create_jump_callback(threshold, post_callback=self.time_jump_callback)

    def time_jump_callback(self, time_jump: TimeJump) -> None:
        """Forget what belongs to the time before the jump."""
        get_logger("tf2_buffer").warning("Detected jump back in time. Clearing tf buffer.")
        self.clear()

    def set_transform(self, transform: TransformStamped, authority: str) -> None:
        """Add a transform of a moving frame, and wake up who waits for it."""
        super().set_transform(transform, authority)
        self._notify()

    def set_transform_static(self, transform: TransformStamped, authority: str) -> None:
        """Add a transform that holds at all times, and wake up who waits for it."""
        super().set_transform_static(transform, authority)
        self._notify()

    def lookup_transform(
        self, target_frame: str, source_frame: str, time: Time, timeout: Duration = NO_WAIT
    ) -> TransformStamped:
        """The transform that takes data from the source frame to the target frame. Raises a TransformException.

        Waiting blocks the caller: some other thread has to spin the listener.
        """
        self.can_transform(target_frame, source_frame, time, timeout)
        return self.lookup_transform_core(target_frame, source_frame, time)

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
        arguments = (target_frame, target_time, source_frame, source_time, fixed_frame)
        self.can_transform_full(*arguments, timeout)
        return self.lookup_transform_full_core(*arguments)

    async def lookup_transform_async(self, target_frame: str, source_frame: str, time: Time) -> TransformStamped:
        """As lookup_transform, waiting without end and without blocking."""
        return await self.wait_for_transform_async(target_frame, source_frame, time)

    async def lookup_transform_full_async(
        self, target_frame: str, target_time: Time, source_frame: str, source_time: Time, fixed_frame: str
    ) -> TransformStamped:
        """As lookup_transform_full, waiting without end and without blocking."""
        arguments = (target_frame, target_time, source_frame, source_time, fixed_frame)
        return await self.wait_for_transform_full_async(*arguments)

    def can_transform(
        self,
        target_frame: str,
        source_frame: str,
        time: Time,
        timeout: Duration = NO_WAIT,
        return_debug_tuple: bool = False,
    ) -> bool | Possible:
        """Whether lookup_transform would answer; with `return_debug_tuple`, and if not, why."""
        possible = self._wait(lambda: self.can_transform_core(target_frame, source_frame, time), timeout)
        return possible if return_debug_tuple else possible[0]

    def can_transform_full(
        self,
        target_frame: str,
        target_time: Time,
        source_frame: str,
        source_time: Time,
        fixed_frame: str,
        timeout: Duration = NO_WAIT,
        return_debug_tuple: bool = False,
    ) -> bool | Possible:
        """Whether lookup_transform_full would answer; with `return_debug_tuple`, and if not, why."""
        arguments = (target_frame, target_time, source_frame, source_time, fixed_frame)
        possible = self._wait(lambda: self.can_transform_full_core(*arguments), timeout)
        return possible if return_debug_tuple else possible[0]

    def wait_for_transform_async(self, target_frame: str, source_frame: str, time: Time) -> Future:
        """A future that is done, with the transform as its result, once the transform can be had."""
        arguments = (target_frame, source_frame, time)
        return self._future(lambda: self.can_transform_core(*arguments), lambda: self.lookup_transform_core(*arguments))

    def wait_for_transform_full_async(
        self, target_frame: str, target_time: Time, source_frame: str, source_time: Time, fixed_frame: str
    ) -> Future:
        """As wait_for_transform_async, from one time to another."""
        arguments = (target_frame, target_time, source_frame, source_time, fixed_frame)
        return self._future(
            lambda: self.can_transform_full_core(*arguments), lambda: self.lookup_transform_full_core(*arguments)
        )

    def _answer_frame_graph(self, _: FrameGraph.Request, response: FrameGraph.Response) -> FrameGraph.Response:
        response.frame_yaml = self.all_frames_as_yaml()
        return response

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()
            for attempt in tuple(self._waiting):
                attempt()

    def _wait(self, possible: Callable[[], Possible], timeout: Duration) -> Possible:
        """Ask at once and after each new transform, until the answer is yes or the time is over."""
        deadline = clock_time.monotonic() + timeout.nanoseconds / 1e9
        with self._changed:
            while not (answer := possible())[0] and (left := deadline - clock_time.monotonic()) > 0:
                self._changed.wait(left)
        return answer

    def _future(self, possible: Callable[[], Possible], lookup: Callable[[], TransformStamped]) -> Future:
        future = Future()

        def attempt() -> None:
            if not future.done() and possible()[0]:
                future.set_result(lookup())

        def forget(_: Future) -> None:
            with self._changed:
                self._waiting.remove(attempt)

        with self._changed:
            self._waiting.append(attempt)
            future.add_done_callback(forget)
            attempt()
        return future
