# SPDX-License-Identifier: Apache-2.0
"""Fusion of a point's 3D embedding with the embedding of the mask that covers it (METHODS 1.10)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Fusion(nn.Module):
    """One linear layer on [F_2d, F_3d], in this order; points without a mask keep F_3d."""

    def __init__(self, embedding_channels: int) -> None:
        super().__init__()
        self.embedding_channels = embedding_channels
        self.linear = nn.Linear(2 * embedding_channels, embedding_channels)

    def forward(self, embeddings_3d: Tensor, embeddings_2d: Tensor, covered: Tensor) -> Tensor:
        """F_fuse.

        Args:
            embeddings_3d: (N, C) F_3d.
            embeddings_2d: (N, C) F_2d; rows of uncovered points are not read.
            covered: (N,) bool.

        Returns:
            (N, C); uncovered rows equal ``embeddings_3d`` exactly.
        """
        fused = self.linear(torch.cat([embeddings_2d, embeddings_3d], dim=1))
        return torch.where(covered[:, None], fused, embeddings_3d)

    @property
    def weight_2d(self) -> Tensor:
        """(C, C) W2, the columns that read F_2d."""
        return self.linear.weight[:, : self.embedding_channels]

    @property
    def weight_3d(self) -> Tensor:
        """(C, C) W3, the columns that read F_3d."""
        return self.linear.weight[:, self.embedding_channels :]
