# SPDX-License-Identifier: Apache-2.0
"""Convolution offset by offset: gather the input rows, multiply, add to the output rows. For the CPU.

Multiplies exactly the pairs that exist (of a 3x3x3 kernel on a surface about a third) and stores no gathered copy
for the backward pass. The order of additions is fixed, so results repeat bit for bit.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from xmask3d_ros.sparse.kernel_map import KernelMap


class PairConvolution(torch.autograd.Function):
    """``apply(features (V_in, C_in), kernel (K, C_in, C_out), map, transposed) -> (V_out, C_out)``.

    ``transposed`` runs the map from its outputs to its inputs with the same weight index.
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
    """Sum over the pairs (i, o) of weight k of ``features[i] @ kernel[k]`` into row o; summed in float32 at least."""
    rows = kernel_map.inputs if transposed else kernel_map.outputs
    wide = torch.promote_types(features.dtype, torch.float32)
    centre = len(kernel) // 2 if kernel_map.symmetric else None
    if centre is None:
        total = features.new_zeros(rows, kernel.shape[2], dtype=wide)
    else:
        total = (features @ kernel[centre]).to(wide)
    for k, pair in enumerate(kernel_map.pairs):
        source, target = reversed(pair) if transposed else pair
        if k != centre and len(source):
            total.index_add_(0, target, (features.index_select(0, source) @ kernel[k]).to(wide))
    return total.to(features.dtype)


def correlate(features: Tensor, gradient: Tensor, kernel_map: KernelMap, transposed: bool) -> Tensor:
    """Gradient of the kernel (K, C_in, C_out): over the pairs of each weight, features times output gradient."""
    result = []
    for k, pair in enumerate(kernel_map.pairs):
        source, target = reversed(pair) if transposed else pair
        if kernel_map.symmetric and k == len(kernel_map.pairs) // 2:
            result.append(features.T @ gradient)
        else:
            result.append(features.index_select(0, source).T @ gradient.index_select(0, target))
    return torch.stack(result)
