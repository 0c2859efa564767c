# SPDX-License-Identifier: Apache-2.0
"""The 3D branch: a feature in CLIP's space for every voxel, and one for the whole view (METHODS 1.5)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.sparse import CoordinateMaps, SparseTensor, coordinate_maps


@dataclass(frozen=True)
class PointFeatures:
    """What the 3D branch says about V voxels of B views."""

    hidden: Tensor
    """(V, planes[-1]): the embeddings are an affine function of these narrower features."""
    embeddings: Tensor
    """(V, C): F_3d of each voxel."""
    global_feature: Tensor
    """(B, C): f_3d of each view; zero for a view without voxels."""
    bottleneck: SparseTensor
    """(V_16, planes[3]) at stride 16."""


class PointBranch(nn.Module):
    """``PointBranch(config, C)(coordinates (V, 4), colours (V, 3) in [-1, 1]) -> PointFeatures``.

    Submodules are named as in the official checkpoint under ``pc_decoder.``: ``decoder`` gives F_3d,
    ``point2text_adapter`` the global feature.
    """

    def __init__(self, config: MinkUNetConfig, embedding_channels: int) -> None:
        super().__init__()
        self.encoder = MinkUNet(config)
        self.point2text_adapter = nn.Linear(config.planes[3], embedding_channels)
        self.decoder = nn.Linear(config.out_channels, embedding_channels)

    def forward(self, coordinates: Tensor, features: Tensor, maps: CoordinateMaps | None = None) -> PointFeatures:
        """``maps``: the view's coordinate maps, to share them with other networks; made here when left out."""
        maps = coordinate_maps(coordinates) if maps is None else maps
        output = self.encoder(SparseTensor(features, coordinates, 1, maps))
        coarse = self.point2text_adapter(output.bottleneck.features)
        view = output.bottleneck.coordinates[:, :1].expand_as(coarse)
        global_feature = coarse.new_zeros(maps.batch_size, coarse.shape[1])
        global_feature = global_feature.scatter_reduce(0, view, coarse, "amax", include_self=False)
        return PointFeatures(output.hidden, self.decoder(output.features), global_feature, output.bottleneck)
