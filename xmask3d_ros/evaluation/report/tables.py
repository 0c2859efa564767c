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
    """The scores of a report by title; of a run over DDS, which has no single views, the others."""
    found = {}
    for title, path in _WAYS.items():
        if path[0] not in scores:
            continue
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
    if document["ground_truth"]["frames_without_labels"]:
        text.append(f"frames without a label image: {document['ground_truth']['frames_without_labels']}")
    frames = document["frames"]
    dropped = ", ".join(f"{count} {cause}" for cause, count in frames["dropped"].items() if count) or "none"
    text.append(f"frames: {frames['paired']} pairs, {frames['segmented']} segmented; dropped: {dropped}")
    if "live" in document["timings"]:
        text += ["", live_table(document["scores"], document["timings"]["live"])]
    return "\n".join(text)


def live_table(offline: dict[str, Any], live: dict[str, Any]) -> str:
    """A run over DDS beside the offline run, and what became of its frames."""
    rows: list[tuple[str, dict[str, Any]]] = []
    for title in ("final map, all points", "live labels"):
        rows += [(f"{title}: offline", ways(offline)[title]), ("    over DDS", ways(live["scores"])[title])]
        rows.append(("    lost to time", live["lost_to_time"][title]))
    frames, latency = live["frames"], live["latency_ms"]
    dropped = {**frames["dropped"], **{f"images {cause}": count for cause, count in frames["images dropped"].items()}}
    lost = ", ".join(f"{count} {cause}" for cause, count in dropped.items() if count) or "none"
    rest = "".join(f", {count} {cause}" for cause, count in frames["not segmented"].items())
    return "\n".join(
        [
            score_table(rows),
            f"over DDS at {live['rate']:g} x the recording's pace: {frames['published pairs']} pairs published, "
            f"{frames['paired']} received, {frames['integrated']} integrated, {frames['segmented']} segmented{rest}; "
            f"dropped: {lost}",
            f"from a frame to a cloud as new as it: {_time(latency['frame'])}; {live['clouds']} clouds; "
            f"images were played late by {_time(live['played_late_ms'])}",
        ]
    )


def _time(spread: dict[str, float | None]) -> str:
    return f"median {spread['median'] or 0:.0f} ms, P95 {spread['p95'] or 0:.0f} ms"


def _cell(value: float | None, signed: bool) -> str:
    if value is None:
        return "-"
    return f"{100 * value:+.1f}" if signed else f"{100 * value:.1f}"
