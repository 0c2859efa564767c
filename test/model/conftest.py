# SPDX-License-Identifier: Apache-2.0
"""Outputs of the official code and the pseudo-random weights they were made with; both lie outside the repository."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from xmask3d_ros.model.official_names import official_to_ours, to_ours

# Some virtual machines announce AMX and then stop the process that uses it. oneDNN reads this before its first layer.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")


@pytest.fixture(scope="session")
def golden_folder() -> Path:
    root = os.environ.get("XMASK3D_TEST_DATA")
    if root is None:
        pytest.skip("XMASK3D_TEST_DATA is not set: it names the folder with golden/, the official code's outputs")
    return Path(root) / "golden"


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
def golden_part(golden_weights: ModuleType) -> Callable[[str], dict[str, torch.Tensor]]:
    """``golden_part("captioner")``: state dict of one part of the model, by our names within it."""

    def part(attribute: str) -> dict[str, torch.Tensor]:
        state: dict[str, torch.Tensor] = {}
        for name, shape in golden_weights.official_entries():
            if official_to_ours(name)[0].startswith(f"{attribute}."):
                state |= to_ours({name: golden_weights.tensor("xmask3d", name, shape)})
        return {name.removeprefix(f"{attribute}."): tensor for name, tensor in state.items()}

    return part
