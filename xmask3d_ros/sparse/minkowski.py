# SPDX-License-Identifier: Apache-2.0
"""MinkowskiEngine as a sparse convolution backend, for those who have it (``pip install MinkowskiEngine``)."""

from __future__ import annotations

import collections
import collections.abc
from typing import Any

import torch
from torch import Tensor

from xmask3d_ros.sparse import keys

if not hasattr(collections, "Sequence"):
    collections.Sequence = collections.abc.Sequence  # type: ignore[attr-defined]  # MinkowskiEngine 0.5.4 asks for it

try:
    import MinkowskiEngine as engine
    from MinkowskiEngine.MinkowskiConvolution import (
        MinkowskiConvolutionFunction,
        MinkowskiConvolutionTransposeFunction,
    )
    from MinkowskiEngineBackend._C import ConvolutionMode
except ImportError as error:
    raise ImportError(
        "the sparse backend 'minkowski' needs MinkowskiEngine 0.5.4, which cannot be imported: "
        f"{error}. Install it, or use the backend 'native', which needs nothing"
    ) from error


class MinkowskiMaps:
    """See :class:`xmask3d_ros.sparse.backend.CoordinateMaps`. Half types are computed in float32."""

    def __init__(self, coordinates: Tensor, batch_size: int | None = None) -> None:
        keys.check(coordinates)
        if not len(coordinates):
            raise ValueError("MinkowskiEngine cannot take a view without voxels: use the backend 'native'")
        self.batch_size = int(coordinates[:, 0].max()) + 1 if batch_size is None else batch_size
        cuda = engine.CoordinateMapType.CUDA if coordinates.is_cuda else engine.CoordinateMapType.CPU
        self._manager = engine.CoordinateManager(D=3, coordinate_map_type=cuda)
        key, (unique, _) = self._manager.insert_and_map(coordinates.int().contiguous(), tensor_stride=1, string_id="")
        if len(unique) != len(coordinates):
            raise ValueError("coordinates name a voxel twice: voxelise the points first, so that each voxel is one row")
        self._keys = {1: key}

    def coordinates(self, stride: int) -> Tensor:
        """(V_s, 4) int64 at tensor stride ``stride``."""
        return self._manager.get_coordinates(self._key_at(stride)).long()

    def convolve(self, features: Tensor, kernel: Tensor, kernel_size: int, stride: int, step: int) -> Tensor:
        """See the interface."""
        return self._run(MinkowskiConvolutionFunction, features, kernel, kernel_size, step, stride, stride * step)

    def convolve_transposed(self, features: Tensor, kernel: Tensor, stride: int, step: int) -> Tensor:
        """See the interface."""
        function = MinkowskiConvolutionTransposeFunction
        return self._run(function, features, kernel, step, step, stride, stride // step)

    def _run(
        self, function: Any, features: Tensor, kernel: Tensor, size: int, step: int, source: int, target: int
    ) -> Tensor:
        transposed = function is MinkowskiConvolutionTransposeFunction
        generator = engine.KernelGenerator(size, step, dilation=1, is_transpose=transposed, dimension=3)
        wide = torch.promote_types(features.dtype, torch.float32)
        result = function.apply(
            features.to(wide),
            kernel.to(wide),
            generator,
            ConvolutionMode.DEFAULT,
            self._key_at(source),
            self._key_at(target),
            self._manager,
        )
        return result.to(features.dtype)

    def _key_at(self, stride: int) -> Any:
        if stride not in self._keys:
            self._keys[stride] = self._manager.stride(self._keys[1], [stride] * 3)
        return self._keys[stride]
