# SPDX-License-Identifier: Apache-2.0
"""Which classes of a vocabulary are base and which novel."""

from __future__ import annotations

from collections.abc import Sequence

from xmask3d_ros.evaluation.benchmarks import BENCHMARKS, Benchmark
from xmask3d_ros.vocabulary import Vocabulary, normalise

from .tally import Groups


def find_split(name: str) -> Benchmark:
    """A benchmark by its name, or by the part after the data set (``b15n4``). Raises ValueError, listing all."""
    for known, benchmark in BENCHMARKS.items():
        if name.lower() in (known, known.partition("_")[2]):
            return benchmark
    raise ValueError(f"there is no split {name!r}; known are {', '.join(BENCHMARKS)}, and their last parts (b15n4)")


def groups_of(vocabulary: Vocabulary, base_names: Sequence[str]) -> Groups:
    """Base are the classes that share a word with ``base_names``, novel all others: nothing taught them.

    Without ``base_names`` there are no groups.
    """
    if not base_names:
        return Groups(vocabulary.names, None)
    base = {normalise(name) for name in base_names}
    novel = tuple(
        number
        for number, entry in enumerate(vocabulary.entries)
        if not any(normalise(word) in base for word in entry.words)
    )
    return Groups(vocabulary.names, novel)
