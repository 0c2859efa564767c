# SPDX-License-Identifier: Apache-2.0
"""A tower's folder: ``config.json``, ``towers.safetensors``, ``words.txt``, ``towers.json`` and the card ``README.md``.

Names are those of XMask3D's state dict. One folder may hold CLIP alone, the diffusion model alone, or both.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from xmask3d_ros.files import whole_file
from xmask3d_ros.model.checkpoint import (
    CONFIG_FILE,
    CheckpointError,
    check_tensors,
    load_model,
    read_config,
    save_words,
)
from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.tensor_file import TensorFileError, read_tensors
from xmask3d_ros.model.tokenizer import WordListTokenizer
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_training.towers.card import card
from xmask3d_training.towers.words import WORDS_FILE

TOWERS_FILE, FACTS_FILE, CARD_FILE = "towers.safetensors", "towers.json", "README.md"


def write_towers(
    folder: Path,
    config: ModelConfig,
    tensors: Mapping[str, Tensor],
    words: Path,
    facts: Mapping[str, Any],
    others: Mapping[str, Mapping[str, Tensor]] | None = None,
) -> None:
    """Write a folder; files appear whole or not at all.

    Args:
        folder: made if missing.
        config: sizes.
        tensors: in XMask3D's names.
        words: the word list, copied.
        facts: of each tower by name ("clip", "diffusion"), for the card.
        others: further files, name -> tensors.
    """
    files = {**(others or {}), **({TOWERS_FILE: tensors} if tensors else {})}
    for name, content in files.items():
        written = {key: value.detach().cpu().contiguous() for key, value in content.items()}
        with whole_file(folder / name) as temporary:
            save_file(written, temporary, metadata={"format": "xmask3d"})
    with whole_file(folder / WORDS_FILE) as temporary:
        shutil.copyfile(words, temporary)
    texts = {
        CONFIG_FILE: json.dumps(config.to_dict(), indent=2) + "\n",
        FACTS_FILE: json.dumps(facts, indent=2, sort_keys=True) + "\n",
        CARD_FILE: card(facts, WordListTokenizer(words, config.clip.context_length).words),
    }
    for name, text in texts.items():
        with whole_file(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def load_towers(model: XMask3D, folder: str | Path) -> tuple[str, ...]:
    """Make a folder's towers those of ``model``; answers which: "clip", "diffusion" or both.

    The model's configuration has to have the folder's sizes and word list: ``with_towers`` makes one.

    Raises:
        CheckpointError: files are missing or damaged, or the towers do not fit the model; nothing is loaded.
    """
    folder = Path(folder)
    tensors = read_towers(folder)
    given = read_config(folder)
    found = tuple(part for part in model.frozen_parts() if any(name.startswith(f"{part}.") for name in tensors))
    for part in found:
        if settings_of(model.config, part) != settings_of(given, part):
            raise CheckpointError(
                f"{folder}: its {part} has other settings than the model's; build the model from "
                "with_towers(config, folder)"
            )
    expected = {name: value for name, value in model.state_dict().items() if name.startswith(_prefixes(found))}
    check_tensors(tensors, expected, folder / TOWERS_FILE)
    model.load_state_dict({name: value.to(expected[name].dtype) for name, value in tensors.items()}, strict=False)
    return found


def with_towers(config: ModelConfig, folder: str | Path) -> ModelConfig:
    """``config`` with the sizes and settings of a folder's towers. Raises CheckpointError."""
    given = read_config(Path(folder))
    return replace(config, clip=given.clip, diffusion=given.diffusion, captioner=given.captioner)


def read_towers(folder: Path) -> dict[str, Tensor]:
    """The tensors of a folder. Raises CheckpointError."""
    path = folder / TOWERS_FILE
    if not path.is_file():
        raise CheckpointError(f"{path} is missing: train the towers with `xmask3d train towers`")
    try:
        return read_tensors(path)
    except (TensorFileError, OSError) as error:
        raise CheckpointError(str(error)) from error


def join_towers(folders: Sequence[Path], out: Path) -> tuple[str, ...]:
    """Put the towers of several folders into one; answers which.

    Raises:
        CheckpointError: a folder cannot be read, they hold the same tower twice, or know different words.
    """
    tensors: dict[str, Tensor] = {}
    facts: dict[str, Any] = {}
    config = read_config(folders[0])
    words = folders[0] / WORDS_FILE
    for folder in folders:
        if _content(folder / WORDS_FILE) != _content(words):
            raise CheckpointError(f"{folder} and {folders[0]} have different word lists: train both on the same pairs")
        found, given = read_towers(folder), read_config(folder)
        if twice := set(found) & set(tensors):
            raise CheckpointError(f"{folder}: {sorted(twice)[0]} has been read from another folder already")
        tensors.update(found)
        content = _content(folder / FACTS_FILE)
        try:
            facts.update(json.loads(content))
        except (ValueError, TypeError) as error:
            raise CheckpointError(f"{folder / FACTS_FILE} is damaged: write the tower again") from error
        if any(name.startswith("clip.") for name in found):
            config = replace(config, clip=given.clip)
        if any(name.startswith("diffusion.") for name in found):
            config = replace(config, diffusion=given.diffusion, captioner=given.captioner)
    write_towers(out, config, tensors, words, facts)
    return tuple(sorted({name.partition(".")[0] for name in tensors}))


def split_towers(model: str | Path, out: Path) -> tuple[str, ...]:
    """Write the frozen parts of a trained model with a word list as towers to train on, a folder each; answers which.

    Raises:
        CheckpointError: the model cannot be loaded, or has no word list.
    """
    network = load_model(model)
    if not isinstance(network.clip.tokenizer, WordListTokenizer):
        raise CheckpointError(f"{model} has no word list: its frozen parts were not trained here")
    parts = network.frozen_parts()
    with tempfile.TemporaryDirectory() as name:
        save_words(network, name)
        words = Path(name) / network.config.clip.tokenizer
        for part, module in parts.items():
            tensors = {f"{part}.{key}": value for key, value in module.state_dict().items()}
            facts = {part: {"tower": part, "taken from": str(model)}}
            write_towers(out / part, network.config, tensors, words, facts)
    return tuple(sorted(parts))


def settings_of(config: ModelConfig, part: str) -> Any:
    """What of a tower's configuration has to agree: not how it is used (timestep, windows, coverage of masks)."""
    if part == "clip":
        return replace(config.clip, mask_coverage=0.0)
    return replace(config.diffusion, timestep=0, windows="squash", noise_seed=0), replace(config.captioner, source="3d")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"cannot read {path} ({error.strerror}): give the folder tower/ of a finished run of `xmask3d train towers`"
        ) from error


def _prefixes(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{part}." for part in parts)
