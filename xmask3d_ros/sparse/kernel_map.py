# SPDX-License-Identifier: Apache-2.0
"""Which input voxel meets which output voxel under each weight of a kernel.

Conventions of MinkowskiEngine, so that its checkpoints mean the same here (METHODS 1.5): the kernel's offsets count
x fastest, then y, then z; odd kernels are centred, even ones start at 0; ``out[o] = sum_k W_k x[o + offset_k]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from xmask3d_ros.sparse import keys

BLOCK_ROWS = 8192
"""Target rows worked on together on a CPU, so that they stay in its cache while all weights add to them."""


class Pairs(NamedTuple):
    """Rows that weight ``k`` joins; no row twice in either, both ascending."""

    k: int
    source: Tensor
    target: Tensor


class KernelMap:
    """A cubic kernel between two sets of voxels, given by sorted keys; ``stride`` is the inputs' tensor stride.

    Computed when first asked for: lists of pairs (CPU) or a table of neighbours (GPU). Voxels along z have consecutive
    keys, so one binary search serves a whole column of offsets: from there the next offset's voxel is the next key or
    is not there.
    """

    def __init__(self, input_keys: Tensor, output_keys: Tensor, kernel_size: int, stride: int) -> None:
        self.inputs, self.outputs = len(input_keys), len(output_keys)
        self.kernel_size, self.volume = kernel_size, kernel_size**3
        self.centred = input_keys is output_keys
        """Same voxels on both sides: offset ``volume - 1 - k`` is the opposite of offset k, and the middle one is zero,
        so that its weight joins every voxel with itself."""
        start = -(kernel_size // 2) if kernel_size % 2 else 0
        self._offsets = range(start * stride, (start + kernel_size) * stride, stride)
        if max(abs(offset) for offset in self._offsets) > keys.REACH_LIMIT:
            raise ValueError(f"a kernel of size {kernel_size} at tensor stride {stride} reaches too far")
        self._input_keys, self._output_keys = input_keys, output_keys
        self._blocks: dict[bool, list[list[Pairs]]] = {}

    @cached_property
    def table(self) -> Tensor:
        """(volume, outputs) int64: the input row under weight k of each output, ``inputs`` where there is none."""
        table = torch.empty(self.volume, self.outputs, dtype=torch.int64, device=self._input_keys.device)
        for k, found, rows in self._search(half=False):
            table[k] = torch.where(found, rows, self.inputs)
        return table

    @cached_property
    def pairs(self) -> list[Pairs]:
        """The pairs of each weight inputs to outputs; without the middle one of a centred map."""
        result: dict[int, Pairs] = {}
        for k, found, rows in self._search(half=self.centred):
            target = torch.nonzero(found).squeeze(1)
            result[k] = Pairs(k, rows.index_select(0, target), target)
            if self.centred:
                opposite = self.volume - 1 - k
                result[opposite] = Pairs(opposite, target, result[k].source)
        return [result[k] for k in sorted(result)]

    def blocks(self, transposed: bool) -> list[list[Pairs]]:
        """The pairs cut at every ``BLOCK_ROWS`` target rows; ``transposed``: from outputs to inputs."""
        if transposed not in self._blocks:
            edges = torch.arange(0, (self.inputs if transposed else self.outputs) + BLOCK_ROWS, BLOCK_ROWS)
            blocks: list[list[Pairs]] = [[] for _ in edges[1:]]
            for k, source, target in self.pairs:
                if transposed:
                    source, target = target, source
                cuts = torch.searchsorted(target, edges).tolist()
                for block, start, end in zip(blocks, cuts, cuts[1:], strict=False):
                    if end > start:
                        block.append(Pairs(k, source[start:end], target[start:end]))
            self._blocks[transposed] = blocks
        return self._blocks[transposed]

    def _search(self, half: bool) -> Iterator[tuple[int, Tensor, Tensor]]:
        """For each k, or only those before the middle: (k, which outputs have an input there, its row where so)."""
        size = self.kernel_size
        end = torch.full((1,), torch.iinfo(torch.int64).max, device=self._input_keys.device)
        bounded = torch.cat([self._input_keys, end])
        middle = size * size // 2
        for column in range(middle + 1 if half else size * size):
            j, i = divmod(column, size)
            wanted = self._output_keys + keys.step_key(self._offsets[i], self._offsets[j], self._offsets[0])
            rows = torch.searchsorted(self._input_keys, wanted)
            for kz in range(size // 2 if half and column == middle else size):
                found = bounded.index_select(0, rows) == wanted
                yield kz * size * size + column, found, rows
                rows = rows + found
                wanted += self._offsets.step
