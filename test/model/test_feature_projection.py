# SPDX-License-Identifier: Apache-2.0
"""Projection of the taps. Equality with the official code is shown in test_diffusion.py, where the taps are."""

import pytest
import torch

from xmask3d_ros.model.config import MaskHeadConfig
from xmask3d_ros.model.feature_projection import FeatureProjection

SMALL = MaskHeadConfig(feature_channels=16, bottleneck_channels=8, norm_groups=4)
CHANNELS, STRIDES = (16, 16, 40, 24, 16, 8), (4, 8, 32, 32, 16, 8)


def taps() -> list[torch.Tensor]:
    return [torch.randn(2, channels, side, side) for channels, side in zip(CHANNELS, (16, 8, 1, 2, 4, 8), strict=True)]


def test_maps_have_the_resolutions_of_their_strides():
    maps = FeatureProjection(CHANNELS, STRIDES, SMALL, image_size=64)(taps())
    assert [tuple(tensor.shape) for tensor in maps] == [(2, 16, side, side) for side in (16, 8, 4, 2)]


def test_taps_of_one_stride_are_summed():
    projection = FeatureProjection(CHANNELS, STRIDES, SMALL, image_size=64)
    inputs = taps()
    s3 = projection(inputs)[1]
    assert torch.equal(s3, projection.blocks[1](inputs[1]) + projection.blocks[5](inputs[5]))


def test_the_deepest_tap_is_enlarged_to_its_nearest_pixels():
    projection = FeatureProjection(CHANNELS, STRIDES, SMALL, image_size=64)
    inputs = taps()
    enlarged = [*inputs[:2], inputs[2].expand(-1, -1, 2, 2), *inputs[3:]]
    assert torch.equal(projection(inputs)[3], projection(enlarged)[3])


def test_only_a_change_of_width_has_a_shortcut_layer():
    names = FeatureProjection(CHANNELS, STRIDES, SMALL, image_size=64).state_dict().keys()
    assert {int(name.split(".")[1]) for name in names if "shortcut" in name} == {2, 3, 5}


def test_checkpointing_changes_no_gradient():
    projection = FeatureProjection(CHANNELS, STRIDES, SMALL, image_size=64)
    inputs, gradients = taps(), []
    for projection.gradient_checkpointing in (False, True):
        projection.zero_grad()
        sum(tensor.square().sum() for tensor in projection(inputs)).backward()
        gradients.append([parameter.grad.clone() for parameter in projection.parameters()])
    for plain, recomputed in zip(*gradients, strict=True):
        torch.testing.assert_close(plain, recomputed)


def test_a_missing_stride_is_refused():
    with pytest.raises(ValueError, match=r"\[8, 16, 32\]"):
        FeatureProjection((8, 8, 8), (8, 16, 32), SMALL, image_size=64)
