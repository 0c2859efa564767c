# SPDX-License-Identifier: Apache-2.0
"""View-level contrast with the caption (METHODS 1.12, ``loss_explicit_contra*``)."""

from __future__ import annotations

import torch
from torch import Tensor

from xmask3d_training.losses.cosine import cosine_distance
from xmask3d_training.losses.denominators import denominator
from xmask3d_training.losses.point_embeddings import PointEmbeddings


def caption_loss(
    embeddings: PointEmbeddings,
    view_of_point: Tensor,
    captions: Tensor,
    counted: Tensor | None = None,
    everywhere: bool = False,
) -> Tensor:
    """Mean over views of 1 - cos(mean of the view's point embeddings, embedding of its caption).

    Args:
        embeddings: of N points, not normalised: long embeddings weigh more in the mean.
        view_of_point: (N,) int64 in [0, B).
        captions: (B, C) text embeddings, any length.
        counted: (N,) bool, points that enter the mean; all by default. A view without any is left out.
        everywhere: average over all processes' views.

    Returns:
        scalar.
    """
    views = len(captions)
    if counted is not None:
        embeddings, view_of_point = embeddings.of(counted), view_of_point[counted]
    points = torch.bincount(view_of_point, minlength=views)
    seen = points > 0
    means = embeddings.sums(view_of_point, views)[seen] / points[seen, None]
    summed = cosine_distance(means, captions[seen]).sum()
    return summed / denominator(seen.sum(), everywhere).to(summed)
