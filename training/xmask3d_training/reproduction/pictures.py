# SPDX-License-Identifier: Apache-2.0
"""Held-out rooms of a run as one picture: the best, the middling and the worst, truth beside prediction."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.benchmarks import Benchmark, benchmark
from xmask3d_ros.evaluation.metrics import Confusion, absent_classes, score
from xmask3d_ros.files import whole_file
from xmask3d_ros.picture import in_the_way, render, viewpoints
from xmask3d_ros.vocabulary import UNLABELLED_COLOR, color_of
from xmask3d_training.data.frames import FrameFiles
from xmask3d_training.data.labels import LabelMaps
from xmask3d_training.data.root import layout_of
from xmask3d_training.data.scenes import Scene, SceneReader

matplotlib.use("Agg")
import matplotlib.colors
from matplotlib.figure import Figure
from matplotlib.patches import Patch

PANELS = {"fused": "fused", "3d": "3D alone", "2d": "2D alone"}
_POINT = 0.025  # metres; the clouds have a point every 2 cm


def draw_rooms(data: Path, run: Path, name: str, path: Path, rooms: int = 3) -> list[str]:
    """Write the picture; answers the rooms on it, from the best to the worst.

    Args:
        data: root that the run was tested on.
        run: folder of the run, with the labels that the test kept.
        name: the benchmark's.
        path: JPEG to write.
        rooms: how many, evenly spread over the ranking.

    Raises:
        PrepareError: a room cannot be read.
    """
    entry = benchmark(name)
    layout = layout_of(data, entry)
    read = SceneReader(layout, "val", LabelMaps(entry))
    ranked = []
    for file in sorted((run / "evaluation" / "labels").glob("*.npz")):
        with np.load(file) as stored:
            labels = {panel: stored[panel].astype(np.int64) for panel in PANELS}
        ranked.append((_miou(entry, read.named(file.stem), labels["fused"]), file.stem, labels))
    ranked.sort(key=lambda placed: -placed[0])
    chosen = np.unique(np.linspace(0, len(ranked) - 1, min(rooms, len(ranked))).round().astype(int))
    figure = Figure(figsize=(4.4 * (2 + len(PANELS)), 3.5 * len(chosen) + 0.9), layout="constrained")
    axes = np.atleast_2d(figure.subplots(len(chosen), 2 + len(PANELS)))
    present: set[int] = set()
    for row, place in enumerate(chosen):
        miou, scene_name, labels = ranked[place]
        scene = read.named(scene_name)
        cameras = np.stack([FrameFiles(layout, scene_name, frame).pose() for frame in layout.frames(scene_name)])
        for axis, (title, image) in zip(axes[row], _panels(entry, scene, labels, cameras).items(), strict=True):
            axis.imshow(image)
            axis.set_axis_off()
            axis.set_title(title if row == 0 and axis is not axes[0, 0] else "", fontsize=13)
        about = f"{scene_name}: mIoU {100 * miou:.0f}, {place + 1}. of {len(ranked)}"
        axes[row, 0].set_title(about, fontsize=12, loc="left")
        present |= {*scene.labels.tolist(), *labels["fused"].tolist()} & set(range(entry.classes))
    figure.legend(handles=_legend(entry, sorted(present)), loc="outside lower center", ncols=10, fontsize=12)
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=90, pil_kwargs={"quality": 88})
    return [ranked[place][1] for place in chosen]


def _miou(entry: Benchmark, scene: Scene, labels: NDArray[np.int64]) -> float:
    """Over the classes that the room has."""
    confusion = Confusion(entry.classes)
    confusion.update(scene.labels, labels)
    return score(confusion.matrix, excluded=absent_classes(confusion.matrix)).miou


def _panels(
    entry: Benchmark, scene: Scene, labels: dict[str, NDArray[np.int64]], cameras: NDArray[np.float64]
) -> dict[str, NDArray[np.uint8]]:
    """Pictures from high above, by title. ``cameras``: (F, 4, 4) world from camera."""
    positions = scene.coordinates.astype(np.float64)
    _, (eye, target) = viewpoints(positions, cameras[:, :3, 3], cameras[:, :3, 2])
    shown = (positions[:, 2] <= cameras[:, 2, 3].max() + 0.5) & ~in_the_way(positions, eye, target)
    palette = np.array([*map(color_of, entry.labels.names), UNLABELLED_COLOR], np.uint8)
    seen = ((scene.colors + 1.0) * 127.5).round().clip(0, 255).astype(np.uint8)
    colors = {"camera colours": seen, "truth (grey: no class)": _colored(palette, scene.labels)}
    colors.update({title: _colored(palette, labels[panel]) for panel, title in PANELS.items()})
    return {title: render(positions[shown], color[shown], eye, target, _POINT) for title, color in colors.items()}


def _colored(palette: NDArray[np.uint8], labels: NDArray[np.int64]) -> NDArray[np.uint8]:
    known = (labels >= 0) & (labels < len(palette) - 1)
    return palette[np.where(known, labels, len(palette) - 1)]


def _legend(entry: Benchmark, present: list[int]) -> list[Patch]:
    return [
        Patch(
            facecolor=matplotlib.colors.to_rgb("#{:02x}{:02x}{:02x}".format(*color_of(entry.labels.names[label]))),
            edgecolor="black",
            label=entry.labels.names[label] + (" (novel)" if label in entry.novel else ""),
        )
        for label in present
    ]
