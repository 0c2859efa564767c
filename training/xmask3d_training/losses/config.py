# SPDX-License-Identifier: Apache-2.0
"""Weights and switches of the losses, by benchmark (METHODS 1.12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

NovelPoints = Literal["annotated", "unlabelled"]
"""How a loss knows novel points. ``annotated``: from the novel annotation, as the reference does although its setting
forbids it; ``unlabelled``: every point without a base label counts as novel."""


@dataclass(frozen=True)
class LossConfig:
    """Weights of the terms; the defaults are ScanNet B12/N7's. The comments give the reference's names of the terms."""

    mask_class: float = 2.0
    """``loss_ce``: class of the masks; also its cost in the matching."""
    mask_bce: float = 5.0
    """``loss_mask``: binary cross entropy of the masks; also its cost."""
    mask_dice: float = 5.0
    """``loss_dice``: dice of the masks; also its cost."""
    null_weight: float = 0.1
    """Weight of the null class among the classes of the masks."""
    sampled_points: int = 12_544
    """Pixels at which a mask is compared with its target."""
    oversampling: float = 3.0
    """Candidates drawn for each of them."""
    importance: float = 0.75
    """Share of the pixels taken where the prediction is least certain; the rest is uniform."""
    fused: float = 4.0
    """``loss_3d``: class of the fused embedding of a point."""
    pure_3d: float = 4.0
    """``loss_3d_pure``: class of the 3D embedding of a point."""
    class_balance: float = 0.0
    """In these two, a point of a class with n points in the batch counts n to the power of minus this: 0, as in the
    reference, lets all points count alike, 1 all classes."""
    caption_fused: float = 1.5
    """``loss_explicit_contra``: a view's mean fused embedding against its caption."""
    caption_3d: float = 1.0
    """``loss_explicit_contra_3d``: the same with the 3D embedding."""
    caption_2d: float = 4.0
    """``loss_explicit_contra_2d_pre``: the same with the 2D embedding of the covered points."""
    mask_3d: float = 0.5
    """``loss_3d_contra``, the paper's mask loss: a mask's mean 3D embedding against its MaskCLIP embedding. 0: off."""
    mask_3d_start: int = 50
    """First epoch of the mask loss, counted from 0."""
    binary: float = 12.0
    """``loss_binary``: base or novel, by point."""
    binary_positive_weight: float = 0.583
    """Weight of base points in it (``data_ratio``)."""
    binary_novel: NovelPoints = "annotated"
    """How the binary loss knows novel points."""
    mask_3d_novel: NovelPoints = "annotated"
    """How the mask loss knows novel points."""
    denominators: Literal["global", "process"] = "global"
    """``global``: averages run over the batches of all processes, so that the number of processes does not matter;
    ``process``: over a process's own batch, as in the reference (whose mask terms are global all the same)."""
    fallbacks: Literal["reference", "skip"] = "reference"
    """What a term without anything to average does. ``reference``: as METHODS 1.16 tells; ``skip``: contributes 0."""

    @property
    def points_alone(self) -> bool:
        """Whether only the 3D networks learn: the class of the 3D embeddings, and perhaps the binary head."""
        others = (self.mask_class, self.mask_bce, self.mask_dice, self.fused, self.caption_fused, self.caption_3d,
                  self.caption_2d, self.mask_3d)  # fmt: skip
        return self.pure_3d > 0 and not any(others)


_SCANNET200 = LossConfig(mask_3d=2.0, mask_3d_start=75)

# S3DIS: the paper gives the weights of the mask loss and of the binary loss. Its positive weight is unknown; we take
# novel over base classes, the ratio that ScanNet's first two splits use (4/15, 7/12).
LOSSES: dict[str, LossConfig] = {
    "scannet_b15n4": LossConfig(mask_3d=0.5, binary=16.0, binary_positive_weight=0.267),
    "scannet_b12n7": LossConfig(mask_3d=0.5, binary=12.0, binary_positive_weight=0.583),
    "scannet_b10n9": LossConfig(mask_3d=1.0, binary=8.0, binary_positive_weight=0.5),
    "scannet200_b170n30": replace(_SCANNET200, binary=48.0, binary_positive_weight=0.1),
    "scannet200_b150n50": replace(_SCANNET200, binary=32.0, binary_positive_weight=0.167),
    "s3dis_b8n4": LossConfig(mask_3d=1.0, binary=20.0, binary_positive_weight=0.5),
    "s3dis_b6n6": LossConfig(mask_3d=1.0, binary=15.0, binary_positive_weight=1.0),
}
"""The published settings by benchmark."""
