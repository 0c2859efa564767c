# SPDX-License-Identifier: Apache-2.0
"""Each loss against its equation in plain numpy, gradients against finite differences in float64."""

import numpy as np
import pytest
import torch
from numpy.linalg import norm

from xmask3d_training.losses import mask_set
from xmask3d_training.losses.captions import caption_loss
from xmask3d_training.losses.config import LossConfig
from xmask3d_training.losses.cosine import class_logits
from xmask3d_training.losses.mask_loss import mask_distances, mask_loss
from xmask3d_training.losses.mask_set import mask_class_loss, mask_shape_losses
from xmask3d_training.losses.mask_targets import MaskTargets
from xmask3d_training.losses.matching import Matching
from xmask3d_training.losses.point_embeddings import PointEmbeddings
from xmask3d_training.losses.points import base_or_novel, binary_loss, class_loss, usable_labels

RANDOM = np.random.default_rng(0)

separate = PointEmbeddings.separate


def double(*shape):
    return torch.from_numpy(RANDOM.normal(size=shape)).requires_grad_(True)


def numbers(*tensors):
    return [tensor.detach().numpy() for tensor in tensors]


def log_softmax(values):
    shifted = values - values.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def cosine(first, second):
    return (first * second).sum(-1) / norm(first, axis=-1) / norm(second, axis=-1)


def test_class_logits():
    embeddings, text, null, scale = double(5, 4), double(3, 4), double(1, 4), torch.tensor(14.3).double()
    points, rows = numbers(embeddings, torch.cat([text, null]))
    expected = [[14.3 * cosine(point, row) for row in rows] for point in points]
    np.testing.assert_allclose(class_logits(embeddings, text, null, scale).detach().numpy(), expected, rtol=1e-6)
    scale.requires_grad_(True)
    assert torch.autograd.gradcheck(class_logits, (embeddings, text, null, scale))


def test_class_loss_is_the_mean_over_labelled_points():
    logits, labels = double(6, 4), torch.tensor([0, 3, 2, 3, 1, 1])
    likelihood = log_softmax(*numbers(logits))
    expected = -np.mean([likelihood[0, 0], likelihood[2, 2], likelihood[4, 1], likelihood[5, 1]])
    assert class_loss(logits, labels).item() == pytest.approx(expected)
    assert torch.autograd.gradcheck(lambda values: class_loss(values, labels), (logits,))


def test_class_loss_with_classes_balanced():
    logits, labels = double(6, 4), torch.tensor([0, 3, 1, 3, 1, 1])
    likelihood = log_softmax(*numbers(logits))
    of_classes = {0: [0], 1: [2, 4, 5]}
    for balance in (0.5, 1.0):
        weight = {label: len(points) ** -balance for label, points in of_classes.items()}
        summed = sum(
            -weight[label] * likelihood[point, label] for label, points in of_classes.items() for point in points
        )
        expected = summed / sum(weight[label] * len(points) for label, points in of_classes.items())
        assert class_loss(logits, labels, balance=balance).item() == pytest.approx(expected)
    assert class_loss(logits, torch.full((6,), 3), balance=0.5).item() == 0


def test_a_batch_of_ignored_points():
    logits, labels = double(3, 4), torch.tensor([3, 3, 3])
    assert class_loss(logits, labels).item() == 0
    assert usable_labels(labels, 3).tolist() == [2, 3, 3] and labels.tolist() == [3, 3, 3]
    expected = -log_softmax(*numbers(logits))[0, 2]
    assert class_loss(logits, usable_labels(labels, 3)).item() == pytest.approx(expected)
    assert usable_labels(torch.tensor([3, 1]), 3).tolist() == [3, 1]


def test_binary_loss_weighs_base_points():
    logits, is_base = double(6), torch.tensor([1, 0, 19, 1, 20, 0])
    values = sigmoid(*numbers(logits))
    expected = -np.mean([0.3 * np.log(values[[0, 3]]), np.log(1 - values[[1, 5]])])
    assert binary_loss(logits, is_base, 0.3).item() == pytest.approx(expected)
    assert torch.autograd.gradcheck(lambda given: binary_loss(given, is_base, 0.3), (logits,))
    assert binary_loss(logits, torch.full((6,), 20), 0.3).item() == 0


def test_base_or_novel_without_novel_labels():
    assert base_or_novel(torch.tensor([0, 11, 12, 12]), 12).tolist() == [1, 1, 0, 0]


def test_caption_loss_takes_means_of_unnormalised_features():
    embeddings, captions = double(7, 4), double(3, 4)
    view = torch.tensor([0, 0, 1, 1, 1, 2, 2])
    points, texts = numbers(embeddings, captions)
    means = np.stack([points[:2].mean(0), points[2:5].mean(0), points[5:].mean(0)])
    expected = np.mean(1 - cosine(means, texts))
    assert caption_loss(separate(embeddings), view, captions).item() == pytest.approx(expected)
    assert torch.autograd.gradcheck(lambda given: caption_loss(separate(given), view, captions.detach()), (embeddings,))


def test_caption_loss_of_covered_points_only():
    embeddings, captions = double(5, 4), double(3, 4)
    view, counted = torch.tensor([0, 0, 1, 1, 2]), torch.tensor([True, False, True, True, False])
    points, texts = numbers(embeddings, captions)
    means = np.stack([points[0], points[2:4].mean(0)])
    expected = np.mean(1 - cosine(means, texts[:2]))
    with torch.no_grad():
        embeddings[1] = np.nan
    assert caption_loss(separate(embeddings), view, captions, counted).item() == pytest.approx(expected)


def test_mask_loss_by_hand():
    """Query 1 covers 20 novel points of 25: selected; query 0 covers mixed points: not."""
    logits = torch.full((2, 4, 30), -3.0)
    logits[0, 0, :25], logits[1, 0, 5:30] = 3.0, 2.0
    columns, rows = torch.arange(30), torch.zeros(30, dtype=torch.int64)
    is_base = torch.cat([torch.ones(10), torch.zeros(20)]).long()
    embeddings, clip = double(30, 4), double(2, 4)
    points, texts = numbers(embeddings, clip)
    expected = 1 - cosine(points[5:].mean(0), texts[1])
    distances = mask_distances(logits, (4, 30), rows, columns, is_base, separate(embeddings), clip)
    np.testing.assert_allclose(distances.detach().numpy(), [expected])
    assert mask_loss([distances, distances.new_zeros(0)]).item() == pytest.approx(expected)
    assert mask_loss([distances.new_zeros(0)]).item() == 0
    clip.requires_grad_(True)
    mask_loss([distances]).backward()
    assert clip.grad is None and embeddings.grad[5:].abs().min() > 0 and embeddings.grad[:5].abs().max() == 0
    assert torch.autograd.gradcheck(
        lambda given: mask_distances(logits, (4, 30), rows, columns, is_base, separate(given), clip),
        (embeddings.detach().requires_grad_(),),
    )


@pytest.fixture
def masks():
    """Two images of 4x6 with 3 and 2 targets, values 0..3 of which 3 is null; every query count differs."""
    labels = torch.tensor(RANDOM.integers(0, 2, (2, 4, 6))) * 3
    labels[0, 0] = 1
    return MaskTargets.from_labels(labels, 3), labels


def test_mask_class_loss(masks):
    targets, _ = masks
    assert targets.classes.tolist() == [[0, 1, 3], [0, 3, -1]]
    pairs = Matching(*torch.tensor([[0, 0, 1], [0, 2, 3], [1, 2, 0]]))
    logits = double(2, 5, 4)
    likelihood = log_softmax(*numbers(logits))
    truth = np.full((2, 5), 3)
    truth[0, 0], truth[1, 3] = 1, 0
    weight = np.where(truth == 3, 0.1, 1.0)
    picked = np.take_along_axis(likelihood, truth[..., None], axis=-1)[..., 0]
    expected = -(weight * picked).sum() / weight.sum()
    assert mask_class_loss(logits, targets, pairs, 0.1).item() == pytest.approx(expected)
    assert torch.autograd.gradcheck(lambda given: mask_class_loss(given, targets, pairs, 0.1), (logits,))


def bilinear(image, x, y):
    """Value of an image at x, y in [0, 1]; whole numbers + 1/2 are pixel centres, zero outside."""
    height, width = image.shape
    column, row = x * width - 0.5, y * height - 0.5
    left, top = int(np.floor(column)), int(np.floor(row))
    value = 0.0
    for i in (top, top + 1):
        for j in (left, left + 1):
            if 0 <= i < height and 0 <= j < width:
                value += image[i, j] * (1 - abs(row - i)) * (1 - abs(column - j))
    return value


def test_mask_shape_losses(masks, monkeypatch):
    targets, labels = masks
    pairs = Matching(*torch.tensor([[0, 0, 1], [0, 2, 3], [1, 2, 0]]))
    logits = double(2, 5, 3, 3)
    points = torch.from_numpy(RANDOM.uniform(size=(3, 7, 2)))
    monkeypatch.setattr(mask_set, "uncertain_points", lambda *_: points)
    bce, dice = [], []
    for place, image, query, value in ((0, 0, 0, 1), (1, 0, 2, 3), (2, 1, 3, 0)):
        mask = (labels[image] == value).numpy().astype(float)
        at = points[place].numpy()
        truth = np.array([bilinear(mask, x, y) for x, y in at])
        probability = sigmoid(np.array([bilinear(logits[image, query].detach().numpy(), x, y) for x, y in at]))
        bce.append(-np.mean(truth * np.log(probability) + (1 - truth) * np.log(1 - probability)))
        dice.append(1 - (2 * (truth * probability).sum() + 1) / (truth.sum() + probability.sum() + 1))
    number = torch.tensor(5.0)
    found = mask_shape_losses(logits, targets, pairs, number, LossConfig())
    assert found[0].item() == pytest.approx(sum(bce) / 5)
    assert found[1].item() == pytest.approx(sum(dice) / 5)
    assert torch.autograd.gradcheck(
        lambda given: mask_shape_losses(given, targets, pairs, number, LossConfig()), (logits,)
    )
