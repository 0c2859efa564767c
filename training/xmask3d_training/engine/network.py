# SPDX-License-Identifier: Apache-2.0
"""The network that training starts from, and which of its parameters learn how fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from xmask3d_ros.evaluation.benchmarks import Benchmark
from xmask3d_ros.model.checkpoint import BUNDLED, CONFIG_FILE, load_model, read_config
from xmask3d_ros.model.config import PRESETS, ModelConfig
from xmask3d_ros.model.frozen import load_clip, load_diffusion
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_training.engine.config import OptimiserConfig
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.losses.config import LossConfig
from xmask3d_training.towers.folder import TOWERS_FILE, load_towers

Condition = Literal["3d", "2d", "text"]


def fresh_network(name: str, benchmark: Benchmark, condition: Condition = "3d", seed: int = 0) -> XMask3D:
    """A network to train on a benchmark: its trained parts drawn at random, its frozen parts loaded.

    Args:
        name: a preset, whose frozen parts come from where they are published (or are random where the preset names no
            source), or a folder of a model or of towers alone, whose sizes and frozen parts are used.
        benchmark: gives base classes and test-time exponents.
        condition: what the diffusion UNet is told (XMask3D table 3).
        seed: of the random weights.

    Raises:
        SettingsError: no such preset or folder.
        CheckpointError, FrozenWeightsError: the folder or the frozen weights cannot be loaded.
    """
    folder = next((path for path in (Path(name), BUNDLED / name) if (path / CONFIG_FILE).is_file()), None)
    if folder is None:
        if name not in PRESETS:
            raise SettingsError(f"model.network: {name!r} is neither a model's folder nor one of {', '.join(PRESETS)}")
        network = XMask3D.from_config(for_benchmark(PRESETS[name](), benchmark, condition), seed)
        if network.config.diffusion.pretrained:
            load_diffusion(network.diffusion)
        if network.config.clip.pretrained:
            load_clip(network.clip)
    elif (folder / TOWERS_FILE).is_file():
        network = XMask3D.from_config(for_benchmark(read_config(folder), benchmark, condition), seed, folder)
        load_towers(network, folder)
    else:
        source = load_model(folder)
        network = XMask3D.from_config(for_benchmark(source.config, benchmark, condition), seed, folder)
        for part, module in source.frozen_parts().items():
            network.frozen_parts()[part].load_state_dict(module.state_dict())
    # It starts as CLIP's embedding of the empty string, which only the loaded tower knows (METHODS 1.8).
    with torch.no_grad():
        network.null_embedding.copy_(network.clip.encode_text([""]))
    return network


def trained_network(folder: str | Path, benchmark: Benchmark) -> XMask3D:
    """A trained model, to evaluate or to train further; it scores with its own exponents and gate.

    Raises:
        SettingsError: it was trained with other base classes than the benchmark's.
        CheckpointError, FrozenWeightsError: it cannot be loaded.
    """
    network = load_model(folder)
    if set(network.config.base_classes) != set(benchmark.base_names):
        raise SettingsError(
            f"{folder} was trained on the base classes {', '.join(network.config.base_classes)}; "
            f"{benchmark.title} has {', '.join(benchmark.base_names)}"
        )
    network.config = replace(network.config, base_classes=benchmark.base_names)
    return network


def start_from(network: XMask3D, folder: str | Path, benchmark: Benchmark) -> None:
    """Take over what another model of the same sizes and base classes has learned, but not its frozen parts.

    Raises:
        SettingsError: the other has other base classes (it may have seen labels of novel ones) or other sizes.
        CheckpointError, FrozenWeightsError: it cannot be loaded.
    """
    source = trained_network(folder, benchmark)
    for part in ("voxel_size", "point_network", "binary_network", "captioner", "mask_head"):
        if getattr(source.config, part) != getattr(network.config, part):
            raise SettingsError(f"model.start: {folder} has another {part} than model.network")
    frozen = tuple(f"{part}." for part in network.frozen_parts())
    learned = {name: value for name, value in source.state_dict().items() if not name.startswith(frozen)}
    own = {name: value for name, value in network.state_dict().items() if not name.startswith(frozen)}
    for name in {**own, **learned}:
        there, here = (_shape(tensors.get(name)) for tensors in (learned, own))
        if there != here:
            raise SettingsError(
                f"model.start: {name} is {there} in {folder} and {here} in model.network, whose frozen parts are of "
                "other sizes: start from a model that was trained with frozen parts of the same sizes"
            )
    network.load_state_dict(learned, strict=False)


def _shape(tensor: Tensor | None) -> str:
    return "missing" if tensor is None else "x".join(map(str, tensor.shape)) or "a number"


def for_benchmark(config: ModelConfig, benchmark: Benchmark, condition: Condition) -> ModelConfig:
    """The configuration of a network to train: with a benchmark's classes and exponents, and a condition."""
    captioner = replace(config.captioner, source=condition)
    # Gate and background stay the model's own.
    scoring = replace(config.scoring, base_exponent=benchmark.base_exponent, novel_exponent=benchmark.novel_exponent)
    return replace(config, captioner=captioner, scoring=scoring, base_classes=benchmark.base_names)


def trained_parameters(network: XMask3D, losses: LossConfig | None = None) -> Iterator[tuple[str, nn.Parameter]]:
    """All but those of frozen parts, and of parts that the condition leaves unused.

    Where the ``losses`` ask for ``points_alone``, those that the 3D networks' terms depend on.
    """
    if losses is not None and losses.points_alone:
        heads = ("point_branch.", "binary_head.") if losses.binary else ("point_branch.",)
        for name, parameter in network.named_parameters():
            if name in ("null_embedding", "mask_head.logit_scale") or (
                name.startswith(heads) and not name.startswith("point_branch.point2text_adapter.")
            ):
                yield name, parameter
        return
    unused = {"3d": (), "2d": ("point_branch.point2text_adapter",)}.get(
        network.config.captioner.source, ("point_branch.point2text_adapter", "captioner")
    )
    skipped = tuple(f"{part}." for part in (*network.frozen_parts(), *unused))
    for name, parameter in network.named_parameters():
        if not name.startswith(skipped):
            yield name, parameter


def parameter_groups(network: XMask3D, config: OptimiserConfig) -> list[dict[str, Any]]:
    """The 3D networks, then the rest, each with its learning rate; parameters that want no gradient are left out."""
    groups: dict[str, list[nn.Parameter]] = {"3d": [], "rest": []}
    for name, parameter in trained_parameters(network):
        if not parameter.requires_grad:
            continue
        groups["3d" if name.startswith(("point_branch.", "binary_head.")) else "rest"].append(parameter)
    return [
        {"params": groups["3d"], "lr": config.learning_rate_3d, "name": "3d"},
        {"params": groups["rest"], "lr": config.learning_rate, "name": "rest"},
    ]
