# SPDX-License-Identifier: Apache-2.0
"""A recording through the segmenter, frame by frame, scored as it goes and at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.truth.reference import Reference
from xmask3d_ros.geometry import RgbdFrame
from xmask3d_ros.model.scoring import ViewEvidence, decide
from xmask3d_ros.model.text import TextClasses
from xmask3d_ros.pipeline import MapView, Segmenter

from .clouds import MapAtTruth, labels_at, map_at_truth, score_map
from .live import LiveScores
from .memory import MemoryWatch
from .tally import Groups, Tally, plain
from .worst import WorstFrame, WorstFrames


@dataclass
class Outcome:
    """All that a run gave."""

    cloud: LabelledCloud
    """The final map."""
    at_truth: MapAtTruth
    """The final map at each point of the ground truth."""
    scores: dict[str, dict[str, Any]]
    """"final_map" (by way of counting), "live" and "single_views"."""
    frames: list[dict[str, Any]]
    """A line a segmented frame: number, stamp_ns, points of known class, shares right live and of the view alone."""
    worst: list[WorstFrame]
    """Worst first."""
    frame_ms: list[float]
    """Time of each frame, milliseconds, without the scoring."""
    memory: dict[str, float]
    """Of the process, MiB."""
    poses: NDArray[np.float64]
    """(F, 4, 4) of all frames."""
    over_dds: dict[str, Any] | None = None
    """The node's run of the same recording, where there was one: scores, frames and times."""


@dataclass
class Evaluator:
    """Runs a segmenter over frames and compares what it says with the ground truth.

    Live labels are those of the map right after the frame, at the points that the frame sees: what a robot would have
    acted on. Single views are what the network says of the same points from this one frame.
    """

    segmenter: Segmenter
    reference: Reference
    groups: Groups
    radius: float = 0.05
    """Metres within which a label belongs to a point of the ground truth."""
    stride: int = 1
    """The network runs on every n-th frame."""
    worst_frames: int = 6
    """How many frames are kept with pictures."""
    watcher: Callable[[RgbdFrame, LabelledCloud | None], None] | None = None
    """Is shown every frame, with the map as labelled after it where it was segmented."""
    over_dds: LiveScores | None = None
    """Scores of the node's run of the same recording: at the same points, against the same truth."""
    live: Tally = field(init=False)
    single_views: Tally = field(init=False)

    def __post_init__(self) -> None:
        self.live, self.single_views = Tally(self.groups), Tally(self.groups)
        self._classes: TextClasses = self.segmenter.model.text_encoder().classes(self.segmenter.vocabulary)

    def run(self, frames: Iterable[RgbdFrame]) -> Outcome:
        """All frames, then the final map."""
        watch = MemoryWatch(self.segmenter.model.device)
        worst = WorstFrames(self.groups.names, self.worst_frames)
        poses, lines, milliseconds = [], [], []
        for number, frame in enumerate(frames):
            self.reference.see(frame)
            start = time.perf_counter()
            observed = self._process(frame, number)
            milliseconds.append(1e3 * (time.perf_counter() - start))
            poses.append(frame.world_from_camera)
            if observed is not None:
                lines.append(self._score(number, frame, *observed, worst))
            if self.watcher is not None:
                self.watcher(frame, None if observed is None else observed[2])
            watch.look()
        cloud = self.segmenter.labelled_cloud()
        points, truth = self.reference.cloud()
        found = map_at_truth(cloud, self.groups.names, points, truth, self.radius)
        over_dds = None if self.over_dds is None else self.over_dds.result(points, truth)
        scores: dict[str, dict[str, Any]] = {
            "final_map": {name: tally.result() for name, tally in score_map(found, self.groups).items()},
            "live": self.live.result(),
            "single_views": self.single_views.result(),
        }
        return Outcome(
            cloud, found, scores, lines, worst.worst_first(), milliseconds, watch.summary(), np.array(poses), over_dds
        )

    def _process(self, frame: RgbdFrame, number: int) -> tuple[MapView, ViewEvidence, LabelledCloud] | None:
        """As :meth:`Segmenter.process`, and the cloud that a node would publish then."""
        segmenter = self.segmenter
        if not segmenter.integrate(frame) or number % self.stride:
            return None
        view = segmenter.view(frame)
        if view is None:
            return None
        evidence = segmenter.observe(view)
        segmenter.remember(view, evidence)
        return view, evidence, segmenter.labelled_cloud()

    def _score(
        self,
        number: int,
        frame: RgbdFrame,
        view: MapView,
        evidence: ViewEvidence,
        cloud: LabelledCloud,
        worst: WorstFrames,
    ) -> dict[str, Any]:
        rows, columns = view.view.rows.cpu().numpy(), view.view.columns.cpu().numpy()
        points = view.view.points.cpu().numpy()
        truth = self.reference.of_view(frame.stamp_ns, points, rows, columns, view.view.grid_size)
        keys = view.keys.cpu().numpy()
        own, own_confidence = self._single_view(evidence)
        live, live_confidence = labels_at(cloud, keys, self.groups.names)
        right_live = self.live.add(truth, live, live_confidence)
        right_own = self.single_views.add(truth, own, own_confidence)
        if self.over_dds is not None:
            self.over_dds.see(frame.stamp_ns, keys, truth)
        pixels = rows, columns, view.view.grid_size
        worst.offer(number, frame.stamp_ns, right_live, frame.color, pixels, truth, live)
        return {
            "number": number,
            "stamp_ns": frame.stamp_ns,
            "points": int((truth >= 0).sum()),
            "live_accuracy": plain(right_live),
            "view_accuracy": plain(right_own),
        }

    @torch.no_grad()
    def _single_view(self, evidence: ViewEvidence) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        scores = self.segmenter.evidence.scorer.score(evidence, self._classes)
        best, share = decide(scores.log_scores)
        named = best < self._classes.named  # the others are background: no class of the vocabulary
        return torch.where(named, best, -1).cpu().numpy(), share.float().cpu().numpy()
