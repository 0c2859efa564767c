# SPDX-License-Identifier: Apache-2.0
"""A complete XMask3D small enough for tests, with weights that let every part speak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from xmask3d_ros.model.config import (
    CaptionerConfig,
    ClipConfig,
    DiffusionConfig,
    MaskHeadConfig,
    MinkUNetConfig,
    ModelConfig,
)
from xmask3d_ros.model.view import View
from xmask3d_ros.model.xmask3d import XMask3D

NETWORK = MinkUNetConfig(planes=(8, 8, 16, 16, 16, 16, 12, 12), blocks=(1,) * 8, stem_channels=8, out_channels=16)


def small_config(**changes) -> ModelConfig:
    """Every module at a few channels; a view takes some tens of milliseconds."""
    config = ModelConfig(
        name="small",
        voxel_size=0.05,
        mask_grid_width=80,
        max_view_points=5000,
        point_network=NETWORK,
        binary_network=NETWORK,
        captioner=CaptionerConfig(tokens=4, token_channels=16, time_channels=64),
        diffusion=DiffusionConfig(
            image_size=64,
            vae_channels=(8, 8, 16, 16),
            vae_norm_groups=4,
            unet_channels=(16, 16, 32),
            unet_heads=2,
            unet_norm_groups=4,
        ),
        mask_head=MaskHeadConfig(
            feature_channels=16,
            bottleneck_channels=8,
            hidden_channels=32,
            heads=2,
            pixel_layers=1,
            pixel_feedforward=16,
            decoder_layers=3,
            decoder_feedforward=16,
            queries=12,
            norm_groups=4,
        ),
        clip=ClipConfig(
            architecture="",
            pretrained="",
            embedding_channels=24,
            image_size=32,
            patch_size=8,
            vision_width=32,
            vision_layers=2,
            vision_heads=2,
            text_width=16,
            text_layers=2,
            text_heads=2,
            context_length=16,
        ),
    )
    return replace(config, **changes)


def small_model(seed: int = 0, **changes) -> XMask3D:
    """Random weights, with open gates and spread-out outputs: an untrained network would hide mistakes."""
    model = XMask3D.from_config(small_config(**changes), seed)
    generator = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("alpha_cond", "alpha_cond_time_embed", "running_mean")):
                parameter.copy_(torch.randn(parameter.shape, generator=generator))
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(0.3 * torch.randn(buffer.shape, generator=generator))
        model.binary_head.fc.weight.mul_(20)
        model.binary_head.fc.bias.zero_()
        model.binary_head.fc.bias.sub_(model.observe(small_view()).binary_logits.median())
        # Random text embeddings of a tiny tower are nearly parallel; random directions tell classes apart.
        model.clip.model.token_embedding.weight.mul_(20)
    return model


def small_view(seed: int = 0, count: int = 1500, size: tuple[int, int] = (60, 80)) -> View:
    """A wavy, coloured surface seen head-on."""
    generator = np.random.default_rng(seed)
    height, width = size
    rows, columns = generator.integers(4, height - 4, count), generator.integers(4, width - 4, count)
    depth = 2 + 0.5 * np.sin(rows / 9 + seed) + 0.5 * np.cos(columns / 11)
    points = np.stack([(columns - width / 2) / 72 * depth, (rows - height / 2) / 72 * depth, depth], axis=1)
    image = generator.integers(0, 256, (height // 10, width // 10, 3)).repeat(10, 0).repeat(10, 1).astype(np.uint8)
    return View(
        torch.from_numpy(points),
        torch.from_numpy(image[rows, columns]),
        torch.from_numpy(rows),
        torch.from_numpy(columns),
        size,
        torch.from_numpy(image),
    )
