# SPDX-License-Identifier: Apache-2.0
"""Sparse residual U-Net (Choy et al. 2019, "4D Spatio-Temporal ConvNets"; METHODS 1.5).

Submodules carry the names of MinkowskiEngine's MinkUNets, so that the official checkpoints load by name: ``conv0p1s1``
reads "convolution 0, input at tensor stride 1, stride 1".
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.sparse import SparseConvolution, SparseTensor, TransposedSparseConvolution


@dataclass(frozen=True)
class MinkUNetOutput:
    """What a MinkUNet says about the voxels it was given."""

    features: Tensor
    """(V, out_channels), in the order of the input voxels."""
    hidden: Tensor
    """(V, planes[-1]): the input of the last, linear layer; ``features = hidden @ final.kernel``."""
    bottleneck: SparseTensor
    """(V_16, planes[3]) at stride 16."""


class SparseBatchNorm(nn.Module):
    """Batch norm over the voxels of all views; the module inside is called ``bn`` in the official names."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm1d(channels)

    def forward(self, x: SparseTensor) -> SparseTensor:
        return x.with_features(self.bn(x.features))


class BasicBlock(nn.Module):
    """Two 3x3x3 convolutions and a shortcut, projected when the width changes."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = SparseConvolution(in_channels, channels, 3)
        self.norm1 = SparseBatchNorm(channels)
        self.conv2 = SparseConvolution(channels, channels, 3)
        self.norm2 = SparseBatchNorm(channels)
        self.downsample = None
        if in_channels != channels:
            self.downsample = nn.Sequential(SparseConvolution(in_channels, channels, 1), SparseBatchNorm(channels))

    def forward(self, x: SparseTensor) -> SparseTensor:
        y = self.norm2(self.conv2(_relu(self.norm1(self.conv1(x)))))
        shortcut = x if self.downsample is None else self.downsample(x)
        return x.with_features(torch.relu_(y.features + shortcut.features))


class MinkUNet(nn.Module):
    """``MinkUNet(config)(SparseTensor at stride 1) -> MinkUNetOutput``.

    14A, 18A and 34C differ in ``config`` only. Zero voxels are fine in eval mode.
    """

    def __init__(self, config: MinkUNetConfig) -> None:
        super().__init__()
        width = config.stem_channels
        self.conv0p1s1 = SparseConvolution(config.in_channels, width, 5)
        self.bn0 = SparseBatchNorm(width)
        skips = [width]
        for level in range(4):
            self.add_module(f"conv{level + 1}p{2**level}s2", SparseConvolution(width, width, 2, 2))
            self.add_module(f"bn{level + 1}", SparseBatchNorm(width))
            channels = config.planes[level]
            self.add_module(f"block{level + 1}", _stage(width, channels, config.blocks[level]))
            width = channels
            skips.append(width)
        for level in range(4, 8):
            channels = config.planes[level]
            self.add_module(f"convtr{level}p{2 ** (8 - level)}s2", TransposedSparseConvolution(width, channels))
            self.add_module(f"bntr{level}", SparseBatchNorm(channels))
            self.add_module(f"block{level + 1}", _stage(channels + skips[7 - level], channels, config.blocks[level]))
            width = channels
        self.final = SparseConvolution(width, config.out_channels, 1)

    def forward(self, x: SparseTensor) -> MinkUNetOutput:
        x = _relu(self.bn0(self.conv0p1s1(x)))
        skips = [x]
        for level in range(4):
            x = _relu(self._part(f"bn{level + 1}", self._part(f"conv{level + 1}p{2**level}s2", x)))
            x = self._part(f"block{level + 1}", x)
            skips.append(x)
        bottleneck = x
        for level in range(4, 8):
            x = _relu(self._part(f"bntr{level}", self._part(f"convtr{level}p{2 ** (8 - level)}s2", x)))
            joined = torch.cat([x.features, skips[7 - level].features], dim=1)
            x = self._part(f"block{level + 1}", x.with_features(joined))
        return MinkUNetOutput(self.final(x).features, x.features, bottleneck)

    def _part(self, name: str, x: SparseTensor) -> SparseTensor:
        return self.get_submodule(name)(x)


def _stage(in_channels: int, channels: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(BasicBlock(channels if i else in_channels, channels) for i in range(blocks)))


def _relu(x: SparseTensor) -> SparseTensor:
    return x.with_features(torch.relu_(x.features))
