# SPDX-License-Identifier: Apache-2.0
"""What the frozen networks say of a batch: computed, or taken from the cache (METHODS 1.18).

What goes into the cache is computed in the weights' own precision, so that an entry is the same whatever the run's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

from xmask3d_ros.model.diffusion import Latent
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_training.data.batch import Batch
from xmask3d_training.engine.config import CacheConfig
from xmask3d_training.engine.frame_cache import (
    CAPTION,
    CLIP,
    LATENT,
    TAPS,
    FrameCache,
    fingerprint,
    source_of_caption,
    source_of_image,
)


def open_cache(config: CacheConfig, network: XMask3D) -> FrameCache | None:
    """The cache that the settings ask for, None where nothing is to be kept."""
    if config.folder is None:
        return None
    size = network.config.diffusion.image_size
    marks: dict[str, str] = {}
    if config.latent != "none":
        kind = LATENT if config.latent == "z" else TAPS
        marks[kind] = fingerprint([network.diffusion.vae], [dataclasses.asdict(network.config.diffusion), config.half])
    if config.clip:
        marks[CLIP] = fingerprint([network.clip.visual], [size, config.half])
    if config.captions:
        marks[CAPTION] = fingerprint([network.clip.model], config.half)
    return FrameCache(config.folder, marks, config.half)


class FrozenFeatures:
    """Constants of a batch's frames. Those that the cache should hold but does not are computed and written there."""

    def __init__(self, network: XMask3D, cache: FrameCache | None) -> None:
        self._network, self._cache = network, cache
        self._kinds = cache.kinds if cache else frozenset()

    def latent(self, batch: Batch, images: Tensor) -> Latent:
        """Latents and VAE taps of the (B, 3, S, S) images in [0, 1]."""
        diffusion = self._network.diffusion
        if TAPS in self._kinds:
            known = self._known(TAPS, batch, images, lambda new: _vae_tensors(diffusion.encode(new)))
            z, *taps = (torch.stack([view[name] for view in known]) for name in sorted(known[0]))
            return Latent(z, diffusion.add_noise(z), taps[2:], taps[:2])
        if LATENT in self._kinds:
            known = self._known(LATENT, batch, images, lambda new: {"z": diffusion.latent(new)})
            return diffusion.encode(images, torch.stack([view["z"] for view in known]))
        return diffusion.encode(images)

    def captions(self, batch: Batch) -> Tensor:
        """(B, C) embeddings of the captions."""
        encode = self._network.clip.encode_text
        if CAPTION not in self._kinds:
            return encode(batch.captions).to(self._network.null_embedding.dtype)
        tensors: list[Tensor] = []
        for scene, frame, caption, constants in zip(
            batch.scenes, batch.frames, batch.captions, batch.constants, strict=True
        ):
            if CAPTION in constants:
                tensors.append(constants[CAPTION]["embedding"].to(self._network.device, torch.float32))
                continue
            with self._full_precision():
                embedding = self._cached.round(encode([caption])[0])
            self._cached.write(CAPTION, scene, frame, source_of_caption(caption), {"embedding": embedding})
            tensors.append(embedding)
        return torch.stack(tensors)

    @torch.no_grad()
    def mask_clip(self, batch: Batch, images: Tensor, mask_logits: Tensor) -> Tensor:
        """(B, Q, C) MaskCLIP embeddings of masks with (B, Q, h, w) logits."""
        model = self._network.mask_clip
        if CLIP not in self._kinds:
            return model(images, mask_logits)
        known = self._known(CLIP, batch, images, lambda new: {"tokens": model.image_tokens(new)})
        return model.read(torch.stack([view["tokens"] for view in known]), mask_logits)

    @property
    def _cached(self) -> FrameCache:
        assert self._cache is not None
        return self._cache

    def _full_precision(self) -> torch.autocast:
        return torch.autocast(self._network.device.type, enabled=False)

    @torch.no_grad()
    def _known(
        self, kind: str, batch: Batch, images: Tensor, compute: Callable[[Tensor], dict[str, Tensor]]
    ) -> list[dict[str, Tensor]]:
        """Tensors of every view; ``compute`` makes (M, ...) ones of the (M, 3, S, S) images that are unknown."""
        missing = [number for number, constants in enumerate(batch.constants) if kind not in constants]
        new: dict[int, dict[str, Tensor]] = {}
        if missing:
            with self._full_precision():
                tensors = compute(images[missing])
            for place, number in enumerate(missing):
                new[number] = {name: value[place] for name, value in tensors.items()}
        return self._collect(kind, batch, images, new)

    def _collect(
        self, kind: str, batch: Batch, images: Tensor, new: dict[int, dict[str, Tensor]]
    ) -> list[dict[str, Tensor]]:
        """The tensors of every view, known and new ones; new ones are rounded and written."""
        views = []
        for number, constants in enumerate(batch.constants):
            if number in new:
                tensors = {name: self._cached.round(value) for name, value in new[number].items()}
                source = source_of_image(batch.images[number])
                self._cached.write(kind, batch.scenes[number], batch.frames[number], source, tensors)
            else:
                tensors = {name: value.to(images.device, torch.float32) for name, value in constants[kind].items()}
            views.append(tensors)
        return views


def _vae_tensors(latent: Latent) -> dict[str, Tensor]:
    """Named so that sorting gives [z, two decoder taps, two encoder taps]."""
    decoder = {f"b_decoder_{number}": tap for number, tap in enumerate(latent.decoder_taps)}
    encoder = {f"c_encoder_{number}": tap for number, tap in enumerate(latent.encoder_taps)}
    return {"a_z": latent.z, **decoder, **encoder}
