# SPDX-License-Identifier: Apache-2.0
"""What one kind of prediction got right, summed over any number of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from xmask3d_ros.evaluation.calibration import Calibration, calibration, merged
from xmask3d_ros.evaluation.metrics import Confusion, absent_classes, score


@dataclass(frozen=True)
class Groups:
    """The classes that are averaged apart."""

    names: tuple[str, ...]
    """All classes of the vocabulary."""
    novel: tuple[int, ...] | None
    """The novel ones, the others being base; ``None`` where nothing says which are."""


class Tally:
    """Confusion, coverage and calibration of predictions; memory does not grow with the points."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.confusion = Confusion(len(groups.names))
        self._calibration: Calibration = calibration([], [])

    def add(
        self, truth: NDArray[np.int64], prediction: NDArray[np.int64], confidence: NDArray[np.floating[Any]]
    ) -> float:
        """Count points; returns the share that is right, NaN without points of known class.

        Args:
            truth: (N,) class, -1 where unknown (not counted).
            prediction: (N,) class, -1 for no label (counted as wrong, not covered).
            confidence: (N,) in [0, 1].
        """
        scored = truth >= 0
        truth, prediction = truth[scored], prediction[scored]
        right = truth == prediction
        self.confusion.update(truth, prediction)
        labelled = prediction >= 0
        stated = np.clip(confidence[scored][labelled], 0.0, 1.0)  # float32 sums of shares may pass 1 by rounding
        self._calibration = merged([self._calibration, calibration(stated, right[labelled])])
        return float(right.mean()) if len(truth) else float("nan")

    def restore(self, result: dict[str, Any]) -> None:
        """Add what another tally of the same classes had counted, from its :meth:`result`."""
        self.confusion.matrix += torch.tensor(result["confusion"], dtype=torch.int64)
        stated = result["reliability"]
        confidence, accuracy = (
            np.array([np.nan if value is None else value for value in stated[name]])
            for name in ("confidence", "accuracy")
        )
        part = Calibration(float("nan"), confidence, accuracy, np.array(stated["points"], np.int64))
        self._calibration = merged([self._calibration, part])

    def result(self) -> dict[str, Any]:
        """All scores as plain numbers; fractions, ``None`` where there is nothing to average.

        Means of IoU leave out classes without a point in the ground truth: a recording shows few of a vocabulary.
        """
        matrix = self.confusion.matrix
        absent = absent_classes(matrix)
        scores = score(matrix, self.groups.novel or (), absent)
        points = int(matrix.sum())
        split = self.groups.novel is not None
        predicted = matrix[:, : len(matrix)].sum(dim=0).tolist()
        return {
            "points": points,
            "coverage": plain(1.0 - int(matrix[:, -1].sum()) / points) if points else None,
            "miou": plain(scores.miou),
            "miou_base": plain(scores.miou_base) if split else None,
            "miou_novel": plain(scores.miou_novel) if split else None,
            "hiou": plain(scores.hiou) if split else None,
            "accuracy": plain(scores.accuracy),
            "mean_recall": plain(scores.mean_recall),
            "calibration_error": plain(self._calibration.error),
            "reliability": {
                "confidence": [plain(value) for value in self._calibration.confidence],
                "accuracy": [plain(value) for value in self._calibration.accuracy],
                "points": self._calibration.points.tolist(),
            },
            "classes": [
                {
                    "name": name,
                    "group": None if not split else "novel" if number in (self.groups.novel or ()) else "base",
                    "iou": None if number in absent else plain(scores.iou[number]),
                    "recall": plain(scores.recall[number]),
                    "points": int(scores.points[number]),
                    "predicted": predicted[number],
                }
                for number, name in enumerate(self.groups.names)
            ],
            "confusion": matrix.tolist(),
        }


def plain(value: float) -> float | None:
    """A number for JSON: ``None`` for NaN."""
    return None if np.isnan(value) else float(value)
