# SPDX-License-Identifier: Apache-2.0
"""One-to-one matching of query masks with target masks (Mask2Former; METHODS 1.12).

transformers' Mask2FormerHungarianMatcher does the same image by image and layer by layer, with a wait for the device
each time: 640 of them a step at paper size. Here a layer's batch is one matrix product, and the device is waited for
once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from xmask3d_training.losses.mask_targets import MaskTargets, sample_logits


@dataclass(frozen=True)
class Matching:
    """Matched pairs of a batch."""

    image: Tensor
    """(M,) int64."""
    query: Tensor
    """(M,) int64."""
    target: Tensor
    """(M,) int64, number of the target in its image."""


@torch.no_grad()
def matching_costs(
    mask_logits: Tensor,
    class_logits: Tensor,
    targets: MaskTargets,
    points: Tensor,
    weights: tuple[float, float, float],
) -> Tensor:
    """Costs of one layer's queries.

    Args:
        mask_logits: (B, Q, h, w).
        class_logits: (B, Q, K + 1).
        targets: masks of the B images.
        points: (B, P, 2) where masks are compared, x, y in [0, 1].
        weights: of class, binary cross entropy and dice.

    Returns:
        (B, Q, T); columns past an image's number of targets are meaningless.
    """
    grid = (2.0 * points - 1.0)[:, None].to(mask_logits)
    logits = functional.grid_sample(mask_logits, grid, mode="bilinear", align_corners=False)[:, :, 0]
    truth = targets.sample_all(points).to(logits)
    inner = logits @ truth.mT
    cross_entropy = (functional.softplus(logits).sum(dim=2, keepdim=True) - inner) / points.shape[1]
    probability = logits.sigmoid()
    union = probability.sum(dim=2)[:, :, None] + truth.sum(dim=2)[:, None]
    dice = 1.0 - (2.0 * (probability @ truth.mT) + 1.0) / (union + 1.0)
    chosen = targets.classes.clamp(min=0)[:, None].expand(-1, mask_logits.shape[1], -1)
    likelihood = class_logits.softmax(dim=-1).gather(2, chosen)
    costs = weights[1] * cross_entropy - weights[0] * likelihood + weights[2] * dice
    # A diverged network still gets a matching; its losses tell.
    return costs.nan_to_num(*[torch.finfo(costs.dtype).max] * 3)


def match(
    mask_logits: Tensor,
    class_logits: Tensor,
    targets: MaskTargets,
    sampled_points: int,
    weights: tuple[float, float, float],
) -> list[Matching]:
    """Cheapest matching of each layer, at ``torch.rand`` points drawn for each image and layer.

    Args:
        mask_logits: (L, B, Q, h, w).
        class_logits: (L, B, Q, K + 1).
        targets: masks of the B images.
        sampled_points: points a mask is compared at.
        weights: of class, binary cross entropy and dice.

    Returns:
        L matchings; an image has min(Q, its targets) pairs, ascending by query.
    """
    layers, images = mask_logits.shape[:2]
    device = mask_logits.device
    costs = []
    for layer in range(layers):
        points = torch.cat([torch.rand(1, sampled_points, 2, device=device) for _ in range(images)])
        costs.append(matching_costs(mask_logits[layer], class_logits[layer], targets, points, weights))
    table = torch.stack(costs).cpu().numpy()
    return [_solve(table[layer], targets.counts, device) for layer in range(layers)]


def _solve(costs: np.ndarray, counts: list[int], device: torch.device) -> Matching:
    triples = []
    for image, count in enumerate(counts):
        query, target = linear_sum_assignment(costs[image, :, :count])
        triples.append(np.stack([np.full_like(query, image), query, target]))
    image, query, target = torch.from_numpy(np.concatenate(triples, axis=1)).to(device)
    return Matching(image, query, target)


@torch.no_grad()
def uncertain_points(mask_logits: Tensor, number: int, oversampling: float, importance: float) -> Tensor:
    """Points at which to compare masks: mostly where the prediction is undecided (PointRend).

    Args:
        mask_logits: (M, h, w).
        number: points a mask.
        oversampling: candidates drawn for each of them.
        importance: share taken from the candidates whose logits are nearest to 0; the rest is uniform.

    Returns:
        (M, number, 2) x, y in [0, 1].
    """
    masks, device = len(mask_logits), mask_logits.device
    candidates = torch.rand(masks, int(number * oversampling), 2, device=device)
    certainty = sample_logits(mask_logits, candidates).abs()
    undecided = int(importance * number)
    best = certainty.topk(undecided, dim=1, largest=False).indices
    chosen = candidates.gather(1, best[:, :, None].expand(-1, -1, 2))
    if undecided == number:
        return chosen
    return torch.cat([chosen, torch.rand(masks, number - undecided, 2, device=device)], dim=1)
