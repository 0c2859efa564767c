# SPDX-License-Identifier: Apache-2.0
"""MaskCLIP: an embedding of what CLIP sees under each mask (METHODS 1.9, 4.2; Ding et al. 2023).

Every mask gets a copy of the class token that may look at the class token and at the patches under its mask, while
nothing looks at it. So the image can be run on its own, and the mask tokens read its keys and values layer by layer:
two streams with the values of one long sequence and without its large attention mask.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from open_clip.transformer import ResidualAttentionBlock, VisionTransformer
from torch import Tensor, nn

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
"""Mean colour of CLIP's training images, RGB in [0, 1]."""
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
"""Their standard deviation."""


class MaskClip(nn.Module):
    """Mask tokens over a CLIP image tower. The tower is used, not owned: it stays where its own module moves it."""

    mean: Tensor
    std: Tensor

    def __init__(self, visual: VisionTransformer) -> None:
        super().__init__()
        self._tower = (visual,)  # in a tuple: its weights belong to the state of ClipTowers alone
        for name, values in (("mean", CLIP_MEAN), ("std", CLIP_STD)):
            self.register_buffer(name, torch.tensor(values, device="cpu")[:, None, None], persistent=False)

    @property
    def visual(self) -> VisionTransformer:
        """The image tower."""
        return self._tower[0]

    @torch.no_grad()
    def forward(self, image: Tensor, mask_logits: Tensor) -> Tensor:
        """Embeddings (B, Q, C), not normalised, of masks with logits (B, Q, h, w) on ``image`` (B, 3, S, S) in [0, 1].

        Image and masks cover the same view, at any resolution. A mask without any patch looks at the class token
        only. Nothing here is trained, so no gradient is kept.
        """
        visual = self.visual
        image_tokens = visual._embeds(self.prepare(image))
        visible = self.visible_tokens(mask_logits)
        mask_tokens = image_tokens[:, :1].expand(-1, visible.shape[1], -1)
        for block in visual.transformer.resblocks:
            image_tokens, mask_tokens = _two_streams(block, image_tokens, mask_tokens, visible)
        return visual.ln_post(mask_tokens) @ visual.proj

    def prepare(self, image: Tensor) -> Tensor:
        """``image`` (B, 3, H, W) in [0, 1] at CLIP's size and in its normalisation (METHODS 4.2)."""
        image = F.interpolate(image, size=self.visual.image_size, mode="bilinear", align_corners=False)
        return ((image - self.mean) / self.std).to(self.visual.conv1.weight.dtype)

    def visible_tokens(self, mask_logits: Tensor) -> Tensor:
        """(B, Q, 1 + patches) bool: which of [class token, patches] each mask (B, Q, h, w) may look at.

        A patch counts when the mask's probability reaches 0.5 anywhere in it. Computed in float32: half precision
        moves logits across the threshold.
        """
        logits = F.interpolate(mask_logits.float(), size=self.visual.image_size, mode="bilinear", align_corners=False)
        patches = F.max_pool2d(logits.sigmoid(), self.visual.patch_size).flatten(2) >= 0.5
        return F.pad(patches, (1, 0), value=True)


def _two_streams(
    block: ResidualAttentionBlock, image_tokens: Tensor, mask_tokens: Tensor, visible: Tensor
) -> tuple[Tensor, Tensor]:
    """One layer: image tokens (B, N, D) attend to one another, mask tokens (B, Q, D) to those visible (B, Q, N)."""
    attention = block.attn
    weight, bias, width = attention.in_proj_weight, attention.in_proj_bias, attention.embed_dim
    image_query, key, value = (
        _split_heads(part, attention.num_heads)
        for part in F.linear(block.ln_1(image_tokens), weight, bias).chunk(3, dim=-1)
    )
    mask_query = _split_heads(F.linear(block.ln_1(mask_tokens), weight[:width], bias[:width]), attention.num_heads)
    seen_by_image = F.scaled_dot_product_attention(image_query, key, value)
    seen_by_masks = F.scaled_dot_product_attention(mask_query, key, value, attn_mask=visible[:, None])

    def finish(tokens: Tensor, seen: Tensor) -> Tensor:
        tokens = tokens + block.ls_1(attention.out_proj(seen.transpose(1, 2).flatten(2)))
        return tokens + block.ls_2(block.mlp(block.ln_2(tokens)))

    return finish(image_tokens, seen_by_image), finish(mask_tokens, seen_by_masks)


def _split_heads(tokens: Tensor, heads: int) -> Tensor:
    return tokens.unflatten(-1, (heads, -1)).transpose(1, 2)
