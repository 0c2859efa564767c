# SPDX-License-Identifier: Apache-2.0
"""An oracle's answer as a Markdown table and a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np

from xmask3d_ros.files import whole_file

matplotlib.use("Agg")
from matplotlib.figure import Figure


def percent(value: float) -> str:
    """A fraction as percent, "-" where there is none."""
    return "-" if math.isnan(value) else f"{100 * value:.1f}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def draw_groups(path: Path, title: str, places: Sequence[str], series: Mapping[str, Sequence[float]]) -> None:
    """Bars in percent: a group a place, a colour a series; NaN leaves its bar out."""
    figure = Figure(figsize=(max(6.0, 0.28 * len(places) * max(1, len(series)) ** 0.6 + 2), 4.5), layout="constrained")
    axis = figure.subplots()
    width = 0.8 / len(series)
    middle = np.arange(len(places))
    for number, (name, values) in enumerate(series.items()):
        axis.bar(middle + width * (number - (len(series) - 1) / 2), 100 * np.asarray(values), width, label=name)
    axis.set_xticks(middle, places, rotation=60, ha="right", fontsize=8)
    axis.set(ylim=(0, 100), ylabel="%")
    axis.set_title(title, loc="left")
    axis.grid(axis="y", alpha=0.3)
    if len(series) > 1:
        axis.legend(ncols=len(series), fontsize=8)
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def write_text(path: Path, text: str) -> None:
    """Write and print."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(text)
