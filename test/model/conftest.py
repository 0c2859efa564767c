# SPDX-License-Identifier: Apache-2.0
"""Outputs of the official code and the pseudo-random weights they were made with; both lie outside the repository."""

from __future__ import annotations

import hashlib
import importlib.util
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from xmask3d_ros.cli import main
from xmask3d_ros.model.captioner import Condition
from xmask3d_ros.model.checkpoint import load_trained_parts
from xmask3d_ros.model.diffusion import Latent
from xmask3d_ros.model.mask_head import MaskPredictions
from xmask3d_ros.model.point_branch import PointFeatures
from xmask3d_ros.model.scoring import ViewEvidence
from xmask3d_ros.model.view import View
from xmask3d_ros.model.xmask3d import XMask3D


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the run at full size first waits for it: a minute on two idle cores, more on busy ones."""
    for item in items:
        if "official_run" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(900))


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
    module._z = _standard_numbers
    return module


def _standard_numbers(namespace: str, name: str, count: int) -> np.ndarray:
    """The weights' script's own numbers, to the bit, made in pieces that fit the cache: four times faster."""
    seed = hashlib.sha256(f"{namespace}:{name}".encode()).digest()
    source = np.random.PCG64(int.from_bytes(seed, "little"))
    numbers = np.empty(count)
    for start in range(0, count, 1 << 15):
        piece = numbers[start : start + (1 << 15)]
        words = source.random_raw(len(piece)).view(np.uint16).reshape(-1, 4)
        np.multiply(words.sum(axis=1, dtype=np.int64) - 131070, 1 / math.sqrt((65536.0**2 - 1) / 3), out=piece)
    return numbers


@pytest.fixture(scope="session")
def golden_tensors(golden_weights: ModuleType) -> Callable[..., dict[str, torch.Tensor]]:
    """``golden_tensors("unet", golden_weights.unet_entries())``: these weights, made on both cores."""

    def make(namespace: str, entries: list[tuple[str, tuple[int, ...]]]) -> dict[str, torch.Tensor]:
        with ThreadPoolExecutor(2) as pool:
            tensors = pool.map(lambda entry: golden_weights.tensor(namespace, *entry), entries)
            return {name: tensor for (name, _), tensor in zip(entries, tensors, strict=True)}

    return make


@pytest.fixture(scope="session")
def official_file(golden_weights: ModuleType, tmp_path_factory) -> Path:
    """A checkpoint as the official training writes it: 1,073 tensors under ``module.``, with versions."""
    path = tmp_path_factory.mktemp("official") / "official.pth"
    golden_weights.make_official_checkpoint(str(path))
    return path


@pytest.fixture(scope="session")
def imported_folder(official_file: Path) -> Path:
    """The folder that ``xmask3d import-checkpoint`` makes of it."""
    folder = official_file.parent / "model"
    assert main(["import-checkpoint", str(official_file), "--split", "b12n7", "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def imported(imported_folder: Path) -> XMask3D:
    """The imported network without its frozen parts; tests must not change it."""
    return load_trained_parts(imported_folder).requires_grad_(False)


@pytest.fixture(scope="session")
def golden_part(imported: XMask3D) -> Callable[[str], dict[str, torch.Tensor]]:
    """``golden_part("captioner")``: state dict of one part of the imported network."""
    return lambda attribute: imported.get_submodule(attribute).state_dict()


@pytest.fixture(scope="session")
def golden_view(golden: Callable[[str], dict[str, torch.Tensor]]) -> View:
    """The posed view of which the official code's outputs were recorded."""
    recorded = golden("view_common")
    seen = recorded["mapping"][:, 2] != 0
    rows, columns, _ = recorded["mapping"][seen].long().unbind(1)
    colors = ((recorded["colors"][seen] + 1) * 127.5).round().to(torch.uint8)
    return View(recorded["coords"][seen].double(), colors, rows, columns, (240, 320), recorded["image"])


@dataclass(frozen=True)
class OfficialRun:
    """What the imported network at full size says of the golden view, stage by stage."""

    voxels: torch.Tensor
    points: PointFeatures
    condition: Condition
    latent: Latent
    taps: list[torch.Tensor]
    maps: list[torch.Tensor]
    masks: MaskPredictions
    evidence: ViewEvidence
    mask_clip: torch.Tensor
    """MaskCLIP's embeddings of the masks in f_maskclip, on the same image."""
    visible_patches: torch.Tensor


@pytest.fixture(scope="session")
def official_run(imported_folder, golden, golden_view, golden_tensors, golden_weights) -> OfficialRun:
    """One pass with all weights of the official run: 5 GB made in 15 seconds, then 2.5 TFLOP; only results are kept."""
    network = load_trained_parts(imported_folder)
    network.diffusion.unconditional = golden_weights.uncond_embedding()
    for module, namespace, entries in (
        (network.diffusion.unet, "unet", golden_weights.unet_entries()),
        (network.diffusion.vae, "vae", golden_weights.vae_entries()),
        (network.clip.model, "clip", golden_weights.clip_entries(text=False)),
    ):
        wanted = module.state_dict().keys()
        weights = golden_tensors(namespace, [(name, shape) for name, shape in entries if name in wanted])
        assert not module.load_state_dict(weights, strict=False, assign=True).unexpected_keys
    calls: dict[str, tuple] = {}
    for name in ("point_branch", "captioner", "diffusion", "feature_projection", "mask_head"):
        hook = partial(lambda name, _, inputs, output: calls.__setitem__(name, (inputs, output)), name)
        network.get_submodule(name).register_forward_hook(hook)
    evidence = network.observe(golden_view)
    expected = golden("f_maskclip")
    image = expected["image512_uint8"].permute(2, 0, 1)[None] / 255
    masks = expected["mask_logits_q256"][None] / 256
    return OfficialRun(
        calls["point_branch"][0][0],
        calls["point_branch"][1],
        calls["captioner"][1],
        calls["diffusion"][0][0],
        calls["diffusion"][1],
        calls["feature_projection"][1],
        calls["mask_head"][1],
        evidence,
        network.mask_clip(image, masks)[0],
        network.mask_clip.visible_tokens(masks)[0],
    )
