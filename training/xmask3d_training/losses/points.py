# SPDX-License-Identifier: Apache-2.0
"""Losses by point: its class, and whether it is base or novel (METHODS 1.12)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from xmask3d_training.losses.denominators import denominator, total


def usable_labels(labels: Tensor, base_classes: int, everywhere: bool = False) -> Tensor:
    """The reference's guard against a batch of ignored points: then the first one is declared the last base class.

    Args:
        labels: (N,) int64, compacted; ``base_classes`` = ignored.
        base_classes: B.
        everywhere: only if the batches of all processes hold ignored points alone.
    """
    if total((labels < base_classes).sum(), everywhere) > 0:
        return labels
    labels = labels.clone()
    labels[:1] = base_classes - 1
    return labels


def class_loss(logits: Tensor, labels: Tensor, everywhere: bool = False, balance: float = 0.0) -> Tensor:
    """Mean cross entropy of points over the base classes and the null class.

    Args:
        logits: (N, B + 1), the null class last.
        labels: (N,) int64; B = ignored.
        everywhere: average over all processes' points.
        balance: a point of a class with n points counts n ** -balance.

    Returns:
        scalar; 0 without a usable point.
    """
    ignored = logits.shape[-1] - 1
    points = total(torch.bincount(labels, minlength=ignored + 1)[:ignored], everywhere)
    weights = functional.pad(points.clamp(min=1) ** -balance, (0, 1))
    summed = functional.cross_entropy(logits, labels, weights.to(logits), ignore_index=ignored, reduction="sum")
    return summed / denominator(weights[labels].sum(), everywhere).to(summed)


def binary_loss(logits: Tensor, is_base: Tensor, positive_weight: float, everywhere: bool = False) -> Tensor:
    """Mean binary cross entropy of "this point is of a base class".

    Args:
        logits: (N,).
        is_base: (N,) int64: 1 base, 0 novel, anything else not counted.
        positive_weight: weight of base points.
        everywhere: average over all processes' points.

    Returns:
        scalar; 0 without a counted point.
    """
    counted = (is_base == 0) | (is_base == 1)
    summed = functional.binary_cross_entropy_with_logits(
        logits[counted],
        is_base[counted].to(logits.dtype),
        pos_weight=torch.as_tensor(positive_weight, dtype=logits.dtype, device=logits.device),
        reduction="sum",
    )
    return summed / denominator(counted.sum(), everywhere).to(summed)


def base_or_novel(labels: Tensor, base_classes: int) -> Tensor:
    """Binary targets without any knowledge of novel points: (N,) 1 where a base label is given, else 0."""
    return (labels < base_classes).long()
