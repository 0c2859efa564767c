# SPDX-License-Identifier: Apache-2.0
"""Voxel coordinates as sortable integers."""

import pytest
import torch

from xmask3d_ros.sparse import keys

LIMIT = keys.COORDINATE_LIMIT


def test_packing_is_reversible_and_keeps_the_order():
    corners = torch.cartesian_prod(
        torch.tensor([0, 1, keys.BATCH_LIMIT - 1]), *[torch.tensor([-LIMIT, -1, 0, 1, LIMIT])] * 3
    )
    packed = keys.pack(corners)
    assert torch.equal(keys.unpack(packed), corners)
    assert (packed[1:] > packed[:-1]).all()  # cartesian_prod counts like the keys: last column fastest


def test_a_step_in_space_is_one_addition():
    start = torch.tensor([[3, -LIMIT, 0, LIMIT]])
    for step in [(1, 0, 0), (-2, 2, 1), (0, -1, -1), (keys.REACH_LIMIT, -keys.REACH_LIMIT, keys.REACH_LIMIT)]:
        moved = start + torch.tensor([0, *step])
        assert keys.pack(start) + keys.step_key(*step) == keys.pack(moved)


@pytest.mark.parametrize(
    ("coordinates", "message"),
    [
        (torch.zeros(3, 3, dtype=torch.int64), "(voxels, 4)"),
        (torch.zeros(3, 4), "voxelise the points first"),
        (torch.tensor([[-1, 0, 0, 0]]), "batch indices"),
        (torch.tensor([[keys.BATCH_LIMIT, 0, 0, 0]]), "batch indices"),
        (torch.tensor([[0, 0, LIMIT + 1, 0]]), "subtract their minimum"),
        (torch.tensor([[0, 0, 0, -LIMIT - 1]]), "subtract their minimum"),
    ],
)
def test_unusable_coordinates_are_refused_with_the_reason(coordinates, message):
    with pytest.raises(ValueError) as error:
        keys.check(coordinates)
    assert message in str(error.value)


def test_coordinates_at_the_limits_and_none_at_all_are_fine():
    keys.check(torch.tensor([[0, -LIMIT, 0, LIMIT], [keys.BATCH_LIMIT - 1, LIMIT, -LIMIT, 0]], dtype=torch.int32))
    keys.check(torch.empty(0, 4, dtype=torch.int64))
