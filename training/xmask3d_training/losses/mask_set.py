# SPDX-License-Identifier: Apache-2.0
"""Losses of the 2D masks, for the last layer and each auxiliary one (Mask2Former; METHODS 1.12)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from xmask3d_training.losses.config import LossConfig
from xmask3d_training.losses.denominators import denominator
from xmask3d_training.losses.mask_targets import MaskTargets, sample_logits
from xmask3d_training.losses.matching import Matching, match, uncertain_points


def mask_class_loss(
    class_logits: Tensor, targets: MaskTargets, pairs: Matching, null_weight: float, everywhere: bool = False
) -> Tensor:
    """Weighted mean cross entropy of the queries' classes; unmatched queries are null.

    Args:
        class_logits: (B, Q, K + 1), the null class last.
        targets: masks of the B images.
        pairs: matching of this layer.
        null_weight: weight of the null class, be it of an unmatched query or of a target.
        everywhere: average over all processes' queries.

    Returns:
        scalar.
    """
    null = class_logits.shape[-1] - 1
    truth = torch.full(class_logits.shape[:2], null, dtype=torch.int64, device=class_logits.device)
    truth[pairs.image, pairs.query] = targets.classes[pairs.image, pairs.target]
    weight = class_logits.new_ones(null + 1)
    weight[null] = null_weight
    summed = functional.cross_entropy(class_logits.flatten(0, 1), truth.flatten(), weight, reduction="sum")
    return summed / denominator(weight[truth].sum(), everywhere).to(summed)


def mask_shape_losses(
    mask_logits: Tensor, targets: MaskTargets, pairs: Matching, number_of_masks: Tensor, config: LossConfig
) -> tuple[Tensor, Tensor]:
    """Binary cross entropy and dice of matched masks at sampled points, summed and divided by the number of masks.

    Args:
        mask_logits: (B, Q, h, w).
        targets: masks of the B images.
        pairs: matching of this layer.
        number_of_masks: scalar denominator.
        config: number of points and how they are drawn.

    Returns:
        two scalars.
    """
    matched = mask_logits[pairs.image, pairs.query]
    points = uncertain_points(matched, config.sampled_points, config.oversampling, config.importance)
    truth = targets.sample(pairs.image, pairs.target, points).to(matched)
    logits = sample_logits(matched, points)
    bce = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").mean(dim=1)
    probability = logits.sigmoid()
    overlap, area = (probability * truth).sum(dim=1), probability.sum(dim=1) + truth.sum(dim=1)
    dice = 1.0 - (2.0 * overlap + 1.0) / (area + 1.0)
    masks = number_of_masks.to(matched)
    return bce.sum() / masks, dice.sum() / masks


def mask_set_losses(
    mask_logits: Tensor, class_logits: Tensor, targets: MaskTargets, config: LossConfig
) -> dict[str, Tensor]:
    """Weighted terms of all layers.

    Args:
        mask_logits: (L, B, Q, h, w), the last layer is the final one.
        class_logits: (L, B, Q, K + 1), the null class last.
        targets: masks of the B images.
        config: weights.

    Returns:
        ``loss_ce``, ``loss_mask``, ``loss_dice`` of the last layer and ``..._0`` to ``..._{L-2}`` of the others.
    """
    everywhere = config.denominators == "global"
    final = len(mask_logits) - 1
    order = [final, *range(final)]
    weights = (config.mask_class, config.mask_bce, config.mask_dice)
    matchings = match(mask_logits[order], class_logits[order], targets, config.sampled_points, weights)
    # The reference, too, counts masks over all processes.
    number = denominator(sum(targets.counts), True, mask_logits.device)
    losses = {}
    # Taken apart at once: a layer taken by its index costs zeros of all layers in the backward pass.
    logits_of, classes_of = mask_logits.unbind(), class_logits.unbind()
    for layer, pairs in zip(order, matchings, strict=True):
        suffix = "" if layer == final else f"_{layer}"
        bce, dice = mask_shape_losses(logits_of[layer], targets, pairs, number, config)
        ce = mask_class_loss(classes_of[layer], targets, pairs, config.null_weight, everywhere)
        losses[f"loss_ce{suffix}"] = config.mask_class * ce
        losses[f"loss_mask{suffix}"] = config.mask_bce * bce
        losses[f"loss_dice{suffix}"] = config.mask_dice * dice
    return losses
