# SPDX-License-Identifier: Apache-2.0
"""The evaluation of scenes one after the other (METHODS 1.14.4-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xmask3d_ros.evaluation.metrics import Confusion
from xmask3d_training.data.scenes import Scene
from xmask3d_training.protocol.branches import BRANCHES, UNDECIDED
from xmask3d_training.protocol.votes import SceneAverages, SceneVotes


class SceneEvaluation:
    """Collects the votes of views, scene by scene, and counts every point of a scene once it is over."""

    def __init__(
        self,
        classes: int,
        averaged: Sequence[str] = (),
        keep: Callable[[Scene, Mapping[str, NDArray[np.int64]]], None] | None = None,
    ) -> None:
        """Nothing is counted yet.

        Args:
            classes: K.
            averaged: outputs beside the network's whose scores are averaged over the views, not votes counted.
            keep: is given the (P,) labels of each scene that is over, by output.
        """
        self._classes, self._averaged, self._keep = classes, averaged, keep
        self._scene: Scene | None = None
        self._votes: dict[str, SceneVotes | SceneAverages] = {}
        self._confusions = {branch: Confusion(classes) for branch in (*BRANCHES, *averaged)}
        self.frames = 0
        """Views that have voted."""
        self.scenes: list[str] = []
        """Scenes that are over."""

    def begins(self, name: str) -> bool:
        """Whether a view of this scene is the first one of it."""
        return self._scene is None or self._scene.name != name

    def begin(self, scene: Scene) -> None:
        """Go on to the next scene."""
        self.finish()
        self._scene = scene
        size = (len(scene.labels), self._classes)
        self._votes = {branch: SceneVotes(*size) for branch in BRANCHES}
        self._votes.update({branch: SceneAverages(*size) for branch in self._averaged})

    def vote(self, point_of_scene: Tensor, labels: Mapping[str, Tensor]) -> None:
        """Votes of one view of the present scene.

        Args:
            point_of_scene: (N,) int64 distinct points.
            labels: (N,) int64 by output; (N, K) scores of those that are averaged.
        """
        self.frames += 1
        for branch, votes in self._votes.items():
            votes.add(point_of_scene.cpu().numpy(), labels[branch].cpu().numpy())

    def finish(self) -> None:
        """Count the present scene's points, if there is one."""
        if self._scene is None:
            return
        found = {branch: votes.labels(self._scene.coordinates) for branch, votes in self._votes.items()}
        for branch, labels in found.items():
            self._confusions[branch].update(self._scene.labels, labels)
        if self._keep:
            self._keep(self._scene, found)
        self.scenes.append(self._scene.name)
        self._scene = None

    def add_unseen(self, scene: Scene) -> None:
        """Count a scene no frame of which could be used: all its points are missed."""
        for confusion in self._confusions.values():
            confusion.update(scene.labels, torch.full((len(scene.labels),), UNDECIDED))
        self.scenes.append(scene.name)

    def confusions(self) -> dict[str, Tensor]:
        """(K, K + 1) counts by output, of the scenes that are over."""
        return {branch: confusion.matrix for branch, confusion in self._confusions.items()}
