# SPDX-License-Identifier: Apache-2.0
"""Starting values of the mask head: those with which Mask2Former is trained from scratch (Cheng et al. 2022).

transformers applies its own only to its complete models, of which the head uses parts; some of their parameters would
otherwise hold whatever was in memory.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from transformers.models.mask2former.modeling_mask2former import (
    Mask2FormerPixelDecoder,
    Mask2FormerPixelDecoderEncoderMultiscaleDeformableAttention,
    Mask2FormerTransformerModule,
)


def initialise_pixel_decoder(decoder: Mask2FormerPixelDecoder) -> None:
    """Xavier for the encoder, sampling offsets on rings (Deformable DETR), fan-in uniform for the pyramid's layers."""
    for parameter in decoder.encoder.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
    for module in decoder.encoder.modules():
        if isinstance(module, Mask2FormerPixelDecoderEncoderMultiscaleDeformableAttention):
            _initialise_deformable_attention(module)
    nn.init.normal_(decoder.level_embed)
    for module in decoder.input_projections.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.xavier_uniform_(module.weight)
            _zero(module.bias)
    for sequence in (*decoder.lateral_convolutions, *decoder.output_convolutions):
        nn.init.kaiming_uniform_(sequence.get_parameter("0.weight"), a=1)
    nn.init.kaiming_uniform_(decoder.mask_projection.weight, a=1)
    _zero(decoder.mask_projection.bias)


def initialise_decoder(decoder: Mask2FormerTransformerModule) -> None:
    """Xavier for every matrix of the attention and feed-forward layers; queries keep their unit normal values."""
    for parameter in decoder.decoder.layers.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)


def _initialise_deformable_attention(module: Mask2FormerPixelDecoderEncoderMultiscaleDeformableAttention) -> None:
    """Every head starts looking in its own direction, its n-th point n cells away; all points weigh the same."""
    angle = torch.arange(module.n_heads) * (2 * math.pi / module.n_heads)
    direction = torch.stack((angle.cos(), angle.sin()), dim=-1)
    direction = direction / direction.abs().amax(dim=-1, keepdim=True)
    distance = torch.arange(1, module.n_points + 1)
    offsets = direction[:, None, None] * distance[:, None]
    with torch.no_grad():
        module.sampling_offsets.bias.copy_(offsets.expand(-1, module.n_levels, -1, -1).flatten())
    _zero(module.sampling_offsets.weight, module.attention_weights.weight, module.attention_weights.bias)
    _zero(module.value_proj.bias, module.output_proj.bias)


def _zero(*parameters: Tensor | None) -> None:
    for parameter in parameters:
        if parameter is not None:
            nn.init.zeros_(parameter)
