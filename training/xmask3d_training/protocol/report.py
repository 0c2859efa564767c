# SPDX-License-Identifier: Apache-2.0
"""An evaluation as files: table, numbers, bars."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from xmask3d_ros.evaluation.benchmarks import Benchmark
from xmask3d_ros.files import whole_file
from xmask3d_training.protocol.bars import draw_bars
from xmask3d_training.protocol.results import as_json, class_table, results, table


def write_report(folder: Path, benchmark: Benchmark, confusions: Mapping[str, Tensor], about: Mapping[str, Any]) -> str:
    """Write ``results.json``, ``table.md``, ``classes.png`` and ``confusions.npz`` (rows truth, columns prediction).

    Args:
        folder: made if missing.
        benchmark: that was evaluated.
        confusions: (K, K + 1) counts by output.
        about: what else to say of the run in ``results.json``.

    Returns:
        the table in the paper's form.
    """
    found = results(benchmark, confusions)
    text = table(benchmark, found)
    with whole_file(folder / "table.md") as temporary:
        temporary.write_text(f"{text}\n\n{class_table(benchmark, found)}\n", encoding="utf-8")
    with whole_file(folder / "results.json") as temporary:
        temporary.write_text(json.dumps(as_json(benchmark, found, about), indent=2) + "\n", encoding="utf-8")
    with whole_file(folder / "confusions.npz") as temporary:
        arrays: dict[str, Any] = {branch: counts.numpy() for branch, counts in confusions.items()}
        np.savez_compressed(temporary, **arrays)
    draw_bars(benchmark, found, folder / "classes.png")
    return text
