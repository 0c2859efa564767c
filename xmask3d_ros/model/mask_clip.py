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

    def __init__(self, visual: VisionTransformer, mask_coverage: float = 0.0) -> None:
        """Read masks by ``visual``. ``mask_coverage``: see :class:`~xmask3d_ros.model.config.ClipConfig`."""
        super().__init__()
        self.mask_coverage = mask_coverage
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
        return embed_masks(self.visual, self.visual._embeds(self.prepare(image)), self.visible_tokens(mask_logits))

    @torch.no_grad()
    def image_tokens(self, image: Tensor) -> Tensor:
        """(B, layers, 1 + patches, D) image tokens at the input of every layer: constants of a frame.

        :meth:`read` makes of them what :meth:`forward` computes, without running the image through the tower again.
        """
        visual = self.visual
        tokens = visual._embeds(self.prepare(image))
        inputs = []
        for block in visual.transformer.resblocks:
            inputs.append(tokens)
            query, key, value = _project(block, tokens, slice(None)).chunk(3, dim=1)
            tokens = _finish(block, tokens, F.scaled_dot_product_attention(query, key, value))
        return torch.stack(inputs, dim=1)

    @torch.no_grad()
    def read(self, image_tokens: Tensor, mask_logits: Tensor) -> Tensor:
        """:meth:`forward` for an image known by its :meth:`image_tokens`."""
        visual = self.visual
        visible = self.visible_tokens(mask_logits)
        mask_tokens = image_tokens[:, 0, :1].expand(-1, visible.shape[1], -1)
        for block, tokens in zip(visual.transformer.resblocks, image_tokens.unbind(dim=1), strict=True):
            key, value = _project(block, tokens, slice(block.attn.embed_dim, None)).chunk(2, dim=1)
            mask_tokens = _masks_look(block, mask_tokens, key, value, visible)
        return visual.ln_post(mask_tokens) @ visual.proj

    @torch.no_grad()
    def image_embedding(self, image: Tensor) -> Tensor:
        """(B, C) CLIP's own embedding of the whole image, not normalised."""
        visual = self.visual
        tokens = visual.transformer(visual._embeds(self.prepare(image)))
        return visual.ln_post(tokens[:, 0]) @ visual.proj

    def prepare(self, image: Tensor) -> Tensor:
        """``image`` (B, 3, H, W) in [0, 1] at CLIP's size and in its normalisation (METHODS 4.2)."""
        image = F.interpolate(image, size=self.visual.image_size, mode="bilinear", align_corners=False)
        return ((image - self.mean) / self.std).to(self.visual.class_embedding.dtype)

    def visible_tokens(self, mask_logits: Tensor) -> Tensor:
        """(B, Q, 1 + patches) bool: which of [class token, patches] each mask (B, Q, h, w) may look at.

        A patch counts when the mask's probability reaches 0.5 in more than ``mask_coverage`` of it; of a mask that has
        no such patch, those count that it covers most. Computed in float32: half precision moves logits across the
        threshold.
        """
        logits = F.interpolate(mask_logits.float(), size=self.visual.image_size, mode="bilinear", align_corners=False)
        if self.mask_coverage == 0:  # the same, at less cost
            patches = F.max_pool2d(logits, self.visual.patch_size).sigmoid().flatten(2) >= 0.5
        else:
            share = F.avg_pool2d((logits >= 0).float(), self.visual.patch_size).flatten(2)
            patches = covered_patches(share, self.mask_coverage)
        return F.pad(patches, (1, 0), value=True)


def covered_patches(share: Tensor, coverage: float) -> Tensor:
    """(..., patches) bool: those covered by more than ``coverage``; where there is none, those covered most.

    Args:
        share: (..., patches) how much of each patch a mask covers, 0 to 1.
        coverage: in [0, 1).
    """
    most = share.amax(dim=-1, keepdim=True)
    alike = share > most - 1e-4  # equal shares may be rounded apart
    return torch.where(most > coverage, share > coverage, alike & (share > 0))


def embed_masks(visual: VisionTransformer, image_tokens: Tensor, visible: Tensor) -> Tensor:
    """(B, Q, C) embeddings of mask tokens, with gradients where they are on: small towers are trained through it.

    Args:
        visual: the image tower.
        image_tokens: (B, 1 + patches, D) at the first layer's input.
        visible: (B, Q, 1 + patches) bool, what each mask may look at.
    """
    mask_tokens = image_tokens[:, :1].expand(-1, visible.shape[1], -1)
    for block in visual.transformer.resblocks:
        image_tokens, mask_tokens = _two_streams(block, image_tokens, mask_tokens, visible)
    return visual.ln_post(mask_tokens) @ visual.proj


def _two_streams(
    block: ResidualAttentionBlock, image_tokens: Tensor, mask_tokens: Tensor, visible: Tensor
) -> tuple[Tensor, Tensor]:
    """One layer: image tokens (B, N, D) attend to one another, mask tokens (B, Q, D) to those visible (B, Q, N)."""
    query, key, value = _project(block, image_tokens, slice(None)).chunk(3, dim=1)
    seen = F.scaled_dot_product_attention(query, key, value)
    return _finish(block, image_tokens, seen), _masks_look(block, mask_tokens, key, value, visible)


def _masks_look(
    block: ResidualAttentionBlock, mask_tokens: Tensor, key: Tensor, value: Tensor, visible: Tensor
) -> Tensor:
    """Mask tokens (B, Q, D) after a layer in which they attend to the image's keys and values."""
    query = _project(block, mask_tokens, slice(block.attn.embed_dim))
    return _finish(block, mask_tokens, F.scaled_dot_product_attention(query, key, value, attn_mask=visible[:, None]))


def _project(block: ResidualAttentionBlock, tokens: Tensor, rows: slice) -> Tensor:
    """(B, N, D) -> (B, heads, N, head width): those rows of [query, key, value], one after the other in the heads."""
    attention = block.attn
    projected = F.linear(block.ln_1(tokens), attention.in_proj_weight[rows], attention.in_proj_bias[rows])
    width = attention.embed_dim // attention.num_heads
    return projected.unflatten(-1, (-1, width)).transpose(1, 2)


def _finish(block: ResidualAttentionBlock, tokens: Tensor, seen: Tensor) -> Tensor:
    """The rest of a layer: output projection and MLP, each with its residual."""
    tokens = tokens + block.ls_1(block.attn.out_proj(seen.transpose(1, 2).flatten(2)))
    return tokens + block.ls_2(block.mlp(block.ln_2(tokens)))
