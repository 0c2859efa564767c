# SPDX-License-Identifier: Apache-2.0
"""The text encoder of the small diffusion model: captions to the tokens that the UNet attends to."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xmask3d_ros.model.config import CaptionerConfig


class CaptionEncoder(nn.Module):
    """A small transformer over the words of a caption, trained together with the UNet, as latent diffusion's own was.

    Only its output for the empty caption goes into the tower, as ``LatentDiffusion.unconditional``: XMask3D gives the
    UNet no words.
    """

    def __init__(self, config: CaptionerConfig, vocabulary_size: int, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        width = config.token_channels
        self.words = nn.Embedding(vocabulary_size, width)
        self.places = nn.Parameter(torch.randn(1, config.tokens, width) * 0.02)
        nn.init.normal_(self.words.weight, std=0.02)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T) int64 numbers of words -> (B, T, D)."""
        return self.norm(self.layers(self.words(tokens) + self.places))
