# SPDX-License-Identifier: Apache-2.0
"""Our own sparse convolution backend, in PyTorch alone: CPU and GPU, any floating type."""

from __future__ import annotations

import torch
from torch import Tensor

from xmask3d_ros.sparse import keys
from xmask3d_ros.sparse.kernel_map import KernelMap
from xmask3d_ros.sparse.pair_convolution import PairConvolution
from xmask3d_ros.sparse.table_convolution import TableConvolution


class NativeMaps:
    """See :class:`xmask3d_ros.sparse.backend.CoordinateMaps`.

    Voxels are kept sorted by key at every stride; features at stride 1 keep the caller's order.
    """

    def __init__(self, coordinates: Tensor, batch_size: int | None = None) -> None:
        keys.check(coordinates)
        self._coordinates = {1: coordinates.long()}
        sorted_keys, order = torch.sort(keys.pack(self._coordinates[1]))
        if (sorted_keys[1:] == sorted_keys[:-1]).any():
            raise ValueError("coordinates name a voxel twice: voxelise the points first, so that each voxel is one row")
        found = int(coordinates[:, 0].max()) + 1 if len(coordinates) else 0
        self.batch_size = found if batch_size is None else batch_size
        if found > self.batch_size:
            raise ValueError(f"coordinates name view {found - 1}, beyond a batch of {self.batch_size}")
        self._keys = {1: sorted_keys}
        self._order = None if bool((order[1:] > order[:-1]).all()) else order
        self._maps: dict[tuple[int, int, int], KernelMap] = {}

    def coordinates(self, stride: int) -> Tensor:
        """(V_s, 4) int64 at tensor stride ``stride``."""
        if stride not in self._coordinates:
            self._coordinates[stride] = keys.unpack(self._keys_at(stride))
        return self._coordinates[stride]

    def convolve(self, features: Tensor, kernel: Tensor, kernel_size: int, stride: int, step: int) -> Tensor:
        """See the interface."""
        features = self._sorted(features, stride)
        result = _run(features, kernel, self.kernel_map(kernel_size, stride, step), transposed=False)
        return self._as_given(result, stride * step)

    def convolve_transposed(self, features: Tensor, kernel: Tensor, stride: int, step: int) -> Tensor:
        """See the interface."""
        result = _run(features, kernel, self.kernel_map(step, stride // step, step), transposed=True)
        return self._as_given(result, stride // step)

    def kernel_map(self, kernel_size: int, stride: int, step: int) -> KernelMap:
        """The map from the sorted voxels at ``stride`` to those at ``stride * step``, made once."""
        name = (kernel_size, stride, step)
        if name not in self._maps:
            self._maps[name] = KernelMap(self._keys_at(stride), self._keys_at(stride * step), kernel_size, stride)
        return self._maps[name]

    def _keys_at(self, stride: int) -> Tensor:
        if stride not in self._keys:
            cells = keys.unpack(self._keys[1])
            cells[:, 1:] = torch.div(cells[:, 1:], stride, rounding_mode="floor") * stride
            self._keys[stride] = torch.unique(keys.pack(cells))
        return self._keys[stride]

    def _sorted(self, features: Tensor, stride: int) -> Tensor:
        return features if stride > 1 or self._order is None else features.index_select(0, self._order)

    def _as_given(self, features: Tensor, stride: int) -> Tensor:
        if stride > 1 or self._order is None:
            return features
        return torch.empty_like(features).index_copy(0, self._order, features)


def _run(features: Tensor, kernel: Tensor, kernel_map: KernelMap, transposed: bool) -> Tensor:
    function = TableConvolution if features.is_cuda else PairConvolution
    with torch.autocast(features.device.type, enabled=False):
        return function.apply(features, kernel, kernel_map, transposed)
