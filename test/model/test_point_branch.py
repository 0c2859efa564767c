# SPDX-License-Identifier: Apache-2.0
"""The 3D branch against the official code's outputs (golden file a), and its edge cases."""

import pytest
import torch

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.point_branch import PointBranch
from xmask3d_ros.sparse import batched, coordinate_maps

SMALL = MinkUNetConfig(planes=(4, 4, 8, 8, 8, 4, 4, 6), blocks=(1,) * 8, stem_channels=4, out_channels=5)


@pytest.fixture(scope="module")
def official(imported):
    """The paper-size branch out of the imported official checkpoint."""
    return imported.point_branch


@pytest.fixture(scope="module")
def reference(golden):
    return golden("a_pc_decoder_view")


def test_equals_the_official_code(official, reference):
    output = official(reference["coords"], reference["feats"])
    expected = {
        "F3d_rows": output.embeddings[reference["rows"]],
        "fp64_F3d_rows": output.embeddings[reference["rows"]],
        "F3d_all_ch48": output.embeddings[:, ::48],
        "F3d_norm": output.embeddings.norm(dim=1),
        "F3d_mean": output.embeddings.mean(dim=1),
        "f3d": output.global_feature,
        "fp64_f3d": output.global_feature,
    }
    for name, ours in expected.items():
        torch.testing.assert_close(ours, reference[name], rtol=0, atol=1e-4, msg=lambda m, n=name: f"{n}: {m}")

    assert len(output.bottleneck.coordinates) == reference["bottleneck_count"]
    rows = {tuple(row): index for index, row in enumerate(output.bottleneck.coordinates.tolist())}
    order = torch.tensor([rows[tuple(row)] for row in reference["bottleneck_coords"].tolist()])
    coarse = output.bottleneck.features[order]
    torch.testing.assert_close(coarse, reference["bottleneck"], rtol=0, atol=1e-4)
    implicit = official.point2text_adapter(coarse)[:, ::8]
    torch.testing.assert_close(implicit, reference["implicit_ch8"], rtol=0, atol=1e-4)


def test_global_feature_is_each_views_own_maximum():
    torch.manual_seed(0)
    branch = PointBranch(SMALL, 7).eval()
    generator = torch.Generator().manual_seed(1)
    views = [torch.unique(torch.randint(0, 60, (300, 3), generator=generator), dim=0) for _ in range(3)]
    views[1] = views[1][:0]
    views[2] = views[2] - 90
    coordinates = batched(views)
    features = torch.randn(len(coordinates), 3)
    output = branch(coordinates, features)
    coarse = branch.point2text_adapter(output.bottleneck.features)
    for view in (0, 2):
        own = coarse[output.bottleneck.coordinates[:, 0] == view]
        torch.testing.assert_close(output.global_feature[view], own.amax(0))
    assert not output.global_feature[1].any()


def test_no_voxels_give_a_zero_feature_for_the_batch_named():
    branch = PointBranch(SMALL, 7).eval()
    coordinates = torch.empty(0, 4, dtype=torch.int64)
    output = branch(coordinates, torch.empty(0, 3), coordinate_maps(coordinates, batch_size=2))
    assert output.embeddings.shape == (0, 7)
    assert output.hidden.shape == (0, 6)
    assert torch.equal(output.global_feature, torch.zeros(2, 7))


def test_embeddings_are_an_affine_function_of_the_hidden_features():
    """What the compact evidence relies on: ``F_3d = hidden @ (final.kernel @ decoder.weight.T) + decoder.bias``."""
    torch.manual_seed(0)
    branch = PointBranch(SMALL, 7).eval()
    coordinates = batched([torch.unique(torch.randint(0, 40, (500, 3)), dim=0)])
    output = branch(coordinates, torch.randn(len(coordinates), 3))
    matrix = branch.encoder.final.kernel @ branch.decoder.weight.T
    torch.testing.assert_close(output.hidden @ matrix + branch.decoder.bias, output.embeddings)


def test_gradient_reaches_the_network_through_both_outputs():
    torch.manual_seed(0)
    branch = PointBranch(SMALL, 7)
    coordinates = batched([torch.unique(torch.randint(0, 60, (800, 3)), dim=0)])
    features = torch.randn(len(coordinates), 3)
    branch(coordinates, features).global_feature.sum().backward()
    assert branch.encoder.conv0p1s1.kernel.grad.abs().sum() > 0
    assert branch.decoder.weight.grad is None
    branch(coordinates, features).embeddings.sum().backward()
    assert branch.decoder.weight.grad.abs().sum() > 0
