# SPDX-License-Identifier: Apache-2.0
"""Training of the small VAE (METHODS 1.7): diffusers' AutoencoderKL, factor 8, on patches of views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.diffusion import build_vae
from xmask3d_training.towers.callbacks import show
from xmask3d_training.towers.image_loss import colour_loss, reconstruction_loss
from xmask3d_training.towers.tower_module import TowerModule, TowerOptimiser, sizes_of
from xmask3d_training.towers.view_data import in_range

VAE_FILE = "vae.safetensors"
"""In the tower's folder: the complete VAE, of which the diffusion model's tower keeps a part."""
_SHOWN = 6
_OPTIMISER = TowerOptimiser(weight_decay=0.0)


class VaeModule(TowerModule):
    """VAE in training; measured by the reconstruction of held-out views."""

    latent_variance: Tensor
    vae: Any

    def __init__(
        self,
        sizes: str = "tiny",
        optimiser: TowerOptimiser = _OPTIMISER,
        edges: float = 1.0,
        structure: float = 0.3,
        colours: float = 1.0,
        divergence: float = 1e-4,
        seed: int = 0,
    ) -> None:
        """Build the VAE.

        Args:
            sizes: preset or folder whose configuration gives the sizes.
            optimiser: learning rate and its course.
            edges: weight of the L1 of differences between neighbouring pixels.
            structure: weight of 1 - SSIM.
            colours: weight of the L1 between three of the four latents and the image's colours. Without it a short
                training ends with latents that all tell how light a place is, and none of which colour.
            divergence: weight of the Kullback-Leibler divergence a latent number; light, so that little blurs.
            seed: of the weights and of everything random in a step.
        """
        super().__init__(optimiser, seed)
        self.sizes = sizes_of(sizes)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.vae = build_vae(self.sizes.diffusion)
        self.vae.train()
        self.edges, self.structure, self.colours, self.divergence = edges, structure, colours, divergence
        self.register_buffer("latent_variance", torch.ones(()))

    @property
    def config(self) -> ModelConfig:
        """Sizes, with the factor that gives latents unit variance."""
        factor = round(float(self.latent_variance.rsqrt()), 5)
        return replace(self.sizes, diffusion=replace(self.sizes.diffusion, scaling_factor=factor))

    def training_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        """Encode, draw, decode."""
        images = in_range(batch)
        posterior = self.vae.encode(images).latent_dist
        found = self.vae.decode(posterior.sample()).sample
        reconstruction = reconstruction_loss(found, images, self.edges, self.structure)
        colours = colour_loss(posterior.mean, images)
        divergence = posterior.kl().mean() / posterior.mean[0].numel()
        terms = {"reconstruction": reconstruction, "colours": colours, "divergence": divergence}
        self.log_dict({f"train/{name}": value.detach() for name, value in terms.items()})
        with torch.no_grad():  # a running estimate, so that the latents' scale is known at any time
            variance = posterior.mean.var().float()
            self.latent_variance.lerp_(variance, 1.0 if self.global_step == 0 else 0.02)
        return self.checked(reconstruction + self.colours * colours + self.divergence * divergence)

    def validation_step(self, batch: Tensor, batch_idx: int) -> None:
        """Reconstruct whole held-out views from the posterior's mean."""
        images = in_range(batch)
        found = self.vae.decode(self.vae.encode(images).latent_dist.mean).sample.clamp(-1, 1)
        # Of errors in [0, 1], image by image, as peak signal-to-noise ratio is defined.
        errors = ((found - images) / 2).square().flatten(1).mean(dim=1)
        self.log("val/psnr", (-10 * errors.log10()).mean(), prog_bar=True, batch_size=len(images))
        self.log("val/l1", (found - images).abs().mean() / 2, batch_size=len(images))
        if batch_idx == 0:
            show(self, "reconstruction", [(images[:_SHOWN] + 1) / 2, (found[:_SHOWN] + 1) / 2])

    def tower(self) -> tuple[ModelConfig, Mapping[str, Tensor]]:
        """No tower yet: the UNet is missing."""
        return self.config, {}

    def other_files(self) -> Mapping[str, Mapping[str, Tensor]]:
        """The complete VAE."""
        return {VAE_FILE: self.vae.state_dict()}

    def facts(self) -> dict[str, Any]:
        """With the size of patches."""
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        return {**super().facts(), "tower": "vae", "patches a step": data.batch_size, "pixels a side": data.patch}
