# SPDX-License-Identifier: Apache-2.0
"""The evaluation of scenes one after the other (METHODS 1.14.4-6)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from xmask3d_ros.evaluation.metrics import Confusion
from xmask3d_training.data.scenes import Scene
from xmask3d_training.protocol.branches import BRANCHES, UNDECIDED
from xmask3d_training.protocol.votes import SceneVotes


class SceneEvaluation:
    """Collects the votes of views, scene by scene, and counts every point of a scene once it is over."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._scene: Scene | None = None
        self._votes: dict[str, SceneVotes] = {}
        self._confusions = {branch: Confusion(classes) for branch in BRANCHES}
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
        self._votes = {branch: SceneVotes(len(scene.labels), self._classes) for branch in BRANCHES}

    def vote(self, point_of_scene: Tensor, labels: Mapping[str, Tensor]) -> None:
        """Votes of one view of the present scene.

        Args:
            point_of_scene: (N,) int64 distinct points.
            labels: (N,) int64 by branch.
        """
        self.frames += 1
        for branch, votes in self._votes.items():
            votes.add(point_of_scene.cpu().numpy(), labels[branch].cpu().numpy())

    def finish(self) -> None:
        """Count the present scene's points, if there is one."""
        if self._scene is None:
            return
        for branch, votes in self._votes.items():
            self._confusions[branch].update(self._scene.labels, votes.labels(self._scene.coordinates))
        self.scenes.append(self._scene.name)
        self._scene = None

    def add_unseen(self, scene: Scene) -> None:
        """Count a scene no frame of which could be used: all its points are missed."""
        for confusion in self._confusions.values():
            confusion.update(scene.labels, torch.full((len(scene.labels),), UNDECIDED))
        self.scenes.append(scene.name)

    def confusions(self) -> dict[str, Tensor]:
        """(K, K + 1) counts by branch, of the scenes that are over."""
        return {branch: confusion.matrix for branch, confusion in self._confusions.items()}
