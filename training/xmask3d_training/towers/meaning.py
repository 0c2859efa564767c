# SPDX-License-Identifier: Apache-2.0
"""What captions say, as sets of words, so that one can tell which captions are also true of another's picture.

"a chair" is true of every picture captioned "a photo of a red chair". In large collections such pairs are rare; among
captions of rooms they are many, and contrasting them would teach differences that are none.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch
from torch import Tensor

from xmask3d_ros.model.tokenizer import split_words
from xmask3d_training.synthetic.phrases import GLUE, NUMBERS, nouns, plural, vocabulary

_SILENT = {*GLUE.split(), *NUMBERS.values(), "to"}
"""Words that say nothing about what is seen."""
_LONGEST = 3
"""Words of the longest noun ("chest of drawers")."""


def said(captions: Sequence[str]) -> Tensor:
    """(n, M) bool: which of M nouns (of several words as one), adjectives and relations each caption holds."""
    columns = _columns()
    found = torch.zeros(len(captions), len(columns), dtype=torch.bool)
    for row, caption in zip(found, captions, strict=True):
        row[[columns[word] for word in _meaning(caption)]] = True
    return found


def also_true(said: Tensor) -> Tensor:
    """(n, M) -> (n, n) bool: row i, column j: caption j says nothing beyond caption i, so it is true of i's picture."""
    words = said.float()
    return (1 - words) @ words.T == 0


@functools.cache
def _meaning(caption: str) -> frozenset[str]:
    words, found = split_words(caption), set()
    while words:
        length = next((n for n in range(_LONGEST, 0, -1) if tuple(words[:n]) in _singular()), 0)
        if length:
            found.add(_singular()[tuple(words[:length])])
        elif words[0] not in _SILENT:
            found.add(words[0])
        del words[: max(length, 1)]
    return frozenset(found)


@functools.cache
def _singular() -> dict[tuple[str, ...], str]:
    """Nouns and their plurals, as words -> the noun."""
    return {tuple(split_words(form)): noun for noun in nouns() for form in (plural(noun), noun)}


@functools.cache
def _columns() -> dict[str, int]:
    words = {word for entry in vocabulary() for word in split_words(entry)}
    return {word: column for column, word in enumerate(sorted(words | set(nouns())))}
