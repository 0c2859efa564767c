# SPDX-License-Identifier: Apache-2.0
"""Training of the small diffusion UNet on latents of views with captions (METHODS 1.7, 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as functional
from diffusers import DDIMScheduler, DDPMScheduler
from torch import Tensor

from xmask3d_ros.model.checkpoint import read_config
from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.diffusion import LatentDiffusion, build_unet, build_vae
from xmask3d_ros.model.tensor_file import read_tensors
from xmask3d_ros.model.tokenizer import WordListTokenizer
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.towers.callbacks import show
from xmask3d_training.towers.caption_encoder import CaptionEncoder
from xmask3d_training.towers.folder import FACTS_FILE
from xmask3d_training.towers.latent_data import CaptionedLatent
from xmask3d_training.towers.tower_module import TowerModule, TowerOptimiser
from xmask3d_training.towers.vae_module import VAE_FILE
from xmask3d_training.towers.words import with_words

TIMES = 1000
SCHEDULE = {"num_train_timesteps": TIMES, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
"""Stable Diffusion's (METHODS 1.7)."""
MEASURED_TIMES = (0, 50, 100, 200, 500)
"""Diffusion times at which the noise prediction is measured."""
_SAMPLES, _STEPS, _GUIDANCE = 4, 25, 3.0
_OPTIMISER = TowerOptimiser(learning_rate=4e-4, weight_decay=0.01)


class UnetModule(TowerModule):
    """UNet and caption encoder in training, the VAE frozen; measured by the noise prediction on held-out views."""

    unet: Any
    vae: Any

    def __init__(
        self,
        words: Path = Path("data/towers/words.txt"),
        vae: Path = Path("runs/vae/tower"),
        optimiser: TowerOptimiser = _OPTIMISER,
        encoder_layers: int = 2,
        seed: int = 0,
    ) -> None:
        """Build the model.

        Args:
            words: the word list (taken from the data root).
            vae: the tower's folder of the VAE's run; gives the sizes too.
            optimiser: learning rate and its course.
            encoder_layers: of the caption encoder.
            seed: of the weights and of everything random in a step.

        Raises:
            SettingsError: a file is missing.
        """
        super().__init__(optimiser, seed)
        for path, command in ((words, "towers pairs"), (vae / VAE_FILE, "towers vae")):
            if not path.is_file():
                raise SettingsError(f"{path} is missing: make it with `xmask3d train {command}`")
        self.config: ModelConfig = with_words(read_config(vae), words)
        self.vae = build_vae(self.config.diffusion)
        self.vae.load_state_dict(read_tensors(vae / VAE_FILE))
        self.vae.requires_grad_(False).eval()
        self._vae_facts = json.loads((vae / FACTS_FILE).read_text(encoding="utf-8"))["vae"]
        vocabulary = self.config.clip.vocabulary_size
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.unet = build_unet(self.config.diffusion, self.config.captioner)
            self.captions = CaptionEncoder(self.config.captioner, vocabulary, encoder_layers)
        self.unet.train()
        self.register_buffer("nothing", WordListTokenizer(words, self.config.captioner.tokens)([""]), persistent=False)
        self.schedule: Any = DDPMScheduler(**SCHEDULE)

    def train(self, mode: bool = True) -> UnetModule:
        """The VAE stays in evaluation mode."""
        super().train(mode)
        self.vae.eval()
        return self

    def predict(self, noisy: Tensor, times: Tensor, captions: Tensor) -> Tensor:
        """(B, 4, h, w) the noise in ``noisy`` at ``times`` (B,), given (B, T, D) captions."""
        no_view = noisy.new_zeros(len(noisy), self.config.captioner.time_channels)
        return self.unet(noisy, times, captions, class_labels=no_view).sample

    def training_step(self, batch: CaptionedLatent, batch_idx: int) -> Tensor:
        """Predict the noise at a random time."""
        times = torch.randint(0, TIMES, (len(batch.z),), device=self.device)
        noise = torch.randn_like(batch.z)
        found = self.predict(self.schedule.add_noise(batch.z, noise, times), times, self.captions(batch.tokens))
        return self.checked(functional.mse_loss(found.float(), noise))

    def validation_step(self, batch: CaptionedLatent, batch_idx: int) -> None:
        """Predict the same noise at some times; sample pictures from the first captions."""
        generator = torch.Generator().manual_seed(self.seed + batch_idx)
        noise = torch.randn(batch.z.shape, generator=generator).to(batch.z)
        captions = self.captions(batch.tokens)
        for time in MEASURED_TIMES:
            times = torch.full((len(batch.z),), time, device=self.device)
            found = self.predict(self.schedule.add_noise(batch.z, noise, times), times, captions)
            self.log(f"val/error_t{time}", functional.mse_loss(found.float(), noise), batch_size=len(batch.z))
        if batch_idx == 0 and not self.trainer.sanity_checking:
            show(self, "samples", [self._decode(batch.z[:_SAMPLES]), self._decode(self.sample(captions[:_SAMPLES]))])

    @torch.no_grad()
    def sample(self, captions: Tensor) -> Tensor:
        """(B, 4, h, w) latents drawn for (B, T, D) captions, the same noise every time; classifier-free guidance."""
        schedule: Any = DDIMScheduler(**SCHEDULE, clip_sample=False, set_alpha_to_one=False)
        schedule.set_timesteps(_STEPS)
        side = self.config.diffusion.image_size // 2 ** (len(self.config.diffusion.vae_channels) - 1)
        shape = (len(captions), self.config.diffusion.latent_channels, side, side)
        z = torch.randn(shape, generator=torch.Generator().manual_seed(self.seed)).to(captions)
        both = torch.cat([self.captions(self.nothing).expand(len(captions), -1, -1), captions])
        for time in schedule.timesteps:
            without, told = self.predict(z.repeat(2, 1, 1, 1), time.to(z.device).repeat(2 * len(z)), both).chunk(2)
            z = schedule.step(without + _GUIDANCE * (told - without), time, z).prev_sample
        return z

    def _decode(self, z: Tensor) -> Tensor:
        """Images in [0, 1]."""
        return (self.vae.decode(z / self.config.diffusion.scaling_factor).sample + 1) / 2

    @torch.no_grad()
    def tower(self) -> tuple[ModelConfig, Mapping[str, Tensor]]:
        """What the feature extractor keeps of VAE and UNet, and the empty caption, in XMask3D's names."""
        with torch.device("meta"):
            kept = LatentDiffusion(self.config.diffusion, self.config.captioner).state_dict()
        known = {f"vae.{name}": value for name, value in self.vae.state_dict().items()}
        known |= {f"unet.{name}": value for name, value in self.unet.state_dict().items()}
        known["unconditional"] = self.captions(self.nothing)
        return self.config, {f"diffusion.{name}": known[name] for name in kept}

    def facts(self) -> dict[str, Any]:
        """With the size of steps and the training of the VAE."""
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        return {**super().facts(), "tower": "diffusion", "views a step": data.batch_size, "VAE": self._vae_facts}
