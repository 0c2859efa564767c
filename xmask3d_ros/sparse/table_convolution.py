# SPDX-License-Identifier: Apache-2.0
"""Convolution as one gather and one matrix product for a block of voxels. For the GPU.

The features of all K neighbours of a voxel are laid side by side (absent ones are zero) and multiplied with the
whole kernel at once: few launches, no atomic additions, so deterministic on a GPU. Blocks bound the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from xmask3d_ros.sparse.kernel_map import KernelMap

BLOCK_ELEMENTS = {"cpu": 1 << 19, "cuda": 1 << 26}
"""Most gathered numbers held at a time: what fits a CPU's cache, 256 MiB of float32 on a GPU."""


class TableConvolution(torch.autograd.Function):
    """``apply(features (V_in, C_in), kernel (K, C_in, C_out), map, transposed) -> (V_out, C_out)``.

    ``transposed`` runs the map from its outputs to its inputs, each weight joining the same rows. A map that is not
    centred must give each input to exactly one output, as kernels as large as their stride do.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, kernel: Tensor, kernel_map: KernelMap, transposed: bool) -> Tensor:
        ctx.save_for_backward(features, kernel)
        ctx.kernel_map, ctx.transposed = kernel_map, transposed
        return scatter(features, kernel, kernel_map) if transposed else gather(features, kernel, kernel_map)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        features, kernel = ctx.saved_tensors
        kernel_map: KernelMap = ctx.kernel_map
        for_features = for_kernel = None
        adjoint = kernel.transpose(1, 2)
        if ctx.needs_input_grad[0]:
            if ctx.transposed:
                for_features = gather(gradient, adjoint, kernel_map)
            elif kernel_map.centred:
                for_features = gather(gradient, adjoint.flip(0), kernel_map)
            else:
                for_features = scatter(gradient, adjoint, kernel_map)
        if ctx.needs_input_grad[1]:
            if ctx.transposed:
                for_kernel = correlate(gradient, features, kernel_map).transpose(1, 2)
            else:
                for_kernel = correlate(features, gradient, kernel_map)
        return for_features, for_kernel, None, None


def gather(features: Tensor, kernel: Tensor, kernel_map: KernelMap) -> Tensor:
    """From the map's inputs to its outputs."""
    weights = kernel.flatten(0, 1)
    result = features.new_empty(kernel_map.outputs, kernel.shape[2])
    for block, columns in _gathered(features, kernel_map):
        torch.mm(columns, weights, out=result[block])
    return result


def scatter(features: Tensor, kernel: Tensor, kernel_map: KernelMap) -> Tensor:
    """From the map's outputs back to its inputs: all K products of each row, each put where it belongs."""
    products = features @ kernel.transpose(0, 1).flatten(1)
    result = features.new_empty(kernel_map.inputs + 1, kernel.shape[2])  # the last row takes what belongs nowhere
    result.index_copy_(0, kernel_map.table.T.flatten(), products.view(-1, kernel.shape[2]))
    return result[:-1]


def correlate(features: Tensor, gradient: Tensor, kernel_map: KernelMap) -> Tensor:
    """Gradient of the kernel (K, C_in, C_out) for features on the map's inputs, gradient on its outputs.

    Blocks are summed in float32 for half types.
    """
    shape = (kernel_map.volume * features.shape[1], gradient.shape[1])
    total = features.new_zeros(shape, dtype=torch.promote_types(features.dtype, torch.float32))
    for block, columns in _gathered(features, kernel_map):
        total += columns.T @ gradient[block]
    return total.view(kernel_map.volume, features.shape[1], gradient.shape[1]).to(features.dtype)


def _gathered(features: Tensor, kernel_map: KernelMap) -> Iterator[tuple[slice, Tensor]]:
    """Blocks of output rows with their gathered inputs (rows, K * C_in)."""
    padded = torch.nn.functional.pad(features, (0, 0, 0, 1))
    width = kernel_map.volume * features.shape[1]
    step = max(1, BLOCK_ELEMENTS[features.device.type] // width)
    for start in range(0, kernel_map.outputs, step):
        block = slice(start, min(start + step, kernel_map.outputs))
        rows = kernel_map.table[:, block].T.flatten()
        yield block, padded.index_select(0, rows).view(-1, width)
