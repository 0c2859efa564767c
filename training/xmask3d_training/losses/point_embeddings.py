# SPDX-License-Identifier: Apache-2.0
"""Embeddings of points, each different one once: points of a voxel, or of a mask, share theirs.

A view's points are several times as many as its voxels, so losses that look at each different embedding once, and count
its points, cost a fraction of the memory and the time and give the same values.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class PointEmbeddings:
    """Embeddings of N points."""

    rows: Tensor
    """(R, C) the different ones."""
    row_of_point: Tensor
    """(N,) int64."""

    @classmethod
    def separate(cls, embeddings: Tensor) -> PointEmbeddings:
        """(N, C) embeddings, each of one point."""
        return cls(embeddings, torch.arange(len(embeddings), device=embeddings.device))

    def of(self, points: Tensor) -> PointEmbeddings:
        """Of some points: (N,) bool or (M,) int64."""
        return PointEmbeddings(self.rows, self.row_of_point[points])

    def sums(self, view_of_point: Tensor, views: int) -> Tensor:
        """(views, C) sums over each view's points.

        Only a row of zeros may be shared by points of several views: all points of a row are counted in one of them.

        Args:
            view_of_point: (N,) int64.
            views: how many there are.
        """
        points = torch.bincount(self.row_of_point, minlength=len(self.rows))
        view_of_row = torch.zeros_like(points).scatter(0, self.row_of_point, view_of_point)
        used = points > 0
        counted = self.rows[used] * points[used, None]
        return self.rows.new_zeros(views, self.rows.shape[1]).index_add(0, view_of_row[used], counted)

    def weighted_sums(self, weight: Tensor) -> Tensor:
        """(M, N) weights of the points -> (M, C)."""
        used, place = self.row_of_point.unique(return_inverse=True)
        return weight.new_zeros(len(weight), len(used)).index_add(1, place, weight) @ self.rows[used]
