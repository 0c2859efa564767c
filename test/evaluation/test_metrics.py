# SPDX-License-Identifier: Apache-2.0
"""Scores against confusions worked out by hand."""

import numpy as np
import pytest
import torch

from xmask3d_ros.evaluation.metrics import Confusion, absent_classes, confusion_matrix, harmonic_mean, score


def test_counts_pairs_and_ignores_truth_outside_the_classes():
    truth = torch.tensor([0, 0, 1, 2, 2, 19, 20, 255, -100])
    prediction = torch.tensor([0, 1, 1, 2, 7, 0, 1, 2, 2])
    expected = [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]]
    assert confusion_matrix(truth, prediction, 3).tolist() == expected


def test_iou_by_hand():
    # 10 points of class 0 (8 right, 2 called 1), 5 of class 1 (3 right, 1 called 0, 1 unlabelled), none of class 2.
    matrix = torch.tensor([[8, 2, 0, 0], [1, 3, 0, 1], [0, 0, 0, 0]])
    scores = score(matrix, novel=(1,))
    np.testing.assert_allclose(scores.iou, [8 / 11, 3 / 7, 0.0], atol=1e-9)
    assert scores.miou_base == pytest.approx((8 / 11 + 0) / 2)
    assert scores.miou_novel == pytest.approx(3 / 7)
    assert scores.miou == pytest.approx((8 / 11 + 3 / 7) / 3)
    assert scores.hiou == pytest.approx(2 / (1 / (4 / 11) + 1 / (3 / 7)))
    assert scores.accuracy == pytest.approx(11 / 15)
    assert scores.mean_recall == pytest.approx((0.8 + 0.6) / 2)
    assert np.isnan(scores.recall[2]) and scores.points.tolist() == [10, 5, 0]


def test_excluded_classes_leave_the_means_only():
    matrix = torch.tensor([[8, 2, 0, 0], [1, 3, 0, 1], [0, 0, 0, 0]])
    assert absent_classes(matrix) == (2,)
    every, present = score(matrix, novel=(1,)), score(matrix, novel=(1,), excluded=absent_classes(matrix))
    assert present.miou_base == pytest.approx(8 / 11)
    assert present.miou_novel == every.miou_novel
    np.testing.assert_array_equal(present.iou, every.iou)


def test_a_class_that_is_only_predicted_scores_zero_and_counts_as_absent():
    matrix = torch.tensor([[3, 1, 0], [0, 0, 0]])
    assert score(matrix).iou.tolist() == pytest.approx([0.75, 0.0])
    assert absent_classes(matrix) == (1,)


def test_regionplcs_rule_lifts_the_published_scannet200_base_means():
    """METHODS 1.14: 27.8 over 170 classes becomes 29.7 over 159, 24.4 over 150 becomes 26.3 over 139."""
    for classes, mean, expected in ((170, 27.8, 29.7), (150, 24.4, 26.3)):
        present = classes - 11
        right = torch.zeros(classes, dtype=torch.int64)
        right[:present] = round(1e5 * mean / 100 * classes / present)
        matrix = torch.cat([torch.diag(right), 100_000 - right[:, None]], dim=1)
        matrix[present:] = 0
        assert 100 * score(matrix).miou_base == pytest.approx(mean, abs=0.01)
        assert 100 * score(matrix, excluded=absent_classes(matrix)).miou_base == pytest.approx(expected, abs=0.05)


def test_perfect_and_empty():
    perfect = score(torch.tensor([[4, 0, 0], [0, 9, 0]]), novel=(1,))
    assert (perfect.miou, perfect.hiou, perfect.accuracy) == pytest.approx((1, 1, 1))
    empty = score(torch.zeros(2, 3, dtype=torch.int64))
    assert empty.miou == 0 and np.isnan(empty.accuracy) and np.isnan(empty.miou_novel) and np.isnan(empty.hiou)
    assert harmonic_mean(0.0, 0.0) == 0.0


def test_parts_add_up_to_the_whole():
    generator = np.random.default_rng(0)
    truth, prediction = generator.integers(0, 7, 1000), generator.integers(0, 6, 1000)
    whole, parts = Confusion(6), Confusion(6)
    whole.update(truth, prediction)
    for start in range(0, 1000, 300):
        parts.update(torch.from_numpy(truth[start : start + 300]), prediction[start : start + 300].tolist())
    assert torch.equal(whole.matrix, parts.matrix)
    # An independent count, pair by pair.
    slow = np.zeros((6, 7), dtype=np.int64)
    for actual, guess in zip(truth, prediction, strict=True):
        if actual < 6:
            slow[actual, guess] += 1
    np.testing.assert_array_equal(whole.matrix.numpy(), slow)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="one of each a point"):
        confusion_matrix(torch.zeros(3, dtype=torch.int64), torch.zeros(4, dtype=torch.int64), 2)
