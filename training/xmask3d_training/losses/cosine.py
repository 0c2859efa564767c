# SPDX-License-Identifier: Apache-2.0
"""Cosines of embeddings: with the classes' text, and of pairs."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor


def class_logits(embeddings: Tensor, text: Tensor, null: Tensor, scale: Tensor | float) -> Tensor:
    """Scaled cosines with the classes and the null class (METHODS 1.8).

    Args:
        embeddings: (..., C) of masks or points, any length.
        text: (K, C) text embeddings of the classes, any length.
        null: (C,) or (1, C) learned null embedding.
        scale: factor, min(exp(learned), 100).

    Returns:
        (..., K + 1), the null class last.
    """
    classes = functional.normalize(torch.cat([text, null.view(1, -1)]), dim=-1)
    # Dividing the products, not the embeddings, spares a copy of all point embeddings.
    return scale * (embeddings @ classes.T) / embeddings.norm(dim=-1, keepdim=True).clamp(min=1e-12)


def cosine_distance(first: Tensor, second: Tensor) -> Tensor:
    """1 - cos of the rows of two (M, C) tensors -> (M,); 1 where a row is zero."""
    return 1.0 - functional.cosine_similarity(first, second, dim=-1)
