# SPDX-License-Identifier: Apache-2.0
"""Labels of one view's points by the network's three outputs (METHODS 1.14.1-3, 1.14.6)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from scipy.spatial import KDTree
from torch import Tensor

from xmask3d_ros.model.scoring import Scorer, ViewEvidence
from xmask3d_ros.model.text import TextClasses

BRANCHES = ("fused", "3d", "2d")
"""Outputs that are evaluated side by side."""
UNDECIDED = -1
"""Label of a point that an output says nothing about."""


def branch_labels(scorer: Scorer, evidence: ViewEvidence, classes: TextClasses, points: Tensor) -> dict[str, Tensor]:
    """Best class of every point by each output, behind the same gate.

    ``fused``: F_fuse, in an ensemble with MaskCLIP where a mask covers the point: the method's result. ``3d``: F_3d
    alone. ``2d``: the mask embedding G alone; points without a mask take over the scores of the nearest point that has
    one, and where no mask covers any point, all are undecided.

    Args:
        scorer: with the network's present weights.
        evidence: of N points.
        classes: K classes.
        points: (N, 3) metres.

    Returns:
        (N,) int64 in [0, K) or UNDECIDED, by branch.
    """
    scores = scorer.score(evidence, classes)
    weights, base = scorer.weights, evidence.binary_logits.sigmoid()

    def gated(scores: Tensor, base_probability: Tensor) -> Tensor:
        if classes.gated and scorer.config.gate != "off":
            scores = scorer.gate(scores.log_softmax(dim=1), base_probability, classes.is_base)
        return scores.argmax(dim=1)

    hidden = evidence.hidden
    labels_3d = _in_parts(
        len(hidden),
        lambda part: gated(
            classes.logits(hidden[part] @ weights.point.T + weights.point_bias, weights.scale), base[part]
        ),
    )
    query = spread(scores.query, points)
    labels_2d = torch.full_like(query, UNDECIDED)
    if len(query) and bool((query >= 0).all()):
        mask_scores = classes.logits(evidence.mask_embeddings, weights.scale)
        labels_2d = _in_parts(len(query), lambda part: gated(mask_scores[query[part]], base[part]))
    return {"fused": scores.log_scores.argmax(dim=1), "3d": labels_3d, "2d": labels_2d}


def mask_clip_scores(scorer: Scorer, evidence: ViewEvidence, classes: TextClasses) -> Tensor:
    """What MaskCLIP alone says of every point's mask, without any part of the 3D networks.

    Returns:
        (N, K) float32 probabilities; zeros where no mask covers the point.
    """
    query = scorer.assign(evidence, classes, gated=False)
    named = classes.logits(evidence.clip_embeddings, scorer.weights.scale).softmax(dim=1)
    return named[query.clamp(min=0)] * (query >= 0)[:, None]


def spread(query: Tensor, points: Tensor) -> Tensor:
    """Give every point without a query (-1) that of the nearest point in space that has one.

    Args:
        query: (N,) int64.
        points: (N, 3) metres.

    Returns:
        (N,) int64; all -1 where no point has a query.
    """
    covered = query >= 0
    if not bool(covered.any()) or bool(covered.all()):
        return query
    filled = query.clone()
    filled[~covered] = query[covered][nearest(points[covered], points[~covered])]
    return filled


def nearest(known: Tensor, asked: Tensor) -> Tensor:
    """(M,) int64 index of the nearest of (K, 3) known points for each of (M, 3) asked ones, on their device."""
    _, index = KDTree(known.cpu().numpy()).query(asked.cpu().numpy())
    return torch.from_numpy(index).to(known.device)


def _in_parts(count: int, labels: Callable[[slice], Tensor], size: int = 16_384) -> Tensor:
    parts = [labels(slice(start, start + size)) for start in range(0, count, size)]
    return torch.cat(parts) if parts else torch.zeros(0, dtype=torch.int64)
