# SPDX-License-Identifier: Apache-2.0
"""The mask loss's selection rule and the fall-backs of METHODS 1.16, case by case."""

import pytest
import torch

from xmask3d_training.losses.lifting import lift_masks
from xmask3d_training.losses.mask_loss import mean_confidence, select_masks

BASE, NOVEL, NEITHER = 1, 0, 20


def select(*masks, confidence=None, fallback="reference"):
    """Each mask as {kind: number of points}; masks cover separate points. Returns the chosen numbers."""
    kinds = [[kind] * count for mask in masks for kind, count in mask.items()]
    is_base = torch.tensor([kind for group in kinds for kind in group])
    covers = torch.zeros(len(masks), len(is_base), dtype=torch.bool)
    start = 0
    for number, mask in enumerate(masks):
        covers[number, start : start + sum(mask.values())] = True
        start += sum(mask.values())
    confidence = torch.linspace(0.9, 0.6, len(masks)) if confidence is None else torch.tensor(confidence)
    return select_masks(covers, confidence.__getitem__, is_base, fallback)[0].tolist()


@pytest.mark.parametrize(
    ("mask", "chosen"),
    [
        ({NOVEL: 11}, True),
        ({NOVEL: 10}, False),  # more than 10
        ({NOVEL: 19, BASE: 10}, True),
        ({NOVEL: 18, BASE: 10}, False),  # more than 1.8 times the rest
        ({NOVEL: 18, NEITHER: 10}, False),  # the rest is all that is not novel
        ({NOVEL: 19, NEITHER: 5, BASE: 5}, True),
        ({BASE: 151}, True),
        ({BASE: 150}, False),  # more than 150
        ({BASE: 161, NOVEL: 8}, True),
        ({BASE: 160, NOVEL: 8}, False),  # more than 20 times the rest
        ({BASE: 160, NEITHER: 8}, False),
        ({BASE: 100, NOVEL: 100}, False),
        ({NEITHER: 300}, False),
    ],
)
def test_one_mask(mask, chosen):
    assert select(mask) == ([0] if chosen else [])


def test_four_novel_and_one_base_by_confidence():
    novel, base = {NOVEL: 20}, {BASE: 200}
    masks = (novel, base, novel, novel, base, novel, novel)
    confidence = [0.60, 0.70, 0.90, 0.80, 0.95, 0.85, 0.55]
    assert select(*masks, confidence=confidence) == [2, 5, 3, 0, 4]


def test_equal_confidence_prefers_the_lower_query():
    assert select(*[{NOVEL: 20}] * 6, confidence=[0.8] * 6) == [0, 1, 2, 3]


def test_fewer_candidates_than_places():
    assert select({NOVEL: 20}, {BASE: 20}, {NOVEL: 30}) == [0, 2]


def test_no_mask_of_ten_points_lets_query_0_cover_the_view():
    small = [{NOVEL: 9}, {NOVEL: 9}, {BASE: 2}]
    assert select(*small) == [0], "18 novel points against 2 others"
    assert select(*small, fallback="skip") == []
    assert select({NOVEL: 9}, {BASE: 9}) == []
    covers = torch.zeros(3, 40, dtype=torch.bool)
    chosen, used = select_masks(covers, torch.zeros(3).__getitem__, torch.zeros(40).long())
    assert chosen.tolist() == [0] and used.sum(dim=1).tolist() == [40, 0, 0] and not covers.any()


def test_a_single_large_mask_needs_no_fall_back():
    assert select({NOVEL: 9}, {BASE: 10}) == [], "the second has ten points, so the first is too small"


def test_mean_confidence_is_over_pixels_above_a_half():
    probability = torch.tensor([[[0.9, 0.7], [0.5, 0.1]], [[0.1, 0.2], [0.3, 0.5]]])
    torch.testing.assert_close(mean_confidence(probability), torch.tensor([0.8, 0.0]))


def test_lifting():
    mask_of_pixel = torch.tensor([[0, 0, -1], [2, 2, -1]])
    embeddings = torch.arange(12.0).view(3, 4).requires_grad_(True)
    rows, columns = torch.tensor([0, 1, 0, 1, 1]), torch.tensor([1, 0, 2, 1, 2])
    lifted, covered = lift_masks(mask_of_pixel, embeddings, rows, columns)
    assert covered.tolist() == [True, True, False, True, False]
    assert torch.equal(lifted[covered], embeddings[[0, 2, 2]])
    assert lifted[~covered].abs().sum() == 0
    lifted.sum().backward()
    assert embeddings.grad[:, 0].tolist() == [1, 0, 2]


def test_lifting_forces_the_first_final_mask_onto_point_0():
    mask_of_pixel = torch.tensor([[2, 1, -1]])
    embeddings = torch.arange(12.0).view(3, 4)
    rows, columns = torch.zeros(3, dtype=torch.int64), torch.full((3,), 2)
    lifted, covered = lift_masks(mask_of_pixel, embeddings, rows, columns)
    assert covered.tolist() == [True, False, False]
    assert torch.equal(lifted[0], embeddings[1]) and lifted[1:].abs().sum() == 0
    lifted, covered = lift_masks(mask_of_pixel, embeddings, rows, columns, "skip")
    assert not covered.any() and lifted.abs().sum() == 0


def test_lifting_without_any_final_mask_gives_point_0_a_zero():
    nothing = torch.full((1, 3), -1)
    rows = torch.zeros(3, dtype=torch.int64)
    lifted, covered = lift_masks(nothing, torch.ones(3, 4), rows, torch.arange(3))
    assert covered.tolist() == [True, False, False] and lifted.abs().sum() == 0
