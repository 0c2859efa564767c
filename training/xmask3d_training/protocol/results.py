# SPDX-License-Identifier: Apache-2.0
"""Results in the paper's form, beside the paper's (METHODS 1.14, 1.17)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from xmask3d_ros.evaluation.benchmarks import Benchmark
from xmask3d_ros.evaluation.metrics import Scores, score

PAPER_BRANCHES = {"scannet_b12n7": {"2d": (40.6, 30.8), "3d": (64.3, 25.7), "fused": (70.2, 55.1)}}
"""Base and novel mIoU of the single outputs, where the paper has them, in percent."""
_TITLES = {"fused": "fused", "3d": "3D only", "2d": "2D only", "mask_clip": "MaskCLIP"}


@dataclass(frozen=True)
class Result:
    """Scores of one output by one rule of averaging."""

    branch: str
    rule: str
    """``all``: a class absent from the ground truth counts as 0, as in the reference; ``present``: RegionPLC's rule for
    ScanNet200, without the classes absent from the validation scenes."""
    scores: Scores


def results(benchmark: Benchmark, confusions: Mapping[str, Tensor]) -> list[Result]:
    """All scores of a benchmark: three outputs, and both rules where they differ."""
    rules: dict[str, tuple[int, ...]] = {"all": ()}
    if benchmark.labels.absent_from_validation:
        rules["present"] = benchmark.labels.absent_from_validation
    return [
        Result(branch, rule, score(confusion, benchmark.novel, excluded))
        for rule, excluded in rules.items()
        for branch, confusion in confusions.items()
    ]


def table(benchmark: Benchmark, found: list[Result]) -> str:
    """A Markdown table: hIoU, mIoU of base and novel classes in percent, XMask3D's published row first."""
    paper = benchmark.paper
    rows = [("XMask3D, paper", paper.hiou, paper.base, paper.novel)]
    for branch, (base, novel) in PAPER_BRANCHES.get(benchmark.name, {}).items():
        if branch != "fused":
            rows.append((f"XMask3D, paper, {_TITLES[branch]}", 2 * base * novel / (base + novel), base, novel))
    for result in found:
        suffix = ", without absent classes" if result.rule == "present" else ""
        scores = result.scores
        rows.append((f"this run, {_TITLES[result.branch]}{suffix}", *_percent(scores)))
    width = max(len(row[0]) for row in rows)
    lines = [f"{benchmark.title:<{width}} | hIoU | base | novel", f"{'-' * width} | ---: | ---: | ----:"]
    lines += [f"{name:<{width}} | {_cell(h)} | {_cell(b)} | {_cell(n, 5)}" for name, h, b, n in rows]
    return "\n".join(f"| {line} |" for line in lines)


def class_table(benchmark: Benchmark, found: list[Result]) -> str:
    """IoU in percent of every class by each output, base classes first, as a Markdown table."""
    ours = [result for result in found if result.rule == "all"]
    width = max(map(len, benchmark.labels.names))
    head = " | ".join(f"{_TITLES[result.branch]:>7}" for result in ours)
    lines = [
        f"{'class':<{width}} | group | {head} | points",
        f"{'-' * width} | ----- |{' ------: |' * len(ours)} -----:",
    ]
    for label in (*benchmark.base, *benchmark.novel):
        cells = " | ".join(f"{100 * result.scores.iou[label]:7.1f}" for result in ours)
        group = "novel" if label in benchmark.novel else "base "
        points = ours[0].scores.points[label]
        lines.append(f"{benchmark.labels.names[label]:<{width}} | {group} | {cells} | {points}")
    return "\n".join(f"| {line} |" for line in lines)


def as_json(benchmark: Benchmark, found: list[Result], about: Mapping[str, Any]) -> dict[str, Any]:
    """The same, and what it is a result of, for programs. Scores are fractions; what cannot be computed is null."""
    return {
        "benchmark": benchmark.name,
        **about,
        "paper_percent": {"hiou": benchmark.paper.hiou, "base": benchmark.paper.base, "novel": benchmark.paper.novel},
        "results": [
            {
                "output": result.branch,
                "classes": result.rule,
                **{
                    name: _number(getattr(result.scores, name))
                    for name in ("hiou", "miou_base", "miou_novel", "miou", "accuracy", "mean_recall")
                },
                "iou": {
                    name: _number(iou) for name, iou in zip(benchmark.labels.names, result.scores.iou, strict=True)
                },
            }
            for result in found
        ],
    }


def _percent(scores: Scores) -> tuple[float, float, float]:
    return 100 * scores.hiou, 100 * scores.miou_base, 100 * scores.miou_novel


def _cell(value: float, width: int = 4) -> str:
    return f"{'-' if math.isnan(value) else f'{value:.1f}':>{width}}"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
