# SPDX-License-Identifier: Apache-2.0
"""Mask embeddings brought to the points that the masks cover: F_2d (METHODS 1.10, 1.16)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor


def lift_masks(
    mask_of_pixel: Tensor,
    embeddings: Tensor,
    rows: Tensor,
    columns: Tensor,
    fallback: Literal["reference", "skip"] = "reference",
) -> tuple[Tensor, Tensor]:
    """F_2d of one view's points.

    Args:
        mask_of_pixel: (H, W) int64 query whose final mask covers the pixel, -1 = none.
        embeddings: (Q, C) mask embeddings of the queries.
        rows: (N,) int64 pixel row of each point.
        columns: (N,) int64 pixel column of each point.
        fallback: where no final mask covers any point, ``reference`` gives point 0 the embedding of the first final
            mask (of lowest query; zeros without any final mask), so that every view has a point with F_2d; ``skip``
            leaves the view without.

    Returns:
        (N, C) F_2d, zero where uncovered, and (N,) bool, whether the point is covered.
    """
    mask, covered = masks_of_points(mask_of_pixel, len(embeddings), rows, columns, fallback)
    with_zero = torch.cat([embeddings, embeddings.new_zeros(1, embeddings.shape[1])])
    return with_zero[mask], covered


def masks_of_points(
    mask_of_pixel: Tensor,
    queries: int,
    rows: Tensor,
    columns: Tensor,
    fallback: Literal["reference", "skip"] = "reference",
) -> tuple[Tensor, Tensor]:
    """Whose embedding each point gets in :func:`lift_masks`: (N,) int64 query, ``queries`` = zeros; (N,) bool covered.

    With it a linear layer can be applied to the queries instead of the points.
    """
    mask = mask_of_pixel[rows, columns]
    covered = mask >= 0
    if fallback == "reference" and len(mask) and not bool(covered.any()):
        covered[0] = True
        present = mask_of_pixel[mask_of_pixel >= 0]
        mask[0] = present.min() if len(present) else queries
    return torch.where(mask >= 0, mask, queries), covered
