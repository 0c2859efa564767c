# SPDX-License-Identifier: Apache-2.0
"""Points that share embeddings give the same sums and gradients as points with one each."""

import pytest
import torch

from xmask3d_training.losses.captions import caption_loss
from xmask3d_training.losses.point_embeddings import PointEmbeddings

VIEW_OF_ROW = torch.tensor([0, 0, 1, 1, 1, 2, 2])
ROW_OF_POINT = torch.tensor([6, 0, 0, 1, 2, 2, 2, 4, 5, 4, 0])
"""Row 3 belongs to no point."""
VIEW_OF_POINT = VIEW_OF_ROW[ROW_OF_POINT]
SOME = torch.arange(len(ROW_OF_POINT)) % 3 > 0
WEIGHT = torch.rand(2, len(ROW_OF_POINT), generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.fixture
def rows():
    return torch.randn(7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64).requires_grad_()


@pytest.mark.parametrize(
    "measure",
    [
        lambda points: points.sums(VIEW_OF_POINT, 3),
        lambda points: points.of(SOME).sums(VIEW_OF_POINT[SOME], 3),
        lambda points: points.weighted_sums(WEIGHT),
        lambda points: caption_loss(points, VIEW_OF_POINT, torch.eye(3, 5).double(), SOME),
    ],
)
def test_sharing_changes_nothing(rows, measure):
    points = PointEmbeddings(rows, ROW_OF_POINT), PointEmbeddings.separate(rows[ROW_OF_POINT])
    shared, separate = map(measure, points)
    torch.testing.assert_close(shared, separate)
    gradients = (torch.autograd.grad(found.square().sum(), rows)[0] for found in (shared, separate))
    torch.testing.assert_close(*gradients)


def test_a_row_without_a_point_is_not_read(rows):
    with torch.no_grad():
        rows[3] = torch.nan
    points = PointEmbeddings(rows, ROW_OF_POINT)
    assert points.sums(VIEW_OF_POINT, 3).isfinite().all() and points.weighted_sums(WEIGHT).isfinite().all()


def test_a_row_of_zeros_may_be_of_several_views():
    rows = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
    found = PointEmbeddings(rows, torch.tensor([0, 1, 1, 0])).sums(torch.tensor([0, 0, 1, 0]), 2)
    assert found.tolist() == [[2.0, 4.0], [0.0, 0.0]]
