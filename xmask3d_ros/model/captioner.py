# SPDX-License-Identifier: Apache-2.0
"""The implicit 3D captioner: what the 3D network saw, told to the diffusion UNet (METHODS 1.6).

Instead of a sentence, the UNet gets one vector of the whole view, along two gated paths: added to the text tokens of
the empty prompt, and added to the time embedding. Both gates start at zero, so that an untrained captioner leaves the
UNet exactly unconditional.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from xmask3d_ros.model.config import CaptionerConfig


class Condition(NamedTuple):
    """What the diffusion UNet is told about the view."""

    tokens: Tensor
    """(B, T, D) text tokens for cross-attention."""
    time: Tensor
    """(B, E) addition to the time embedding, after its MLP."""


class TokenProjection(nn.Module):
    """One linear layer, its output repeated for every token, plus a learned table of positions."""

    def __init__(self, in_channels: int, out_channels: int, tokens: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_channels, out_channels)
        self.positional_embedding = nn.Parameter(torch.empty(1, tokens, out_channels))
        nn.init.trunc_normal_(self.positional_embedding, std=0.02)

    def forward(self, vector: Tensor) -> Tensor:
        """(B, in) -> (B, tokens, out)."""
        return self.linear(vector)[:, None] + self.positional_embedding


class ImplicitCaptioner(nn.Module):
    """Turns the global 3D feature into a :class:`Condition`. Parameter names follow the official checkpoint.

    ``embedding_channels`` is the width C of the global feature.
    """

    def __init__(self, config: CaptionerConfig, embedding_channels: int) -> None:
        super().__init__()
        self.clip_project = TokenProjection(embedding_channels, config.token_channels, config.tokens)
        self.time_embed_project = TokenProjection(embedding_channels, config.time_channels, 1)
        self.alpha_cond = nn.Parameter(torch.zeros(1, config.tokens, config.token_channels))
        self.alpha_cond_time_embed = nn.Parameter(torch.zeros(config.time_channels))

    def forward(self, global_feature: Tensor, unconditional: Tensor) -> Condition:
        """Condition of ``global_feature`` (B, C), the largest bottleneck activations of each view.

        ``unconditional`` (1, T, D) is the text encoder's output for the empty prompt; a zero gate returns it unchanged.
        """
        tokens = unconditional + torch.tanh(self.alpha_cond) * self.clip_project(global_feature)
        time = torch.tanh(self.alpha_cond_time_embed) * self.time_embed_project(global_feature)[:, 0]
        return Condition(tokens, time)

    def empty(self, views: int, unconditional: Tensor) -> Condition:
        """The condition of ``views`` views that says nothing about them: the empty prompt."""
        tokens = unconditional.expand(views, -1, -1)
        return Condition(tokens, tokens.new_zeros(views, len(self.alpha_cond_time_embed)))
