# SPDX-License-Identifier: Apache-2.0
"""One pass of the network over a batch of views, as training and validation need it (METHODS 1.5-1.11)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as functional
from torch import Tensor

from xmask3d_ros.model.assignment import assign_at_pixels, assign_masks, mask_logits_at_pixels
from xmask3d_ros.model.mask_head import MaskPredictions
from xmask3d_ros.model.point_branch import PointFeatures
from xmask3d_ros.model.scoring import ViewEvidence
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_ros.sparse import coordinate_maps
from xmask3d_training.data.batch import Batch
from xmask3d_training.engine.frozen_features import FrozenFeatures
from xmask3d_training.losses.cosine import class_logits
from xmask3d_training.losses.criterion import Predictions
from xmask3d_training.losses.lifting import masks_of_points
from xmask3d_training.losses.point_embeddings import PointEmbeddings
from xmask3d_training.losses.precision import at_least_single


@dataclass(frozen=True)
class NetworkPass:
    """What the network says of B views with V voxels in all."""

    points: PointFeatures
    binary_logits: Tensor
    """(V,)."""
    masks: MaskPredictions
    clip_embeddings: Tensor | None
    """(B, Q, C), where they were asked for."""


def run_network(
    network: XMask3D, batch: Batch, frozen: FrozenFeatures, auxiliary: bool = True, mask_clip: bool = True
) -> NetworkPass:
    """The network on a batch, what is frozen coming from the cache where it is known.

    Args:
        network: in training or evaluation mode.
        batch: on the network's device.
        frozen: source of the frames' constants.
        auxiliary: predict masks at every decoder layer.
        mask_clip: run MaskCLIP, which only the mask loss and the evaluation need.
    """
    images = batch.images.to(network.null_embedding.dtype) / 255.0
    maps = coordinate_maps(batch.coordinates)
    points = network.point_branch(batch.coordinates, batch.features, maps)
    binary_logits = network.binary_head(batch.coordinates, batch.features, maps)
    taps = network.diffusion(frozen.latent(batch, images), network.condition(points, images))
    masks = network.mask_head(network.feature_projection(taps), auxiliary)
    clip_embeddings = frozen.mask_clip(batch, images, masks.mask_logits[-1]) if mask_clip else None
    return NetworkPass(points, binary_logits, masks, clip_embeddings)


def predictions(
    network: XMask3D,
    batch: Batch,
    output: NetworkPass,
    text: Tensor,
    fallback: Literal["reference", "skip"] = "reference",
) -> Predictions:
    """What the losses look at: masks brought to the points and fused with them.

    The 2D half of the fusing layer is applied to the queries, the 3D half to the voxels, and what they give together is
    made once for all points that share both. Matrix products have the network's precision, gathers float32: their
    backward pass sums thousands of points. Which mask covers a point is decided in float32, as the evaluation does.

    Args:
        network: that made ``output``.
        batch: what it was made of.
        output: the pass over the batch.
        text: (K, C) embeddings of the base classes.
        fallback: see :func:`~xmask3d_training.losses.lifting.lift_masks`.
    """
    scale = network.logit_scale()
    embeddings = output.masks.embeddings[-1]
    with torch.autocast(embeddings.device.type, enabled=False):
        logits = class_logits(at_least_single(embeddings), text, network.null_embedding, scale)
        query, covered = _queries(batch, output, logits, fallback)
    mask_rows = torch.cat([embeddings.flatten(0, 1), embeddings.new_zeros(1, embeddings.shape[2])])
    fused_2d = at_least_single(functional.linear(mask_rows, network.fusion.weight_2d))
    fused_3d = at_least_single(
        functional.linear(output.points.embeddings, network.fusion.weight_3d, network.fusion.linear.bias)
    )
    kinds = 2 * len(mask_rows)
    pairs, pair = torch.unique(batch.voxel_of_point * kinds + 2 * query + covered, return_inverse=True)
    voxel, kind = pairs // kinds, pairs % kinds
    embeddings_3d = at_least_single(output.points.embeddings)
    fused = torch.where((kind % 2 == 1)[:, None], fused_3d[voxel] + fused_2d[kind // 2], embeddings_3d[voxel])
    return Predictions(
        mask_logits=output.masks.mask_logits,
        mask_embeddings=output.masks.embeddings,
        clip_embeddings=output.clip_embeddings,
        embeddings_3d=PointEmbeddings(embeddings_3d, batch.voxel_of_point),
        embeddings_2d=PointEmbeddings(mask_rows, query),
        covered=covered,
        fused=PointEmbeddings(fused, pair),
        binary_logits=at_least_single(output.binary_logits)[batch.voxel_of_point],
        text=text,
        null=network.null_embedding,
        scale=scale,
    )


def evidence(batch: Batch, output: NetworkPass, view: int) -> ViewEvidence:
    """What the pass says of one view's points, as the evaluation scores it. Needs MaskCLIP's embeddings."""
    assert output.clip_embeddings is not None
    mine = batch.view_of_point == view
    voxel = batch.voxel_of_point[mine]
    return ViewEvidence.observe(
        output.points.hidden.float()[voxel],
        batch.rows[mine],
        batch.columns[mine],
        output.binary_logits.float()[voxel],
        output.masks.mask_logits[-1, view].float(),
        output.masks.embeddings[-1, view].float(),
        output.clip_embeddings[view].float(),
        batch.grid_size,
    )


@torch.no_grad()
def _queries(
    batch: Batch, output: NetworkPass, logits: Tensor, fallback: Literal["reference", "skip"]
) -> tuple[Tensor, Tensor]:
    """(N,) int64 row in the batch's B * Q queries, B * Q = none; (N,) bool covered."""
    views, queries = logits.shape[:2]
    query = torch.empty_like(batch.view_of_point)
    covered = torch.empty_like(query, dtype=torch.bool)
    for view in range(views):
        mine = batch.view_of_point == view
        masks = output.masks.mask_logits[-1, view].float()
        there = mask_logits_at_pixels(masks, batch.grid_size, batch.rows[mine], batch.columns[mine])
        at_points = assign_at_pixels(there, logits[view])
        whole = functools.partial(assign_masks, masks, logits[view], batch.grid_size)
        found, covered[mine] = masks_of_points(at_points, queries, whole, fallback)
        query[mine] = torch.where(found < queries, found + view * queries, views * queries)
    return query, covered
