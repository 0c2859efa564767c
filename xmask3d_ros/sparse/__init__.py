# SPDX-License-Identifier: Apache-2.0
"""Sparse voxel tensors, their convolutions, and voxelisation."""

from xmask3d_ros.sparse.backend import BACKENDS, CoordinateMaps, coordinate_maps
from xmask3d_ros.sparse.convolution import SparseConvolution, TransposedSparseConvolution
from xmask3d_ros.sparse.tensor import SparseTensor
from xmask3d_ros.sparse.voxelise import Voxels, batched, voxelise

__all__ = [
    "BACKENDS",
    "CoordinateMaps",
    "SparseConvolution",
    "SparseTensor",
    "TransposedSparseConvolution",
    "Voxels",
    "batched",
    "coordinate_maps",
    "voxelise",
]
