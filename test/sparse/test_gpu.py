# SPDX-License-Identifier: Apache-2.0
"""The same answers on a GPU, bit for bit the same each time."""

import pytest
import torch

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.sparse import SparseTensor, batched, voxelise

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
SMALL = MinkUNetConfig(planes=(8, 8, 16, 16, 16, 8, 8, 8), blocks=(1,) * 8, stem_channels=8, out_channels=5)


def run(network, device):
    """Outputs and gradients on the CPU, in float64."""
    points = torch.randn(20_000, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    cells = voxelise(points.to(device), 0.05).coordinates
    coordinates = batched([cells, cells - 40])
    features = torch.cos(coordinates[:, 1:] * torch.tensor([0.3, 0.5, 0.7], device=device, dtype=torch.float64))
    features.requires_grad_()
    network = network.to(device).double()
    network.zero_grad()
    output = network(SparseTensor(features, coordinates))
    output.features.square().mean().backward()
    results = [coordinates, output.features, features.grad, *(value.grad for value in network.parameters())]
    return [value.detach().clone().cpu() for value in results]


def test_equals_the_cpu():
    torch.manual_seed(0)
    network = MinkUNet(SMALL)
    for there, here in zip(run(network, "cuda"), run(network, "cpu"), strict=True):
        torch.testing.assert_close(there, here, rtol=1e-8, atol=1e-10)


def test_repeats_bit_for_bit():
    torch.manual_seed(0)
    network = MinkUNet(SMALL)
    assert all(torch.equal(*pair) for pair in zip(run(network, "cuda"), run(network, "cuda"), strict=True))


def test_bfloat16_is_close():
    torch.manual_seed(0)
    network = MinkUNet(SMALL).cuda().eval()
    coordinates = batched([torch.unique(torch.randint(0, 40, (9000, 3)), dim=0)]).cuda()
    tensor = SparseTensor(torch.rand(len(coordinates), 3, device="cuda"), coordinates)
    exact = network(tensor).features
    with torch.autocast("cuda", dtype=torch.bfloat16):
        rounded = network(tensor).features
    assert (rounded.float() - exact).abs().max() < 0.05 * exact.abs().max()
