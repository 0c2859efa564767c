# SPDX-License-Identifier: Apache-2.0
"""CLIP's loss, for batches in which a caption is true of several images."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor


def contrastive_loss(images: Tensor, texts: Tensor, also_true: Tensor, scale: Tensor) -> Tensor:
    """Symmetric cross entropy of scaled cosines of P pairs.

    Args:
        images: (P, C), any length.
        texts: (P, C) embeddings of their captions.
        also_true: (P, P) bool: row i, column j: caption j is true of image i too, so the two are not contrasted. The
            diagonal does not matter.
        scale: factor of the cosines.
    """
    logits = scale * functional.normalize(images, dim=-1) @ functional.normalize(texts, dim=-1).T
    own = torch.arange(len(logits), device=logits.device)
    logits = logits.masked_fill(also_true & (own[:, None] != own), -torch.inf)
    return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2
