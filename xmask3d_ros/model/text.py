# SPDX-License-Identifier: Apache-2.0
"""A vocabulary as the network sees it: text embeddings, groups, background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.vocabulary import ClassEntry, Vocabulary, normalise

WORDS_KEPT = 4096
"""Most words whose embeddings are kept, unless more are asked for at once: 12 MB at the reference's width."""


@dataclass(frozen=True)
class TextClasses:
    """Classes to score points against: those of a vocabulary, then the background that competes with them."""

    embeddings: Tensor
    """(R, C) float32 unit text embeddings, one a word."""
    class_of_row: Tensor
    """(R,) int64 class of each word."""
    is_base: Tensor
    """(K,) bool, classes of the base group."""
    named: int
    """The first ``named`` of the K classes are the vocabulary's; the rest is background, reported as unknown."""

    def __len__(self) -> int:
        return len(self.is_base)

    @property
    def gated(self) -> bool:
        """Whether both groups have classes, so that choosing a group makes sense."""
        return bool(self.is_base.any()) and not bool(self.is_base.all())

    def logits(self, embeddings: Tensor, scale: Tensor | float = 1.0) -> Tensor:
        """Scaled cosines with the classes; a class scores as its best word.

        Args:
            embeddings: (N, C), any length.
            scale: factor of the cosines.

        Returns:
            (N, K).
        """
        cosines = cosine(embeddings, self.embeddings)
        return scale * self.best_word(cosines)

    def best_word(self, by_word: Tensor) -> Tensor:
        """(N, R) scores by word -> (N, K) scores by class."""
        if by_word.shape[1] == len(self):
            return by_word
        best = by_word.new_full((by_word.shape[0], len(self)), -torch.inf)
        index = self.class_of_row.expand(by_word.shape[0], -1)
        return best.scatter_reduce(1, index, by_word, reduce="amax")


def cosine(embeddings: Tensor, unit_rows: Tensor) -> Tensor:
    """Cosines of (N, C) embeddings with (R, C) unit rows -> (N, R)."""
    return torch.nn.functional.normalize(embeddings, dim=-1) @ unit_rows.T


def base_words(config: ModelConfig) -> list[str]:
    """The training base classes, each followed by its synonyms."""
    return [word for name in config.base_classes for word in (name, *config.synonyms.get(name, ()))]


def is_base_word(words: Sequence[str], config: ModelConfig) -> bool:
    """Whether one of the words names a training base class or a synonym of one."""
    known = {normalise(word) for word in base_words(config)}
    return any(normalise(word) in known for word in words)


def background_of(vocabulary: Vocabulary, config: ModelConfig) -> list[ClassEntry]:
    """The training base classes that a vocabulary leaves out.

    They compete with the vocabulary, so that a point may be none of its classes; a benchmark's full list has none.
    """
    if config.scoring.background == "none":
        return []
    asked = {normalise(word) for entry in vocabulary.entries for word in entry.words}
    return [
        ClassEntry(name, tuple(config.synonyms.get(name, ())))
        for name in config.base_classes
        if not asked & {normalise(word) for word in (name, *config.synonyms.get(name, ()))}
    ]


class TextEncoder:
    """Turns vocabularies into :class:`TextClasses`, keeping the embeddings of the words it has met last."""

    def __init__(
        self, encode: Callable[[list[str]], Tensor], config: ModelConfig, unknown: Callable[[str], list[str]]
    ) -> None:
        """``encode``: texts -> (n, C) text embeddings of any length; ``unknown``: a text's words that it never met."""
        self._encode = encode
        self._config = config
        self._unknown = unknown
        self._embeddings: dict[str, Tensor] = {}

    def embed(self, words: Sequence[str]) -> Tensor:
        """(n, C) float32 un-normalised embeddings of the raw words, no template (METHODS 1.9)."""
        met = self._embeddings
        new = [word for word in dict.fromkeys(words) if word not in met]
        if new:
            # Copies: a row of the whole result would keep all of it.
            met = met | {word: row.clone() for word, row in zip(new, self._encode(new).float(), strict=True)}
        asked = {word: met[word] for word in words}
        earlier = [word for word in met if word not in asked]
        earlier = earlier[max(len(met) - WORDS_KEPT, 0) :]
        self._embeddings = {word: met[word] for word in earlier} | asked
        return torch.stack([asked[word] for word in words])

    def unknown_words(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Single words of the vocabulary, each once, that the network takes for one and the same: it never met them."""
        found = (word for entry in vocabulary.entries for text in entry.words for word in self._unknown(text))
        return tuple(dict.fromkeys(found))

    def classes(self, vocabulary: Vocabulary) -> TextClasses:
        """The vocabulary's classes and the background that competes with them."""
        background = background_of(vocabulary, self._config)
        entries = [*vocabulary.entries, *background]
        embeddings = self.embed([word for entry in entries for word in entry.words])
        rows = [number for number, entry in enumerate(entries) for _ in entry.words]
        base = [is_base_word(entry.words, self._config) for entry in vocabulary.entries] + [True] * len(background)
        device = embeddings.device
        return TextClasses(
            torch.nn.functional.normalize(embeddings, dim=-1),
            torch.tensor(rows, dtype=torch.int64, device=device),
            torch.tensor(base, dtype=torch.bool, device=device),
            len(vocabulary.entries),
        )
