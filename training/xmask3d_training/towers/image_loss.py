# SPDX-License-Identifier: Apache-2.0
"""How far a reconstruction is from its image, without a pretrained network."""

from __future__ import annotations

import torch.nn.functional as functional
from torch import Tensor

_WINDOW = 7
_C1, _C2 = 0.01**2, 0.03**2


def reconstruction_loss(found: Tensor, wanted: Tensor, edges: float, structure: float) -> Tensor:
    """L1, plus L1 of the differences of neighbours, plus what is missing to a structural similarity of 1.

    Args:
        found: (B, 3, H, W), in [-1, 1] where it is right.
        wanted: the same in [-1, 1].
        edges: weight of the second.
        structure: weight of the third.
    """
    across = functional.l1_loss(found.diff(dim=3), wanted.diff(dim=3))
    down = functional.l1_loss(found.diff(dim=2), wanted.diff(dim=2))
    similar = structural_similarity((found + 1) / 2, (wanted + 1) / 2)
    return functional.l1_loss(found, wanted) + edges * (across + down) + structure * (1 - similar)


def colour_loss(latents: Tensor, wanted: Tensor) -> Tensor:
    """L1 between the first three channels of latents and the mean colours of the pixels that each cell stands for.

    Args:
        latents: (B, C >= 3, h, w).
        wanted: (B, 3, H, W) the image in [-1, 1].
    """
    height, width = latents.shape[2:]
    return functional.l1_loss(latents[:, :3], functional.adaptive_avg_pool2d(wanted, (height, width)))


def structural_similarity(one: Tensor, two: Tensor) -> Tensor:
    """() mean SSIM (Wang et al. 2004) of images in [0, 1], over windows of 7x7 pixels."""

    def mean(image: Tensor) -> Tensor:
        return functional.avg_pool2d(image, _WINDOW, stride=1)

    mean_1, mean_2 = mean(one), mean(two)
    variance_1, variance_2 = mean(one * one) - mean_1**2, mean(two * two) - mean_2**2
    covariance = mean(one * two) - mean_1 * mean_2
    light = (2 * mean_1 * mean_2 + _C1) / (mean_1**2 + mean_2**2 + _C1)
    pattern = (2 * covariance + _C2) / (variance_1 + variance_2 + _C2)
    return (light * pattern).mean()
