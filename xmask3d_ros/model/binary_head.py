# SPDX-License-Identifier: Apache-2.0
"""Does a voxel belong to a class the network was trained on? (METHODS 1.11; PLA's binary head)"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.sparse import CoordinateMaps, SparseTensor


class BinaryHead(nn.Module):
    """``BinaryHead(config)(coordinates (V, 4), colours (V, 3) in [-1, 1]) -> logits (V,)``; positive means base class.

    A network of its own, which sees the same voxels as the 3D branch.
    """

    def __init__(self, config: MinkUNetConfig) -> None:
        super().__init__()
        self.encoder = MinkUNet(config)
        self.batch_norm = nn.BatchNorm1d(config.out_channels)
        self.fc = nn.Linear(config.out_channels, 1)

    def forward(self, coordinates: Tensor, features: Tensor, maps: CoordinateMaps | None = None) -> Tensor:
        """``maps``: the view's coordinate maps, to share them with other networks; made here when left out."""
        output = self.encoder(SparseTensor(features, coordinates, 1, maps))  # type: ignore[arg-type]
        return self.fc(torch.relu(self.batch_norm(output.features))).squeeze(1)
