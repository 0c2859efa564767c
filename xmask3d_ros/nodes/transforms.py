# SPDX-License-Identifier: Apache-2.0
"""Poses at the time of an image: never the latest, never a guess."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.time import Time
from tf2_msgs.msg import TFMessage
from tf2_ros import Buffer, TransformException, TransformListener

from xmask3d_ros.nodes.conversions import matrix, nanoseconds
from xmask3d_ros.nodes.frame_queue import NotReadyError
from xmask3d_ros.nodes.pairing import JUMP_NS

_FRESH_SECONDS = 2.0
"""A buffer emptied this short ago holds nothing of the time before a jump."""


class _WatchfulListener(TransformListener):
    """Empties the buffer when a frame's stamps jump back: what it holds is of another time."""

    def __init__(self, transforms: Transforms, node: Node) -> None:
        self._transforms = transforms
        self._newest: dict[str, int] = {}
        super().__init__(transforms.buffer, node)

    def callback(self, data: TFMessage) -> None:
        for stamped in data.transforms:
            stamp, newest = nanoseconds(stamped.header.stamp), self._newest.get(stamped.child_frame_id)
            if newest is not None and stamp <= newest - JUMP_NS:
                self._newest.clear()
                self._transforms.clear()
            self._newest[stamped.child_frame_id] = max(stamp, self._newest.get(stamped.child_frame_id, stamp))
        super().callback(data)


class Transforms:
    """The transforms heard while the node is active."""

    def __init__(self, node: Node) -> None:
        self._node = node
        # With the node, the buffer follows simulated time; made once, since it serves tf2_frames.
        self.buffer = Buffer(node=node)
        self._listener: _WatchfulListener | None = None
        self._cleared = 0.0

    def listen(self) -> None:
        """Start to hear transforms."""
        self._listener = _WatchfulListener(self, self._node)

    def stop(self) -> None:
        """Stop hearing, and forget."""
        if self._listener is not None:
            self._listener.unregister()
            self._listener = None
        self.clear()

    def clear(self) -> None:
        """Forget all moving transforms; static ones hold at any time."""
        self.buffer.clear()
        self._cleared = time.monotonic()

    def clear_stale(self) -> None:
        """Forget, unless that was done just now: then what is there is of the new time."""
        if time.monotonic() - self._cleared > _FRESH_SECONDS:
            self.clear()

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """target_from_source (4, 4) at a time. Raises NotReadyError saying what is missing."""
        if target == source:
            return np.eye(4)
        try:
            return matrix(self.buffer.lookup_transform(target, source, Time(nanoseconds=stamp_ns)))
        except (TransformException, ValueError) as error:
            raise NotReadyError(
                "no transform",
                f"no transform from '{source}' to '{target}' at the image's stamp {stamp_ns / 1e9:.3f} s: {error}. "
                "Check that it is published, the parameter fixed_frame, and that clocks agree (use_sim_time for bags)",
            ) from None
