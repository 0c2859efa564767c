# SPDX-License-Identifier: Apache-2.0
"""Image embeddings with gradients: of windows read inside their view as MaskCLIP reads masks, and of cut windows."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from open_clip.transformer import VisionTransformer
from torch import Tensor

from xmask3d_ros.model.mask_clip import CLIP_MEAN, CLIP_STD, covered_patches, embed_masks


def normalised(images: Tensor) -> Tensor:
    """(B, 3, S, S) uint8 RGB in CLIP's normalisation."""
    mean, std = (torch.tensor(values, device=images.device)[:, None, None] for values in (CLIP_MEAN, CLIP_STD))
    return (images / 255.0 - mean) / std


def tokens_of_windows(boxes: Tensor, grid: int, coverage: float = 0.0) -> Tensor:
    """What each window's class token may look at, much as MaskCLIP's masks: (B, K, 1 + grid^2) bool.

    Args:
        boxes: (B, K, R, 4) left, right, top, bottom in fractions, of all rectangles of a window; an empty one covers
            nothing, and where two overlap, both count, which a mask's outline would not do.
        grid: patches along each side.
        coverage: share of a patch that a window must cover (``clip.mask_coverage``).
    """
    edges = torch.arange(grid, device=boxes.device) / grid
    left, right, top, bottom = boxes.unsqueeze(-1).unbind(3)
    columns = (torch.minimum(edges + 1 / grid, right) - torch.maximum(edges, left)).clamp(min=0) * grid
    rows = (torch.minimum(edges + 1 / grid, bottom) - torch.maximum(edges, top)).clamp(min=0) * grid
    share = (rows[..., :, None] * columns[..., None, :]).sum(dim=2).clamp(max=1).flatten(2)
    return functional.pad(covered_patches(share, coverage), (1, 0), value=True)


def embed_windows(
    visual: VisionTransformer, images: Tensor, boxes: Tensor, kept: float = 1.0, coverage: float = 0.0
) -> Tensor:
    """(B, K, C) embeddings of windows, each read by a class token that sees its patches alone (METHODS 1.9).

    A window of the whole view gives CLIP's own embedding of the view. With ``kept`` below 1 only that share of the
    patches, drawn at random, is looked at: training costs less by nearly as much (Li et al. 2023, FLIP).
    """
    visible = tokens_of_windows(boxes, visual.grid_size[0], coverage)
    tokens = visual._embeds(normalised(images))
    if kept < 1:
        count = max(1, round(kept * (tokens.shape[1] - 1)))
        drawn = torch.rand(len(tokens), tokens.shape[1] - 1, device=tokens.device).topk(count).indices
        drawn = functional.pad(drawn + 1, (1, 0))  # and the class token
        tokens = tokens.gather(1, drawn[..., None].expand(-1, -1, tokens.shape[2]))
        visible = visible.gather(2, drawn[:, None].expand(-1, visible.shape[1], -1))
    return embed_masks(visual, tokens, visible)


def embed_images(visual: VisionTransformer, images: Tensor) -> Tensor:
    """(B, C) embeddings of square images (B, 3, S, S) uint8 of any size that is a multiple of the patch.

    Sizes other than the tower's get its position table resampled; a smaller size costs less.
    """
    patches = visual.conv1(normalised(images))
    grid = patches.shape[-1]
    tokens = patches.flatten(2).transpose(1, 2)
    tokens = torch.cat([visual.class_embedding.expand(len(tokens), 1, -1), tokens], dim=1)
    tokens = visual.transformer(visual.ln_pre(tokens + positions(visual, grid)))
    return visual.ln_post(tokens[:, 0]) @ visual.proj


def positions(visual: VisionTransformer, grid: int) -> Tensor:
    """(1 + grid^2, D) the position table for another number of patches."""
    table, own = visual.positional_embedding, visual.grid_size[0]
    if grid == own:
        return table
    square = table[1:].T.reshape(1, -1, own, own)
    resampled = functional.interpolate(square, size=(grid, grid), mode="bilinear", align_corners=False, antialias=True)
    return torch.cat([table[:1], resampled.flatten(2)[0].T])
