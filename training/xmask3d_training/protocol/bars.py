# SPDX-License-Identifier: Apache-2.0
"""IoU of every class as bars."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

from xmask3d_ros.evaluation.benchmarks import Benchmark
from xmask3d_ros.files import whole_file
from xmask3d_training.protocol.results import Result

matplotlib.use("Agg")
from matplotlib.figure import Figure

_COLORS = {"fused": "#1f77b4", "3d": "#ff7f0e", "2d": "#2ca02c", "mask_clip": "#9467bd"}


def draw_bars(benchmark: Benchmark, found: list[Result], path: Path) -> None:
    """Write a PNG: classes from the best to the worst by the fused output, base above, novel below.

    Points are absent for some classes of a small set; they have no bar and are marked.
    """
    ours = {result.branch: result.scores for result in found if result.rule == "all"}
    fused = ours["fused"]
    width, middle = 0.81 / len(ours), (len(ours) - 1) / 2
    groups = {"base": benchmark.base, "novel": benchmark.novel}
    longest = max(map(len, groups.values()))
    figure = Figure(figsize=(max(6.0, 0.22 * longest * (1 + (longest < 50))), 7.0), layout="constrained")
    for axis, (group, labels) in zip(figure.subplots(2, 1), groups.items(), strict=True):
        ordered = sorted(labels, key=lambda label: -fused.iou[label])
        place = np.arange(len(ordered))
        for number, (branch, scores) in enumerate(ours.items()):
            heights = 100 * scores.iou[ordered]
            axis.bar(place + width * (number - middle), heights, width, color=_COLORS[branch], label=branch)
        names = [benchmark.labels.names[label] + ("" if fused.points[label] else " (none)") for label in ordered]
        axis.set_xticks(place, names, rotation=90, fontsize=8 if longest < 50 else 5)
        axis.set(ylim=(0, 100), ylabel="IoU, %", xlim=(-0.6, longest - 0.4))
        mean = fused.miou_base if group == "base" else fused.miou_novel
        axis.set_title(f"{group}: mIoU {100 * mean:.1f} %", loc="left")
        axis.grid(axis="y", alpha=0.3)
    figure.axes[0].legend(loc="upper right", ncols=len(ours))
    figure.suptitle(f"{benchmark.title}: hIoU {100 * fused.hiou:.1f} %")
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=110)
