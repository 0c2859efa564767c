# SPDX-License-Identifier: Apache-2.0
"""Feature maps of an image that is not square, from square windows (ODISE; METHODS 2.1).

The diffusion model takes squares. Squashing an image to one is what XMask3D does and what its weights expect; sliding
keeps the shapes of things instead, at the price of one diffusion pass a window. A square image is one window anyhow.
"""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from xmask3d_ros.model.feature_projection import STRIDES


def window_starts(length: int, side: int) -> list[int]:
    """First pixels of the windows of ``side`` that cover ``length`` in a row; the last one is shifted back inside."""
    return [min(start, length - side) for start in range(0, length, side)]


def sliding_maps(image: Tensor, size: int, maps_of: Callable[[Tensor], list[Tensor]]) -> list[Tensor]:
    """[s2, s3, s4, s5] of ``image`` (B, 3, H, W), of any shape.

    Windows have the side of the image's short side and are resized (bicubic) to ``size``. ``maps_of`` makes the four
    maps of a window (B, 3, size, size). Where windows overlap their maps are averaged. A result covers the whole image
    as if its short side had ``size`` pixels, at the strides of the mask head; a last incomplete cell is left off.
    """
    height, width = image.shape[-2:]
    side = min(height, width)
    sums: list[Tensor] = []
    counts: list[Tensor] = []
    for top in window_starts(height, side):
        for left in window_starts(width, side):
            window = image[..., top : top + side, left : left + side]
            if side != size:
                window = F.interpolate(window, size=(size, size), mode="bicubic", align_corners=False)
            for level, part in enumerate(maps_of(window)):

                def cells(pixels: int, stride: int = STRIDES[level]) -> int:
                    return pixels * size // (side * stride)

                if len(sums) == level:
                    shape = (*part.shape[:2], cells(height), cells(width))
                    sums.append(part.new_zeros(shape))
                    counts.append(part.new_zeros(shape[-2:]))
                rows = slice(cells(top), cells(top) + part.shape[-2])
                columns = slice(cells(left), cells(left) + part.shape[-1])
                sums[level][..., rows, columns] += part
                counts[level][rows, columns] += 1
    return [total / count for total, count in zip(sums, counts, strict=True)]
