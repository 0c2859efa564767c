# SPDX-License-Identifier: Apache-2.0
"""The choice of backend, what is shared and what repeats."""

import importlib.util

import pytest
import torch

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.sparse import SparseTensor, batched, coordinate_maps
from xmask3d_ros.sparse.kernel_map import KernelMap

CONFIG = MinkUNetConfig(
    planes=(4, 4, 8, 8, 8, 4, 4, 4), blocks=(1,) * 8, stem_channels=4, in_channels=3, out_channels=5
)

INSTALLED = importlib.util.find_spec("MinkowskiEngine") is not None


def voxels(count=400, seed=0):
    cells = torch.randint(-20, 20, (count, 3), generator=torch.Generator().manual_seed(seed))
    return batched([torch.unique(cells, dim=0)])


def test_unknown_backend_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="known are native, minkowski"):
        coordinate_maps(voxels(), backend="spconv")


@pytest.mark.skipif(INSTALLED, reason="MinkowskiEngine is installed")
def test_an_absent_backend_says_what_to_do():
    with pytest.raises(ImportError, match="use the backend 'native'"):
        coordinate_maps(voxels(), backend="minkowski")


@pytest.mark.skipif(not INSTALLED, reason="MinkowskiEngine is not installed")
def test_minkowski_engine_computes_the_same():
    coordinates = voxels(1500)
    network = MinkUNet(CONFIG).double()
    answers = []
    for backend in ("native", "minkowski"):
        features = torch.randn(len(coordinates), 3, generator=torch.Generator().manual_seed(1)).double()
        features.requires_grad_()
        network.zero_grad()
        output = network(SparseTensor(features, coordinates, 1, coordinate_maps(coordinates, backend=backend)))
        output.features.square().mean().backward()
        answers.append([output.features, features.grad, *(value.grad.clone() for value in network.parameters())])
    for ours, theirs in zip(*answers, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)


def test_each_kernel_map_is_made_once_a_view(monkeypatch):
    """Three networks on the same voxels: five 3x3x3 maps, four between resolutions, one for the stem."""
    made = []
    original = KernelMap.__init__

    def counting(self, *arguments):
        made.append(arguments[2:])
        original(self, *arguments)

    monkeypatch.setattr(KernelMap, "__init__", counting)
    coordinates = voxels()
    maps = coordinate_maps(coordinates)
    for _ in range(3):
        MinkUNet(CONFIG).eval()(SparseTensor(torch.rand(len(coordinates), 3), coordinates, 1, maps))
    strides = [1, 2, 4, 8, 16]
    assert sorted(made) == sorted([(5, 1), *[(3, s) for s in strides], *[(2, s) for s in strides[:-1]]])


def test_results_and_gradients_repeat_bit_for_bit():
    coordinates = voxels(3000)
    network = MinkUNet(CONFIG)
    answers = []
    for _ in range(2):
        network.zero_grad()
        features = torch.randn(len(coordinates), 3, generator=torch.Generator().manual_seed(1), requires_grad=True)
        output = network(SparseTensor(features, coordinates))
        output.features.square().mean().backward()
        answers.append([output.features, features.grad, network.conv0p1s1.kernel.grad.clone()])
    assert all(torch.equal(first, second) for first, second in zip(*answers, strict=True))
