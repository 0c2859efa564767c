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
    return functional.interpolate(mask_logits[:, None], grid_size, mode="bilinear", align_corners=False)[:, 0]


def mask_logits_at_pixels(mask_logits: Tensor, grid_size: tuple[int, int], rows: Tensor, columns: Tensor) -> Tensor:
    """:func:`mask_logits_on_grid` at the pixels of interest alone, which are fewer than all.

    Args:
        mask_logits: (Q, h, w).
        grid_size: height and width of the grid.
        rows: (N,) int64 pixel row; not checked.
        columns: (N,) int64 pixel column; not checked.

    Returns:
        (Q, N).
    """
    height, width = mask_logits.shape[1:]
    top, bottom, down = _neighbours(rows, grid_size[0], height)
    left, right, across = _neighbours(columns, grid_size[1], width)
    table = mask_logits.flatten(1).T.contiguous()  # what is read of a pixel lies together
    upper = torch.lerp(table[top * width + left], table[top * width + right], across.to(table))
    lower = torch.lerp(table[bottom * width + left], table[bottom * width + right], across.to(table))
    return torch.lerp(upper, lower, down.to(table)).T


def _neighbours(pixels: Tensor, size: int, cells: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of (N,) pixels on an axis of ``size`` pixels over ``cells`` cells: cell, next cell, (N, 1) weight of the next."""
    place = ((pixels + 0.5) * (cells / size) - 0.5).clamp(min=0)
    cell = place.floor().long()
    return cell, (cell + 1).clamp(max=cells - 1), (place - cell)[:, None]


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
    return assign_at_pixels(mask_logits_on_grid(mask_logits, grid_size), class_logits, usable)


def assign_at_pixels(logits: Tensor, class_logits: Tensor, usable: Tensor | None = None) -> Tensor:
    """:func:`assign_masks` for logits at the pixels of interest: (Q, ...) -> (...) int64."""
    probability = logits.float().sigmoid()
    score = class_logits.float().softmax(dim=-1).amax(dim=-1)
    weighted = score.view(-1, *[1] * (logits.dim() - 1)) * probability
    if usable is not None:
        if not bool(usable.any()):
            return torch.full(logits.shape[1:], -1, dtype=torch.int64, device=logits.device)
        weighted[~usable] = -1.0
    winner = weighted.argmax(dim=0)
    certain = probability.gather(0, winner[None])[0] >= 0.5
    return torch.where(certain, winner, -1)
