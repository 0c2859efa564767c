# SPDX-License-Identifier: Apache-2.0
"""The word list of the small towers: the words that captions of training rooms can say, and no others."""

from __future__ import annotations

from pathlib import Path

from xmask3d_ros.files import whole_file
from xmask3d_ros.model.tokenizer import split_words
from xmask3d_training.synthetic.phrases import vocabulary


def generator_words() -> list[str]:
    """Every word that captions of training rooms can hold, sorted, split as the tokenizer splits."""
    return sorted({word for entry in vocabulary() for word in split_words(entry)})


def write_words(path: Path) -> Path:
    """Write the list, a word a line."""
    with whole_file(path) as temporary:
        temporary.write_text("".join(f"{word}\n" for word in generator_words()), encoding="utf-8")
    return path
