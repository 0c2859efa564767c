# SPDX-License-Identifier: Apache-2.0
"""The two threads behind the node: one integrates every frame, the other segments the newest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from xmask3d_ros.geometry import RgbdFrame
from xmask3d_ros.nodes.frame_queue import FrameQueue, LostFrameError
from xmask3d_ros.nodes.frames import FrameMaker, Resolved
from xmask3d_ros.nodes.pairing import Pair
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.pipeline import TOO_FEW_POINTS, Segmenter

_Dated = tuple[int, Pair[Any]]
"""A pair and the epoch in which it came."""


class Workers:
    """Pairs in, a labelled map out. Nothing here blocks who calls, but :meth:`wait_cleared` and :meth:`stop`."""

    def __init__(
        self,
        segmenter: Segmenter,
        frames: FrameMaker,
        reporter: Reporter,
        publish: Callable[[], None],
        limit: int,
        timeout: float,
    ) -> None:
        """``publish`` is called, from these threads, whenever the map or its labels have changed.

        ``limit`` and ``timeout`` bound the frames that wait, as :class:`FrameQueue` has it.
        """
        self.queue: FrameQueue[_Dated, tuple[int, Resolved]] = FrameQueue(
            lambda dated: (dated[0], frames.resolve(dated[1])), reporter.drop, limit, timeout
        )
        self._segmenter, self._frames, self._reporter, self._publish = segmenter, frames, reporter, publish
        self._state = threading.Condition()  # of what follows; held for a moment only
        self._newest: RgbdFrame | None = None
        self._epoch = 0  # counts the times the map was cleared; what began in an older epoch is void
        self._cleared = 0  # the epoch for which the map is empty
        self._remembering = threading.Lock()  # the map is not emptied between a look at the epoch and what follows it
        self._orphaned = 0  # voxels that had lost their last view when it was looked at last
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._repeat, args=(step,), name=step.__name__.strip("_"), daemon=True)
            for step in (self._integrate, self._segment)
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is being computed, drop what waits, and end."""
        with self._state:
            self._stopping = True
            self._state.notify_all()
        self.queue.poke()
        for thread in self._threads:
            if thread.ident is not None:  # it was started
                thread.join()
        if count := self.queue.clear():
            self._reporter.drop("deactivated", "frames still waited when the node was deactivated", count)
        if self._cleared != self._epoch:
            self._segmenter.reset()

    def put(self, pair: Pair[Any]) -> None:
        """Integrate a pair as soon as its pose is known."""
        self.queue.put((self._epoch, pair))

    def clear(self, reason: str) -> None:
        """Forget the map and all frames on the way; the map is empty a moment later (:meth:`wait_cleared`)."""
        with self._state:
            self._epoch += 1
            self._newest = None
        if count := self.queue.clear():
            self._reporter.drop("cleared", reason, count)
        self.queue.poke()

    def wait_cleared(self) -> None:
        """Block until the map is empty after :meth:`clear`, or the work has ended."""
        with self._state:
            self._state.wait_for(lambda: self._cleared == self._epoch or self._stopping)

    def _repeat(self, step: Callable[[], None]) -> None:
        while not self._stopping:
            try:
                step()
            except Exception as error:
                self._reporter.fault(step.__name__.strip("_"), error)

    def _integrate(self) -> None:
        taken = self.queue.take()
        self._clear_map_if_asked()
        if taken is None:
            return
        epoch, resolved = taken
        try:
            self._take_in(self._frames.make(resolved), epoch)
        except LostFrameError as lost:
            self._reporter.drop(lost.cause, lost.reason)
        except Exception as error:
            self._reporter.drop("fault", f"a frame could not be integrated: {type(error).__name__}: {error}")
            raise

    def _take_in(self, frame: RgbdFrame, epoch: int) -> None:
        # This thread alone empties the map, so that what an older epoch lets in here is forgotten by it again.
        if epoch != self._epoch:
            raise LostFrameError("cleared", "the map was cleared while a frame was on its way to it")
        if not self._segmenter.integrate(frame):
            config = self._segmenter.config
            raise LostFrameError(
                "no depth in range",
                f"a frame has no reading between min_depth ({config.min_depth} m) and max_depth ({config.max_depth} m)",
            )
        with self._state:
            if epoch == self._epoch:
                self._reporter.superseded += self._newest is not None
                self._newest = frame
                self._state.notify_all()

    def _clear_map_if_asked(self) -> None:
        epoch = self._epoch
        if self._cleared == epoch:
            return
        with self._remembering:
            self._segmenter.reset()
        with self._state:
            self._cleared = epoch
            self._state.notify_all()
        self._publish()

    def _segment(self) -> None:
        with self._state:
            self._state.wait_for(lambda: self._newest is not None or self._stopping)
            frame, self._newest, epoch = self._newest, None, self._epoch
        if frame is None or self._stopping:
            return
        view = self._segmenter.view(frame)
        if view is None:
            if epoch == self._epoch:  # else the map was emptied meanwhile
                self._tell_of_too_few_points()
        else:
            evidence = self._segmenter.observe(view)
            with self._remembering:
                if epoch != self._epoch:
                    return
                self._segmenter.remember(view, evidence)
            self._tell_of_orphans()
        # Also where the view had too few points to be segmented: the map has grown.
        self._publish()

    def _tell_of_too_few_points(self) -> None:
        config, count = self._segmenter.config, self._segmenter.counts[TOO_FEW_POINTS]
        self._reporter.warn(
            TOO_FEW_POINTS,
            f"a frame shows fewer than min_view_points ({config.min_view_points}) points of the map: it is integrated "
            f"but not segmented [{count} so far]. Lower min_view_points or border ({config.border}), raise "
            f"depth_tolerance ({config.depth_tolerance}), or check that poses and depth agree",
        )

    def _tell_of_orphans(self) -> None:
        voxels = self._segmenter.map
        if voxels.orphaned > self._orphaned:
            self._reporter.warn(
                "max_views",
                f"{voxels.orphaned} voxels so far have lost their labels: of {voxels.config.max_views} views kept "
                "whole, the only one that showed them had to go. Raise max_views, lower radius or max_age, or set "
                "evidence to compact",
            )
        self._orphaned = voxels.orphaned
