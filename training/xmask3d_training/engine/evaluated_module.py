# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train test``: the evaluation protocol as part of the module."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xmask3d_ros.files import whole_file
from xmask3d_ros.model.scoring import Scorer, ViewEvidence
from xmask3d_training.data.batch import Batch, NoViews
from xmask3d_training.data.problems import Problem, ProblemLog
from xmask3d_training.data.scenes import Scene
from xmask3d_training.engine.config import EvaluationConfig
from xmask3d_training.engine.data_module import XMask3DData
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.engine.module import XMask3DModule
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.protocol.branches import branch_labels, mask_clip_scores
from xmask3d_training.protocol.report import write_report
from xmask3d_training.protocol.scenes import SceneEvaluation

logger = logging.getLogger(__name__)
_EVALUATION = EvaluationConfig()


class EvaluatedModule(XMask3DModule):
    """The module with the evaluation of METHODS 1.14; its results go to ``evaluation`` in the run's folder."""

    def __init__(self, *arguments: Any, evaluation: EvaluationConfig = _EVALUATION, **settings: Any) -> None:
        """Build the network.

        Args:
            arguments: as of the module.
            evaluation: what ``test`` does beside the protocol.
            settings: as of the module.
        """
        super().__init__(*arguments, **settings)
        self.evaluation = evaluation

    def on_test_start(self) -> None:
        """Raises SettingsError: nothing has been trained."""
        if not self.trained:
            raise SettingsError(
                "there is nothing to evaluate, the network's weights are random: give a trained model's folder with "
                "--model.weights, or a checkpoint with --ckpt_path"
            )
        self.start_scoring()
        own, weights = self.network.config.scoring, self.network.point_weights()
        gates = self.evaluation.gates or (own.gate,)
        self._scorers = {gate: Scorer(weights, replace(own, gate=gate)) for gate in gates}
        averaged = ("mask_clip",) if self.evaluation.mask_clip else ()
        self._evaluations = {
            gate: SceneEvaluation(self.benchmark.classes, averaged, self._keep(gate)) for gate in gates
        }

    def test_step(self, batch: Batch | NoViews, batch_idx: int) -> None:
        """Each view votes on its scene's points."""
        for view, votes in enumerate(self.look(batch, self._votes)):
            assert isinstance(batch, Batch)
            name, of_scene = batch.scenes[view], batch.point_of_scene[batch.view_of_point == view]
            for gate, evaluation in self._evaluations.items():
                if evaluation.begins(name):
                    evaluation.begin(self._data.test_scene(name))
                evaluation.vote(of_scene, votes[gate])

    def on_test_epoch_end(self) -> None:
        """Scores of all scenes of all processes, written and printed by the first."""
        problems = self._problems_of_processes()
        for gate, evaluation in self._evaluations.items():
            self._report(gate, evaluation, self._folder(gate), problems)
        if self.trainer.is_global_zero and len(problems):
            print(f"skipped:\n{problems.summary()}\n")

    def _votes(self, seen: ViewEvidence, points: Tensor) -> dict[str, dict[str, Tensor]]:
        """Of a view's points, by gate and output: (N,) int64 labels, (N, K) scores of MaskCLIP."""
        votes: dict[str, dict[str, Tensor]] = {}
        for gate, scorer in self._scorers.items():
            votes[gate] = branch_labels(scorer, seen, self._classes, points)
            if self.evaluation.mask_clip:
                votes[gate]["mask_clip"] = mask_clip_scores(scorer, seen, self._classes)
        return votes

    def _problems_of_processes(self) -> ProblemLog:
        """What all processes have skipped, on every process; a scene is one process's alone."""
        found: list[list[Problem] | None] = [list(self.problems)]
        if self.trainer.world_size > 1:
            found = [None] * self.trainer.world_size
            torch.distributed.all_gather_object(found, list(self.problems))
        log = ProblemLog()
        for problems in found:
            log.add(problems or ())
        return log

    def _report(self, gate: str, evaluation: SceneEvaluation, folder: Path, problems: ProblemLog) -> None:
        evaluation.finish()
        unread = 0
        for name in sorted(set(self._data.test_scenes) - set(evaluation.scenes)):
            try:
                evaluation.add_unseen(self._data.test_scene(name))
            except PrepareError as error:
                logger.warning("left out of the evaluation: %s: %s", name, error)
                unread += 1
        confusions = {branch: self.sum_of_processes(counts) for branch, counts in evaluation.confusions().items()}
        counts = torch.tensor([len(evaluation.scenes), evaluation.frames, unread])
        scenes, frames, unread = self.sum_of_processes(counts).tolist()
        if not self.trainer.is_global_zero:
            return
        about = {
            "protocol": self._data.protocol,
            "split": self._data.test_split,
            "condition": self.network.config.captioner.source,
            "gate": gate,
            "scenes": scenes,
            "scenes_left_out": unread,
            "frames": frames,
            "frames_skipped": len(problems),
            "skipped": problems.counts(),
        }
        print(f"\ngate: {gate}\n{write_report(folder, self.benchmark, confusions, about)}\n")
        print(f"{frames} frames of {scenes} scenes; see {folder}/table.md, results.json, classes.png")

    def _folder(self, gate: str) -> Path:
        """Where results of a gate go: the first one's are the run's."""
        folder = Path(self.trainer.default_root_dir) / "evaluation"
        return folder if gate == next(iter(self._evaluations)) else folder / f"gate_{gate}"

    def _keep(self, gate: str) -> Callable[[Scene, Mapping[str, NDArray[np.int64]]], None] | None:
        """What is done with a scene's labels."""
        if not self.evaluation.labels:
            return None

        def keep(scene: Scene, labels: Mapping[str, NDArray[np.int64]]) -> None:
            arrays: dict[str, Any] = {branch: found.astype(np.int16) for branch, found in labels.items()}
            with whole_file(self._folder(gate) / "labels" / f"{scene.name}.npz") as temporary:
                np.savez_compressed(temporary, **arrays)

        return keep

    @property
    def _data(self) -> XMask3DData:
        data = self.trainer.datamodule  # type: ignore[attr-defined]  # Lightning sets it at run time
        assert isinstance(data, XMask3DData)
        return data
