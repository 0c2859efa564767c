# SPDX-License-Identifier: Apache-2.0
"""Loading the frozen parts: Stable Diffusion's UNet and VAE, and CLIP (METHODS 3, 4.2).

Weights are read as tensors and matched by name; no file's code is executed. Only what a frame needs is kept: the text
encoder of Stable Diffusion runs once, for the empty prompt, if its output is not stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel

from xmask3d_ros.model.clip import ClipTowers
from xmask3d_ros.model.diffusion import LatentDiffusion
from xmask3d_ros.model.frozen_files import DiffusionFiles, FrozenWeightsError, find_clip, find_diffusion
from xmask3d_ros.model.tensor_file import TensorFileError, read_tensors

_OLD_ATTENTION = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
_LDM_TEXT_ENCODER = "cond_stage_model.transformer."


def load_diffusion(diffusion: LatentDiffusion, download: bool = True) -> None:
    """Fill ``diffusion`` with the weights its configuration names (``config.pretrained``).

    Takes a folder in diffusers' layout, a hub id, or an original single-file checkpoint. Also sets the embedding of
    the empty prompt: from ``unconditional.safetensors`` in the folder, else by running the text encoder once. Raises
    :class:`~xmask3d_ros.model.frozen_files.FrozenWeightsError`.
    """
    files = find_diffusion(diffusion.config, download)
    unet, vae = _read(files.unet), _read(files.vae)
    if files.unet == files.vae:
        unet = _convert(convert_ldm_unet_checkpoint, unet, diffusion.unet, files.unet)
        vae = _convert(convert_ldm_vae_checkpoint, vae, diffusion.vae, files.vae)
    _fill(diffusion.unet, unet, "UNet", files.unet)
    _fill(diffusion.vae, {_current_name(name): tensor for name, tensor in vae.items()}, "VAE", files.vae)
    embedding = _unconditional(files)
    if embedding.shape != diffusion.unconditional.shape:
        raise FrozenWeightsError(
            f"{files.unconditional or files.text_encoder}: the empty prompt has shape {tuple(embedding.shape)}, "
            f"the configuration says {tuple(diffusion.unconditional.shape)}"
        )
    diffusion.unconditional = embedding.to(diffusion.unet.dtype)


def load_clip(towers: ClipTowers, download: bool = True) -> None:
    """Fill ``towers`` with the weights its configuration names: open_clip's tag or a file with open_clip's names.

    Raises :class:`~xmask3d_ros.model.frozen_files.FrozenWeightsError`.
    """
    path = find_clip(towers.config, download)
    _fill(towers.model, _read(path), "CLIP", path)


def empty_prompt(text_encoder: dict[str, Tensor], path: Path) -> Tensor:
    """Output (1, T, D) of a CLIP text encoder, given by transformers' names, for the empty text padded to length T.

    Sizes are read off the tensors; heads are 64 wide and the activation is QuickGELU, as in Stable Diffusion 1. The
    padding repeats the end-of-text token and is not masked, as in the original.
    """
    tensors = {name.removeprefix("text_model."): tensor for name, tensor in text_encoder.items()}
    try:
        (vocabulary, width), (length, _) = (
            tensors[f"embeddings.{table}_embedding.weight"].shape for table in ("token", "position")
        )
        feed_forward = tensors["encoder.layers.0.mlp.fc1.weight"].shape[0]
    except (KeyError, ValueError) as error:
        raise FrozenWeightsError(f"{path}: not a CLIP text encoder ({error} is missing or misshapen)") from error
    model = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=width,
            intermediate_size=feed_forward,
            num_hidden_layers=len({name.split(".")[2] for name in tensors if name.startswith("encoder.layers.")}),
            num_attention_heads=width // 64,
            max_position_embeddings=length,
            hidden_act="quick_gelu",
        )
    ).eval()
    _fill(model, tensors, "text encoder", path)
    start, end = vocabulary - 2, vocabulary - 1
    with torch.no_grad():
        return model(torch.tensor([[start] + [end] * (length - 1)])).last_hidden_state


def _unconditional(files: DiffusionFiles) -> Tensor:
    if files.unconditional is not None:
        tensors = _read(files.unconditional)
        if "unconditional" not in tensors:
            raise FrozenWeightsError(f"{files.unconditional}: has no tensor 'unconditional'")
        return tensors["unconditional"].clone()
    if files.text_encoder is None:
        raise FrozenWeightsError(
            f"{files.unet.parent.parent}: has neither unconditional.safetensors nor text_encoder/. The diffusion model "
            "needs the embedding of the empty prompt: download the text encoder too"
        )
    tensors = _read(files.text_encoder)
    if files.text_encoder == files.unet:
        tensors = {
            name.removeprefix(_LDM_TEXT_ENCODER): tensor
            for name, tensor in tensors.items()
            if name.startswith(_LDM_TEXT_ENCODER)
        }
    return empty_prompt(tensors, files.text_encoder)


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return read_tensors(path)
    except (TensorFileError, OSError) as error:
        raise FrozenWeightsError(str(error)) from error


def _convert(converter: Callable[..., Any], tensors: dict[str, Tensor], model: Any, path: Path) -> dict[str, Tensor]:
    try:
        converted = converter(tensors, config=dict(model.config))
    except (KeyError, IndexError, ValueError) as error:
        raise FrozenWeightsError(f"{path}: not a complete Stable Diffusion 1 checkpoint ({error!r})") from error
    if not converted:
        raise FrozenWeightsError(f"{path}: not a Stable Diffusion 1 checkpoint, no name of its parts is in it")
    return converted


def _current_name(name: str) -> str:
    """diffusers renamed the projections of the VAE's attention; repositories of 2022 have the old names."""
    return re.sub(
        r"(?<=\.attentions\.0\.)(query|key|value|proj_attn)(?=\.)", lambda match: _OLD_ATTENTION[match[0]], name
    )


def _fill(module: nn.Module, tensors: dict[str, Tensor], what: str, path: Path) -> None:
    """Give ``module`` its tensors by name, in its own number format; those it has no place for are passed over."""
    chosen: dict[str, Tensor] = {}
    for name, own in module.state_dict().items():
        if name not in tensors:
            raise FrozenWeightsError(f"{path}: the {what} lacks {name!r}")
        tensor = tensors[name]
        if tensor.shape != own.shape and tensor.squeeze().shape == own.shape:
            tensor = tensor.reshape(own.shape)  # linear layers were once 1x1 convolutions
        if tensor.shape != own.shape:
            raise FrozenWeightsError(
                f"{path}: {name!r} of the {what} has shape {tuple(tensor.shape)}, expected {tuple(own.shape)}"
            )
        chosen[name] = tensor.to(own.dtype)
    module.load_state_dict(chosen, assign=True)
