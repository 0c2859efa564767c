# SPDX-License-Identifier: Apache-2.0
"""Poses at the time of an image: never the latest, never a guess."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from itertools import chain

import numpy as np
from geometry_msgs.msg import TransformStamped
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.time import Time
from tf2_msgs.msg import TFMessage
from tf2_ros import Buffer, TransformException, TransformListener

from xmask3d_ros.nodes.conversions import matrix, nanoseconds
from xmask3d_ros.nodes.frame_queue import LostFrameError, NotReadyError
from xmask3d_ros.nodes.pairing import JUMP_NS

_SETTLING = 2.0
"""Seconds after the buffer was emptied in which transforms of the time before a jump may still come."""
_MOST_KEPT = 3000
"""Transforms kept to be put back: the buffer's ten seconds of three frames at 100 Hz."""


class _WatchfulListener(TransformListener):
    """Tells transforms of the time before a jump back from those of the time after it; they come mixed.

    One that is far behind its frame's newest is *late*. That alone is no jump: another publisher of the frame may be
    slower. Once images or the clock have told of a jump, what was late is what holds; and whatever is far ahead of a
    late one that comes soon after was still on its way when they told.
    """

    def __init__(self, transforms: Transforms, node: Node, newest: dict[str, int]) -> None:
        """``newest``: stamps of the frames' newest transforms, as heard before a pause."""
        self._transforms = transforms
        self.newest = dict(newest)
        self._late: dict[str, deque[TransformStamped]] = {}
        self._heard: deque[TransformStamped] = deque(maxlen=_MOST_KEPT)  # since the jump
        self._mended: set[str] = set()  # frames of which something late has come since the jump
        super().__init__(transforms.buffer, node)

    def callback(self, data: TFMessage) -> None:
        for stamped in data.transforms:
            child, stamp = stamped.child_frame_id, nanoseconds(stamped.header.stamp)
            late = stamp <= self.newest.get(child, stamp) - JUMP_NS
            if late and self._transforms.settling and child not in self._mended:
                self._mended.add(child)
                self._keep(other for other in self._heard if nanoseconds(other.header.stamp) < stamp + JUMP_NS)
            elif late:
                self._late.setdefault(child, deque(maxlen=_MOST_KEPT)).append(stamped)
                continue
            self._late.pop(child, None)
            self.newest[child] = max(stamp, self.newest.get(child, stamp))
        super().callback(data)
        self._heard.extend(data.transforms)

    def begin_anew(self) -> None:
        """After a jump back."""
        self._mended.clear()
        self._keep(chain.from_iterable(self._late.values()))

    def _keep(self, kept: Iterable[TransformStamped]) -> None:
        """Forget all moving transforms but these."""
        self._heard = deque(kept, maxlen=_MOST_KEPT)
        self._late = {}
        self.newest = {stamped.child_frame_id: nanoseconds(stamped.header.stamp) for stamped in self._heard}
        self.put_back()

    def put_back(self) -> None:
        """Fill the buffer anew with what was heard since the jump."""
        self._transforms.buffer.clear()
        for stamped in self._heard:
            self._transforms.buffer.set_transform(stamped, "before a jump was noticed")


class Transforms:
    """The transforms heard while the node is active."""

    def __init__(self, node: Node) -> None:
        self._node = node
        # With the node, the buffer follows simulated time; made once, since it serves tf2_frames.
        self.buffer = Buffer(node=node)
        self._listener: _WatchfulListener | None = None
        # Of the last listener: a jump back in a pause shows in what the next one hears.
        self._newest: dict[str, int] = {}
        self._cleared = -_SETTLING

    def listen(self) -> None:
        """Start to hear transforms."""
        self._listener = _WatchfulListener(self, self._node, self._newest)

    def stop(self) -> None:
        """Stop hearing, and forget."""
        if self._listener is not None:
            self._listener.unregister()
            self._newest = self._listener.newest
            self._listener = None
        self.clear()

    def clear(self) -> None:
        """Forget all moving transforms; static ones hold at any time."""
        self.buffer.clear()
        self._cleared = time.monotonic()

    def clear_stale(self, by_clock: bool = False) -> None:
        """Forget what is of the time before a jump back, unless that was done just now.

        ``by_clock``: it is the clock that tells of the jump, so that tf2 has heard of it too and emptied the buffer.
        """
        if self._listener is None:
            self._newest = {}
        elif not self.settling:
            self.clear()
            self._listener.begin_anew()
        elif by_clock:
            self._listener.put_back()  # the images told of it first: what is of the new time was in the buffer already

    @property
    def settling(self) -> bool:
        """Whether the buffer was emptied just now."""
        return time.monotonic() - self._cleared < _SETTLING

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """target_from_source (4, 4) at a time.

        Raises:
            NotReadyError: it is not known yet; says what is missing.
            LostFrameError: the time is 0, which is that of no image.
        """
        if stamp_ns == 0:  # tf2 would take it to mean the newest
            raise LostFrameError(
                "no stamp",
                "an image is stamped 0, so its pose cannot be known: its driver does not set header.stamp "
                "(the very first image of a simulation may be stamped so: it is ignored)",
            )
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
