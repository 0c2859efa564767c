# SPDX-License-Identifier: Apache-2.0
"""The sparse U-Net: sizes and names, and what it must not depend on. Values: test/sparse and test_point_branch."""

import pytest
import torch

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.sparse import SparseTensor, batched

PLANES_A = (32, 64, 128, 256, 128, 128, 96, 96)
SMALL = MinkUNetConfig(planes=(4, 4, 8, 8, 8, 4, 4, 6), blocks=(1,) * 8, stem_channels=4, out_channels=5)


def view(count, seed):
    cells = torch.randint(-16, 16, (count, 3), generator=torch.Generator().manual_seed(seed))
    return torch.unique(cells, dim=0)


@pytest.fixture(scope="module")
def network():
    """Small, in float64, with running statistics that differ from the initial ones."""
    torch.manual_seed(0)
    network = MinkUNet(SMALL).double()
    coordinates = batched([view(600, 9)])
    network(SparseTensor(torch.randn(len(coordinates), 3).double(), coordinates))
    return network.eval()


@pytest.mark.parametrize(
    ("config", "parameters", "entries"),
    [
        (MinkUNetConfig(), 37_878_688, 373),
        (MinkUNetConfig(planes=PLANES_A, blocks=(2,) * 8), 15_515_808, 289),
        (MinkUNetConfig(planes=PLANES_A, blocks=(2,) * 8, out_channels=768), 15_515_808 + 96 * 512, 289),
    ],
    ids=["34C", "18A", "18A of OpenScene"],
)
def test_published_sizes(config, parameters, entries):
    network = MinkUNet(config)
    assert sum(value.numel() for value in network.parameters()) == parameters
    assert len(network.state_dict()) == entries


def test_names_and_shapes_of_the_official_checkpoint(golden_weights):
    entries = golden_weights.official_entries()
    for prefix, config in [
        ("pc_decoder.encoder.", MinkUNetConfig()),
        ("pc_binary_head.encoder.", MinkUNetConfig(planes=PLANES_A, blocks=(2,) * 8)),
    ]:
        official = {name.removeprefix(prefix): shape for name, shape in entries if name.startswith(prefix)}
        ours = {name: tuple(value.shape) for name, value in MinkUNet(config).state_dict().items()}
        assert ours == official


def test_outputs_belong_to_the_input_voxels(network):
    coordinates = batched([view(500, 1)])
    features = torch.randn(len(coordinates), 3).double()
    output = network(SparseTensor(features, coordinates))
    assert output.features.shape == (len(coordinates), 5)
    assert output.hidden.shape == (len(coordinates), 6)
    torch.testing.assert_close(output.hidden @ network.final.kernel, output.features)
    assert output.bottleneck.stride == 16
    assert output.bottleneck.features.shape == (len(output.bottleneck.coordinates), 8)
    assert (output.bottleneck.coordinates[:, 1:] % 16 == 0).all()


def test_the_order_of_voxels_does_not_matter(network):
    coordinates = batched([view(500, 1)])
    features = torch.randn(len(coordinates), 3).double()
    shuffle = torch.randperm(len(coordinates))
    straight = network(SparseTensor(features, coordinates))
    shuffled = network(SparseTensor(features[shuffle], coordinates[shuffle]))
    torch.testing.assert_close(shuffled.features, straight.features[shuffle], rtol=0, atol=1e-10)
    torch.testing.assert_close(shuffled.bottleneck.features, straight.bottleneck.features, rtol=0, atol=1e-10)


def test_a_batch_equals_its_views_one_by_one(network):
    views = [view(400, 2), view(300, 3) - 60]
    features = [torch.randn(len(cells), 3).double() for cells in views]
    together = network(SparseTensor(torch.cat(features), batched(views))).features
    alone = [network(SparseTensor(f, batched([cells]))).features for f, cells in zip(features, views, strict=True)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=0, atol=1e-10)


def test_shifts_by_the_coarsest_stride_change_nothing_and_others_do(network):
    coordinates = batched([view(500, 1)])
    features = torch.randn(len(coordinates), 3).double()
    still = network(SparseTensor(features, coordinates)).features
    moved = network(SparseTensor(features, coordinates + torch.tensor([0, 16, -32, 48]))).features
    torch.testing.assert_close(moved, still, rtol=0, atol=1e-10)
    unaligned = network(SparseTensor(features, coordinates + torch.tensor([0, 1, 0, 0]))).features
    assert (unaligned - still).abs().max() > 1e-3


def test_no_voxels_pass_through(network):
    output = network(SparseTensor(torch.empty(0, 3).double(), torch.empty(0, 4, dtype=torch.int64)))
    assert output.features.shape == (0, 5)
    assert output.hidden.shape == (0, 6)
    assert output.bottleneck.features.shape == (0, 8)


def test_every_parameter_is_trained():
    network = MinkUNet(SMALL)
    coordinates = batched([view(500, 1)])
    network(SparseTensor(torch.randn(len(coordinates), 3), coordinates)).features.square().sum().backward()
    idle = [name for name, value in network.named_parameters() if not value.grad.abs().sum() > 0]
    assert not idle
