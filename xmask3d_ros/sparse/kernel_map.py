# SPDX-License-Identifier: Apache-2.0
"""Which input voxel meets which output voxel under each weight of a kernel.

Conventions of MinkowskiEngine, so that its checkpoints mean the same here (METHODS 1.5): the kernel's offsets count
x fastest, then y, then z; odd kernels are centred, even ones start at 0; ``out[o] = sum_k W_k x[o + offset_k]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from xmask3d_ros.sparse import keys


@dataclass(frozen=True)
class KernelMap:
    """The pairs of one kernel between two sets of voxels, as a table and as lists."""

    table: Tensor
    """(K, outputs) int64: the input row under weight k of each output, or ``inputs`` where there is none."""
    inputs: int
    """Number of input voxels."""
    symmetric: bool
    """Whether inputs and outputs are the same voxels and offset K-1-k is the opposite of offset k."""

    @property
    def outputs(self) -> int:
        """Number of output voxels."""
        return self.table.shape[1]

    @cached_property
    def neighbours(self) -> Tensor:
        """(outputs, K): the table with a row an output, the order in which features are gathered for one GEMM."""
        return self.table.T.contiguous()

    @cached_property
    def pairs(self) -> list[tuple[Tensor, Tensor]]:
        """For each weight the (input rows, output rows) that it joins; no row twice in either."""
        found = []
        for column in self.table:
            output_rows = torch.nonzero(column < self.inputs).squeeze(1)
            found.append((column[output_rows], output_rows))
        return found

    def reordered(self, order: Tensor) -> KernelMap:
        """The same map when sorted row j of the inputs (and of the outputs, if symmetric) is really ``order[j]``."""
        table = torch.nn.functional.pad(order, (0, 1), value=self.inputs)[self.table]
        if self.symmetric:
            table = torch.empty_like(table).index_copy_(1, order, table)
        return KernelMap(table, self.inputs, self.symmetric)


def build_kernel_map(
    input_keys: Tensor, output_keys: Tensor, kernel_size: int, stride: int, symmetric: bool
) -> KernelMap:
    """Map of a cubic kernel whose offsets are multiples of ``stride``, the tensor stride of the inputs.

    Both key arrays are sorted. Voxels along z have consecutive keys, so one binary search serves a whole column of
    offsets: from there the next offset's voxel, if present, is the next key.
    """
    start = -(kernel_size // 2) if kernel_size % 2 else 0
    if max(-start, kernel_size + start - 1) * stride > keys.REACH_LIMIT:
        raise ValueError(f"a kernel of size {kernel_size} at tensor stride {stride} reaches too far")
    offsets = range(start * stride, (start + kernel_size) * stride, stride)
    end = torch.full((1,), torch.iinfo(torch.int64).max, device=input_keys.device)
    bounded = torch.cat([input_keys, end])
    table = torch.empty((kernel_size,) * 3 + (len(output_keys),), dtype=torch.int64, device=input_keys.device)
    for j, dy in enumerate(offsets):
        for i, dx in enumerate(offsets):
            wanted = output_keys + keys.step_key(dx, dy, offsets[0])
            position = torch.searchsorted(input_keys, wanted)
            for k in range(kernel_size):
                found = bounded[position] == wanted
                table[k, j, i] = torch.where(found, position, len(input_keys))
                position += found
                wanted += stride
    return KernelMap(table.flatten(0, 2), len(input_keys), symmetric)
