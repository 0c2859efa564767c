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
    mask = mask_of_pixel[rows, columns]
    covered = mask >= 0
    if fallback == "reference" and len(mask) and not bool(covered.any()):
        covered = covered.clone()
        covered[0] = True
        present = mask_of_pixel[mask_of_pixel >= 0]
        if len(present) == 0:
            return embeddings.new_zeros(len(mask), embeddings.shape[1]), covered
        mask = torch.where(covered, present.min(), mask)
    lifted = torch.where(covered[:, None], embeddings[mask.clamp(min=0)], 0.0)
    return lifted, covered
