# SPDX-License-Identifier: Apache-2.0
"""What every source of transforms answers."""

from __future__ import annotations

from abc import ABC, abstractmethod

from geometry_msgs.msg import TransformStamped
from rclpy.duration import Duration
from rclpy.time import Time

NO_WAIT = Duration()


class BufferInterface(ABC):
    """A source of transforms. Time 0 asks for the newest; `timeout` is how long to wait for what is not there yet."""

    @abstractmethod
    def lookup_transform(
        self, target_frame: str, source_frame: str, time: Time, timeout: Duration = NO_WAIT
    ) -> TransformStamped:
        """The transform that takes data from the source frame to the target frame. Raises a TransformException."""

    @abstractmethod
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

    @abstractmethod
    def can_transform(self, target_frame: str, source_frame: str, time: Time, timeout: Duration = NO_WAIT) -> bool:
        """Whether lookup_transform would answer."""

    @abstractmethod
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
