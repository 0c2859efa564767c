# SPDX-License-Identifier: Apache-2.0
"""All terms of a training step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from xmask3d_training.losses.captions import caption_loss
from xmask3d_training.losses.config import LossConfig
from xmask3d_training.losses.cosine import class_logits
from xmask3d_training.losses.mask_loss import mask_distances, mask_loss
from xmask3d_training.losses.mask_set import mask_set_losses
from xmask3d_training.losses.mask_targets import MaskTargets
from xmask3d_training.losses.point_embeddings import PointEmbeddings
from xmask3d_training.losses.points import base_or_novel, binary_loss, class_loss, usable_labels
from xmask3d_training.losses.precision import at_least_single


@dataclass
class Predictions:
    """What the network says of a batch of B views with N points in all; K base classes, Q queries, L layers."""

    mask_logits: Tensor
    """(L, B, Q, h, w), last layer = final."""
    mask_embeddings: Tensor
    """(L, B, Q, C) G."""
    clip_embeddings: Tensor | None
    """(B, Q, C) MaskCLIP embeddings of the final masks; None while the mask loss is off."""
    embeddings_3d: PointEmbeddings
    """F_3d."""
    embeddings_2d: PointEmbeddings
    """F_2d; those of uncovered points are not read."""
    covered: Tensor
    """(N,) bool, points with F_2d."""
    fused: PointEmbeddings
    """F_fuse."""
    binary_logits: Tensor
    """(N,) base (positive) or novel."""
    text: Tensor
    """(K, C) text embeddings of the base classes."""
    null: Tensor
    """(C,) or (1, C) learned null embedding."""
    scale: Tensor
    """Scalar factor of the cosines."""


@dataclass
class Targets:
    """What is known of the batch."""

    label_images: Tensor
    """(B, S, S) int64, K = not base."""
    labels: Tensor
    """(N,) int64, K = ignored."""
    binary_labels: Tensor
    """(N,) int64: 1 base, 0 novel, anything else neither."""
    captions: Tensor
    """(B, C) text embeddings of the captions."""
    view_of_point: Tensor
    """(N,) int64 in [0, B)."""
    rows: Tensor
    """(N,) int64 pixel row on the mask grid."""
    columns: Tensor
    """(N,) int64 pixel column on the mask grid."""
    grid_size: tuple[int, int]
    """Height and width of the mask grid."""


class Criterion:
    """Weighted terms by the reference's names; their sum is what is minimised."""

    def __init__(self, config: LossConfig) -> None:
        self.config = config

    def __call__(self, predictions: Predictions, targets: Targets, epoch: int) -> dict[str, Tensor]:
        """Terms of one batch; ``loss_3d_contra`` from epoch ``mask_3d_start`` on.

        Computed in float32 or more, whatever the network's precision.
        """
        with torch.autocast(targets.labels.device.type, enabled=False):
            single = Predictions(**{name: _single(value) for name, value in vars(predictions).items()})
            return self._terms(single, targets, epoch)

    def of_points(
        self,
        embeddings: PointEmbeddings,
        binary_logits: Tensor | None,
        text: Tensor,
        null: Tensor,
        scale: Tensor,
        labels: Tensor,
        binary_labels: Tensor,
    ) -> dict[str, Tensor]:
        """The terms of the 3D networks alone, weighted: ``loss_3d_pure``, and ``loss_binary`` where it is asked for.

        Computed in float32 or more, whatever the networks' precision.

        Args:
            embeddings: F_3d of N points.
            binary_logits: (N,) base (positive) or novel; None where ``binary`` is 0.
            text: (K, C) embeddings of the base classes.
            null: (C,) or (1, C) learned null embedding.
            scale: scalar factor of the cosines.
            labels: (N,) int64, K = ignored.
            binary_labels: (N,) int64, see ``Targets``.
        """
        with torch.autocast(labels.device.type, enabled=False):
            logits = _logits_of_points(_single(embeddings), _single(text), _single(null), _single(scale))
            terms = {"loss_3d_pure": self.config.pure_3d * self._class(logits, labels)}
            if binary_logits is not None:
                terms["loss_binary"] = self._binary(_single(binary_logits), labels, binary_labels, len(text))
        return terms

    def _class(self, logits: Tensor, labels: Tensor) -> Tensor:
        return class_loss(logits, labels, self.config.denominators == "global", self.config.class_balance)

    def _binary(self, logits: Tensor, labels: Tensor, binary_labels: Tensor, classes: int) -> Tensor:
        config = self.config
        is_base = binary_labels if config.binary_novel == "annotated" else base_or_novel(labels, classes)
        everywhere = config.denominators == "global"
        return config.binary * binary_loss(logits, is_base, config.binary_positive_weight, everywhere)

    def _terms(self, predictions: Predictions, targets: Targets, epoch: int) -> dict[str, Tensor]:
        config, everywhere = self.config, self.config.denominators == "global"
        text, null, scale = predictions.text, predictions.null, predictions.scale
        classes = len(text)

        mask_classes = class_logits(predictions.mask_embeddings, text, null, scale)
        masks = MaskTargets.from_labels(targets.label_images, classes)
        terms = mask_set_losses(predictions.mask_logits, mask_classes, masks, config)

        labels = targets.labels if config.fallbacks == "skip" else usable_labels(targets.labels, classes, everywhere)
        for name, weight, embeddings in (
            ("loss_3d", config.fused, predictions.fused),
            ("loss_3d_pure", config.pure_3d, predictions.embeddings_3d),
        ):
            logits = _logits_of_points(embeddings, text, null, scale)
            terms[name] = weight * self._class(logits, labels)
        for name, weight, embeddings, counted in (
            ("loss_explicit_contra", config.caption_fused, predictions.fused, None),
            ("loss_explicit_contra_3d", config.caption_3d, predictions.embeddings_3d, None),
            ("loss_explicit_contra_2d_pre", config.caption_2d, predictions.embeddings_2d, predictions.covered),
        ):
            value = caption_loss(embeddings, targets.view_of_point, targets.captions, counted, everywhere)
            terms[name] = weight * value

        terms["loss_binary"] = self._binary(predictions.binary_logits, targets.labels, targets.binary_labels, classes)
        if config.mask_3d > 0 and epoch >= config.mask_3d_start:
            annotated = config.mask_3d_novel == "annotated"
            is_base = targets.binary_labels if annotated else base_or_novel(targets.labels, classes)
            terms["loss_3d_contra"] = config.mask_3d * self._mask_loss(predictions, targets, is_base, everywhere)
        return terms

    def _mask_loss(self, predictions: Predictions, targets: Targets, is_base: Tensor, everywhere: bool) -> Tensor:
        if predictions.clip_embeddings is None:
            raise ValueError("the mask loss needs the masks' CLIP embeddings: run MaskCLIP, or set mask_3d to 0")
        distances = []
        for view, (logits, clip) in enumerate(
            zip(predictions.mask_logits[-1], predictions.clip_embeddings, strict=True)
        ):
            mine = targets.view_of_point == view
            distances.append(
                mask_distances(
                    logits,
                    targets.grid_size,
                    targets.rows[mine],
                    targets.columns[mine],
                    is_base[mine],
                    predictions.embeddings_3d.of(mine),
                    clip,
                    self.config.fallbacks,
                )
            )
        return mask_loss(distances, everywhere)


def _logits_of_points(embeddings: PointEmbeddings, text: Tensor, null: Tensor, scale: Tensor) -> Tensor:
    """(N, K + 1)."""
    return class_logits(embeddings.rows, text, null, scale)[embeddings.row_of_point]


def _single(value: Any) -> Any:
    """Half precision becomes float32, inside of what holds tensors too; anything else stays as it is."""
    if isinstance(value, PointEmbeddings):
        return replace(value, rows=at_least_single(value.rows))
    return at_least_single(value) if isinstance(value, Tensor) else value
