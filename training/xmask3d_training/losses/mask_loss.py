# SPDX-License-Identifier: Apache-2.0
"""The paper's mask loss: 3D embeddings drawn to the MaskCLIP embeddings of trustworthy masks (METHODS 1.12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as functional
from torch import Tensor

from xmask3d_ros.model.assignment import mask_logits_at_pixels, mask_logits_on_grid
from xmask3d_training.losses.cosine import cosine_distance
from xmask3d_training.losses.denominators import denominator
from xmask3d_training.losses.point_embeddings import PointEmbeddings

LEAST_POINTS = 10
"""A mask needs this many visible points."""
MOST_NOVEL, MOST_BASE = 4, 1
"""Masks taken of each kind, by view."""


def mean_confidence(probability: Tensor) -> Tensor:
    """(Q, H, W) mask probabilities -> (Q,) mean of those above 0.5; 0 where there is none."""
    inside = functional.threshold(probability, 0.5, 0.0).flatten(1)
    return inside.sum(dim=1) / inside.sign().sum(dim=1).clamp(min=1)


def select_masks(
    covers: Tensor,
    confidence: Callable[[Tensor], Tensor],
    is_base: Tensor,
    fallback: Literal["reference", "skip"] = "reference",
) -> tuple[Tensor, Tensor]:
    """Which masks of one view to learn from.

    A mask of at least 10 points is *novel-dominant* with more than 10 novel points, more than 1.8 times its others, and
    *base-dominant* with more than 150 base points, more than 20 times its others. Of the former the four most confident
    are taken, of the latter the most confident.

    Args:
        covers: (Q, N) bool, whether the raw mask covers the point.
        confidence: of (M,) int64 queries -> (M,); asked for dominant masks alone, for it needs all their pixels.
        is_base: (N,) int64: 1 base, 0 novel, anything else neither.
        fallback: where no mask has 10 points, ``reference`` lets query 0 cover all points.

    Returns:
        (M,) int64 queries, novel-dominant ones first, each kind by falling confidence; and ``covers`` as used.
    """
    if fallback == "reference" and not bool((covers.sum(dim=1) >= LEAST_POINTS).any()):
        covers = covers.clone()
        covers[0] = True
    points = covers.sum(dim=1).double()
    novel = (covers & (is_base == 0)).sum(dim=1).double()
    base = (covers & (is_base == 1)).sum(dim=1).double()
    enough = points >= LEAST_POINTS
    novel_dominant = enough & (novel > 10) & (novel > 1.8 * (points - novel))
    base_dominant = enough & ~novel_dominant & (base > 150) & (base > 20 * (points - base))
    chosen = []
    for dominant, most in ((novel_dominant, MOST_NOVEL), (base_dominant, MOST_BASE)):
        queries = dominant.nonzero()[:, 0]
        order = torch.sort(confidence(queries), descending=True, stable=True).indices
        chosen.append(queries[order[:most]])
    return torch.cat(chosen), covers


def mask_distances(
    mask_logits: Tensor,
    grid_size: tuple[int, int],
    rows: Tensor,
    columns: Tensor,
    is_base: Tensor,
    embeddings_3d: PointEmbeddings,
    clip_embeddings: Tensor,
    fallback: Literal["reference", "skip"] = "reference",
) -> Tensor:
    """1 - cos(mean F_3d of the mask's points, MaskCLIP embedding) for the selected masks of one view.

    Args:
        mask_logits: (Q, h, w) raw mask logits.
        grid_size: height and width of the mask grid.
        rows: (N,) int64 pixel row of each point.
        columns: (N,) int64 pixel column of each point.
        is_base: (N,) as in :func:`select_masks`.
        embeddings_3d: F_3d of N points; the only input that gets a gradient.
        clip_embeddings: (Q, C).
        fallback: as in :func:`select_masks`.

    Returns:
        (M,), empty where nothing is selected.
    """
    logits = mask_logits.detach().float()

    def confidence(queries: Tensor) -> Tensor:
        return mean_confidence(mask_logits_on_grid(logits[queries], grid_size).sigmoid())

    covers = mask_logits_at_pixels(logits, grid_size, rows, columns).sigmoid() >= 0.5
    chosen, covers = select_masks(covers, confidence, is_base, fallback)
    weight = covers[chosen].to(embeddings_3d.rows.dtype)
    means = embeddings_3d.weighted_sums(weight) / weight.sum(dim=1, keepdim=True)
    return cosine_distance(means, clip_embeddings[chosen].detach())


def mask_loss(distances: list[Tensor], everywhere: bool = False) -> Tensor:
    """Mean over the selected masks of all views; 0 without any. ``everywhere``: over all processes' masks."""
    joined = torch.cat(distances)
    return joined.sum() / denominator(len(joined), everywhere, joined.device).to(joined)
