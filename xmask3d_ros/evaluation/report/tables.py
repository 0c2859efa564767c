# SPDX-License-Identifier: Apache-2.0
"""Scores as lines of text, in percent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

COLUMNS = {
    "miou": "mIoU",
    "miou_base": "base",
    "miou_novel": "novel",
    "hiou": "hIoU",
    "accuracy": "accuracy",
    "coverage": "coverage",
    "calibration_error": "ECE",
}
"""Keys of scores and their titles."""
_WAYS = {
    "final map, all points": ("final_map", "all"),
    "final map, covered": ("final_map", "covered"),
    "final map, filled": ("final_map", "filled"),
    "live labels": ("live",),
    "single views": ("single_views",),
}


def ways(scores: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The scores of a report by title."""
    found = {}
    for title, path in _WAYS.items():
        result = scores
        for key in path:
            result = result[key]
        found[title] = result
    return found


def score_table(rows: Iterable[tuple[str, dict[str, Any]]], signed: bool = False) -> str:
    """A line a row: its title and its scores; ``signed`` for differences."""
    listed = list(rows)
    width = max([24, *(len(title) + 2 for title, _ in listed)])
    lines = [" " * width + "".join(f"{title:>10}" for title in COLUMNS.values())]
    for title, result in listed:
        cells = "".join(f"{_cell(result[key], signed):>10}" for key in COLUMNS)
        lines.append(f"{title:{width}}{cells}")
    return "\n".join(lines)


def run_table(document: dict[str, Any]) -> str:
    """The scores of one run, and what it left out."""
    text = [score_table(ways(document["scores"]).items())]
    unknown = document["ground_truth"]["unknown"]
    if unknown:
        text.append(f"not in the vocabulary, not scored: {', '.join(unknown)} (--label-map says what names mean)")
    frames = document["frames"]
    dropped = ", ".join(f"{count} {cause}" for cause, count in frames["dropped"].items() if count) or "none"
    text.append(f"frames: {frames['paired']} pairs, {frames['segmented']} segmented; dropped: {dropped}")
    return "\n".join(text)


def _cell(value: float | None, signed: bool) -> str:
    if value is None:
        return "-"
    return f"{100 * value:+.1f}" if signed else f"{100 * value:.1f}"
