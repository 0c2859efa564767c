# SPDX-License-Identifier: Apache-2.0
"""Points to voxels, against brute force and against the official voxeliser."""

import numpy as np
import pytest
import torch

from xmask3d_ros.sparse import batched, voxelise


def test_against_brute_force():
    points = np.random.default_rng(0).normal(size=(2000, 3)) * 0.15
    cells = np.floor(points * (1 / 0.05)).astype(int)
    cells -= cells.min(0)
    first: dict[tuple[int, ...], int] = {}
    for index, cell in enumerate(map(tuple, cells)):
        first.setdefault(cell, index)
    voxels = voxelise(points, 0.05)
    assert [tuple(cell) for cell in voxels.coordinates.tolist()] == sorted(first)
    assert voxels.first_point.tolist() == [first[cell] for cell in sorted(first)]
    assert np.array_equal(voxels.coordinates[voxels.voxel_of_point].numpy(), cells)


def test_the_grid_is_fixed_in_the_world():
    """Floor first, then shift: points 0.5 to 1.5 voxels from the origin straddle a cell border."""
    voxels = voxelise(torch.tensor([[0.5, 0.0, 0.0], [1.5, 0.0, 0.0], [1.4, 0.0, 0.0]]), 1.0)
    assert voxels.coordinates.tolist() == [[0, 0, 0], [1, 0, 0]]
    assert voxels.voxel_of_point.tolist() == [0, 1, 1]
    assert voxels.first_point.tolist() == [0, 1]


def test_no_points_give_no_voxels():
    voxels = voxelise(np.empty((0, 3)), 0.02)
    assert voxels.coordinates.shape == (0, 3)
    assert len(voxels.first_point) == len(voxels.voxel_of_point) == 0


@pytest.mark.parametrize(
    ("points", "size", "message"),
    [
        (np.zeros((4, 2)), 0.02, "(N, 3)"),
        (np.zeros((4, 3)), 0.0, "voxel_size"),
        (np.zeros((4, 3)), float("nan"), "voxel_size"),
        (np.array([[0, 0, np.nan]]), 0.02, "drop these points"),
        (np.array([[0, 0, 0], [0, 0, 2000.0]]), 0.02, "larger voxels"),
    ],
)
def test_unusable_points_are_refused_with_the_reason(points, size, message):
    with pytest.raises(ValueError) as error:
        voxelise(points, size)
    assert message in str(error.value)


def test_views_join_with_their_index_first():
    joined = batched([torch.tensor([[1, 2, 3]]), torch.empty(0, 3, dtype=torch.int64), torch.tensor([[4, 5, 6]])])
    assert joined.tolist() == [[0, 1, 2, 3], [2, 4, 5, 6]]


def test_equals_the_official_voxeliser(test_data):
    view = np.load(test_data / "golden" / "view_common.npz")
    points, colors = view["coords"][view["visible"]], view["colors"][view["visible"]]
    voxels = voxelise(points, 0.02)
    assert len(voxels.coordinates) == len(view["voxel_coords"])
    per_point = voxels.coordinates[voxels.voxel_of_point]
    assert np.array_equal(per_point.numpy(), view["voxel_coords"][view["inverse"]])
    kept = colors[voxels.first_point][voxels.voxel_of_point]
    assert np.abs(kept - view["voxel_feats"][view["inverse"]]).max() < 1e-6


@pytest.mark.parametrize("sample", ["val0", "val1", "train"])
def test_equals_the_official_voxeliser_under_augmentation(test_data, sample):
    golden = np.load(test_data / "golden" / "j_data_loader.npz")
    frame = f"val{int(golden['train_frame'])}" if sample == "train" else sample
    points = golden["scene_coords"][golden[f"{frame}_mask"]]
    matrix = golden[f"{sample}_M_r"] @ golden[f"{sample}_M_v"]
    voxels = voxelise(np.hstack([points, np.ones((len(points), 1))]) @ matrix.T[:, :3], 1.0)
    expected = golden[f"{sample}_voxel_coords"][golden[f"{sample}_inverse"]]
    assert np.array_equal(voxels.coordinates[voxels.voxel_of_point].numpy(), expected)
    colors = np.round((golden["scene_colors"][golden[f"{frame}_mask"]] + 1) * 127.5)
    kept = colors[voxels.first_point][voxels.voxel_of_point]
    assert np.array_equal(kept, golden[f"{sample}_voxel_rgb"][golden[f"{sample}_inverse"]])
