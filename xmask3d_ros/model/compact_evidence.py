# SPDX-License-Identifier: Apache-2.0
"""Compact evidence: a few sums a voxel from which any vocabulary can be scored.

Masks are assigned once, by the training classes. A view adds to a voxel: where a mask k covers it, h/|u| and a share
1/|u| of the mask; where none does, h/|u| and 1/|u| themselves. Since cos(u, t) is linear in these, the sum over views
of r cos(u, t) + (1 - r) cos(G_CLIP, t) can be had for every text t afterwards. The merging rule differs from the
reference's votes: scores are averaged over views, and the gate is applied once, to the mean binary probability.

Exact for this rule until a voxel has been covered by more masks than it has slots: then the newest mask takes over the
share of the one that counts least. Sums are halved at :data:`_VIEW_LIMIT` views, so that old evidence fades.
"""

from __future__ import annotations

import torch
from torch import Tensor

from xmask3d_ros.mapping import VoxelMap
from xmask3d_ros.model.scoring import Scorer, ViewEvidence, decide
from xmask3d_ros.model.text import TextClasses, cosine

SLOTS = 4
"""Masks a voxel remembers."""
_VIEW_LIMIT = 64
"""Views after which a voxel's sums are halved: keeps half precision exact enough and lets the map follow changes."""
_EMPTY = -1
_VOXELS_AT_ONCE = 16_384

Tensors = dict[str, Tensor]


class CompactEvidence:
    """Folds views into layers of the map and labels voxels by their mean scores."""

    def __init__(self, scorer: Scorer, training_classes: TextClasses) -> None:
        self.scorer = scorer
        self.training_classes = training_classes
        self._offsets = scorer.weights.point.new_zeros((0, len(scorer.weights.point_bias)), dtype=torch.float16)
        self._clip = self._offsets.clone()

    # -------------------------------------------------------------------------------------------------- merging

    def remember(
        self, voxels: VoxelMap, keys: Tensor, evidence: ViewEvidence, stamp_ns: int, classes: TextClasses
    ) -> None:
        """Fold one view in and label the voxels it saw anew."""
        del stamp_ns  # the map itself knows when a voxel was seen
        if not voxels.layers:
            self._offsets, self._clip = self._offsets[:0], self._clip[:0]
        rows = voxels.merge(keys, self._observe(evidence), _combine)
        self._forget_masks(voxels)
        self._label(voxels, rows, classes)

    def relabel(self, voxels: VoxelMap, classes: TextClasses) -> None:
        """Score every voxel against new classes. The old labels stay where that fails."""
        if "binary" in voxels.layers:
            self._label(voxels, torch.arange(len(voxels), device=voxels.device), classes)

    def _observe(self, evidence: ViewEvidence) -> Tensors:
        """One view's contribution to each of its voxels."""
        weights = self.scorer.weights
        query = self.scorer.assign(evidence, self.training_classes, gated=False)
        offsets = weights.mask_offsets(evidence.mask_embeddings)
        inverse_norm = 1.0 / weights.embeddings(evidence.hidden, query, offsets).norm(dim=1).clamp(min=1e-6)
        covered = query >= 0
        direction = evidence.hidden * inverse_norm[:, None]
        first_slot = torch.full((len(query), SLOTS), _EMPTY, dtype=torch.int32, device=query.device)
        first_slot[:, 0] = torch.where(covered, query + len(self._offsets), _EMPTY).to(torch.int32)
        share = torch.zeros((len(query), SLOTS), dtype=torch.float16, device=query.device)
        share[:, 0] = torch.where(covered, inverse_norm, 0.0)
        views = torch.zeros_like(share)
        views[:, 0] = covered.to(torch.float16)
        clip = torch.nn.functional.normalize(evidence.clip_embeddings, dim=1)
        # Both or neither: a mask has the same number in the two tables.
        self._offsets, self._clip = (
            torch.cat([self._offsets, offsets.to(torch.float16)]),
            torch.cat([self._clip, clip.to(torch.float16)]),
        )
        return {
            "covered_sum": (direction * covered[:, None]).to(torch.float16),
            "open_sum": (direction * ~covered[:, None]).to(torch.float16),
            "open_share": torch.where(covered, 0.0, inverse_norm),
            "slot_mask": first_slot + 1,
            "slot_share": share,
            "slot_views": views,
            "binary": evidence.binary_logits.sigmoid(),
            "views": torch.ones_like(inverse_norm, dtype=torch.float16),
        }

    def _forget_masks(self, voxels: VoxelMap) -> None:
        """Drop masks that no voxel refers to any more; the table is swept when it has doubled."""
        slots = voxels.layers["slot_mask"]
        used = torch.unique(slots)
        used = used[used > 0].long() - 1
        if len(self._offsets) < 2 * len(used) + 256:
            return
        new_number = torch.zeros(len(self._offsets) + 1, dtype=torch.int32, device=slots.device)
        new_number[used + 1] = torch.arange(1, len(used) + 1, dtype=torch.int32, device=slots.device)
        slots.copy_(new_number[slots.long()])
        self._offsets, self._clip = self._offsets[used], self._clip[used]

    @property
    def nbytes(self) -> int:
        """Bytes of the table of masks (the rest is the map's)."""
        return 2 * (self._offsets.numel() + self._clip.numel())

    # -------------------------------------------------------------------------------------------------- scoring

    def _label(self, voxels: VoxelMap, rows: Tensor, classes: TextClasses) -> None:
        layers = voxels.layers
        by_mask = self._offsets.float() @ classes.embeddings.T
        clip_by_mask = cosine(self._clip.float(), classes.embeddings)
        best = torch.empty(len(rows), dtype=torch.int16, device=rows.device)
        confidence = torch.empty(len(rows), device=rows.device)
        for start in range(0, len(rows), _VOXELS_AT_ONCE):
            place = slice(start, start + _VOXELS_AT_ONCE)
            part = rows[place]
            stored = {name: layers[name][part].float() for name in layers if name != "slot_mask"}
            masks = layers["slot_mask"][part].long() - 1
            best[place], confidence[place] = self._decide(stored, masks, by_mask, clip_by_mask, classes)
        voxels.write(rows, {"class": best, "confidence": confidence})

    def _decide(
        self, stored: Tensors, masks: Tensor, by_mask: Tensor, clip_by_mask: Tensor, classes: TextClasses
    ) -> tuple[Tensor, Tensor]:
        """Mean scores of voxels, gated once: name -> (M, ...), (M, SLOTS) -> (M,) class, -1 unseen; (M,) confidence."""
        weights, text = self.scorer.weights, classes.embeddings
        fused = stored["covered_sum"] @ (text @ weights.fused).T
        point = stored["open_sum"] @ (text @ weights.point).T + stored["open_share"][:, None] * (
            weights.point_bias @ text.T
        )
        clip = torch.zeros_like(fused)
        for slot in range(SLOTS):
            number = masks[:, slot].clamp(min=0)
            filled = (masks[:, slot] >= 0)[:, None]
            fused = fused + torch.where(filled, stored["slot_share"][:, slot, None] * by_mask[number], 0.0)
            clip = clip + torch.where(filled, stored["slot_views"][:, slot, None] * clip_by_mask[number], 0.0)
        exponent = self.scorer.exponents(classes)[classes.class_of_row]
        views = stored["views"].clamp(min=1e-3)
        mean = (exponent * fused + (1.0 - exponent) * clip + point) / views[:, None]
        scores = weights.scale * classes.best_word(mean)
        if classes.gated and self.scorer.config.gate != "off":
            scores = self.scorer.gate(scores, stored["binary"] / views, classes.is_base)
        best, confidence = decide(scores)
        return torch.where(stored["views"] > 0, best, -1), confidence

    def labels(self, voxels: VoxelMap, classes: TextClasses) -> tuple[Tensor, Tensor]:
        """Class and confidence of every row.

        Returns:
            (V,) int64 class in [0, K), -1 where no view was merged; (V,) float32 confidence: the softmax of the mean
            scores, an approximation of the probability that exact evidence gives.
        """
        del classes  # labels are kept up to date by remember and relabel
        layers = voxels.layers
        if "class" not in layers:
            missing = torch.full((len(voxels),), -1, dtype=torch.int64, device=voxels.device)
            return missing, torch.zeros(len(voxels), device=voxels.device)
        unseen = layers["views"] == 0
        return torch.where(unseen, -1, layers["class"].long()), layers["confidence"].float().masked_fill(unseen, 0.0)


def _combine(stored: Tensors, new: Tensors) -> Tensors:
    """Merge a view into the sums: all tensors (M, ...). Slot numbers are 1 + mask, 0 for an empty slot."""
    mask, share, views = stored["slot_mask"], stored["slot_share"].float(), stored["slot_views"].float()
    incoming, covered = new["slot_mask"][:, 0], new["slot_mask"][:, 0] > 0
    # An empty slot counts no views, so the slot that counts least is an empty one as long as there is one.
    slot = torch.where(mask > 0, views, -1.0).argmin(dim=1, keepdim=True)
    mask = torch.where(covered[:, None], mask.scatter(1, slot, incoming[:, None]), mask)
    share = share.scatter_add(1, slot, new["slot_share"][:, :1].float())
    views = views.scatter_add(1, slot, new["slot_views"][:, :1].float())
    merged = {name: stored[name].float() + new[name].float() for name in stored if not name.startswith("slot")}
    merged |= {"slot_share": share, "slot_views": views}
    fading = merged["views"] >= _VIEW_LIMIT
    for name, value in merged.items():
        halved = torch.where(fading.view(-1, *[1] * (value.dim() - 1)), value / 2, value)
        merged[name] = halved.to(stored[name].dtype)
    return merged | {"slot_mask": mask}
