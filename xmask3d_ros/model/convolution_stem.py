# SPDX-License-Identifier: Apache-2.0
"""Image to patch tokens by small convolutions (Xiao et al. 2021, "Early convolutions help transformers see better").

CLIP's own stem is one convolution as large as a patch. A small tower that is trained in minutes learns from far fewer
pictures when each patch is read by a few convolutions that overlap.
"""

from __future__ import annotations

import itertools
import math

from torch import Tensor, nn


class ConvolutionStem(nn.Module):
    """3x3 convolutions that halve the image until a patch is one cell, then a 1x1 one."""

    def __init__(self, patch_size: int, width: int) -> None:
        """Build it.

        Args:
            patch_size: side of a patch, pixels: a power of 2.
            width: channels of a token, divisible by half the patch size.

        Raises:
            ValueError: another patch size.
        """
        super().__init__()
        halvings = int(math.log2(patch_size))
        if 2**halvings != patch_size:
            raise ValueError(f"clip.stem 'convolutions' needs a patch_size that is a power of 2, not {patch_size}")
        widths = [3, *(width // 2 ** (halvings - 1 - level) for level in range(halvings))]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            convolution = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
            layers += [convolution, nn.BatchNorm2d(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(width, width, 1))

    def forward(self, image: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, width, H / patch, W / patch)."""
        return self.layers(image)
