# SPDX-License-Identifier: Apache-2.0
"""Two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .page_file import fill_page
from .tables import COLUMNS, score_table, ways

_FACTS = ("bag", "fixed_frame", "model", "settings", "vocabulary", "split", "frames", "map", "ground_truth", "versions")
_LIVE = ("final map, all points", "live labels")
"""Scores that a run over DDS is compared by."""
_LIVE_FACTS = ("rate", "frames", "clouds", "latency_ms", "played_late_ms")


def compare(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """What differs between two reports: facts, scores (second minus first), classes, times, and the runs over DDS.

    Classes are matched by name; a score that one run lacks has no difference. Where a run was made with ``--live``, its
    scores over DDS and what was lost to time are among the scores, and "live" holds its frames and waiting times.
    """
    one, other = _scores(first), _scores(second)
    scores = {}
    for title in dict.fromkeys([*one, *other]):
        pair = [{key: run[title][key] if title in run else None for key in COLUMNS} for run in (one, other)]
        difference = {key: _difference(pair[0][key], pair[1][key]) for key in COLUMNS}
        scores[title] = {"first": pair[0], "second": pair[1], "difference": difference}
    return {
        "bags": [first["bag"], second["bag"]],
        "facts": [
            {"name": name, "first": one, "second": other}
            for (name, one), (_, other) in zip(*_aligned(first, second), strict=True)
            if one != other
        ],
        "scores": scores,
        "classes": _classes(first, second),
        "timings": _timings(first["timings"], second["timings"]),
        "live": _live(first["timings"], second["timings"]),
    }


def comparison_table(comparison: dict[str, Any]) -> str:
    """As text: what differs, and the scores of both with their difference."""
    lines = [f"{fact['name']}: {fact['first']} | {fact['second']}" for fact in comparison["facts"]]
    for title, row in comparison["scores"].items():
        lines += ["", score_table([(f"{title} A", row["first"]), (f"{title} B", row["second"])])]
        lines.append(score_table([("B - A", row["difference"])], signed=True).splitlines()[1])
    if comparison["live"]:
        lines += ["", "over DDS: A | B"]
        lines += [f"{row['name']}: {_shown(row['first'])} | {_shown(row['second'])}" for row in comparison["live"]]
    return "\n".join(lines)


def write_comparison(comparison: dict[str, Any], path: str | Path) -> None:
    """As a page like the report's."""
    fill_page({"comparison": comparison}, "xmask3d: two runs", ("tables.js", "compare.js"), path)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else other - one


def _scores(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All scores of a run by title, those over DDS too."""
    found = ways(document["scores"])
    live = document["timings"].get("live")
    if live is not None:
        over_dds = ways(live["scores"])
        for title in _LIVE:
            found[f"{title}, over DDS"] = over_dds[title]
            found[f"{title}, lost to time"] = live["lost_to_time"][title]
    return found


def _live(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    """Frames and waiting times of the runs over DDS that are not nothing in both; empty where no run was live."""
    facts = [
        {
            name: value
            for key in _LIVE_FACTS
            for name, value in _flattened(key, timings.get("live", {}).get(key)).items()
            if not isinstance(value, list)
        }
        for timings in (first, second)
    ]
    rows = [
        {"name": name, "first": facts[0].get(name), "second": facts[1].get(name)}
        for name in dict.fromkeys([*facts[0], *facts[1]])
    ]
    return [row for row in rows if row["first"] or row["second"]]


def _aligned(first: dict[str, Any], second: dict[str, Any]) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    """Facts of both, flattened to the same names."""
    flat = [
        {name: value for key in _FACTS for name, value in _flattened(key, document.get(key)).items()}
        for document in (first, second)
    ]
    names = list(dict.fromkeys([*flat[0], *flat[1]]))
    one, other = ([(name, facts.get(name)) for name in names] for facts in flat)
    return one, other


def _flattened(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {name: value}
    return {inner: leaf for key, part in value.items() for inner, leaf in _flattened(f"{name}.{key}", part).items()}


def _classes(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    one, other = (
        {row["name"]: row for row in document["scores"]["final_map"]["all"]["classes"]} for document in (first, second)
    )
    rows = []
    for name in dict.fromkeys([*one, *other]):
        iou = [run[name]["iou"] if name in run else None for run in (one, other)]
        if iou != [None, None]:
            rows.append({"name": name, "first": iou[0], "second": iou[1], "difference": _difference(*iou)})
    return rows


def _timings(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    stages = [dict(run["latency_ms"]) | {"frame": run["frame_ms"] or {}} for run in (first, second)]
    return [
        {
            "stage": stage,
            "first": stages[0].get(stage, {}).get("median"),
            "second": stages[1].get(stage, {}).get("median"),
        }
        for stage in dict.fromkeys([*stages[0], *stages[1]])
    ]
