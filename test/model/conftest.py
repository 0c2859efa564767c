# SPDX-License-Identifier: Apache-2.0
"""Outputs of the official code and the pseudo-random weights they were made with; both lie outside the repository."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from xmask3d_ros.model.config import CaptionerConfig, DiffusionConfig
from xmask3d_ros.model.diffusion import LatentDiffusion
from xmask3d_ros.model.official_names import official_to_ours, to_ours

# Some virtual machines announce AMX and then stop the process that uses it. oneDNN reads this before its first layer.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")


@pytest.fixture(scope="session")
def golden_folder(test_data: Path) -> Path:
    """The official code's outputs and the script that makes the weights they belong to."""
    return test_data / "golden"


@pytest.fixture(scope="session")
def golden(golden_folder: Path) -> Callable[[str], dict[str, torch.Tensor]]:
    """``golden("c_captioner")``: that file's arrays as tensors (arrays of strings stay as they are)."""

    def load(name: str) -> dict[str, torch.Tensor]:
        with np.load(golden_folder / f"{name}.npz") as file:
            return {key: torch.from_numpy(file[key]) if file[key].dtype.kind in "fiu" else file[key] for key in file}

    return load


@pytest.fixture(scope="session")
def golden_weights(golden_folder: Path) -> ModuleType:
    """The module that makes the weights; its functions take seconds."""
    spec = importlib.util.spec_from_file_location("golden_weights", golden_folder / "weights.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def golden_tensors(golden_weights: ModuleType) -> Callable[..., dict[str, torch.Tensor]]:
    """``golden_tensors("unet", golden_weights.unet_entries())``: these weights, made on both cores."""

    def make(namespace: str, entries: list[tuple[str, tuple[int, ...]]]) -> dict[str, torch.Tensor]:
        with ThreadPoolExecutor(2) as pool:
            tensors = pool.map(lambda entry: golden_weights.tensor(namespace, *entry), entries)
            return {name: tensor for (name, _), tensor in zip(entries, tensors, strict=True)}

    return make


@pytest.fixture(scope="module")
def golden_diffusion(golden_tensors, golden_weights: ModuleType) -> LatentDiffusion:
    """The diffusion model at full size with the official run's weights: 3.7 GB, made in 10 to 20 seconds."""
    with torch.device("meta"):
        diffusion = LatentDiffusion(DiffusionConfig(), CaptionerConfig())
    diffusion.unconditional = golden_weights.uncond_embedding()
    for model, namespace, entries in (
        (diffusion.unet, "unet", golden_weights.unet_entries()),
        (diffusion.vae, "vae", golden_weights.vae_entries()),
    ):
        wanted = model.state_dict().keys()
        weights = golden_tensors(namespace, [(name, shape) for name, shape in entries if name in wanted])
        model.load_state_dict(weights, assign=True)
    return diffusion


@pytest.fixture(scope="session")
def golden_part(golden_weights: ModuleType) -> Callable[[str], dict[str, torch.Tensor]]:
    """``golden_part("captioner")``: state dict of one part of the model, by our names within it."""

    def part(attribute: str) -> dict[str, torch.Tensor]:
        state: dict[str, torch.Tensor] = {}
        for name, shape in golden_weights.official_entries():
            if official_to_ours(name)[0].startswith(f"{attribute}."):
                state |= to_ours({name: golden_weights.tensor("xmask3d", name, shape)})
        return {name.removeprefix(f"{attribute}."): tensor for name, tensor in state.items()}

    return part
