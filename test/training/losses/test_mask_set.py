# SPDX-License-Identifier: Apache-2.0
"""Matching and mask losses against transformers' own, and the sampling of targets against grid_sample."""

import pytest
import torch
import torch.nn.functional as functional
from transformers import Mask2FormerConfig
from transformers.models.mask2former.modeling_mask2former import Mask2FormerLoss

from xmask3d_training.losses.config import LossConfig
from xmask3d_training.losses.mask_set import mask_set_losses
from xmask3d_training.losses.mask_targets import MaskTargets
from xmask3d_training.losses.matching import match, uncertain_points

CLASSES, QUERIES, POINTS = 5, 8, 300


@pytest.fixture
def pinned(monkeypatch):
    """torch.rand that depends on nothing but its size."""

    def rand(*size, device=None):
        generator = torch.Generator().manual_seed(sum(number * 31**place for place, number in enumerate(size)))
        return torch.empty(size).uniform_(generator=generator)

    monkeypatch.setattr(torch, "rand", rand)


@pytest.fixture
def labels():
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randint(0, CLASSES + 1, (3, 4, 4), generator=generator)
    coarse[1] = CLASSES
    return coarse.repeat_interleave(8, 1).repeat_interleave(8, 2)


@pytest.fixture
def predictions():
    generator = torch.Generator().manual_seed(1)
    masks = 2 * torch.randn(3, 3, QUERIES, 16, 16, generator=generator)
    return masks, torch.randn(3, 3, QUERIES, CLASSES + 1, generator=generator)


def test_targets_are_the_values_of_each_image(labels):
    targets = MaskTargets.from_labels(labels, CLASSES)
    for image in range(3):
        values = labels[image].unique()
        assert targets.counts[image] == len(values)
        assert targets.classes[image].tolist() == values.tolist() + [-1] * (max(targets.counts) - len(values))
        assert torch.equal(values[targets.number_of_pixel[image]], labels[image])
    assert targets.counts[1] == 1, "an image without any base class has the rest as its only target"


def test_sampling_equals_grid_sample(labels):
    targets = MaskTargets.from_labels(labels, CLASSES)
    points = torch.rand(3, 500, 2, generator=torch.Generator().manual_seed(2)) * 1.02 - 0.01
    everything = targets.sample_all(points)
    for image in range(3):
        masks = (labels[image] == targets.classes[image, : targets.counts[image], None, None]).float()
        grid = (2 * points[image] - 1)[None, None].expand(len(masks), -1, -1, -1)
        expected = functional.grid_sample(masks[:, None], grid, align_corners=False)[:, 0, 0]
        torch.testing.assert_close(everything[image, : len(masks)], expected, atol=2e-5, rtol=0)
        number = torch.arange(len(masks))
        single = targets.sample(torch.full_like(number, image), number, points[image].expand(len(masks), -1, -1))
        torch.testing.assert_close(single, expected, atol=2e-5, rtol=0)


def test_equals_transformers(pinned, labels, predictions):
    masks, classes = predictions
    config = Mask2FormerConfig(
        num_labels=CLASSES, class_weight=2.0, mask_weight=5.0, dice_weight=5.0, train_num_points=POINTS
    )
    theirs = Mask2FormerLoss(config, {})
    values = [image.unique() for image in labels]
    binary = [(image == value[:, None, None]).float() for image, value in zip(labels, values, strict=True)]
    auxiliary = [{"masks_queries_logits": masks[k], "class_queries_logits": classes[k]} for k in (0, 1)]
    expected = theirs(masks[2], classes[2], binary, values, auxiliary)
    found = mask_set_losses(masks, classes, MaskTargets.from_labels(labels, CLASSES), LossConfig(sampled_points=POINTS))
    names = {"loss_cross_entropy": ("loss_ce", 2), "loss_mask": ("loss_mask", 5), "loss_dice": ("loss_dice", 5)}
    for theirs_name, (name, weight) in names.items():
        for suffix in ("", "_0", "_1"):
            reference = weight * expected[theirs_name + suffix].item()
            assert found[name + suffix].item() == pytest.approx(reference, rel=1e-5), name + suffix
    assert len(found) == len(expected) == 9


def test_more_targets_than_queries(pinned, labels, predictions):
    masks, classes = predictions
    targets = MaskTargets.from_labels(labels, CLASSES)
    pairs = match(masks[:1, :, :3], classes[:1, :, :3], targets, POINTS, (2, 5, 5))[0]
    for image, count in enumerate(targets.counts):
        assert (pairs.image == image).sum() == min(3, count)


def test_a_diverged_network_is_matched_and_its_loss_tells(labels, predictions):
    masks, classes = predictions
    masks[:, :, 0] = float("nan")
    losses = mask_set_losses(masks, classes, MaskTargets.from_labels(labels, CLASSES), LossConfig(sampled_points=50))
    assert losses["loss_ce"].isfinite(), "enough other queries are left to match"
    masks[:] = float("nan")
    losses = mask_set_losses(masks, classes, MaskTargets.from_labels(labels, CLASSES), LossConfig(sampled_points=50))
    assert losses["loss_mask"].isnan()


def test_uncertain_points_lie_where_the_logits_are_small():
    ramp = torch.linspace(-4, 4, 64).expand(2, 64, 64)
    torch.manual_seed(0)
    points = uncertain_points(ramp, 400, 3.0, 0.75)
    assert points.shape == (2, 400, 2)
    near = (points[:, :300, 0] - 0.5).abs() < 0.15
    assert near.float().mean() > 0.97, (
        "a quarter of 1200 candidates, around the zero at x = 0.5; few at the image's rim"
    )
    assert points[:, 300:, 0].std() > 0.25
