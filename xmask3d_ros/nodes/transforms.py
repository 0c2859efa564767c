# SPDX-License-Identifier: Apache-2.0
"""Poses at the time of an image: never the latest, never a guess."""

from __future__ import annotations

import time
from collections import deque
from itertools import chain

import numpy as np
from geometry_msgs.msg import TransformStamped
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
_MOST_LATE = 1000
"""Most late transforms kept of a frame: ten seconds, the buffer's length, at 100 Hz."""


class _WatchfulListener(TransformListener):
    """Keeps apart what came far behind its frame's newest: after a jump back in time that is what holds.

    Late transforms alone are no jump: another publisher of the frame may be slower. Images or the clock tell.
    """

    def __init__(self, transforms: Transforms, node: Node) -> None:
        self._newest: dict[str, int] = {}
        self._late: dict[str, deque[TransformStamped]] = {}
        self._buffer = transforms.buffer
        super().__init__(transforms.buffer, node)

    def callback(self, data: TFMessage) -> None:
        for stamped in data.transforms:
            child, stamp = stamped.child_frame_id, nanoseconds(stamped.header.stamp)
            if stamp <= self._newest.get(child, stamp) - JUMP_NS:
                self._late.setdefault(child, deque(maxlen=_MOST_LATE)).append(stamped)
            else:
                self._late.pop(child, None)
                self._newest[child] = max(stamp, self._newest.get(child, stamp))
        super().callback(data)

    @property
    def has_late(self) -> bool:
        """Whether any frame's newest transforms are far behind others that came before."""
        return bool(self._late)

    def begin_anew(self) -> None:
        """After the buffer was emptied: what came late is of the new time."""
        late, self._late, self._newest = self._late, {}, {}
        for stamped in chain.from_iterable(late.values()):
            self._buffer.set_transform(stamped, "before a jump was noticed")
            self._newest[stamped.child_frame_id] = nanoseconds(stamped.header.stamp)


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
        """Forget what is of the time before a jump back, unless that was done just now."""
        listener = self._listener
        if time.monotonic() - self._cleared > _FRESH_SECONDS or (listener is not None and listener.has_late):
            self.clear()
            if listener is not None:
                listener.begin_anew()

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
