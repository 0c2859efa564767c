# SPDX-License-Identifier: Apache-2.0
"""Masks and their embeddings from the projected diffusion features (METHODS 1.8).

Pixel decoder and masked-attention decoder are transformers' Mask2Former parts (Cheng et al. 2022; pure PyTorch, no
compiled deformable attention). New beside them: instead of a class, every query gets an embedding G in the space of
CLIP, computed from the mask features under its mask and from its decoder state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import Mask2FormerConfig
from transformers.models.mask2former.modeling_mask2former import (
    Mask2FormerMLPPredictionHead,
    Mask2FormerPixelDecoder,
    Mask2FormerTransformerModule,
)

from xmask3d_ros.model.config import MaskHeadConfig
from xmask3d_ros.model.feature_projection import STRIDES
from xmask3d_ros.model.mask_head_init import initialise_decoder, initialise_pixel_decoder


class MaskPredictions(NamedTuple):
    """One prediction before the first decoder layer and one after each; the last is the final one."""

    mask_logits: Tensor
    """(L, B, Q, h, w) at a quarter of the image's resolution."""
    embeddings: Tensor
    """(L, B, Q, C) mask embeddings G, not normalised."""


class MaskEmbedding(nn.Module):
    """G of a query: what lies under its mask, plus what the decoder knows of it, through an MLP (METHODS 1.8)."""

    def __init__(self, hidden_channels: int, embedding_channels: int) -> None:
        super().__init__()
        self.pool_proj = nn.Sequential(nn.LayerNorm(hidden_channels), nn.Linear(hidden_channels, hidden_channels))
        self.mask_embed = nn.Sequential(
            nn.LayerNorm(hidden_channels),
            Mask2FormerMLPPredictionHead(hidden_channels, hidden_channels, embedding_channels),
        )

    def forward(self, state: Tensor, mask_logits: Tensor, mask_features: Tensor) -> Tensor:
        """State (B, Q, d), logits (B, Q, h, w), features (B, d, h, w) -> (B, Q, C).

        The mask is hard and detached: G does not train the masks. Its area is counted in float32, because half
        precision cannot count pixels. An empty mask pools to zero.
        """
        mask = (mask_logits.detach().sigmoid() > 0.5).float()
        weights = mask / mask.sum(dim=(-2, -1), keepdim=True).clamp(min=1)
        pooled = torch.einsum("bdhw,bqhw->bqd", mask_features, weights.to(mask_features.dtype))
        return self.mask_embed(self.pool_proj(pooled) + state)


class MaskHead(nn.Module):
    """Pixel decoder, masked-attention decoder and mask embeddings. Logits of a class are
    ``logit_scale.exp().clamp(max=100)`` times the cosine of G and the class's text embedding.

    ``embedding_channels`` is the width C of G.
    """

    def __init__(self, config: MaskHeadConfig, embedding_channels: int) -> None:
        super().__init__()
        settings = Mask2FormerConfig(
            feature_size=config.hidden_channels,
            mask_feature_size=config.hidden_channels,
            hidden_dim=config.hidden_channels,
            num_attention_heads=config.heads,
            encoder_layers=config.pixel_layers,
            encoder_feedforward_dim=config.pixel_feedforward,
            decoder_layers=config.decoder_layers + 1,  # transformers counts predictions and builds one layer fewer
            dim_feedforward=config.decoder_feedforward,
            num_queries=config.queries,
            feature_strides=STRIDES,
            common_stride=STRIDES[0],
            dropout=0.0,
        )
        self.pixel_decoder = Mask2FormerPixelDecoder(settings, [config.feature_channels] * len(STRIDES))
        self.predictor = Mask2FormerTransformerModule(config.hidden_channels, settings)
        self.mask_embedding = MaskEmbedding(config.hidden_channels, embedding_channels)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        initialise_pixel_decoder(self.pixel_decoder)
        initialise_decoder(self.predictor)

    def forward(self, features: Sequence[Tensor], auxiliary: bool = True) -> MaskPredictions:
        """Maps [s2, s3, s4, s5], each (B, feature_channels, h, w), to predictions.

        With ``auxiliary`` false only the final prediction is answered (L = 1), all that inference needs.
        """
        pixels = self.pixel_decoder(list(features), output_attentions=False, output_hidden_states=False)
        decoded = self.predictor(list(pixels.multi_scale_features), pixels.mask_features)
        first = 0 if auxiliary else -1
        logits = decoded.masks_queries_logits[first:]
        states = [state.transpose(0, 1) for state in decoded.intermediate_hidden_states[first:]]
        embeddings = [
            self.mask_embedding(state, mask, pixels.mask_features) for state, mask in zip(states, logits, strict=True)
        ]
        return MaskPredictions(torch.stack(tuple(logits)), torch.stack(embeddings))
