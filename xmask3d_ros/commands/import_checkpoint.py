# SPDX-License-Identifier: Apache-2.0
"""Import an official XMask3D checkpoint: FILE.pth in, a folder with config.json and model.safetensors out.

Every name of the checkpoint must be known and none may be missing. The file is read as tensors alone; one that asks to
run code is refused. The frozen parts, Stable Diffusion v1.3 and CLIP, are not in it: they are looked up when the folder
is loaded, where --diffusion and --clip say.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.commands.output import check_folder, writing
from xmask3d_ros.evaluation.benchmarks import BENCHMARKS, Benchmark
from xmask3d_ros.model.checkpoint import CheckpointError
from xmask3d_ros.model.config import ModelConfig, ScoringConfig, xmask3d
from xmask3d_ros.model.frozen_files import FrozenWeightsError, find_clip, find_diffusion
from xmask3d_ros.model.official import import_official

SPLITS: dict[str, Benchmark] = {name.partition("_")[2]: entry for name, entry in BENCHMARKS.items()}
"""Benchmarks by the short names of their splits: b15n4, b12n7, ..."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("checkpoint", type=Path, metavar="FILE", help="official checkpoint (.pth)")
    parser.add_argument(
        "--split",
        required=True,
        type=str.lower,
        choices=tuple(SPLITS),
        help="base/novel split it was trained on: gives the base classes and the exponents of the ensemble",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the model's folder")
    parser.add_argument("--diffusion", metavar="SOURCE", help="Stable Diffusion v1.3: folder, file or hub id")
    parser.add_argument("--clip", metavar="SOURCE", help="CLIP ViT-L/14: file, folder or open_clip's tag")


def run(options: argparse.Namespace) -> None:
    """Import. Raises :class:`CommandError` where checkpoint or folder is unfit; nothing is written then."""
    check_folder(options.out)
    config = official_config(SPLITS[options.split], options.diffusion, options.clip)
    try:
        with writing(options.out):  # what cannot be read is a CheckpointError
            count = import_official(options.checkpoint, config, options.out)
    except CheckpointError as error:
        raise CommandError(str(error)) from error
    print(f"{count:,} tensors imported into {options.out}: use it with --model {options.out}")
    for find in (lambda: find_diffusion(config.diffusion, download=False), lambda: find_clip(config.clip, False)):
        try:
            find()
        except FrozenWeightsError as error:
            print(f"Still needed before it can run: {error}")


def official_config(benchmark: Benchmark, diffusion: str | None = None, clip: str | None = None) -> ModelConfig:
    """Configuration of the official network for a benchmark; ``diffusion`` and ``clip`` name the frozen weights."""
    config = xmask3d()
    if diffusion is not None:
        config = replace(config, diffusion=replace(config.diffusion, pretrained=_lasting(diffusion)))
    if clip is not None:
        config = replace(config, clip=replace(config.clip, pretrained=_lasting(clip)))
    scoring = ScoringConfig(base_exponent=benchmark.base_exponent, novel_exponent=benchmark.novel_exponent)
    return replace(config, base_classes=benchmark.base_names, scoring=scoring)


def _lasting(source: str) -> str:
    """A path that still holds when the model is loaded from elsewhere; other sources as they are."""
    path = Path(source).expanduser()
    return str(path.resolve()) if path.exists() else source
