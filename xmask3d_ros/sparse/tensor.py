# SPDX-License-Identifier: Apache-2.0
"""Features on voxels."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from xmask3d_ros.sparse.backend import CoordinateMaps, coordinate_maps


@dataclass(frozen=True)
class SparseTensor:
    """Features of the voxels of a batch of views at one tensor stride.

    ``SparseTensor(features, coordinates)`` starts a network at stride 1; layers pass the coordinate maps on, so that
    everything that depends on coordinates alone is computed once a view.
    """

    features: Tensor
    """(V, C) floating point."""
    coordinates: Tensor
    """(V, 4) integer ``[batch, x, y, z]`` in units of the finest voxel, multiples of ``stride``."""
    stride: int = 1
    """Spacing of the voxels."""
    maps: CoordinateMaps = field(default=None)  # type: ignore[assignment]
    """Coordinate maps shared by all tensors of the view; made from the coordinates when left out (stride 1)."""

    def __post_init__(self) -> None:
        if self.features.ndim != 2 or len(self.features) != len(self.coordinates):
            raise ValueError(
                f"features must be (voxels, channels) with a row for each of the {len(self.coordinates)} coordinates; "
                f"found shape {tuple(self.features.shape)}"
            )
        if self.maps is None:
            if self.stride != 1:
                raise ValueError(f"coordinates at stride {self.stride} need the coordinate maps of their view")
            object.__setattr__(self, "maps", coordinate_maps(self.coordinates))

    def with_features(self, features: Tensor) -> SparseTensor:
        """Other features (V, C') on the same voxels."""
        return SparseTensor(features, self.coordinates, self.stride, self.maps)

    def at_stride(self, features: Tensor, stride: int) -> SparseTensor:
        """Features on the view's voxels at another stride."""
        return SparseTensor(features, self.maps.coordinates(stride), stride, self.maps)
