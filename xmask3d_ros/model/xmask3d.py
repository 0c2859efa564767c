# SPDX-License-Identifier: Apache-2.0
"""XMask3D, assembled: a view in, evidence about its points out (XMask3D, NeurIPS 2024; METHODS 1)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from xmask3d_ros.geometry.augmentation import random_transform
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
from xmask3d_ros.model.sliding import sliding_maps
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
        for name, value, choices in (
            ("captioner.source", config.captioner.source, ("3d", "2d", "text")),
            ("diffusion.windows", config.diffusion.windows, ("squash", "slide")),
            ("voxelisation", config.voxelisation, ("deterministic", "reference")),
        ):
            if value not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        if not 0 <= config.clip.mask_coverage < 1:
            raise ValueError(f"clip.mask_coverage must be at least 0 and below 1, not {config.clip.mask_coverage}")
        self.config = config
        self.precision = "fp32"
        self.sparse_backend = "native"
        self._chance = np.random.default_rng(0)
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
        self.mask_clip = MaskClip(self.clip.visual, config.clip.mask_coverage)
        self.fusion = Fusion(channels)
        self.null_embedding = nn.Parameter(torch.zeros(1, channels))
        self.register_buffer("binary_positive_weight", torch.ones(1))
        self.register_buffer("class_weight", torch.tensor([1.0] * len(config.base_classes) + [0.1]))

    @classmethod
    def from_config(cls, config: ModelConfig, seed: int = 0, folder: Path | None = None) -> XMask3D:
        """An untrained network, the same for the same seed; the global random state is left as it was.

        The null embedding starts as CLIP's embedding of the empty string (METHODS 1.8).
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = cls(config, folder).eval()
        with torch.no_grad():
            network.null_embedding.copy_(network.clip.encode_text([""]))
        return network

    def use_precision(self, precision: str) -> XMask3D:
        """Run matrix products in "fp32", "bf16" or "fp16"; returns the network.

        In half precision the frozen image networks are kept in it too: 2.5 GB instead of 5 at the paper's sizes. What
        is trained stays in float32, and so does the text tower, which runs once a vocabulary. Rounding is for good: to
        go back to "fp32", load the model anew.
        """
        self.precision = precision
        dtype = PRECISIONS[precision]
        if dtype is not None:
            self.diffusion.to(dtype)
            self.clip.visual.to(dtype)
        return self

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
            images: (B, 3, S, S) float32 in [0, 1], S = ``config.diffusion.image_size``; (B, 3, H, W) of any shape where
                ``config.diffusion.windows`` is "slide".
            auxiliary: answer the mask predictions of all decoder layers, which training needs.
            stage: context manager entered around each named stage.
        """
        with stage("point_branch"):
            maps = coordinate_maps(coordinates, backend=self.sparse_backend)
            points = self.point_branch(coordinates, features, maps)
        with stage("binary_head"):
            binary_logits = self.binary_head(coordinates, features, maps)
        with stage("diffusion"):
            maps_2d = self.feature_maps(images, self.condition(points, images))
        with stage("mask_head"):
            masks = self.mask_head(maps_2d, auxiliary)
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
            voxels = voxelise(self._placed(view.points), self.config.voxel_size)
            features = color_features(view.colors[voxels.first_point])
            squash = self.config.diffusion.windows == "squash"
            image = view.square_image(self.config.diffusion.image_size) if squash else view.whole_image()
        with self.arithmetic():
            output = self(batched([voxels.coordinates]), features, image, auxiliary=False, stage=stage)
        with stage("evidence"):
            return self.evidence(output, voxels.voxel_of_point, view.rows, view.columns, view.grid_size)

    def evidence(
        self, output: NetworkOutput, voxel_of_point: Tensor, rows: Tensor, columns: Tensor, grid_size: tuple[int, int]
    ) -> ViewEvidence:
        """What a pass over one view says about its points.

        Args:
            output: of :meth:`forward` for a batch of one.
            voxel_of_point: (N,) int64 row of each point's voxel.
            rows: (N,) int64 pixel rows of the points in the mask grid.
            columns: (N,) int64 pixel columns.
            grid_size: height and width of the mask grid, (240, 320) in the reference.
        """
        return ViewEvidence.observe(
            output.points.hidden.float()[voxel_of_point],
            rows,
            columns,
            output.binary_logits.float()[voxel_of_point],
            output.masks.mask_logits[-1, 0].float(),
            output.masks.embeddings[-1, 0].float(),
            output.clip_embeddings[0].float(),
            grid_size,
        )

    def feature_maps(self, images: Tensor, condition: Condition) -> list[Tensor]:
        """[s2, s3, s4, s5] of ``images`` under a condition, (B, feature_channels, h, w) at strides 4, 8, 16 and 32."""

        def maps_of(window: Tensor) -> list[Tensor]:
            return self.feature_projection(self.diffusion(self.diffusion.encode(window), condition))

        if self.config.diffusion.windows == "slide":
            return sliding_maps(images, self.config.diffusion.image_size, maps_of)
        return maps_of(images)

    def _placed(self, points: Tensor) -> Tensor:
        """Points (N, 3) as they are voxelised; turned and scaled at random where the reference is to be imitated."""
        if self.config.voxelisation == "deterministic":
            return points
        return points.double() @ torch.from_numpy(random_transform(1.0, self._chance)).T.to(points.device)

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
    def point_weights(self, folded: bool = True) -> PointWeights:
        """The network's linear tail folded onto the last hidden feature, in float64 before rounding.

        With ``folded`` false it starts at F_3d: for evidence whose ``hidden`` is F_3d itself, (N, C), as another
        implementation may give it.
        """
        last = self.point_branch.encoder.final.kernel.double()
        decoder = self.point_branch.decoder
        point, point_bias = decoder.weight.double() @ last.T, decoder.bias.double()
        if not folded:
            point, point_bias = torch.eye(len(point)).to(point), torch.zeros_like(point_bias)
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

    def scorer(self, folded: bool = True) -> Scorer:
        """Scores evidence with the present weights; see :meth:`point_weights`."""
        return Scorer(self.point_weights(folded), self.config.scoring)

    def text_encoder(self) -> TextEncoder:
        """Embeds vocabularies with the frozen text tower."""
        return TextEncoder(self.clip.encode_text, self.config, self.clip.tokenizer.unknown)
