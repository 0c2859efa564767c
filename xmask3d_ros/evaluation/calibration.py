# SPDX-License-Identifier: Apache-2.0
"""How far stated confidences are from the share of right labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Calibration:
    """A reliability diagram and its summary."""

    error: float
    """Expected calibration error: |accuracy - confidence| of the bins, weighted by their points; NaN without points."""
    confidence: NDArray[np.float64]
    """(bins,) mean confidence of each bin's points, NaN where empty."""
    accuracy: NDArray[np.float64]
    """(bins,) share of right labels among them, NaN where empty."""
    points: NDArray[np.int64]
    """(bins,) number of points."""


def calibration(confidence: ArrayLike, correct: ArrayLike, bins: int = 15) -> Calibration:
    """Sort points into ``bins`` equal intervals of confidence and compare (Guo et al. 2017).

    Args:
        confidence: (N,) in [0, 1]; ``ValueError`` otherwise, NaN included.
        correct: (N,) bool, whether the label was right.
        bins: number of intervals; the last one includes 1.
    """
    stated = np.asarray(confidence, dtype=np.float64).ravel()
    right = np.asarray(correct, dtype=bool).ravel()
    if stated.shape != right.shape:
        raise ValueError(f"{len(stated)} confidences for {len(right)} labels: one a point")
    if not ((stated >= 0) & (stated <= 1)).all():
        raise ValueError("confidences must lie in [0, 1]; some do not or are NaN")
    interval = np.minimum((stated * bins).astype(np.int64), bins - 1)
    points = np.bincount(interval, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(interval, weights=stated, minlength=bins) / points
        accuracy = np.bincount(interval, weights=right.astype(np.float64), minlength=bins) / points
    error = _error(mean_confidence, accuracy, points)
    return Calibration(error, mean_confidence, accuracy, points.astype(np.int64))


def merged(parts: Iterable[Calibration]) -> Calibration:
    """The calibration of all parts' points together, as if computed at once; all must have the same bins."""
    every = list(parts)
    points = np.sum([part.points for part in every], axis=0)
    with np.errstate(invalid="ignore"):
        confidence = np.sum([np.nan_to_num(part.confidence) * part.points for part in every], axis=0) / points
        accuracy = np.sum([np.nan_to_num(part.accuracy) * part.points for part in every], axis=0) / points
    return Calibration(_error(confidence, accuracy, points), confidence, accuracy, points)


def _error(confidence: NDArray[np.float64], accuracy: NDArray[np.float64], points: NDArray[np.int64]) -> float:
    used = points > 0
    gap = np.abs(accuracy[used] - confidence[used])
    return float((gap * points[used]).sum() / points.sum()) if used.any() else float("nan")
