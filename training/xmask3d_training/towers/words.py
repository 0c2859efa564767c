# SPDX-License-Identifier: Apache-2.0
"""The words that the small towers know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.tokenizer import WordListTokenizer

WORDS_FILE = "words.txt"
"""Name of the list in a folder of pairs and in a tower's folder."""
_SPECIAL = 4  # padding, unknown, start and end of text


def with_words(config: ModelConfig, words: Path) -> ModelConfig:
    """The configuration whose CLIP reads the list ``words``, kept as ``words.txt`` in the model's folder."""
    count = len(words.read_text(encoding="utf-8").splitlines())
    return replace(config, clip=replace(config.clip, tokenizer=WORDS_FILE, vocabulary_size=count + _SPECIAL))


def forget_words(tokens: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """Tokens (n, T) of a word list with a ``share`` of the words made unknown, so that unknown words get a meaning."""
    numbers = tokens.numpy()
    words = (numbers > WordListTokenizer.UNKNOWN) & (numbers < numbers.max(axis=1, keepdims=True) - 1)
    forgotten = words & (rng.random(numbers.shape) < share)
    return torch.from_numpy(np.where(forgotten, WordListTokenizer.UNKNOWN, numbers))
