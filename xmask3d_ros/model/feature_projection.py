# SPDX-License-Identifier: Apache-2.0
"""From the diffusion model's taps to the four maps of the mask head (METHODS 1.7)."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from xmask3d_ros.model.config import MaskHeadConfig

STRIDES = (4, 8, 16, 32)
"""Image pixels per cell of the maps s2, s3, s4 and s5."""


def _convolution(in_channels: int, out_channels: int, kernel_size: int, groups: int) -> nn.Sequential:
    convolution = nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(convolution, nn.GroupNorm(groups, out_channels))


class BottleneckBlock(nn.Module):
    """Residual block 1x1, 3x3, 1x1 with group norms (He et al. 2016); a 1x1 shortcut only where the width changes."""

    def __init__(self, in_channels: int, config: MaskHeadConfig) -> None:
        super().__init__()
        inner, out_channels, groups = config.bottleneck_channels, config.feature_channels, config.norm_groups
        self.conv1 = _convolution(in_channels, inner, 1, groups)
        self.conv2 = _convolution(inner, inner, 3, groups)
        self.conv3 = _convolution(inner, out_channels, 1, groups)
        self.shortcut = (
            nn.Identity() if in_channels == out_channels else _convolution(in_channels, out_channels, 1, groups)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, h, w) -> (B, out, h, w)."""
        inner = F.relu(self.conv2(F.relu(self.conv1(x))))
        return F.relu(self.conv3(inner) + self.shortcut(x))


class FeatureProjection(nn.Module):
    """One bottleneck block a tap; the outputs that share a stride are summed.

    ``tap_channels`` and ``strides`` describe the taps in order (:class:`~xmask3d_ros.model.diffusion.LatentDiffusion`
    has both), ``image_size`` is the side of the square image in pixels. Raises ``ValueError`` when a stride of
    :data:`STRIDES` has no tap. Set ``gradient_checkpointing`` to recompute the blocks in the backward pass.
    """

    def __init__(
        self, tap_channels: Sequence[int], strides: Sequence[int], config: MaskHeadConfig, image_size: int
    ) -> None:
        super().__init__()
        if set(strides) != set(STRIDES):
            raise ValueError(f"the taps have strides {sorted(set(strides))}, the mask head needs {list(STRIDES)}")
        self.strides = tuple(strides)
        self.image_size = image_size
        self.gradient_checkpointing = False
        self.blocks = nn.ModuleList(BottleneckBlock(channels, config) for channels in tap_channels)

    def forward(self, taps: Sequence[Tensor]) -> list[Tensor]:
        """Taps (B, C_i, h_i, w_i) -> [s2, s3, s4, s5], each (B, feature_channels, image_size/stride squared).

        A tap of another size (the deepest one of Stable Diffusion has stride 64) is resized to its nearest pixels.
        """
        maps: dict[int, Tensor] = {}
        for block, stride, tap in zip(self.blocks, self.strides, taps, strict=True):
            side = self.image_size // stride
            tap = F.interpolate(tap, size=(side, side), mode="nearest") if tap.shape[-1] != side else tap
            projected = (
                checkpoint(block, tap, use_reentrant=False)
                if self.gradient_checkpointing and self.training
                else block(tap)
            )
            maps[stride] = maps[stride] + projected if stride in maps else projected
        return [maps[stride] for stride in STRIDES]
