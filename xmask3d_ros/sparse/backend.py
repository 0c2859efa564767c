# SPDX-License-Identifier: Apache-2.0
"""What the network asks of a sparse convolution library, and the choice between two.

A backend is a class of coordinate maps: made once for the voxels of a view, it answers for the coordinates at every
tensor stride and convolves features between them, caching what depends on coordinates alone. All layers, and all
networks that look at the same voxels, share one object.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class CoordinateMaps(Protocol):
    """The voxels of a batch of views at all strides, and the convolutions between them."""

    batch_size: int

    def coordinates(self, stride: int) -> Tensor:
        """(V_s, 4) int64 ``[batch, x, y, z]`` at tensor stride ``stride``; stride 1 in the caller's order."""
        ...

    def convolve(self, features: Tensor, kernel: Tensor, kernel_size: int, stride: int, step: int) -> Tensor:
        """Convolve features (V_s, C_in) at tensor stride ``stride`` with kernel (K^3, C_in, C_out).

        ``step`` 1 stays on the same voxels (odd kernels); a larger one (= ``kernel_size``) goes to tensor stride
        ``stride * step``, whose coordinates are ``floor(c / (stride * step)) * stride * step``.
        """
        ...

    def convolve_transposed(self, features: Tensor, kernel: Tensor, stride: int, step: int) -> Tensor:
        """From tensor stride ``stride`` back to the voxels at ``stride / step``; kernel (step^3, C_in, C_out)."""
        ...


BACKENDS = ("native", "minkowski")
"""Names of the backends: our own, and MinkowskiEngine where it is installed."""


def coordinate_maps(coordinates: Tensor, batch_size: int | None = None, backend: str = "native") -> CoordinateMaps:
    """Coordinate maps for voxels (V, 4) integer ``[batch, x, y, z]``, each voxel once, in any order.

    ``batch_size`` is needed only where trailing views may be empty. ``ValueError``: bad coordinates or backend name;
    ``ImportError``: a backend that is not installed.
    """
    if backend == "native":
        from xmask3d_ros.sparse.native import NativeMaps

        return NativeMaps(coordinates, batch_size)
    if backend == "minkowski":
        from xmask3d_ros.sparse.minkowski import MinkowskiMaps

        return MinkowskiMaps(coordinates, batch_size)
    raise ValueError(f"unknown sparse backend {backend!r}; known are {', '.join(BACKENDS)}")
