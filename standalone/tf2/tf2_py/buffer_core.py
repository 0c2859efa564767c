# SPDX-License-Identifier: Apache-2.0
"""tf2's BufferCore: messages in and out of a TransformTree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time as TimeMessage
from geometry_msgs.msg import TransformStamped
from numpy.typing import NDArray
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.time import Time

from xmask3d_ros.geometry import transform_errors
from xmask3d_ros.geometry.rigid import quaternion_from_rotation
from xmask3d_ros.geometry.transform_tree import TransformTree

from .exceptions import (
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TransformException,
)

DEFAULT_CACHE_TIME = Duration(seconds=10)
UNIT_LENGTH_TOLERANCE = 1e-2
"""How far the squared length of a published quaternion may be off 1."""


class BufferCore:
    """Transforms between frames over the last seconds. All methods may be called from several threads.

    A time is an rclpy Time or a builtin_interfaces message; time 0 asks for the newest transform.
    """

    def __init__(self, cache_time: Duration = DEFAULT_CACHE_TIME) -> None:
        self._tree = TransformTree(cache_time.nanoseconds / 1e9)
        self._log = get_logger("tf2_buffer")

    def set_transform(self, transform: TransformStamped, authority: str) -> None:
        """Add a transform of a moving frame. One that makes no sense is ignored, and the log says why."""
        self._set(transform, authority, static=False)

    def set_transform_static(self, transform: TransformStamped, authority: str) -> None:
        """Add a transform that holds at all times."""
        self._set(transform, authority, static=True)

    def _set(self, transform: TransformStamped, authority: str, static: bool) -> None:
        parent, child = transform.header.frame_id.lstrip("/"), transform.child_frame_id.lstrip("/")
        t, q = transform.transform.translation, transform.transform.rotation
        try:
            if abs(q.x**2 + q.y**2 + q.z**2 + q.w**2 - 1) > UNIT_LENGTH_TOLERANCE:
                raise ValueError(f"quaternion {[q.x, q.y, q.z, q.w]} (x, y, z, w) is not of unit length")
            stamp = nanoseconds(transform.header.stamp)
            if not self._tree.set(parent, child, ((t.x, t.y, t.z), (q.x, q.y, q.z, q.w)), stamp, static):
                raise ValueError(f"its stamp, {stamp / 1e9:.6f} s, is older than the buffer, or there already")
        except ValueError as reason:
            self._log.warning(
                f"Ignoring transform '{parent}' -> '{child}' of {authority}: {reason}", throttle_duration_sec=5.0
            )

    def lookup_transform_core(self, target_frame: str, source_frame: str, time: Time | TimeMessage) -> TransformStamped:
        """The transform that takes data from the source frame to the target frame. Raises a TransformException."""
        with _tf2_exceptions():
            stamp = self._resolve(target_frame, source_frame, time)
            return _message(target_frame, source_frame, stamp, self._lookup(target_frame, source_frame, stamp))

    def lookup_transform_full_core(
        self,
        target_frame: str,
        target_time: Time | TimeMessage,
        source_frame: str,
        source_time: Time | TimeMessage,
        fixed_frame: str,
    ) -> TransformStamped:
        """As lookup_transform_core, from one time to another, through a frame that does not move in between."""
        with _tf2_exceptions():
            arrival = self._resolve(target_frame, fixed_frame, target_time)
            departure = self._resolve(fixed_frame, source_frame, source_time)
            target_from_fixed = self._lookup(target_frame, fixed_frame, arrival)
            matrix = target_from_fixed @ self._lookup(fixed_frame, source_frame, departure)
            return _message(target_frame, source_frame, arrival, matrix)

    def can_transform_core(self, target_frame: str, source_frame: str, time: Time | TimeMessage) -> tuple[bool, str]:
        """Whether lookup_transform_core would answer, and if not, why."""
        try:
            self.lookup_transform_core(target_frame, source_frame, time)
        except TransformException as reason:
            return False, str(reason)
        return True, ""

    def can_transform_full_core(
        self,
        target_frame: str,
        target_time: Time | TimeMessage,
        source_frame: str,
        source_time: Time | TimeMessage,
        fixed_frame: str,
    ) -> tuple[bool, str]:
        """Whether lookup_transform_full_core would answer, and if not, why."""
        try:
            self.lookup_transform_full_core(target_frame, target_time, source_frame, source_time, fixed_frame)
        except TransformException as reason:
            return False, str(reason)
        return True, ""

    def get_latest_common_time(self, target_frame: str, source_frame: str) -> Time:
        """The newest time at which the two frames are connected; 0 if nothing between them moves."""
        with _tf2_exceptions():
            return Time(nanoseconds=self._tree.latest_common_time(target_frame, source_frame))

    def clear(self) -> None:
        """Forget the moving frames. Static transforms stay: they are published once, and hold at any time."""
        self._tree.clear(keep_static=True)

    def all_frames_as_yaml(self) -> str:
        """All frames with parent, rate and the time covered, as YAML."""
        return self._tree.all_frames_as_yaml()

    def all_frames_as_string(self) -> str:
        """All frames and their parents, a sentence each."""
        frames = self._tree.frames()
        pairs = [(frame, self._tree.parent(frame)) for frame in frames]
        return "".join(f"Frame {frame} exists with parent {parent or 'NO_PARENT'}.\n" for frame, parent in pairs)

    def _resolve(self, target: str, source: str, time: Time | TimeMessage) -> int:
        """The time in nanoseconds, with 0 replaced by the newest. Also checks the frames' names."""
        for frame in (target, source):
            if not frame or frame.startswith("/"):
                raise InvalidArgumentException(f"'{frame}': a frame cannot be empty, and cannot start with a slash")
        return nanoseconds(time) or self._tree.latest_common_time(target, source)

    def _lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """The tree's answer; when it lacks the time, the error says on which side, in tf2's words."""
        try:
            return self._tree.lookup(target, source, stamp_ns)
        except transform_errors.ExtrapolationError as error:
            covered = self._tree.time_range(target, source)
            if covered is None or covered[0] <= stamp_ns <= covered[1]:
                raise
            side = "past" if stamp_ns < covered[0] else "future"
            raise ExtrapolationException(f"Lookup would require extrapolation into the {side}. {error}") from error


def nanoseconds(time: Any) -> int:
    """The nanoseconds of an rclpy Time or of a builtin_interfaces Time message."""
    if hasattr(time, "nanoseconds"):
        return int(time.nanoseconds)
    if hasattr(time, "sec") and hasattr(time, "nanosec"):
        return int(time.sec) * 10**9 + int(time.nanosec)
    raise TypeError(f"a time is an rclpy Time or a builtin_interfaces Time message, not {type(time).__name__}")


@contextmanager
def _tf2_exceptions() -> Iterator[None]:
    """Turn the tree's errors into tf2's."""
    try:
        yield
    except transform_errors.UnknownFrameError as error:
        raise LookupException(str(error)) from error
    except transform_errors.UnconnectedError as error:
        raise ConnectivityException(str(error)) from error
    except transform_errors.ExtrapolationError as error:
        raise ExtrapolationException(f"Lookup would require extrapolation. {error}") from error


def _message(target: str, source: str, stamp_ns: int, matrix: NDArray[np.float64]) -> TransformStamped:
    """target_from_source (4, 4) as a message."""
    message = TransformStamped(child_frame_id=source)
    message.header.frame_id = target
    message.header.stamp = Time(nanoseconds=stamp_ns).to_msg()
    translation, rotation = message.transform.translation, message.transform.rotation
    translation.x, translation.y, translation.z = matrix[:3, 3].tolist()
    rotation.x, rotation.y, rotation.z, rotation.w = quaternion_from_rotation(matrix[:3, :3]).tolist()
    return message
