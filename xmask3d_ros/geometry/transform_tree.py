# SPDX-License-Identifier: Apache-2.0
"""A stamped tree of coordinate frames, interpolated in time. Stamps are nanoseconds; transforms are 4x4, metres.

Looking up costs O(depth of the tree * log(samples)). All methods may be called from several threads.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .rigid import check_rigid, inverse_rigid, quaternion_from_rotation, unit_quaternion
from .transform_errors import ExtrapolationError, UnconnectedError, UnknownFrameError
from .transform_history import OutsideHistoryError, Sample, TransformHistory


class TransformTree:
    """Transforms between frames at any time that the inserted samples cover."""

    def __init__(self, cache_seconds: float | None = 10.0) -> None:
        """``cache_seconds`` bounds the history of each moving frame, counted from its newest sample; None keeps all."""
        self._keep_ns = None if cache_seconds is None else round(cache_seconds * 1e9)
        self._histories: dict[str, TransformHistory] = {}
        self._frames: dict[str, None] = {}  # insertion-ordered set
        self._lock = threading.RLock()

    def set(
        self,
        parent: str,
        child: str,
        transform: ArrayLike | tuple[ArrayLike, ArrayLike],
        stamp_ns: int = 0,
        static: bool = False,
    ) -> bool:
        """Inserts parent_from_child: a (4, 4) matrix, or a pair (translation (3,), quaternion (4,) x, y, z, w).

        Stamps may come in any order. Returns False if the sample is refused because it is older than the cache or its
        stamp is there already. A static transform is valid at any time and replaces what was known of the child, and a
        moving one replaces a static one. Raises ValueError for empty or equal names and for numbers that are no rigid
        transform.
        """
        if not parent or not child or parent == child:
            raise ValueError(f"transform from '{parent}' to '{child}': two different, non-empty frame names are needed")
        sample = _sample(parent, child, transform)
        with self._lock:
            history = self._histories.get(child)
            if history is None or history.static != static:
                history = self._histories[child] = TransformHistory(static)
            self._frames[parent] = self._frames[child] = None
            return history.insert(int(stamp_ns), sample, self._keep_ns)

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """target_from_source (4, 4) float64 at a time: maps points given in ``source`` to ``target``.

        Raises UnknownFrameError, UnconnectedError or ExtrapolationError; nothing is ever guessed.
        """
        with self._lock:
            up, down = self._paths(target, source, stamp_ns)
            ancestor_from_source = self._chain(up, target, source, stamp_ns)
            ancestor_from_target = self._chain(down, target, source, stamp_ns)
        return inverse_rigid(ancestor_from_target) @ ancestor_from_source

    def latest_common_time(self, target: str, source: str) -> int:
        """The oldest of the newest stamps along the newest path between the frames; 0 if no transform on it moves.

        Raises UnknownFrameError or UnconnectedError.
        """
        with self._lock:
            up, down = self._paths(target, source, None)
            moving = [self._histories[child] for child in up + down if not self._histories[child].static]
            return min((history.stamps[-1] for history in moving), default=0)

    def time_range(self, target: str, source: str) -> tuple[int, int] | None:
        """First and last stamp that the newest path between the frames covers; None if none of its transforms moves.

        Raises UnknownFrameError or UnconnectedError, and ExtrapolationError when the moving parts share no time.
        """
        with self._lock:
            up, down = self._paths(target, source, None)
            moving = [child for child in up + down if not self._histories[child].static]
            if not moving:
                return None
            ranges = {child: self._histories[child].range_with_newest_parent() for child in moving}
        first, last = max(begin for begin, _ in ranges.values()), min(end for _, end in ranges.values())
        if first > last:
            listed = "; ".join(f"'{child}' {_span(*span)}" for child, span in ranges.items())
            raise ExtrapolationError(
                f"the transforms between '{target}' and '{source}' share no time: {listed}. "
                "One publisher has stopped, or the clocks differ"
            )
        return first, last

    def roots(self) -> list[str]:
        """Frames without a parent, in the order in which they became known; one if everything is connected."""
        with self._lock:
            return [frame for frame in self._frames if frame not in self._histories]

    def frames(self) -> list[str]:
        """All frames, in the order in which they became known."""
        with self._lock:
            return list(self._frames)

    def parent(self, frame: str) -> str | None:
        """The newest parent of a frame; None for a root. Raises UnknownFrameError."""
        with self._lock:
            self._check_known(frame)
            history = self._histories.get(frame)
            return history.parent_at(None) if history else None

    def clear(self, keep_static: bool = False) -> None:
        """Forgets everything (a clock that jumped back, a bag that loops), or all but the static transforms."""
        with self._lock:
            static = {child: each for child, each in self._histories.items() if keep_static and each.static}
            self._histories = static
            edges = ((each.parent_at(None), child) for child, each in static.items())
            self._frames = dict.fromkeys(frame for edge in edges for frame in edge)

    def all_frames_as_yaml(self) -> str:
        """A listing of all frames with parent, rate and the time covered, in the manner of tf2's buffer."""
        lines = []
        with self._lock:
            for child, history in self._histories.items():
                first, last = history.stamps[0], history.stamps[-1]
                seconds = (last - first) / 1e9
                rate = (len(history.stamps) - 1) / seconds if seconds > 0 else 0.0
                lines += [
                    f"{child}:",
                    f"  parent: '{history.parent_at(None)}'",
                    f"  static: {str(history.static).lower()}",
                    f"  rate: {rate:.3f}",
                    f"  oldest_transform: {first / 1e9:.6f}",
                    f"  most_recent_transform: {last / 1e9:.6f}",
                    f"  buffer_length: {seconds:.3f}",
                ]
        return "\n".join(lines) + "\n" if lines else "{}\n"

    def _check_known(self, frame: str) -> None:
        if frame not in self._frames:
            known = ", ".join(f"'{name}'" for name in sorted(self._frames)) or "none"
            raise UnknownFrameError(
                f"frame '{frame}' is unknown; frames heard of: {known}. "
                "Check the name, and that /tf and /tf_static reach this process"
            )

    def _ancestors(self, frame: str, stamp_ns: int | None) -> list[str]:
        """The frame itself and everything above it at a time, root last."""
        ancestors = {frame: None}
        while frame in self._histories:
            frame = self._histories[frame].parent_at(stamp_ns)
            if frame in ancestors:
                raise UnconnectedError(
                    f"the transform tree has a loop: {' -> '.join(ancestors)} -> {frame}; "
                    "two publishers disagree about who is the parent"
                )
            ancestors[frame] = None
        return list(ancestors)

    def _paths(self, target: str, source: str, stamp_ns: int | None) -> tuple[list[str], list[str]]:
        """Children of the edges from source and from target up to (without) their nearest common ancestor."""
        self._check_known(target)
        self._check_known(source)
        from_source, from_target = self._ancestors(source, stamp_ns), self._ancestors(target, stamp_ns)
        places = {frame: place for place, frame in enumerate(from_target)}
        for place, frame in enumerate(from_source):
            if frame in places:
                return from_source[:place], from_target[: places[frame]]
        raise UnconnectedError(
            f"no transform connects '{target}' (under '{from_target[-1]}') and '{source}' (under '{from_source[-1]}'); "
            f"someone has to publish the transform between '{from_target[-1]}' and '{from_source[-1]}'"
        )

    def _chain(self, children: list[str], target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """ancestor_from_frame along a path of edges, nearest the frame first."""
        matrix = np.eye(4)
        for child in children:
            history = self._histories[child]
            try:
                matrix = history.at(stamp_ns) @ matrix
            except OutsideHistoryError as error:
                raise ExtrapolationError(
                    f"'{target}' from '{source}' at {stamp_ns / 1e9:.6f} s: the transform "
                    f"'{history.parent_at(stamp_ns)}' -> '{child}' is {error.reason}; it covers "
                    f"{_span(history.stamps[0], history.stamps[-1])}. Wait for it, keep more seconds of history, or "
                    "check that image and transform stamps come from one clock"
                ) from None
        return matrix


def _span(first: int, last: int) -> str:
    return f"{first / 1e9:.6f} s to {last / 1e9:.6f} s"


def _sample(parent: str, child: str, transform: ArrayLike | tuple[ArrayLike, ArrayLike]) -> Sample:
    name = f"transform '{parent}' -> '{child}'"
    if isinstance(transform, tuple) and len(transform) == 2:
        translation = np.array(transform[0], np.float64)
        if translation.shape != (3,) or not np.isfinite(translation).all():
            raise ValueError(f"{name}: translation {translation.tolist()} is not three finite numbers")
        try:
            return Sample(parent, translation, unit_quaternion(transform[1]))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    matrix = check_rigid(transform, name)  # type: ignore[arg-type]
    return Sample(parent, matrix[:3, 3].copy(), quaternion_from_rotation(matrix[:3, :3]))
