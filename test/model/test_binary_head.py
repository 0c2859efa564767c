# SPDX-License-Identifier: Apache-2.0
"""The binary head: names, and the two layers after its network (METHODS 1.11)."""

import torch

from xmask3d_ros.model.binary_head import BinaryHead
from xmask3d_ros.model.config import MinkUNetConfig, xmask3d
from xmask3d_ros.sparse import SparseTensor, batched, coordinate_maps

SMALL = MinkUNetConfig(planes=(4, 4, 8, 8, 8, 4, 4, 6), blocks=(1,) * 8, stem_channels=4, out_channels=5)


def test_names_and_shapes_of_the_official_checkpoint(golden_weights):
    prefix = "pc_binary_head."
    official = {n.removeprefix(prefix): s for n, s in golden_weights.official_entries() if n.startswith(prefix)}
    ours = {name: tuple(value.shape) for name, value in BinaryHead(xmask3d().binary_network).state_dict().items()}
    assert ours == official


def test_logit_is_a_line_of_the_normalised_rectified_features():
    torch.manual_seed(0)
    head = BinaryHead(SMALL).double()
    coordinates = batched([torch.unique(torch.randint(0, 40, (900, 3)), dim=0)])
    colors = torch.rand(len(coordinates), 3).double() * 2 - 1
    head(coordinates, colors)  # moves the running statistics away from 0 and 1
    head.eval()
    with torch.no_grad():
        x = head.encoder(SparseTensor(colors, coordinates)).features
        norm = head.batch_norm
        x = (x - norm.running_mean) / torch.sqrt(norm.running_var + norm.eps) * norm.weight + norm.bias
        expected = x.clamp(min=0) @ head.fc.weight[0] + head.fc.bias
        logits = head(coordinates, colors)
    assert logits.shape == (len(coordinates),)
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-12)


def test_shared_coordinate_maps_change_nothing():
    torch.manual_seed(0)
    head = BinaryHead(SMALL).eval()
    coordinates = batched([torch.unique(torch.randint(-20, 20, (900, 3)), dim=0)])
    colors = torch.rand(len(coordinates), 3)
    maps = coordinate_maps(coordinates)
    assert torch.equal(head(coordinates, colors, maps), head(coordinates, colors))


def test_no_voxels():
    assert BinaryHead(SMALL).eval()(torch.empty(0, 4, dtype=torch.int64), torch.empty(0, 3)).shape == (0,)
