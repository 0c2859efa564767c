# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train bundle``: a trained model in half precision with a card, small enough to come with the package.

  xmask3d train bundle runs/reproduction/tiny_seed0/model --results runs/reproduction/tiny_seed0/results.json \\
      --towers runs/towers --out xmask3d_ros/models/tiny
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from xmask3d_ros.files import whole_file
from xmask3d_ros.model.checkpoint import CheckpointError, load_model, save_words, write_folder
from xmask3d_ros.model.tokenizer import Tokenizer, WordListTokenizer
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.reproduction.card import model_card
from xmask3d_training.synthetic.catalogue import STYLE_NAMES, SYNONYMS
from xmask3d_training.towers.folder import CARD_FILE, FACTS_FILE

MOST_BYTES = 40_000_000
"""Of the whole folder."""


def main(arguments: Sequence[str]) -> int:
    """Bundle a model; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        size = bundle(options.model, options.out, options.results, options.towers, options.most_bytes)
    except (SettingsError, CheckpointError) as error:
        print(f"xmask3d train bundle: {error}", file=sys.stderr)
        return 2
    print(f"{options.out}: {size / 1e6:.1f} MB")
    return 0


def bundle(model: Path, out: Path, results: Path | None, towers: Path | None, most_bytes: int = MOST_BYTES) -> int:
    """Write the folder; answers its size in bytes.

    Args:
        model: folder of a trained model that knows a word list, its frozen parts included.
        out: folder to write: ``config.json``, ``model.safetensors``, the word list, ``README.md``.
        results: file of the run's results, for the card.
        towers: folder that the frozen parts come from, whose facts go into the card.
        most_bytes: of all files together.

    Raises:
        SettingsError: the model is too large, or has no word list.
        CheckpointError: it cannot be loaded.
    """
    network = load_model(model)
    tokenizer = network.clip.tokenizer
    if not isinstance(tokenizer, WordListTokenizer):
        raise SettingsError(f"{model} has no word list: only models whose towers were trained here are bundled")
    base = network.config.base_classes
    config = replace(network.config, synonyms=synonyms_of(base, tokenizer))
    novel_synonyms = synonyms_of([name for name in SYNONYMS if name not in base], tokenizer)
    tensors = {name: halved(name, tensor) for name, tensor in network.state_dict().items()}
    facts = read(towers / FACTS_FILE if towers else None)
    card = model_card(config, tokenizer.words, tensors, read(results), facts, novel_synonyms)
    with tempfile.TemporaryDirectory() as name:
        draft = Path(name)
        write_folder(draft, config, tensors)
        save_words(network, draft)
        (draft / CARD_FILE).write_text(card, encoding="utf-8")
        files = sorted(draft.iterdir())
        size = sum(path.stat().st_size for path in files)
        if size > most_bytes:
            raise SettingsError(
                f"{model} takes {size / 1e6:.1f} MB in half precision, more than {most_bytes / 1e6:.1f}: train a "
                "smaller network"
            )
        for path in files:
            with whole_file(out / path.name) as temporary:
                shutil.copyfile(path, temporary)
    return size


def synonyms_of(classes: Sequence[str], tokenizer: Tokenizer) -> dict[str, tuple[str, ...]]:
    """Other words of the generator for classes, and its names of their kinds ("armchair").

    Words that ``tokenizer`` does not know are left out.
    """
    words = {name: list(SYNONYMS.get(name, ())) for name in classes}
    for style, word in STYLE_NAMES.items():
        words.get(style.partition("/")[0], []).append(word)
    known = {name: tuple(word for word in others if not tokenizer.unknown(word)) for name, others in words.items()}
    return {name: others for name, others in known.items() if others}


def halved(name: str, tensor: Tensor) -> Tensor:
    """A tensor in half precision; statistics of batch norms, and what half precision cannot hold, as they are."""
    if not tensor.is_floating_point() or name.endswith(("running_mean", "running_var")):
        return tensor
    half = tensor.half()
    return half if bool(half.isfinite().all()) else tensor


def read(path: Path | None) -> Mapping[str, Any]:
    """A JSON file; empty without one. Raises SettingsError."""
    if path is None:
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xmask3d train bundle", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="folder of a trained model")
    parser.add_argument("--out", type=Path, required=True, help="folder to write, for instance xmask3d_ros/models/tiny")
    parser.add_argument("--results", type=Path, help="results.json of its run, for the card")
    parser.add_argument("--towers", type=Path, help="folder of its towers, for the card")
    parser.add_argument("--most-bytes", type=int, default=MOST_BYTES, help="of the folder (default %(default)s)")
    return parser
