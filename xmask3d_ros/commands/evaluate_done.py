# SPDX-License-Identifier: Apache-2.0
"""Which bags need no new evaluation: the part of 'xmask3d evaluate' that takes work up again. Not a command."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xmask3d_ros.commands.evaluate_bag import settings_of
from xmask3d_ros.evaluation.batch import Job
from xmask3d_ros.evaluation.report.document import REPORT_FILE, ReportError, read_document


def earlier_report(options: argparse.Namespace, job: Job) -> dict[str, Any] | None:
    """The report of a bag of the same settings and model, unless a file that it was made from is newer."""
    folder = options.out / job.name
    if not (folder / REPORT_FILE).is_file():
        return None
    try:
        document = read_document(folder)
    except ReportError:
        return None
    own = argparse.Namespace(**vars(options) | {"ground_truth": job.ground_truth})
    same = document["bag"] == job.bag and document["settings"] == settings_of(own)
    if not same or document["model"]["name"] != options.model:
        return None
    written = (folder / REPORT_FILE).stat().st_mtime_ns
    return None if any(file.stat().st_mtime_ns > written for file in _inputs(own, job)) else document


def _inputs(options: argparse.Namespace, job: Job) -> Iterator[Path]:
    """The files behind the settings; what names no file (a topic, a preset, words) has none."""
    for given in (job.bag, job.ground_truth, options.vocabulary, options.model, options.label_map, options.label_names):
        path = Path(given or "")
        if given and _exists(path):
            yield from (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else (path,)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a long list of words is no file's name
        return False
