# SPDX-License-Identifier: Apache-2.0
"""Constants of frames on disk: a safetensors file a frame and kind, valid for certain weights and a certain source."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from xmask3d_ros.files import whole_file
from xmask3d_training.data.datasets import Constants, Item
from xmask3d_training.data.views import DataView

LATENT, TAPS, CLIP, CAPTION = "z", "taps", "clip", "caption"
"""Kinds of constants."""


class FrameCache:
    """Reads and writes the constants of frames.

    Args:
        folder: of the whole cache.
        fingerprints: kind -> identity of the weights that its constants come from. Only these kinds are read.
        half: round to half precision.
    """

    def __init__(self, folder: Path, fingerprints: dict[str, str], half: bool = True) -> None:
        self._folders = {kind: folder / f"{kind}-{mark}" for kind, mark in fingerprints.items()}
        self._dtype = torch.float16 if half else torch.float32

    @property
    def kinds(self) -> frozenset[str]:
        """What is kept."""
        return frozenset(self._folders)

    def read(self, view: DataView) -> Constants:
        """All that is known of a view's frame."""
        found = {kind: self._read(kind, view.scene, view.frame, source_of(kind, view)) for kind in self._folders}
        return {kind: tensors for kind, tensors in found.items() if tensors is not None}

    def round(self, tensor: Tensor) -> Tensor:
        """What a tensor will be when it has been written and read."""
        return tensor.to(self._dtype).to(torch.float32)

    def write(self, kind: str, scene: str, frame: str, source: int, tensors: dict[str, Tensor]) -> None:
        """Keep a frame's constants of one kind. ``source``: checksum of what they were made of."""
        kept = {name: tensor.detach().to("cpu", self._dtype).contiguous() for name, tensor in tensors.items()}
        with whole_file(self._path(kind, scene, frame)) as temporary:
            save_file(kept, temporary, metadata={"source": str(source)})

    def _path(self, kind: str, scene: str, frame: str) -> Path:
        return self._folders[kind] / scene / f"{frame}.safetensors"

    def _read(self, kind: str, scene: str, frame: str, source: int) -> dict[str, Tensor] | None:
        path = self._path(kind, scene, frame)
        if not path.exists():
            return None
        try:
            with safe_open(path, framework="pt") as file:
                if (file.metadata() or {}).get("source") != str(source):
                    return None
                return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        except (SafetensorError, OSError):
            return None  # cut off in the middle, say: it is made anew


class CachedViews(torch.utils.data.Dataset[Item]):
    """A dataset whose items bring along what the cache knows of their frames; loader workers read it."""

    def __init__(self, views: torch.utils.data.Dataset[Item], cache: FrameCache) -> None:
        self._views, self._cache = views, cache

    def __len__(self) -> int:
        return len(self._views)  # type: ignore[arg-type]

    def __getitem__(self, key: int) -> Item:
        item = self._views[key]
        if item.view is None:
            return item
        return Item(item.view, item.problems, self._cache.read(item.view))


def source_of(kind: str, view: DataView) -> int:
    """Checksum of what a view's constants of one kind are made of."""
    return source_of_caption(view.caption) if kind == CAPTION else zlib.crc32(view.image.tobytes())


def source_of_caption(caption: str) -> int:
    """:func:`source_of` for a caption."""
    return zlib.crc32(caption.encode())


def source_of_image(image: Tensor) -> int:
    """:func:`source_of` for a (3, S, S) uint8 image."""
    return zlib.crc32(image.permute(1, 2, 0).cpu().numpy().tobytes())


def fingerprint(modules: Iterable[nn.Module], settings: object = None) -> str:
    """Identity of weights and settings, 16 hexadecimal digits."""
    digest = hashlib.blake2b(json.dumps(settings, default=str, sort_keys=True).encode(), digest_size=8)
    for module in modules:
        for name, tensor in sorted(module.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
