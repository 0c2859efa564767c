# SPDX-License-Identifier: Apache-2.0
"""XMask3D, assembled: a view in, evidence about its points out (XMask3D, NeurIPS 2024; METHODS 1)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from xmask3d_ros.model.binary_head import BinaryHead
from xmask3d_ros.model.captioner import Condition, ImplicitCaptioner
from xmask3d_ros.model.clip import ClipTowers
from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.diffusion import LatentDiffusion
from xmask3d_ros.model.feature_projection import FeatureProjection
from xmask3d_ros.model.fusion import Fusion
from xmask3d_ros.model.mask_clip import MaskClip
from xmask3d_ros.model.mask_head import MaskHead, MaskPredictions
from xmask3d_ros.model.point_branch import PointBranch, PointFeatures
from xmask3d_ros.model.scoring import PointWeights, Scorer, ViewEvidence
from xmask3d_ros.model.text import TextEncoder
from xmask3d_ros.model.view import View, color_features
from xmask3d_ros.sparse import batched, coordinate_maps, voxelise

PRECISIONS = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}
"""Arithmetic of the network's matrix products; parameters, scores and evidence stay in float32."""

Stage = Callable[[str], AbstractContextManager[None]]
"""Marks a named stage, for timing."""


def _untimed(name: str) -> AbstractContextManager[None]:
    return contextlib.nullcontext()


@dataclass(frozen=True)
class NetworkOutput:
    """What the network says about a batch of B views with V voxels in all."""

    points: PointFeatures
    """3D branch."""
    binary_logits: Tensor
    """(V,) positive for base classes."""
    masks: MaskPredictions
    """Masks and their trained embeddings, one prediction a decoder layer or the final one alone."""
    clip_embeddings: Tensor
    """(B, Q, C) MaskCLIP's embeddings of the final masks."""


class XMask3D(nn.Module):
    """The whole network. Frozen: ``diffusion`` and ``clip``; everything else is trained."""

    binary_positive_weight: Tensor
    class_weight: Tensor

    def __init__(self, config: ModelConfig, folder: Path | None = None) -> None:
        """``folder`` is where relative paths of the configuration start (the model's folder)."""
        super().__init__()
        if config.captioner.source not in ("3d", "2d", "text"):
            raise ValueError(f"captioner.source must be '3d', '2d' or 'text', not {config.captioner.source!r}")
        self.config = config
        self.precision = "fp32"
        channels = config.clip.embedding_channels
        self.point_branch = PointBranch(config.point_network, channels)
        self.binary_head = BinaryHead(config.binary_network)
        self.captioner = ImplicitCaptioner(config.captioner, channels)
        self.diffusion = LatentDiffusion(config.diffusion, config.captioner)
        self.feature_projection = FeatureProjection(
            self.diffusion.tap_channels, self.diffusion.strides, config.mask_head, config.diffusion.image_size
        )
        self.mask_head = MaskHead(config.mask_head, channels)
        self.clip = ClipTowers(config.clip, folder)
        self.mask_clip = MaskClip(self.clip.visual)
        self.fusion = Fusion(channels)
        self.null_embedding = nn.Parameter(self.clip.encode_text([""]).clone())
        self.register_buffer("binary_positive_weight", torch.ones(1))
        self.register_buffer("class_weight", torch.tensor([1.0] * len(config.base_classes) + [0.1]))

    @classmethod
    def from_config(cls, config: ModelConfig, seed: int = 0, folder: Path | None = None) -> XMask3D:
        """An untrained network, the same for the same seed; the global random state is left as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(config, folder).eval()

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.null_embedding.device

    def frozen_parts(self) -> dict[str, nn.Module]:
        """The parts that are never trained, by attribute name."""
        return {"diffusion": self.diffusion, "clip": self.clip}

    # ------------------------------------------------------------------------------------------------- network

    def forward(
        self, coordinates: Tensor, features: Tensor, images: Tensor, auxiliary: bool = True, stage: Stage = _untimed
    ) -> NetworkOutput:
        """One pass over a batch of views.

        Args:
            coordinates: (V, 4) int64 voxels, batch index first.
            features: (V, 3) float32 colours in [-1, 1].
            images: (B, 3, S, S) float32 in [0, 1], S = ``config.diffusion.image_size``.
            auxiliary: answer the mask predictions of all decoder layers, which training needs.
            stage: context manager entered around each named stage.
        """
        with stage("point_branch"):
            maps = coordinate_maps(coordinates)
            points = self.point_branch(coordinates, features, maps)
        with stage("binary_head"):
            binary_logits = self.binary_head(coordinates, features, maps)
        with stage("diffusion"):
            latent = self.diffusion.encode(images)
            taps = self.diffusion(latent, self.condition(points, images))
        with stage("mask_head"):
            masks = self.mask_head(self.feature_projection(taps), auxiliary)
        with stage("mask_clip"):
            clip_embeddings = self.mask_clip(images, masks.mask_logits[-1])
        return NetworkOutput(points, binary_logits, masks, clip_embeddings)

    @torch.no_grad()
    def observe(self, view: View, stage: Stage = _untimed) -> ViewEvidence:
        """What one view says about its points, free of any vocabulary.

        Raises:
            ValueError: the view has no points.
        """
        if not len(view):
            raise ValueError("the view has no points: check depth range, camera_info and the camera's pose")
        view = view.to(self.device)
        with stage("voxelise"):
            voxels = voxelise(view.points, self.config.voxel_size)
            features = color_features(view.colors[voxels.first_point])
            image = view.square_image(self.config.diffusion.image_size)
        with self.arithmetic():
            output = self(batched([voxels.coordinates]), features, image, auxiliary=False, stage=stage)
        with stage("evidence"):
            return ViewEvidence.observe(
                output.points.hidden.float()[voxels.voxel_of_point],
                view.rows,
                view.columns,
                output.binary_logits.float()[voxels.voxel_of_point],
                output.masks.mask_logits[-1, 0].float(),
                output.masks.embeddings[-1, 0].float(),
                output.clip_embeddings[0].float(),
                view.grid_size,
            )

    def condition(self, points: PointFeatures, images: Tensor) -> Condition:
        """What the UNet is told about each of B views, by ``config.captioner.source``.

        Args:
            points: the views' 3D branch.
            images: (B, 3, S, S) in [0, 1].
        """
        source, unconditional = self.config.captioner.source, self.diffusion.unconditional
        if source == "text":
            return self.captioner.empty(len(images), unconditional)
        feature = points.global_feature if source == "3d" else self.mask_clip.image_embedding(images)
        return self.captioner(feature, unconditional)

    def arithmetic(self) -> AbstractContextManager[None]:
        """Context in which matrix products run in ``self.precision``."""
        dtype = PRECISIONS[self.precision]
        return torch.autocast(self.device.type, dtype) if dtype else contextlib.nullcontext()

    # ------------------------------------------------------------------------------------------------- scoring

    def logit_scale(self) -> Tensor:
        """() the learned factor of cosines, at most 100; one for masks and points (METHODS 1.8)."""
        return self.mask_head.logit_scale.exp().clamp(max=100.0)

    @torch.no_grad()
    def point_weights(self) -> PointWeights:
        """The network's linear tail folded onto the last hidden feature, in float64 before rounding."""
        last = self.point_branch.encoder.final.kernel.double()
        decoder = self.point_branch.decoder
        point, point_bias = decoder.weight.double() @ last.T, decoder.bias.double()
        weight_3d = self.fusion.weight_3d.double()
        return PointWeights(
            point=point.float(),
            point_bias=point_bias.float(),
            fused=(weight_3d @ point).float(),
            fused_bias=(weight_3d @ point_bias + self.fusion.linear.bias.double()).float(),
            mask=self.fusion.weight_2d.float().clone(),
            null=torch.nn.functional.normalize(self.null_embedding, dim=-1).float(),
            scale=self.logit_scale().float(),
        )

    def scorer(self) -> Scorer:
        """Scores evidence with the present weights."""
        return Scorer(self.point_weights(), self.config.scoring)

    def text_encoder(self) -> TextEncoder:
        """Embeds vocabularies with the frozen text tower."""
        return TextEncoder(self.clip.encode_text, self.config)
