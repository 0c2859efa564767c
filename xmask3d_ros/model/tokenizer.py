# SPDX-License-Identifier: Apache-2.0
"""Words to token numbers, for CLIP's text tower."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import open_clip
import torch
from torch import Tensor


class Tokenizer(Protocol):
    """What a text tower needs of its tokenizer."""

    vocabulary_size: int
    """Size of the token table it was made for."""

    def __call__(self, texts: list[str]) -> Tensor:
        """(n, context length) int64; the end-of-text token has the highest number, by which CLIP finds it."""

    def unknown(self, text: str) -> list[str]:
        """The words of a text that the tokenizer cannot tell from one another."""


class BytePairTokenizer:
    """CLIP's byte-pair encoding, as open_clip ships it: knows every word."""

    def __init__(self, context_length: int) -> None:
        self._tokenizer = open_clip.SimpleTokenizer(context_length=context_length)
        self.vocabulary_size = self._tokenizer.vocab_size

    def __call__(self, texts: list[str]) -> Tensor:
        return self._tokenizer(texts)

    def unknown(self, text: str) -> list[str]:
        return []


class WordListTokenizer:
    """One token a word of a list, for towers trained on a small vocabulary.

    ``path`` is a UTF-8 text file with a word a line; a line that begins with "#" keeps its number but is no word: the
    tower has a token for it and was never shown it. Texts are lower-cased and split at everything that is not a letter
    or digit. Numbers: 0 padding, 1 unknown word, then the lines in their order, then start and end of text. Raises
    ``ValueError`` for an empty list, a line that is not one word, or a word that is there twice.
    """

    PADDING, UNKNOWN = 0, 1

    def __init__(self, path: Path, context_length: int) -> None:
        self.lines = tuple(path.read_text(encoding="utf-8").splitlines())
        self._numbers: dict[str, int] = {}
        for line, word in enumerate(self.lines, start=1):
            if word.startswith("#"):
                continue
            if split_words(word) != [word]:
                raise ValueError(f"{path}, line {line}: {word!r} is not one lower-case word")
            if word in self._numbers:
                raise ValueError(f"{path}, line {line}: {word!r} is in the list twice")
            self._numbers[word] = self.UNKNOWN + line
        if not self._numbers:
            raise ValueError(f"{path}: the word list is empty")
        self._start = self.UNKNOWN + len(self.lines) + 1
        self._end = self._start + 1
        self._context_length = context_length
        self.vocabulary_size = self._end + 1

    def __call__(self, texts: list[str]) -> Tensor:
        tokens = torch.full((len(texts), self._context_length), self.PADDING)
        for row, text in zip(tokens, texts, strict=True):
            numbers = [self._numbers.get(word, self.UNKNOWN) for word in split_words(text)]
            sequence = [self._start, *numbers[: self._context_length - 2], self._end]
            row[: len(sequence)] = torch.tensor(sequence)
        return tokens

    @property
    def words(self) -> tuple[str, ...]:
        """The words it knows, in the list's order."""
        return tuple(self._numbers)

    def unknown(self, text: str) -> list[str]:
        return [word for word in split_words(text) if word not in self._numbers]


def split_words(text: str) -> list[str]:
    """Lower-case runs of letters and digits in ``text``."""
    return re.findall(r"[^\W_]+", text.lower())
