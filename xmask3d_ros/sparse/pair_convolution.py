# SPDX-License-Identifier: Apache-2.0
"""Convolution weight by weight: gather the input rows, multiply, add to the output rows. For the CPU.

Multiplies exactly the pairs that exist (for a 3x3x3 kernel on a surface about a third of the table) and keeps no
gathered copy for the backward pass. The order of additions is fixed, so results repeat bit for bit.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from xmask3d_ros.sparse.kernel_map import BLOCK_ROWS, KernelMap


class PairConvolution(torch.autograd.Function):
    """``apply(features (V_in, C_in), kernel (K, C_in, C_out), map, transposed) -> (V_out, C_out)``.

    ``transposed`` runs the map from its outputs to its inputs, each weight joining the same rows.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, kernel: Tensor, kernel_map: KernelMap, transposed: bool) -> Tensor:
        ctx.save_for_backward(features, kernel)
        ctx.kernel_map, ctx.transposed = kernel_map, transposed
        return accumulate(features, kernel, kernel_map, transposed)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        features, kernel = ctx.saved_tensors
        for_features = for_kernel = None
        if ctx.needs_input_grad[0]:
            for_features = accumulate(gradient, kernel.transpose(1, 2), ctx.kernel_map, not ctx.transposed)
        if ctx.needs_input_grad[1]:
            for_kernel = correlate(features, gradient, ctx.kernel_map, ctx.transposed)
        return for_features, for_kernel, None, None


def accumulate(features: Tensor, kernel: Tensor, kernel_map: KernelMap, transposed: bool) -> Tensor:
    """Sum over the pairs (i, o) of weight k of ``features[i] @ kernel[k]`` into row o; float32 sums for half types."""
    wide = torch.promote_types(features.dtype, torch.float32)
    if kernel_map.centred:
        total = (features @ kernel[kernel_map.volume // 2]).to(wide)
    else:
        total = features.new_zeros(kernel_map.inputs if transposed else kernel_map.outputs, kernel.shape[2], dtype=wide)
    gathered = features.new_empty(BLOCK_ROWS, features.shape[1])
    product = features.new_empty(BLOCK_ROWS, kernel.shape[2])
    for block in kernel_map.blocks(transposed):
        for k, source, target in block:
            size = len(source)
            torch.index_select(features, 0, source, out=gathered[:size])
            torch.mm(gathered[:size], kernel[k], out=product[:size])
            total.index_add_(0, target, product[:size].to(wide))
    return total.to(features.dtype)


def correlate(features: Tensor, gradient: Tensor, kernel_map: KernelMap, transposed: bool) -> Tensor:
    """Gradient of the kernel (K, C_in, C_out): over the pairs of each weight, features times output gradient."""
    shape = (kernel_map.volume, features.shape[1], gradient.shape[1])
    total = features.new_zeros(shape, dtype=torch.promote_types(features.dtype, torch.float32))
    if kernel_map.centred:
        total[kernel_map.volume // 2] = features.T @ gradient
    gathered = features.new_empty(BLOCK_ROWS, features.shape[1])
    gathered_gradient = features.new_empty(BLOCK_ROWS, gradient.shape[1])
    for block in kernel_map.blocks(transposed):
        for k, source, target in block:
            size = len(source)
            torch.index_select(features, 0, source, out=gathered[:size])
            torch.index_select(gradient, 0, target, out=gathered_gradient[:size])
            total[k] += gathered[:size].T @ gathered_gradient[:size]
    return total.to(features.dtype)
