# SPDX-License-Identifier: Apache-2.0
"""The frozen latent diffusion model as a feature extractor (METHODS 1.7, 1.18, 3).

One pass of Stable Diffusion's VAE and UNet over an image, without generating anything: the mask head is fed with the
inputs of a few residual blocks, the *taps*. diffusers holds layers and weights; the pass is written out here, block by
block, so that it stops at the last tap, and the layers behind it are not even kept. Values at the taps are bit-equal
to those of diffusers' own untruncated forward.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from xmask3d_ros.model.captioner import Condition
from xmask3d_ros.model.config import CaptionerConfig, DiffusionConfig

_LAYERS = 2  # residual blocks a level; decoding levels have one more


class Latent(NamedTuple):
    """All that depends on the image alone: a constant of a frame, worth keeping when its condition changes."""

    z: Tensor
    """(B, 4, h, w) scaled posterior mean."""
    noisy: Tensor
    """(B, 4, h, w) the UNet's input: z with the fixed noise of the timestep."""
    encoder_taps: list[Tensor]
    """Inputs of the VAE encoder's second residual block at its two coarsest levels."""
    decoder_taps: list[Tensor]
    """Inputs of the VAE decoder's third residual block at its two coarsest levels."""


def build_unet(config: DiffusionConfig, captioner: CaptionerConfig) -> UNet2DConditionModel:
    """The complete UNet of Stable Diffusion 1.x at these sizes, with an identity class embedding for the time path."""
    levels = len(config.unet_channels)
    return UNet2DConditionModel(
        sample_size=config.image_size // 2 ** (len(config.vae_channels) - 1),
        in_channels=config.latent_channels,
        out_channels=config.latent_channels,
        down_block_types=("CrossAttnDownBlock2D",) * (levels - 1) + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * (levels - 1),
        block_out_channels=config.unet_channels,
        layers_per_block=_LAYERS,
        cross_attention_dim=captioner.token_channels,
        attention_head_dim=config.unet_heads,  # diffusers' name; for Stable Diffusion 1 it is the number of heads
        norm_num_groups=config.unet_norm_groups,
        class_embed_type="identity",
    )


def build_vae(config: DiffusionConfig) -> AutoencoderKL:
    """The complete VAE of Stable Diffusion 1.x at these sizes."""
    levels = len(config.vae_channels)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=config.vae_channels,
        layers_per_block=_LAYERS,
        latent_channels=config.latent_channels,
        norm_num_groups=config.vae_norm_groups,
        sample_size=config.image_size,
        scaling_factor=config.scaling_factor,
    )


def _trim_unet(unet: Any) -> None:
    last = unet.up_blocks[-1]
    last.resnets, last.attentions = last.resnets[:-1], last.attentions[:-1]
    del unet.conv_norm_out, unet.conv_out


def _trim_vae(vae: Any) -> None:
    decoder = vae.decoder
    decoder.up_blocks = decoder.up_blocks[:2]
    last = decoder.up_blocks[-1]
    last.resnets, last.upsamplers = last.resnets[:-1], None
    del decoder.conv_norm_out, decoder.conv_out


class LatentDiffusion(nn.Module):
    """Frozen VAE and UNet; an image and a :class:`~xmask3d_ros.model.captioner.Condition` in, taps out.

    Taps come in the order [encoder 2, UNet one per level from the coarsest, decoder 2]; ``tap_channels`` and
    ``strides`` (image pixels a cell, clamped to [4, 32]) describe them. ``unconditional`` (1, T, D) is the text
    encoder's output for the empty prompt, stored with the weights. Parameters need no gradient, activations pass one
    on to the condition. Set ``gradient_checkpointing`` to recompute the UNet's blocks in the backward pass.
    """

    unconditional: Tensor
    noise: Tensor
    unet: Any  # diffusers' models hide their attributes from type checkers
    vae: Any

    def __init__(self, config: DiffusionConfig, captioner: CaptionerConfig) -> None:
        super().__init__()
        self.config = config
        self.gradient_checkpointing = False
        self.unet = build_unet(config, captioner)
        self.vae = build_vae(config)
        _trim_unet(self.unet)
        _trim_vae(self.vae)
        self.register_buffer("unconditional", torch.randn(1, captioner.tokens, captioner.token_channels))
        self.requires_grad_(False)
        self.eval()

        factor = 2 ** (len(config.vae_channels) - 1)
        side = config.image_size // factor
        with torch.device("cpu"):  # real values even where the model is built without memory, to be filled by loading
            generator = torch.Generator().manual_seed(config.noise_seed)
            noise = torch.randn(1, config.latent_channels, side, side, generator=generator)
            # Stable Diffusion's schedule in double, as the reference; diffusers' is float32 and off by 1e-6 at t = 0.
            betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
            kept = (1 - betas)[: config.timestep + 1].prod()
        self.register_buffer("noise", noise, persistent=False)
        self.signal_scale, self.noise_scale = float(kept**0.5), float((1 - kept) ** 0.5)

        vae, unet = config.vae_channels, config.unet_channels[::-1]
        self.tap_channels = (
            *vae[-2:],
            *(width + skip for width, skip in zip(unet, (*unet[1:], unet[-1]), strict=True)),
            *vae[:-3:-1],
        )
        unet_strides = tuple(factor * 2**level for level in reversed(range(len(unet))))
        strides = (factor // 2, factor, *unet_strides, factor, factor // 2)
        self.strides = tuple(min(max(stride, 4), 32) for stride in strides)

    def train(self, mode: bool = True) -> LatentDiffusion:
        """Frozen: stays in evaluation mode whatever its parent does."""
        return super().train(False)

    @torch.no_grad()
    def encode(self, image: Tensor, z: Tensor | None = None) -> Latent:
        """What the UNet and the mask head need of ``image`` (B, 3, S, S), RGB in [0, 1]; S is the config's size.

        ``z`` (B, 4, h, w), where it is known from before, spares the encoder the layers behind its last tap.
        """
        side = self.config.image_size
        if image.shape[-2:] != (side, side):
            raise ValueError(f"the diffusion model takes {side}x{side} images, got {tuple(image.shape)}")
        x, encoder_taps = self._encoder_taps(image * 2 - 1)
        if z is None:
            z = self._scaled_mean(x)
        return Latent(z, self.add_noise(z), encoder_taps, self._decoder_taps(z / self.config.scaling_factor))

    def latent(self, image: Tensor) -> Tensor:
        """The ``z`` of :meth:`encode` alone, (B, 4, h, w)."""
        return self._scaled_mean(self._encoder_taps(image * 2 - 1)[0])

    def add_noise(self, z: Tensor) -> Tensor:
        """(B, 4, h, w) the UNet's input: z at the configured time, with the one fixed noise."""
        return self.signal_scale * z + self.noise_scale * self.noise

    def forward(self, latent: Latent, condition: Condition) -> list[Tensor]:
        """Taps (B, C_i, h_i, w_i) of an encoded image under a condition."""
        return [*latent.encoder_taps, *self._unet_taps(latent.noisy, condition), *latent.decoder_taps]

    def _encoder_taps(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The encoder up to its second tap: what :meth:`_mean` goes on with, and both taps."""
        blocks = self.vae.encoder.down_blocks
        taps: list[Tensor] = []
        x = self.vae.encoder.conv_in(x)
        for level, block in enumerate(blocks):
            for index, residual in enumerate(block.resnets):
                if index == 1 and level >= len(blocks) - 2:
                    taps.append(x)
                    if len(taps) == 2:
                        return x, taps
                x = residual(x, None)
            for downsample in block.downsamplers or ():
                x = downsample(x)
        raise ValueError("a VAE needs two levels of two residual blocks")

    def _scaled_mean(self, x: Tensor) -> Tensor:
        return self._mean(x) * self.config.scaling_factor

    def _mean(self, x: Tensor) -> Tensor:
        """The posterior's mean, from the second tap on."""
        encoder = self.vae.encoder
        for residual in encoder.down_blocks[-1].resnets[1:]:
            x = residual(x, None)
        x = encoder.conv_out(encoder.conv_act(encoder.conv_norm_out(encoder.mid_block(x))))
        mean, _ = self.vae.quant_conv(x).chunk(2, dim=1)
        return mean

    def _decoder_taps(self, mean: Tensor) -> list[Tensor]:
        decoder = self.vae.decoder
        taps: list[Tensor] = []
        x = decoder.mid_block(decoder.conv_in(self.vae.post_quant_conv(mean)))
        for block in decoder.up_blocks:
            for residual in block.resnets[:_LAYERS]:
                x = residual(x, None)
            taps.append(x)
            if len(taps) == 2:
                break
            for residual in block.resnets[_LAYERS:]:
                x = residual(x, None)
            for upsample in block.upsamplers:
                x = upsample(x)
        return taps

    def _unet_taps(self, noisy: Tensor, condition: Condition) -> list[Tensor]:
        unet, (tokens, time) = self.unet, condition
        taps: list[Tensor] = []
        time = unet.time_embedding(unet.get_time_embed(sample=noisy, timestep=self.config.timestep)) + time
        x = unet.conv_in(noisy)
        skips = [x]
        for block in unet.down_blocks:
            for index in range(_LAYERS):
                x = self._layer(block, index, x, time, tokens)
                skips.append(x)
            for downsample in block.downsamplers or ():
                x = downsample(x)
                skips.append(x)
        x = self._run(unet.mid_block, x, time, tokens)
        for block in unet.up_blocks:
            for index in range(_LAYERS + 1):
                x = torch.cat((x, skips.pop()), dim=1)
                if index == _LAYERS:
                    taps.append(x)
                    if len(taps) == len(unet.up_blocks):
                        return taps
                x = self._layer(block, index, x, time, tokens)
            for upsample in block.upsamplers or ():
                x = upsample(x)
        return taps

    def _layer(self, block: Any, index: int, x: Tensor, time: Tensor, tokens: Tensor) -> Tensor:
        x = self._run(block.resnets[index], x, time)
        if hasattr(block, "attentions"):
            x = self._run(lambda x, tokens: block.attentions[index](x, tokens, return_dict=False)[0], x, tokens)
        return x

    def _run(self, module: Callable[..., Any], *inputs: Tensor) -> Tensor:
        if self.gradient_checkpointing and torch.is_grad_enabled():
            return checkpoint(module, *inputs, use_reentrant=False)
        return module(*inputs)
