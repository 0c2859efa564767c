# SPDX-License-Identifier: Apache-2.0
"""The frozen CLIP towers, from open_clip (METHODS 1.9, 4.2).

The activation matters: OpenAI's weights want QuickGELU, and an architecture named without it computes other features
and only warns. So sizes given in the configuration always use QuickGELU, and the default name asks for it.
"""

from __future__ import annotations

from pathlib import Path

import open_clip
import torch
from open_clip.transformer import VisionTransformer
from torch import Tensor, nn

from xmask3d_ros.model.config import ClipConfig
from xmask3d_ros.model.convolution_stem import ConvolutionStem
from xmask3d_ros.model.tokenizer import BytePairTokenizer, Tokenizer, WordListTokenizer

TEXT_BATCH = 256
"""Class names encoded at a time."""


def build_clip(config: ClipConfig) -> open_clip.CLIP:
    """The model that ``config`` describes, by open_clip's name of it or by its sizes, with random weights.

    Raises ``ValueError`` for a name that open_clip does not know or whose widths contradict the configuration.
    """
    if config.stem not in ("patch", "convolutions"):
        raise ValueError(f"clip.stem must be 'patch' or 'convolutions', not {config.stem!r}")
    if not config.architecture:
        model = open_clip.CLIP(
            embed_dim=config.embedding_channels,
            vision_cfg={
                "image_size": config.image_size,
                "patch_size": config.patch_size,
                "width": config.vision_width,
                "layers": config.vision_layers,
                "head_width": config.vision_width // config.vision_heads,
            },
            text_cfg={
                "context_length": config.context_length,
                "vocab_size": config.vocabulary_size,
                "width": config.text_width,
                "layers": config.text_layers,
                "heads": config.text_heads,
            },
            quick_gelu=True,
        )
        if config.stem == "convolutions":
            model.visual.conv1 = ConvolutionStem(config.patch_size, config.vision_width)
        return model
    settings = open_clip.get_model_config(config.architecture)
    if settings is None:
        raise ValueError(f"clip.architecture: open_clip has no {config.architecture!r}; see open_clip.list_models()")
    if config.stem != "patch":
        raise ValueError(f"clip.stem: {config.architecture} has its own stem: it must be 'patch'")
    found = (settings["embed_dim"], settings["vision_cfg"]["image_size"], settings["vision_cfg"].get("patch_size"))
    stated = (config.embedding_channels, config.image_size, config.patch_size)
    if found != stated:
        raise ValueError(
            f"clip: {config.architecture} has (embedding_channels, image_size, patch_size) = {found}, "
            f"the configuration says {stated}"
        )
    return open_clip.CLIP(**settings)


class ClipTowers(nn.Module):
    """Text and image tower, frozen. ``folder`` is where a word-list tokenizer's path starts (the model's folder).

    Raises ``ValueError`` when the tokenizer numbers more tokens than the text tower has.
    """

    def __init__(self, config: ClipConfig, folder: Path | None = None) -> None:
        super().__init__()
        self.config = config
        self.model = build_clip(config)
        # Not among the weights, so it must hold its values even where the model is built on the meta device.
        causal = torch.full((self.model.context_length,) * 2, -torch.inf, device="cpu").triu(1)
        self.model.register_buffer("attn_mask", causal, persistent=False)
        self.tokenizer: Tokenizer = (
            BytePairTokenizer(config.context_length)
            if config.tokenizer == "clip"
            else WordListTokenizer((folder or Path()) / config.tokenizer, config.context_length)
        )
        if self.tokenizer.vocabulary_size > self.model.vocab_size:
            raise ValueError(
                f"clip.vocabulary_size is {self.model.vocab_size}, but the tokenizer {config.tokenizer!r} has "
                f"{self.tokenizer.vocabulary_size} tokens"
            )
        self.requires_grad_(False)
        self.eval()

    @property
    def visual(self) -> VisionTransformer:
        """The image tower."""
        return self.model.visual

    def train(self, mode: bool = True) -> ClipTowers:
        """Frozen: stays in evaluation mode whatever its parent does."""
        return super().train(False)

    @torch.no_grad()
    def encode_text(self, texts: list[str]) -> Tensor:
        """Embeddings (n, C) of ``texts`` as they stand: no template around them, not normalised (METHODS 1.9)."""
        device = self.model.text_projection.device
        batches = [
            self.model.encode_text(self.tokenizer(texts[first : first + TEXT_BATCH]).to(device))
            for first in range(0, len(texts), TEXT_BATCH)
        ]
        return (
            torch.cat(batches) if batches else self.model.text_projection.new_empty(0, self.config.embedding_channels)
        )
