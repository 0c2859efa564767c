# SPDX-License-Identifier: Apache-2.0
"""Mask embeddings brought to the points that the masks cover: F_2d (METHODS 1.10, 1.16)."""

from __future__ import annotations

from collections.abc import Callable
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
    mask, covered = masks_of_points(mask_of_pixel[rows, columns], len(embeddings), lambda: mask_of_pixel, fallback)
    with_zero = torch.cat([embeddings, embeddings.new_zeros(1, embeddings.shape[1])])
    return with_zero[mask], covered


def masks_of_points(
    mask_of_point: Tensor,
    queries: int,
    mask_of_pixel: Callable[[], Tensor],
    fallback: Literal["reference", "skip"] = "reference",
) -> tuple[Tensor, Tensor]:
    """Whose embedding each point gets in :func:`lift_masks`.

    With it a linear layer can be applied to the queries instead of the points.

    Args:
        mask_of_point: (N,) int64 query whose final mask covers the point, -1 = none.
        queries: Q.
        mask_of_pixel: makes (H, W) int64 of the whole grid, which is needed where no point is covered alone.
        fallback: as in :func:`lift_masks`.

    Returns:
        (N,) int64 query, Q = an embedding of zeros; (N,) bool, whether the point is covered.
    """
    covered = mask_of_point >= 0
    mask = torch.where(covered, mask_of_point, queries)
    if fallback == "reference" and len(mask) and not bool(covered.any()):
        covered[0] = True
        whole = mask_of_pixel()
        present = whole[whole >= 0]
        mask[0] = present.min() if len(present) else queries
    return mask, covered
