# SPDX-License-Identifier: Apache-2.0
"""Scenes and frames that cannot be used: skipped, never silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that was skipped."""

    scene: str
    """Its scene."""
    frame: str
    """Its frame; empty: the whole scene."""
    reason: str
    """The same words for the same fault, wherever it occurs."""


class ProblemLog:
    """All distinct problems met so far. Loader workers send theirs with the samples."""

    def __init__(self) -> None:
        self._seen: dict[Problem, None] = {}

    def add(self, problems: Iterable[Problem]) -> list[Problem]:
        """Note problems; returns those not met before."""
        new = [problem for problem in dict.fromkeys(problems) if problem not in self._seen]
        self._seen.update(dict.fromkeys(new))
        return new

    def __iter__(self) -> Iterator[Problem]:
        """In the order in which they were met."""
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def counts(self) -> dict[str, int]:
        """How often each reason occurred, most frequent first."""
        return dict(Counter(problem.reason for problem in self._seen).most_common())

    def summary(self, named: int = 3) -> str:
        """A line for each reason: how many, and the first few by name."""
        lines = []
        for reason, count in self.counts().items():
            items = [problem for problem in self._seen if problem.reason == reason][:named]
            names = ", ".join(" ".join(part for part in problem[:2] if part) for problem in items)
            lines.append(f"{count} x {reason}: {names}{', ...' if count > named else ''}")
        return "\n".join(lines)
