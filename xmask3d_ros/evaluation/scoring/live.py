# SPDX-License-Identifier: Apache-2.0
"""A run of the node over DDS against the ground truth, beside the offline run of the same recording.

Offline every frame is segmented, however long it takes. What the live run scores less is lost to time: frames that the
node dropped or that a newer one overtook, and labels that came when the camera was elsewhere already. What the offline
run gets wrong is the network's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.cloud import LabelledCloud

from .clouds import labels_at, map_at_truth, score_map
from .tally import Groups, Tally, plain


@dataclass(frozen=True)
class LiveRun:
    """What was played into the node and heard of it. Seconds are of one steady clock."""

    rate: float
    """Pace of playing; 1 is the recording's own."""
    played: list[tuple[int, float]]
    """Stamp of each frame's colour image, and when its second image was published; in order of time."""
    heard: list[tuple[int, float]]
    """Stamp of each cloud (that of the newest image in it), and when it came; in order of time, not empty."""
    read: Callable[[int], LabelledCloud]
    """The cloud of this number. They are not held in memory."""
    frames: dict[str, Any]
    """What became of the frames, as the node has counted; for the report."""
    late: list[float]
    """Seconds by which each image was published later than it was due."""

    def held_at(self, seconds: float) -> int | None:
        """Number of the newest cloud that had come by then."""
        number = bisect_right([came for _, came in self.heard], seconds) - 1
        return None if number < 0 else number

    def next_frame(self) -> dict[int, float]:
        """By stamp of each frame, when the next one was played: the labels of a frame must be there by then.

        The last frame gets the time that lies between two frames in the median.
        """
        times = [seconds for _, seconds in self.played]
        period = float(np.median(np.diff(times))) if len(times) > 1 else float("inf")
        ends = [*times[1:], times[-1] + period]
        return {stamp: end for (stamp, _), end in zip(self.played, ends, strict=True)}

    def frame_seconds(self) -> list[float]:
        """Of each frame, from its second image until a cloud came that is as new; frames that none followed left out.

        A frame that was dropped waits for a later one's cloud.
        """
        waits = []
        stamps = np.array([stamp for stamp, _ in self.heard], np.int64)
        for stamp, published in self.played:
            newer = np.nonzero(stamps >= stamp)[0]
            if len(newer):
                waits.append(self.heard[newer[0]][1] - published)
        return waits

    def cloud_seconds(self) -> list[float]:
        """Of each cloud with a stamp of its own, its age when it came: since the newest image in it was published."""
        published = dict(self.played)
        first = dict(reversed(self.heard))
        return [came - published[stamp] for stamp, came in sorted(first.items()) if stamp in published]


class LiveScores:
    """Scores a live run at the very points that the offline run is scored at."""

    def __init__(self, run: LiveRun, groups: Groups, radius: float) -> None:
        """``radius``: metres within which a label belongs to a point of the ground truth."""
        self.run, self._groups, self._radius = run, groups, radius
        self._live = Tally(groups)
        self._ends = run.next_frame()
        self._lines: list[dict[str, Any]] = []  # one a frame
        self._cloud: tuple[int, LabelledCloud] | None = None  # the last one read, and its number

    def see(self, stamp_ns: int, keys: NDArray[np.int64], truth: NDArray[np.int64]) -> None:
        """Score the labels of a frame's points (N,): those of the newest cloud when the next frame was played.

        Points that no cloud has labelled by then are misses, as offline.
        """
        number = self.run.held_at(self._ends[stamp_ns])
        if number is None:
            labels, confidence = np.full(len(keys), -1, np.int64), np.zeros(len(keys), np.float32)
        else:
            if self._cloud is None or self._cloud[0] != number:
                self._cloud = number, self.run.read(number)
            labels, confidence = labels_at(self._cloud[1], keys, self._groups.names)
        right = self._live.add(truth, labels, confidence)
        cloud_ns = None if number is None else self.run.heard[number][0]
        self._lines.append({"stamp_ns": stamp_ns, "cloud_stamp_ns": cloud_ns, "live_accuracy": plain(right)})

    def final_cloud(self) -> LabelledCloud:
        """The last cloud."""
        return self.run.read(len(self.run.heard) - 1)

    def result(self, points: NDArray[np.float64], truth: NDArray[np.int64]) -> dict[str, Any]:
        """Scores and times for the report; ``points`` (M, 3) metres and ``truth`` (M,) are the ground truth's cloud."""
        run = self.run
        found = map_at_truth(self.final_cloud(), self._groups.names, points, truth, self._radius)
        return {
            "rate": run.rate,
            "frames": run.frames,
            "clouds": len(run.heard),
            "latency_ms": {
                "frame": _spread(run.frame_seconds()),
                "cloud": _spread(run.cloud_seconds()),
                "frame_each": [round(1e3 * seconds, 2) for seconds in run.frame_seconds()],
            },
            "played_late_ms": _spread(run.late),
            "scores": {
                "final_map": {name: tally.result() for name, tally in score_map(found, self._groups).items()},
                "live": self._live.result(),
            },
            "scored_frames": self._lines,
        }


def _spread(seconds: list[float]) -> dict[str, float | None]:
    values = 1e3 * np.array(seconds or [np.nan])
    found = {"median": np.median(values), "p95": np.percentile(values, 95), "max": values.max()}
    return {name: plain(round(float(value), 2)) for name, value in found.items()}
