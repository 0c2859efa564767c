# SPDX-License-Identifier: Apache-2.0
"""From soft, overlapping query masks to hard, disjoint masks (METHODS 1.10)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor


def mask_logits_on_grid(mask_logits: Tensor, grid_size: tuple[int, int]) -> Tensor:
    """Mask logits at every pixel of the grid where masks meet points.

    Args:
        mask_logits: (Q, h, w).
        grid_size: height and width of the grid.

    Returns:
        (Q, H, W), bilinear without aligned corners.
    """
    return functional.interpolate(mask_logits[None], grid_size, mode="bilinear", align_corners=False)[0]


def at_pixels(grid: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """(Q, H, W) at N pixels of it, int64 rows and columns -> (Q, N).

    Several times as fast on a CPU as indexing by both. Pixels are not checked: a column beyond the grid reads the next
    row.
    """
    return grid.flatten(1).index_select(1, rows * grid.shape[2] + columns)


def assign_masks(
    mask_logits: Tensor, class_logits: Tensor, grid_size: tuple[int, int], usable: Tensor | None = None
) -> Tensor:
    """The query whose final mask covers each pixel.

    A pixel goes to the query with the largest (class score x mask probability); it stays uncovered where that query's
    mask probability is below 0.5.

    Args:
        mask_logits: (Q, h, w).
        class_logits: (Q, K + 1), the null class last; -inf or very negative where a class is forbidden.
        grid_size: height H and width W of the grid.
        usable: (Q,) bool, queries that may cover pixels; all by default.

    Returns:
        (H, W) int64 query of each pixel, -1 where uncovered.
    """
    return assign_on_grid(mask_logits_on_grid(mask_logits, grid_size), class_logits, usable)


def assign_on_grid(grid_logits: Tensor, class_logits: Tensor, usable: Tensor | None = None) -> Tensor:
    """:func:`assign_masks` for logits at the places of interest: (Q, ...) -> (...) int64."""
    probability = grid_logits.float().sigmoid()
    score = class_logits.float().softmax(dim=-1).amax(dim=-1)
    weighted = score.view(-1, *[1] * (grid_logits.dim() - 1)) * probability
    if usable is not None:
        if not bool(usable.any()):
            return torch.full(grid_logits.shape[1:], -1, dtype=torch.int64, device=grid_logits.device)
        weighted[~usable] = -1.0
    winner = weighted.argmax(dim=0)
    certain = probability.gather(0, winner[None])[0] >= 0.5
    return torch.where(certain, winner, -1)
