# SPDX-License-Identifier: Apache-2.0
"""The report of a run as one document: everything outside ``timings`` is the same in every run of the same input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from xmask3d_ros.evaluation.scoring.run import Outcome
from xmask3d_ros.evaluation.scoring.tally import Groups
from xmask3d_ros.evaluation.truth.open import OpenTruth
from xmask3d_ros.files import whole_file

from .tables import COLUMNS, ways

FORMAT = 1
"""Counts changes of the document's layout."""
REPORT_FILE = "report.json"


class ReportError(ValueError):
    """A report cannot be read; the message names the file and the remedy."""


def make_document(
    facts: dict[str, Any], outcome: Outcome, truth: OpenTruth, groups: Groups, settings: dict[str, Any]
) -> dict[str, Any]:
    """Facts of the run (bag, model, frames, map, ``latency_ms``), scores and timings.

    Args:
        facts: what is known of the run itself; ``latency_ms`` moves to ``timings``.
        outcome: of the run.
        truth: what was compared with.
        groups: classes, and which of them are novel.
        settings: of the evaluation.
    """
    facts = dict(facts)
    latency = facts.pop("latency_ms")
    novel = groups.novel
    names = groups.names
    seen = outcome.at_truth.seen
    split = None
    if novel is not None:
        split = {
            "base": [name for number, name in enumerate(names) if number not in novel],
            "novel": [names[number] for number in novel],
        }
    return {
        "format": FORMAT,
        **facts,
        "settings": settings,
        "ground_truth": truth.about
        | {
            "scored_points": len(outcome.at_truth.truth),
            "seen_share": round(float(seen.mean()), 6) if len(seen) else None,
            "frames_without_labels": truth.reference.missing,
        },
        "split": split,
        "scores": outcome.scores,
        "scored_frames": outcome.frames,
        "worst_frames": [frame.number for frame in outcome.worst],
        "timings": {
            "latency_ms": {stage: _rounded(numbers) for stage, numbers in latency["stages"].items()},
            "frame_ms": _spread(outcome.frame_ms),
            "frame_ms_each": [round(value, 2) for value in outcome.frame_ms],
            "memory_mib": outcome.memory,
            **({} if outcome.over_dds is None else {"live": beside(outcome.over_dds, outcome.scores)}),
        },
    }


def beside(live: dict[str, Any], offline: dict[str, Any]) -> dict[str, Any]:
    """A run over DDS with what it scores less than the offline run: what was lost to time."""
    lost = {}
    for title, result in ways(live["scores"]).items():
        whole = ways(offline)[title]
        lost[title] = {
            key: None
            if whole[key] is None or result[key] is None or key == "calibration_error"  # an error: nothing to lose
            else whole[key] - result[key]
            for key in COLUMNS
        }
    return live | {"lost_to_time": lost}


def _spread(milliseconds: list[float]) -> dict[str, float] | None:
    if not milliseconds:
        return None
    return {
        "median": round(float(np.median(milliseconds)), 3),
        "p95": round(float(np.percentile(milliseconds, 95)), 3),
        "total_seconds": round(sum(milliseconds) / 1e3, 3),
    }


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in numbers.items()}


def write_document(document: dict[str, Any], path: str | Path) -> None:
    """As JSON; NaN is refused, so that every reader can read it."""
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def read_document(path: str | Path) -> dict[str, Any]:
    """A run's report from its folder or file. Raises ReportError."""
    path = Path(path)
    file = path / REPORT_FILE if path.is_dir() else path
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ReportError(f"{file} cannot be read as the report of a run: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT or "scores" not in document:
        raise ReportError(f"{file} is no report of 'xmask3d evaluate' of this version: evaluate the bag again")
    return document
