# SPDX-License-Identifier: Apache-2.0
"""The segmenter: one frame in, the labelled local map out."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.geometry import RgbdFrame, back_project, visible_points
from xmask3d_ros.mapping import MapConfig, VoxelMap
from xmask3d_ros.model.compact_evidence import CompactEvidence
from xmask3d_ros.model.exact_evidence import ExactEvidence
from xmask3d_ros.model.scoring import ViewEvidence
from xmask3d_ros.model.view import View
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_ros.timing import StageTimer
from xmask3d_ros.vocabulary import UNLABELLED, LabelRegistry, Vocabulary, make_vocabulary

logger = logging.getLogger(__name__)

TOO_FEW_POINTS = "dropped: too few visible points"
"""Under this name the segmenter counts frames of which it made no view."""


@dataclass(frozen=True)
class SegmenterConfig:
    """How frames become map and views."""

    min_depth: float = 0.1
    """Readings nearer than this are ignored, metres."""
    max_depth: float = 6.0
    """Readings farther than this are ignored, metres."""
    depth_tolerance: float = 0.25
    """A map point is visible where it agrees with the depth image to this fraction of the depth (METHODS 1.4)."""
    border: int = 10
    """Pixels at the edge of the mask grid in which nothing counts as visible (METHODS 1.4)."""
    min_view_points: int = 400
    """Views with fewer points are not segmented (METHODS 1.4)."""
    evidence: str = "exact"
    """"exact": keep every view and replay it for a new vocabulary; "compact": a few sums a voxel."""
    map: MapConfig = field(default_factory=MapConfig)
    """Bounds of the map; its voxel size is the model's."""


@dataclass(frozen=True)
class MapView:
    """A view of the map, ready for the network, and the voxels that its points are."""

    view: View
    """The network's input."""
    keys: Tensor
    """(N,) int64 voxel of each point."""
    stamp_ns: int
    """Stamp of the image."""


class Segmenter:
    """Accumulates frames into a local voxel map and labels it with the classes of a vocabulary.

    Methods may be called from several threads: the map is locked, the network runs outside the lock. A node integrates
    every frame in one thread, and in another takes a view, runs :meth:`observe` and :meth:`remember`.
    """

    def __init__(
        self,
        model: XMask3D,
        vocabulary: Vocabulary,
        config: SegmenterConfig | None = None,
        labels: LabelRegistry | None = None,
    ) -> None:
        """``labels``: where names get their labels; give one that outlives the segmenter to keep them."""
        config = config or SegmenterConfig()
        self.config = replace(config, map=replace(config.map, voxel_size=model.config.voxel_size))
        self.model = model
        self.map = VoxelMap(self.config.map, model.device)
        self.timer = StageTimer(model.device)
        self.counts: Counter[str] = Counter()
        """Frames "integrated" and "segmented", and frames dropped here by cause ("dropped: <cause>")."""
        self.labels = LabelRegistry() if labels is None else labels
        self.unknown_words: tuple[str, ...] = ()
        """Words of the vocabulary in force that the model never met; see :meth:`TextEncoder.unknown_words`."""
        self._lock = threading.RLock()
        self._text = model.text_encoder()
        self._stamp_ns = 0
        scorer = model.scorer()
        self.evidence: ExactEvidence | CompactEvidence
        if self.config.evidence == "exact":
            self.evidence = ExactEvidence(scorer)
        elif self.config.evidence == "compact":
            training = make_vocabulary(model.config.base_classes, model.config.synonyms)
            self.evidence = CompactEvidence(scorer, self._text.classes(training))
        else:
            raise ValueError(f"evidence must be 'exact' or 'compact', not {self.config.evidence!r}")
        self.vocabulary = replace(vocabulary, version=0)
        self.set_vocabulary(vocabulary)

    # ---------------------------------------------------------------------------------------------------- a frame

    def process(self, frame: RgbdFrame) -> bool:
        """One frame, start to end. Returns whether the network ran on it; :attr:`counts` says why not."""
        with self.timer.stage("frame"):
            if not self.integrate(frame):
                return False
            view = self.view(frame)
            if view is None:
                return False
            evidence = self.observe(view)
            self.remember(view, evidence)
            return True

    def integrate(self, frame: RgbdFrame) -> bool:
        """Merge a frame's points into the map. Returns whether it had any."""
        with self.timer.stage("back_project"):
            points, colors, rows, columns = back_project(frame, self.config.min_depth, self.config.max_depth)
            depth = frame.depth[rows, columns].astype(np.float64)
            areas = depth**2 / (frame.camera.fx * frame.camera.fy)
        if not len(points):
            self.counts["dropped: no depth in range"] += 1
            return False
        with self._lock, self.timer.stage("integrate"):
            camera_position = torch.from_numpy(np.ascontiguousarray(frame.world_from_camera[:3, 3]))
            self.map.integrate(
                torch.from_numpy(points),
                torch.from_numpy(colors),
                torch.from_numpy(areas),
                camera_position,
                frame.stamp_ns,
            )
            self._stamp_ns = frame.stamp_ns
            self.counts["integrated"] += 1
        return True

    def view(self, frame: RgbdFrame) -> MapView | None:
        """The map's points that the frame sees, or ``None`` where they are too few."""
        with self.timer.stage("view"):
            grid = frame.resized(self.model.config.mask_grid_width)
            with self._lock:
                positions, colors, keys = self.map.positions, self.map.colors, self.map.keys.clone()
            visible = visible_points(
                positions,
                grid.depth,
                grid.camera,
                grid.world_from_camera,
                self.config.depth_tolerance,
                self.config.border,
            )
            chosen = self._capped(keys[visible.indices])
            if len(chosen) < self.config.min_view_points:
                self.counts[TOO_FEW_POINTS] += 1
                return None
            indices = visible.indices[chosen]
            view = View(
                positions[indices],
                colors[indices],
                visible.rows[chosen],
                visible.columns[chosen],
                (grid.camera.height, grid.camera.width),
                torch.tensor(grid.color),
            )
            return MapView(view, keys[indices], frame.stamp_ns)

    def _capped(self, keys: Tensor) -> Tensor:
        """Which of the visible voxels go into the view: all, or an even choice that differs from view to view."""
        limit = self.model.config.max_view_points
        if len(keys) <= limit:
            return torch.arange(len(keys), device=keys.device)
        # A multiplicative hash (Knuth) scatters neighbouring keys; the view's number makes every view choose anew.
        scattered = (keys + self.counts["segmented"]) * -7046029254386353131
        return torch.sort(torch.argsort(scattered, stable=True)[:limit]).values

    def observe(self, view: MapView) -> ViewEvidence:
        """Run the network on a view; does not touch the map."""
        with self.timer.stage("network"):
            return self.model.observe(view.view, self.timer.stage)

    def remember(self, view: MapView, evidence: ViewEvidence) -> None:
        """Keep what the network said; voxels forgotten meanwhile are left out."""
        with self._lock, self.timer.stage("remember"), torch.no_grad():
            self.evidence.remember(self.map, view.keys, evidence, view.stamp_ns, self._classes)
            self.counts["segmented"] += 1

    # -------------------------------------------------------------------------------------------------- vocabulary

    def set_vocabulary(self, vocabulary: Vocabulary) -> Vocabulary:
        """Relabel the whole map for other classes, without running the network. Returns it with its version.

        Words that the model never met are used all the same, with a warning: a name of several words may do without.
        Where it fails, for want of memory say, the old vocabulary and its labels stay in force.
        """
        classes = self._text.classes(vocabulary)
        unknown = self._text.unknown_words(vocabulary)
        if unknown:
            logger.warning("%s; its card, README.md, lists the words it knows", describe_unknown(unknown))
        with self._lock, self.timer.stage("relabel"), torch.no_grad():
            label_of_class = self.labels.ids(vocabulary.names)
            self.evidence.relabel(self.map, classes)
            # From here on nothing can fail.
            self._label_of_class, self._classes, self.unknown_words = label_of_class, classes, unknown
            self.vocabulary = replace(vocabulary, version=self.vocabulary.version + 1)
            return self.vocabulary

    # ------------------------------------------------------------------------------------------------------ output

    def labelled_cloud(self) -> LabelledCloud:
        """The map as it is labelled now, without voxels of too little support (``MapConfig.min_support``)."""
        with self._lock, self.timer.stage("label"), torch.no_grad():
            order = torch.argsort(self.map.keys)
            order = order[self.map.supported[order]]
            classes, confidence = self.evidence.labels(self.map, self._classes)
            # Classes beyond the vocabulary's are background; class -1 (no view yet) takes the last entry.
            table = torch.full((len(self._classes) + 1,), UNLABELLED, dtype=torch.int64)
            table[: self._classes.named] = torch.tensor(self._label_of_class)
            return LabelledCloud(
                keys=self.map.keys[order].cpu().numpy(),
                positions=self.map.positions[order].cpu().numpy().astype(np.float32),
                colors=self.map.colors[order].cpu().numpy(),
                labels=table[classes[order].cpu()].numpy().astype(np.uint16),
                confidence=confidence[order].cpu().numpy(),
                names=dict(zip(self._label_of_class, self.vocabulary.names, strict=True)),
                stamp_ns=self._stamp_ns,
            )

    def map_size(self) -> tuple[int, int, int]:
        """Voxels in the map, bytes it holds, and voxels forgotten since the start or the last :meth:`reset`."""
        with self._lock:
            return len(self.map), self.map.nbytes, self.map.forgotten

    def reset(self) -> None:
        """Forget the map and all evidence; vocabulary and counts stay."""
        with self._lock:
            self.map.clear()
            self._stamp_ns = 0


def describe_unknown(words: Sequence[str], most: int = 5) -> str:
    """What it means that the model never met some words, for a person."""
    named = ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")
    return f"the model does not know {named}: to it all such words are the same, and what they label is arbitrary"
