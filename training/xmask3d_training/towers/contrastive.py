# SPDX-License-Identifier: Apache-2.0
"""CLIP's loss, for batches in which captions repeat."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor


def contrastive_loss(images: Tensor, texts: Tensor, text_of_image: Tensor, scale: Tensor) -> Tensor:
    """Symmetric cross entropy of scaled cosines; images that share a caption are all right for it.

    Args:
        images: (P, C), any length.
        texts: (U, C) embeddings of the batch's different captions.
        text_of_image: (P,) int64 caption of each image.
        scale: factor of the cosines.

    A caption that occurs n times counts as n columns, as it would if it were not merged.
    """
    logits = scale * functional.normalize(images, dim=-1) @ functional.normalize(texts, dim=-1).T
    counts = torch.bincount(text_of_image, minlength=len(texts))
    # The true caption, any of its n copies, against all captions.
    by_image = functional.cross_entropy(logits + counts.log(), text_of_image)
    by_text = -logits.T.log_softmax(dim=1)[text_of_image, torch.arange(len(images), device=logits.device)].mean()
    return (by_image + by_text) / 2
