# SPDX-License-Identifier: Apache-2.0
"""Where the files of the frozen parts lie: on disk, or on the hub and then in its cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import open_clip
from huggingface_hub import constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RemoteEntryNotFoundError

from xmask3d_ros.model.config import ClipConfig, DiffusionConfig

DIFFUSERS_NAMES = (
    "diffusion_pytorch_model.safetensors",
    "diffusion_pytorch_model.fp16.safetensors",
    "diffusion_pytorch_model.bin",
)
TRANSFORMERS_NAMES = ("model.safetensors", "model.fp16.safetensors", "pytorch_model.bin")
OPEN_CLIP_NAMES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
)
UNCONDITIONAL_NAME = "unconditional.safetensors"
"""File beside ``unet/`` and ``vae/`` with one tensor ``unconditional``: the text encoder's output for the empty prompt.
It makes the text encoder unnecessary."""

_Finder = Callable[[str, Sequence[str]], Path | None]


class FrozenWeightsError(RuntimeError):
    """Weights of a frozen part are absent or unfit. Names the place looked at and the command that fetches them."""


@dataclass(frozen=True)
class DiffusionFiles:
    """Files of a Stable Diffusion model. In a single-file checkpoint all parts are the same file."""

    unet: Path
    vae: Path
    text_encoder: Path | None = None
    unconditional: Path | None = None


def find_diffusion(config: DiffusionConfig, download: bool = True) -> DiffusionFiles:
    """Files that ``config.pretrained`` stands for. Raises :class:`FrozenWeightsError`.

    From the hub only what is not yet in its cache is fetched, and nothing with ``download`` false or HF_HUB_OFFLINE.
    """
    source = config.pretrained
    target = source if _is_hub_id(source) else f"{DiffusionConfig.pretrained} --local-dir {source}"
    command = f"hf download {target} --include 'unet/*' 'vae/*' 'text_encoder/*'"
    if Path(source).is_file():
        return DiffusionFiles(*[Path(source)] * 3)
    find, where = _finder(source, download, command)
    unet, vae = find("unet", DIFFUSERS_NAMES), find("vae", DIFFUSERS_NAMES)
    if unet is None or vae is None:
        raise _absent("Stable Diffusion's " + ("UNet" if unet is None else "VAE"), where, command)
    return DiffusionFiles(unet, vae, find("text_encoder", TRANSFORMERS_NAMES), find("", (UNCONDITIONAL_NAME,)))


def find_clip(config: ClipConfig, download: bool = True) -> Path:
    """File that ``config.pretrained`` stands for: a path, or open_clip's tag. Raises :class:`FrozenWeightsError`."""
    source = config.pretrained
    if Path(source).is_file():
        return Path(source)
    known = open_clip.get_pretrained_cfg(config.architecture, source).get("hf_hub", "")
    if not known and not Path(source).is_dir():
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(config.architecture))
        raise FrozenWeightsError(
            f"clip.pretrained: {source!r} is no file, and open_clip has no weights of this name for "
            f"{config.architecture!r} (it has: {tags or 'none'})"
        )
    hub_id = known.rstrip("/")
    command = f"hf download {hub_id or 'REPOSITORY'} {OPEN_CLIP_NAMES[0]}"
    find, where = _finder(source if Path(source).is_dir() else hub_id, download, command)
    path = find("", OPEN_CLIP_NAMES)
    if path is None:
        raise _absent("CLIP's weights", where, command)
    return path


def _absent(what: str, where: str, command: str) -> FrozenWeightsError:
    return FrozenWeightsError(
        f"{what} not found: looked in {where}. Fetch with `{command}`, or set `pretrained` to a local path"
    )


def _is_hub_id(source: str) -> bool:
    return source.count("/") == 1 and not source.startswith((".", "~", "/")) and not Path(source).exists()


def _finder(source: str, download: bool, command: str) -> tuple[_Finder, str]:
    if _is_hub_id(source):
        cache = Path(constants.HF_HUB_CACHE) / f"models--{source.replace('/', '--')}"
        online = download and not constants.HF_HUB_OFFLINE
        return _in_hub(source, online, str(cache), command), str(cache)
    folder = Path(source).expanduser()

    def in_folder(part: str, names: Sequence[str]) -> Path | None:
        return next((path for name in names if (path := folder / part / name).is_file()), None)

    return in_folder, str(folder)


def _in_hub(repository: str, online: bool, where: str, command: str) -> _Finder:
    def find(part: str, names: Sequence[str]) -> Path | None:
        files = [f"{part}/{name}" if part else name for name in names]
        for file in files:
            cached = try_to_load_from_cache(repository, file)
            if isinstance(cached, str):
                return Path(cached)
        for file in files if online else ():
            try:
                return Path(hf_hub_download(repository, file))
            except RemoteEntryNotFoundError:
                continue  # the repository has the file under another name, or not at all
            except (OSError, HfHubHTTPError, HFValidationError) as error:
                raise FrozenWeightsError(
                    f"{repository} is not in {where} and cannot be fetched ({str(error).splitlines()[0]}). Fetch with "
                    f"`{command}` where there is a network, or set `pretrained` to a local path"
                ) from error
        return None

    return find
