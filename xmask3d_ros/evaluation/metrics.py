# SPDX-License-Identifier: Apache-2.0
"""Segmentation scores from a confusion matrix (METHODS 1.14): the project's only ones.

All scores are fractions. Ground truth outside the classes is ignored altogether: a prediction there adds nothing to any
union. A prediction outside the classes ("unlabelled") is a miss.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor


def confusion_matrix(truth: Tensor, prediction: Tensor, classes: int) -> Tensor:
    """Count pairs of labels.

    Args:
        truth: integers of any shape; those outside [0, classes) are ignored.
        prediction: integers of the same shape; those outside [0, classes) count as unlabelled.
        classes: K.

    Returns:
        (K, K + 1) int64 on the labels' device: row = truth, column = prediction, the last column = unlabelled. Matrices
        of parts add up to the matrix of the whole.
    """
    if truth.shape != prediction.shape:
        raise ValueError(
            f"{tuple(truth.shape)} true labels against {tuple(prediction.shape)} predicted: one of each a point"
        )
    counted = (truth >= 0) & (truth < classes)
    truth, prediction = truth[counted].long(), prediction[counted].long()
    prediction = torch.where((prediction >= 0) & (prediction < classes), prediction, classes)
    pairs = torch.bincount(truth * (classes + 1) + prediction, minlength=classes * (classes + 1))
    return pairs.view(classes, classes + 1)


class Confusion:
    """A confusion matrix that grows, for callers without tensors."""

    def __init__(self, classes: int) -> None:
        self.matrix = torch.zeros(classes, classes + 1, dtype=torch.int64)

    def update(self, truth: ArrayLike | Tensor, prediction: ArrayLike | Tensor) -> None:
        """Add labels as :func:`confusion_matrix` counts them."""
        self.matrix += confusion_matrix(torch.as_tensor(truth), torch.as_tensor(prediction), len(self.matrix)).cpu()


@dataclass(frozen=True)
class Scores:
    """Scores of one confusion matrix over K classes; NaN where there is nothing to average."""

    iou: NDArray[np.float64]
    """(K,) intersection over union; 0 for a class that is neither true nor predicted anywhere."""
    recall: NDArray[np.float64]
    """(K,) share of a class's points that are predicted as it; NaN without points."""
    points: NDArray[np.int64]
    """(K,) points of each true class."""
    miou: float
    """Mean IoU of all averaged classes."""
    miou_base: float
    """Mean IoU of the averaged base classes."""
    miou_novel: float
    """Mean IoU of the averaged novel classes."""
    hiou: float
    """Harmonic mean of the two."""
    accuracy: float
    """Share of points with the right label."""
    mean_recall: float
    """Mean recall of the classes that have points."""


def score(confusion: Tensor, novel: Collection[int] = (), excluded: Collection[int] = ()) -> Scores:
    """Scores of a (K, K + 1) confusion matrix.

    Args:
        confusion: as :func:`confusion_matrix` returns it.
        novel: labels of the novel classes; the others are base.
        excluded: labels left out of every mean of IoU. Empty, as in the reference, a class absent from the ground truth
            counts as 0. RegionPLC's rule for ScanNet200 excludes ``LabelSet.absent_from_validation``; for a recording
            that shows few classes, exclude :func:`absent_classes`.
    """
    counts = confusion.detach().cpu().numpy().astype(np.int64)
    classes = len(counts)
    hit = np.diagonal(counts).astype(np.float64)
    points, predicted = counts.sum(axis=1), counts[:, :classes].sum(axis=0)
    iou = hit / (points + predicted - hit + 1e-10)
    with np.errstate(invalid="ignore"):
        recall = np.where(points > 0, hit / points, np.nan)
    averaged = [label for label in range(classes) if label not in excluded]
    base = _mean(iou[[label for label in averaged if label not in novel]])
    new = _mean(iou[[label for label in averaged if label in novel]])
    return Scores(
        iou=iou,
        recall=recall,
        points=points,
        miou=_mean(iou[averaged]),
        miou_base=base,
        miou_novel=new,
        hiou=harmonic_mean(base, new),
        accuracy=float(hit.sum() / points.sum()) if points.sum() else float("nan"),
        mean_recall=_mean(recall[points > 0]),
    )


def harmonic_mean(base: float, novel: float) -> float:
    """hIoU of two mean IoUs: 2 b n / (b + n); 0 when both are 0."""
    return 0.0 if base + novel == 0 else 2.0 * base * novel / (base + novel)


def absent_classes(confusion: Tensor) -> tuple[int, ...]:
    """Labels without a point in the ground truth."""
    return tuple(torch.nonzero(confusion.sum(dim=1) == 0).flatten().tolist())


def _mean(values: Sequence[float] | NDArray[np.float64]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
