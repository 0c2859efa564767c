# SPDX-License-Identifier: Apache-2.0
"""Sparse convolution layers, weight-compatible with MinkowskiEngine (METHODS 1.5)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from xmask3d_ros.sparse.tensor import SparseTensor


class SparseConvolution(nn.Module):
    """Bias-free convolution with a cubic kernel.

    ``stride`` 1 keeps the voxels and needs an odd ``kernel_size``; a larger one divides the resolution and needs a
    kernel as large as itself, so that every fine voxel speaks to exactly one coarse voxel. ``kernel`` is
    (kernel_size^3, C_in, C_out), x fastest, or (C_in, C_out) for size 1. Starts Kaiming-normal for ReLU over the
    fan-out (size 1: fan-in), as MinkowskiEngine's MinkUNets do.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> None:
        super().__init__()
        if kernel_size % 2 == 0 if stride == 1 else kernel_size != stride:
            raise ValueError(
                f"kernel size {kernel_size} with stride {stride}: stride 1 needs an odd kernel, "
                "a larger stride a kernel as large as itself"
            )
        self.kernel_size, self.stride = kernel_size, stride
        volume = kernel_size**3
        shape = (in_channels, out_channels) if volume == 1 else (volume, in_channels, out_channels)
        fan = in_channels if volume == 1 else volume * out_channels
        self.kernel = nn.Parameter(torch.randn(shape) * math.sqrt(2 / fan))

    def forward(self, x: SparseTensor) -> SparseTensor:
        features, kernel = _common_precision(x.features, self.kernel)
        if self.kernel_size == 1:
            return x.with_features(features @ kernel)
        result = x.maps.convolve(features, kernel, self.kernel_size, x.stride, self.stride)
        return x.with_features(result) if self.stride == 1 else x.at_stride(result, x.stride * self.stride)

    def extra_repr(self) -> str:
        return _describe(self.kernel, self.kernel_size, self.stride)


class TransposedSparseConvolution(nn.Module):
    """Bias-free transposed convolution back to the voxels an earlier strided convolution came from.

    ``kernel`` is (kernel_size^3, C_in, C_out) with the weight order of that convolution. The kernel must be as large
    as the stride, so that every fine voxel hears exactly one coarse voxel. Starts uniform, as MinkowskiEngine's.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 2, stride: int = 2) -> None:
        super().__init__()
        if kernel_size != stride or stride < 2:
            raise ValueError(f"the kernel must be as large as the stride, at least 2; found {kernel_size} and {stride}")
        self.stride = stride
        volume = kernel_size**3
        bound = 1 / math.sqrt(volume * out_channels)
        self.kernel = nn.Parameter(torch.empty(volume, in_channels, out_channels).uniform_(-bound, bound))

    def forward(self, x: SparseTensor) -> SparseTensor:
        if x.stride % self.stride:
            raise ValueError(f"voxels at stride {x.stride} cannot be refined by {self.stride}")
        features, kernel = _common_precision(x.features, self.kernel)
        return x.at_stride(x.maps.convolve_transposed(features, kernel, x.stride, self.stride), x.stride // self.stride)

    def extra_repr(self) -> str:
        return _describe(self.kernel, self.stride, self.stride)


def _common_precision(features: Tensor, kernel: Tensor) -> tuple[Tensor, Tensor]:
    device = features.device.type
    if torch.is_autocast_enabled(device):
        precision = torch.get_autocast_dtype(device)
        return features.to(precision), kernel.to(precision)
    return features, kernel


def _describe(kernel: Tensor, size: int, stride: int) -> str:
    return f"{kernel.shape[-2]}, {kernel.shape[-1]}, kernel_size={size}, stride={stride}"
