# SPDX-License-Identifier: Apache-2.0
"""Final masks: hard, disjoint, and where they should be (METHODS 1.10)."""

import pytest
import torch

from xmask3d_ros.model.assignment import assign_masks, mask_logits_at_pixels, mask_logits_on_grid


def test_each_pixel_goes_to_the_best_certain_query():
    # Three queries on two pixels; class scores 0.9, 0.5, 0.6 of two classes.
    classes = torch.tensor([[0.9, 0.1], [0.5, 0.5], [0.6, 0.4]]).log()
    probability = torch.tensor([[0.4, 0.2], [0.9, 0.2], [0.7, 0.45]])
    assigned = assign_masks(probability.logit().view(3, 1, 2), classes, (1, 2))
    # Pixel 0: 0.36, 0.45, 0.42 -> query 1. Pixel 1: 0.18, 0.10, 0.27 -> query 2, but its mask is below one half.
    assert assigned.tolist() == [[1, -1]]


def test_unusable_queries_cover_nothing():
    logits, classes = torch.full((2, 4, 4), 3.0), torch.randn(2, 3)
    assert bool((assign_masks(logits, classes, (8, 8), torch.tensor([False, True])) == 1).all())
    assert bool((assign_masks(logits, classes, (8, 8), torch.tensor([False, False])) == -1).all())


def test_exactly_one_half_counts_as_covered():
    assert assign_masks(torch.zeros(1, 2, 2), torch.zeros(1, 2), (2, 2)).tolist() == [[0, 0], [0, 0]]


def test_logits_are_resized_bilinearly_without_aligned_corners():
    ramp = torch.arange(4.0).expand(1, 4, 4)
    assert mask_logits_on_grid(ramp, (8, 8))[0, 0].tolist() == [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]


@pytest.mark.parametrize(
    ("masks", "grid"), [((6, 8), (24, 31)), ((6, 8), (5, 3)), ((1, 1), (4, 4)), ((16, 16), (16, 16))]
)
def test_logits_at_pixels_are_those_of_the_grid(masks, grid):
    torch.manual_seed(0)
    logits = torch.randn(3, *masks)
    rows, columns = (torch.randint(0, size, (200,)) for size in grid)
    expected = mask_logits_on_grid(logits, grid)[:, rows, columns]
    torch.testing.assert_close(mask_logits_at_pixels(logits, grid, rows, columns), expected)
    assert mask_logits_at_pixels(logits, grid, rows[:0], columns[:0]).shape == (3, 0)
