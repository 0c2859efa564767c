# SPDX-License-Identifier: Apache-2.0
"""The names of an official XMask3D checkpoint and ours, in both directions (METHODS 1.15, 4.1).

Every tensor of the one is a tensor of the other, but for the self-attention of the mask decoder: the official
``in_proj`` holds queries, keys and values in one matrix, which are three here. Names are those of a state dict without
the prefix ``module.``; the frozen parts (diffusion, CLIP) are not in an official checkpoint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

_PIXELS = "sem_seg_head.pixel_decoder"
_PREDICTOR = "sem_seg_head.predictor"
_LAYER = "mask_head.predictor.decoder.layers.#"
_ENCODER = f"{_PIXELS}.transformer.encoder.layers.#"
_ENCODER_LAYER = "mask_head.pixel_decoder.encoder.layers.#"
_CROSS = f"{_PREDICTOR}.transformer_cross_attention_layers.#"
_SELF = f"{_PREDICTOR}.transformer_self_attention_layers.#"
_FEED_FORWARD = f"{_PREDICTOR}.transformer_ffn_layers.#"

_TEMPLATES = (
    ("pc_decoder.*", "point_branch.*"),
    ("pc_binary_head.*", "binary_head.*"),
    ("binary_loss_func.pos_weight", "binary_positive_weight"),
    ("criterion.empty_weight", "class_weight"),
    ("criterion.fuser.linear.*", "fusion.linear.*"),
    ("category_head.null_embed", "null_embedding"),
    ("backbone.feature_extractor.*", "captioner.*"),
    ("backbone.feature_projections.#.0.@.weight", "feature_projection.blocks.#.@.0.weight"),
    ("backbone.feature_projections.#.0.@.norm.*", "feature_projection.blocks.#.@.1.*"),
    (f"{_PIXELS}.transformer.level_embed", "mask_head.pixel_decoder.level_embed"),
    (f"{_ENCODER}.norm1.*", f"{_ENCODER_LAYER}.self_attn_layer_norm.*"),
    (f"{_ENCODER}.norm2.*", f"{_ENCODER_LAYER}.final_layer_norm.*"),
    (f"{_ENCODER}.linear1.*", f"{_ENCODER_LAYER}.fc1.*"),
    (f"{_ENCODER}.linear2.*", f"{_ENCODER_LAYER}.fc2.*"),
    (f"{_ENCODER}.self_attn.*", f"{_ENCODER_LAYER}.self_attn.*"),
    (f"{_PIXELS}.input_proj.*", "mask_head.pixel_decoder.input_projections.*"),
    (f"{_PIXELS}.mask_features.*", "mask_head.pixel_decoder.mask_projection.*"),
    (f"{_PIXELS}.adapter_1.weight", "mask_head.pixel_decoder.adapter_1.0.weight"),
    (f"{_PIXELS}.adapter_1.norm.*", "mask_head.pixel_decoder.adapter_1.1.*"),
    (f"{_PIXELS}.layer_1.weight", "mask_head.pixel_decoder.layer_1.0.weight"),
    (f"{_PIXELS}.layer_1.norm.*", "mask_head.pixel_decoder.layer_1.1.*"),
    (f"{_CROSS}.multihead_attn.*", f"{_LAYER}.cross_attn.*"),
    (f"{_CROSS}.norm.*", f"{_LAYER}.cross_attn_layer_norm.*"),
    (f"{_SELF}.self_attn.out_proj.*", f"{_LAYER}.self_attn.out_proj.*"),
    (f"{_SELF}.norm.*", f"{_LAYER}.self_attn_layer_norm.*"),
    (f"{_FEED_FORWARD}.linear1.*", f"{_LAYER}.fc1.*"),
    (f"{_FEED_FORWARD}.linear2.*", f"{_LAYER}.fc2.*"),
    (f"{_FEED_FORWARD}.norm.*", f"{_LAYER}.final_layer_norm.*"),
    (f"{_PREDICTOR}.decoder_norm.*", "mask_head.predictor.decoder.layernorm.*"),
    (f"{_PREDICTOR}.mask_embed.layers.#.*", "mask_head.predictor.decoder.mask_predictor.mask_embedder.#.0.*"),
    (f"{_PREDICTOR}.query_feat.weight", "mask_head.predictor.queries_features.weight"),
    (f"{_PREDICTOR}.query_embed.weight", "mask_head.predictor.queries_embedder.weight"),
    (f"{_PREDICTOR}.level_embed.weight", "mask_head.predictor.level_embed.weight"),
    (f"{_PREDICTOR}.post_mask_embed.logit_scale", "mask_head.logit_scale"),
    (f"{_PREDICTOR}.post_mask_embed.pool_proj.*", "mask_head.mask_embedding.pool_proj.*"),
    (f"{_PREDICTOR}.post_mask_embed.mask_embed.0.*", "mask_head.mask_embedding.mask_embed.0.*"),
    (f"{_PREDICTOR}.post_mask_embed.mask_embed.1.layers.#.*", "mask_head.mask_embedding.mask_embed.1.#.0.*"),
)  # fmt: skip
"""Pairs (official, ours): # stands for a number, @ for a word, * for the rest of the name."""

_WILDCARDS = {"#": r"(\d+)", "@": r"(\w+)", "*": "(.+)"}
_JOINED = f"{_SELF}.self_attn.in_proj_@"
_THIRDS = tuple(f"{_LAYER}.self_attn.{part}_proj.@" for part in "qkv")


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("".join(_WILDCARDS.get(c, re.escape(c)) for c in template))


def _replacement(template: str) -> str:
    groups = iter(range(1, 10))
    return "".join(rf"\g<{next(groups)}>" if c in _WILDCARDS else c for c in template)


_TO_OURS = [
    (_pattern(_JOINED), tuple(_replacement(third) for third in _THIRDS)),
    *((_pattern(official), (_replacement(ours),)) for official, ours in _TEMPLATES),
]
_TO_OFFICIAL = [
    *((_pattern(third), _replacement(_JOINED)) for third in _THIRDS),
    *((_pattern(ours), _replacement(official)) for official, ours in _TEMPLATES),
]


def official_to_ours(name: str) -> tuple[str, ...]:
    """Our name for an official one; three names (query, key, value) where its tensor holds all three in this order.

    Raises ``KeyError`` for a name that no official checkpoint has.
    """
    for pattern, replacements in _TO_OURS:
        if match := pattern.fullmatch(name):
            return tuple(match.expand(replacement) for replacement in replacements)
    raise KeyError(name)


def ours_to_official(name: str) -> str:
    """Official name of the tensor that holds ours; query, key and value of a layer have the same.

    Raises ``KeyError`` for a name that the official checkpoint has no place for.
    """
    for pattern, replacement in _TO_OFFICIAL:
        if match := pattern.fullmatch(name):
            return match.expand(replacement)
    raise KeyError(name)


def to_ours(official: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Official tensors under our names, values unchanged. Raises ``KeyError`` for an unknown name."""
    result: dict[str, Tensor] = {}
    for name, tensor in official.items():
        names = official_to_ours(name)
        result.update(zip(names, tensor.chunk(len(names)) if len(names) > 1 else (tensor,), strict=True))
    return result


def to_official(ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Inverse of :func:`to_ours`. Raises ``KeyError`` for an unknown name or an incomplete query, key, value."""
    result: dict[str, Tensor] = {}
    for name in ours:
        official = ours_to_official(name)
        parts = [ours[part] for part in official_to_ours(official)]
        result[official] = torch.cat(parts) if len(parts) > 1 else parts[0]
    return result
