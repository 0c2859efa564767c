# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train test``: the evaluation protocol as part of the module."""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from xmask3d_training.data.batch import Batch, NoViews
from xmask3d_training.engine.data_module import XMask3DData
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.engine.module import XMask3DModule
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.protocol.report import write_report
from xmask3d_training.protocol.scenes import SceneEvaluation

logger = logging.getLogger(__name__)


class EvaluatedModule(XMask3DModule):
    """The module with the evaluation of METHODS 1.14; its results go to ``evaluation`` in the run's folder."""

    def on_test_start(self) -> None:
        """Raises SettingsError: nothing has been trained."""
        if not self.trained:
            raise SettingsError(
                "there is nothing to evaluate, the network's weights are random: give a trained model's folder with "
                "--model.weights, or a checkpoint with --ckpt_path"
            )
        self.start_scoring()
        self._evaluation = SceneEvaluation(self.benchmark.classes)

    def test_step(self, batch: Batch | NoViews, batch_idx: int) -> None:
        """Each view votes on its scene's points."""
        for view, labels in enumerate(self.label_views(batch)):
            assert isinstance(batch, Batch)
            if self._evaluation.begins(batch.scenes[view]):
                self._evaluation.begin(self._data.test_scene(batch.scenes[view]))
            self._evaluation.vote(batch.point_of_scene[batch.view_of_point == view], labels)

    def on_test_epoch_end(self) -> None:
        """Scores of all scenes of all processes, written and printed by the first."""
        evaluation = self._evaluation
        evaluation.finish()
        unread = 0
        for name in set(self._data.test_scenes) - set(evaluation.scenes):
            try:
                evaluation.add_unseen(self._data.test_scene(name))
            except PrepareError as error:
                logger.warning("left out of the evaluation: %s: %s", name, error)
                unread += 1
        confusions = {branch: self.sum_of_processes(counts) for branch, counts in evaluation.confusions().items()}
        counts = torch.tensor([len(evaluation.scenes), evaluation.frames, len(self.problems), unread])
        scenes, frames, skipped, unread = self.sum_of_processes(counts).tolist()
        if not self.trainer.is_global_zero:
            return
        folder = Path(self.trainer.default_root_dir) / "evaluation"
        about = {
            "protocol": self._data.protocol,
            "split": self._data.test_split,
            "condition": self.network.config.captioner.source,
            "scenes": scenes,
            "scenes_left_out": unread,
            "frames": frames,
            "frames_skipped": skipped,
            "skipped": self.problems.counts(),
        }
        print(f"\n{write_report(folder, self.benchmark, confusions, about)}\n")
        if len(self.problems):
            print(f"skipped:\n{self.problems.summary()}\n")
        print(f"{frames} frames of {scenes} scenes; see {folder}/table.md, results.json, classes.png")

    @property
    def _data(self) -> XMask3DData:
        data = self.trainer.datamodule  # type: ignore[attr-defined]  # Lightning sets it at run time
        assert isinstance(data, XMask3DData)
        return data
