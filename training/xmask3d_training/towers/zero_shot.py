# SPDX-License-Identifier: Apache-2.0
"""Zero-shot accuracy: does a window's embedding lie nearest to the name of what it shows?"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from xmask3d_ros.evaluation.metrics import Confusion, score
from xmask3d_ros.files import whole_file


class ZeroShot:
    """Counts of right and wrong names, by the way in which windows are looked at."""

    def __init__(self, names: tuple[str, ...], ways: tuple[str, ...]) -> None:
        self.names, self.ways = names, ways
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._counts = {way: Confusion(len(self.names)) for way in self.ways}

    def add(self, way: str, truth: Tensor, found: Tensor) -> None:
        """Count (n,) true and found labels."""
        self._counts[way].update(truth.cpu(), found.cpu())

    def accuracy(self, way: str) -> float:
        """Share of windows with the right name."""
        return score(self._counts[way].matrix).accuracy

    def mean_recall(self, way: str) -> float:
        """Mean over the classes that occur of the share of their windows with the right name."""
        return score(self._counts[way].matrix).mean_recall

    def table(self) -> str:
        """Percent right by class, and what else the class was most often taken for."""
        first = self._counts[self.ways[0]].matrix
        lines = [
            f"| class | windows | {' | '.join(f'{way}, %' for way in self.ways)} | most often mistaken for |",
            f"|---|---:|{'---:|' * len(self.ways)}---|",
        ]
        for label, name in enumerate(self.names):
            windows = int(first[label].sum())
            if windows:
                right = [f"{100 * int(self._counts[way].matrix[label, label]) / windows:.0f}" for way in self.ways]
                wrong = first[label].clone()
                wrong[label] = 0
                mistaken = self.names[int(wrong.argmax())] if int(wrong.max()) else ""
                lines.append(f"| {name} | {windows} | {' | '.join(right)} | {mistaken} |")
        overall = " | ".join(f"{100 * self.accuracy(way):.1f}" for way in self.ways)
        lines.append(f"| all | {int(torch.sum(first))} | {overall} | |")
        mean = " | ".join(f"{100 * self.mean_recall(way):.1f}" for way in self.ways)
        lines.append(f"| mean of classes | | {mean} | |")
        return "\n".join(lines) + "\n"

    def write(self, folder: Path, step: int) -> None:
        """The table as ``step_N.md``."""
        with whole_file(folder / f"step_{step:06d}.md") as temporary:
            temporary.write_text(self.table(), encoding="utf-8")
