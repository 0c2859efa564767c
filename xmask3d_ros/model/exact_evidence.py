# SPDX-License-Identifier: Apache-2.0
"""Exact evidence: every view is kept whole, and a new vocabulary replays all of them.

Relabelling therefore equals a fresh run with the new vocabulary, voxel by voxel. As in the reference, every view
votes with its best class and the map counts votes (METHODS 1.14.4).
"""

from __future__ import annotations

import torch
from torch import Tensor

from xmask3d_ros.mapping import StoredView, VoxelMap
from xmask3d_ros.model.scoring import Scorer, ViewEvidence, decide
from xmask3d_ros.model.text import TextClasses

_BY_VOXEL = ("hidden", "rows", "columns", "binary_logits")
_BY_VIEW = ("mask_logits", "mask_embeddings", "clip_embeddings", "query_usable", "query_base_probability")


class ExactEvidence:
    """Keeps views in the map and labels voxels by their votes."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer

    def remember(
        self, voxels: VoxelMap, keys: Tensor, evidence: ViewEvidence, stamp_ns: int, classes: TextClasses
    ) -> None:
        """Keep one view, with its votes for the present classes."""
        # The votes first: a view without any would be in the way of every later look at the labels.
        by_voxel = {name: getattr(evidence, name) for name in _BY_VOXEL} | self._votes(evidence, classes)
        # The grid holds fewer than 2^15 pixels a side.
        by_voxel["rows"], by_voxel["columns"] = evidence.rows.to(torch.int16), evidence.columns.to(torch.int16)
        by_view = {name: getattr(evidence, name) for name in _BY_VIEW}
        by_view["grid_size"] = torch.tensor(evidence.grid_size)
        voxels.add_view(keys, by_voxel, by_view, stamp_ns)

    def relabel(self, voxels: VoxelMap, classes: TextClasses) -> None:
        """Replay every view for new classes. The old votes stay where that fails."""
        views = list(voxels.views.values())
        votes = [self._votes(_evidence_of(view), classes) for view in views]
        for view, vote in zip(views, votes, strict=True):
            view.by_voxel |= vote

    def _votes(self, evidence: ViewEvidence, classes: TextClasses) -> dict[str, Tensor]:
        """Class and confidence of each of a view's voxels, as they are kept."""
        vote, confidence = decide(self.scorer.score(evidence, classes).log_scores)
        return {"vote": vote.to(torch.int16), "vote_confidence": confidence}

    def labels(self, voxels: VoxelMap, classes: TextClasses) -> tuple[Tensor, Tensor]:
        """Class and confidence of every row.

        Returns:
            (V,) int64 class in [0, K), -1 where no view has voted; (V,) float32 confidence: the winners' probabilities,
            averaged over all the voxel's votes.
        """
        best = torch.full((len(voxels),), -1, dtype=torch.int64, device=voxels.device)
        confidence = torch.zeros(len(voxels), device=voxels.device)
        views = [view for view in voxels.views.values() if len(view.rows)]
        if not views:
            return best, confidence
        count = len(classes)
        rows = torch.cat([view.rows for view in views])
        votes = torch.cat([view.by_voxel["vote"] for view in views]).long()
        certainty = torch.cat([view.by_voxel["vote_confidence"] for view in views]).double()
        pairs, pair_of_vote, votes_of_pair = torch.unique(rows * count + votes, return_inverse=True, return_counts=True)
        # Sorted by votes, ties in favour of the first class; the last write of each row is its winner.
        order = torch.argsort(votes_of_pair * count + (count - 1 - pairs % count), stable=True)
        winners = torch.zeros(len(voxels), dtype=torch.int64, device=voxels.device)
        winners = _last_write(winners, pairs[order] // count, order)
        sums = torch.zeros(len(pairs), dtype=torch.float64, device=voxels.device).index_add_(0, pair_of_vote, certainty)
        total = torch.bincount(rows, minlength=len(voxels))
        voted = total > 0
        best[voted] = (pairs[winners] % count)[voted]
        confidence[voted] = (sums[winners] / total.clamp(min=1)).float()[voted]
        return best, confidence


def _evidence_of(view: StoredView) -> ViewEvidence:
    tensors = {name: view.by_voxel[name] for name in _BY_VOXEL} | {name: view.by_view[name] for name in _BY_VIEW}
    tensors["rows"], tensors["columns"] = tensors["rows"].long(), tensors["columns"].long()
    height, width = view.by_view["grid_size"].tolist()
    return ViewEvidence(grid_size=(height, width), **tensors)


def _last_write(target: Tensor, index: Tensor, values: Tensor) -> Tensor:
    """``target[index] = values`` where the last of repeated indices wins, on every device."""
    place = torch.arange(len(index), device=index.device)
    last = torch.full((len(target),), -1, dtype=torch.int64, device=index.device)
    last.scatter_reduce_(0, index, place, reduce="amax")
    written = last >= 0
    target[written] = values[last[written]]
    return target
