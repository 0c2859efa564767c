# SPDX-License-Identifier: Apache-2.0
"""Square windows over images of any shape."""

import pytest
import torch
import torch.nn.functional as F

from xmask3d_ros.model.feature_projection import STRIDES
from xmask3d_ros.model.sliding import sliding_maps, window_starts


def pooled(window: torch.Tensor) -> list[torch.Tensor]:
    assert window.shape[-2:] == (64, 64)
    return [F.avg_pool2d(window, stride) for stride in STRIDES]


@pytest.mark.parametrize(
    ("length", "side", "starts"), [(64, 64, [0]), (128, 64, [0, 64]), (65, 64, [0, 1]), (200, 64, [0, 64, 128, 136])]
)
def test_windows_cover_the_length_and_stay_inside(length, side, starts):
    assert window_starts(length, side) == starts


def test_a_square_image_is_one_untouched_window():
    image = torch.rand(2, 3, 64, 64)
    assert all(torch.equal(a, b) for a, b in zip(sliding_maps(image, 64, pooled), pooled(image), strict=True))


@pytest.mark.parametrize(("height", "width"), [(48, 64), (64, 48), (120, 300), (33, 100), (90, 160), (100, 101)])
def test_every_cell_shows_its_own_place(height, width):
    """An image whose colours are its coordinates, in cells of the finest map, tells where each cell looked."""
    side = min(height, width)
    scale = 64 / side
    ys, xs = ((torch.arange(length) + 0.5) * scale for length in (height, width))
    image = torch.stack((*torch.meshgrid(ys, xs, indexing="ij"), torch.zeros(height, width)))[None]
    for stride, found in zip(STRIDES, sliding_maps(image, 64, pooled), strict=True):
        assert found.shape == (1, 3, int(height * scale + 1e-9) // stride, int(width * scale + 1e-9) // stride)
        for axis in (0, 1):
            centres = (torch.arange(found.shape[2 + axis]) + 0.5) * stride
            error = (found[0, axis].movedim(axis, -1) - centres).abs().max()
            assert error < stride + scale  # a window may start between two cells


def test_overlapping_windows_are_averaged():
    values = iter((1.0, 3.0))

    def numbered(window: torch.Tensor) -> list[torch.Tensor]:
        value = next(values)
        return [torch.full_like(tensor, value) for tensor in pooled(window)]

    maps = sliding_maps(torch.rand(1, 3, 64, 96), 64, numbered)
    assert maps[0][0, 0, 0].tolist() == [1.0] * 8 + [2.0] * 8 + [3.0] * 8
