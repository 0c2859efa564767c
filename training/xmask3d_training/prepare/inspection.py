# SPDX-License-Identifier: Apache-2.0
"""What prepared data hold, whether their parts fit together, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.label_sets import S3DIS, SCANNET20, SCANNET200, LabelSet
from xmask3d_training.data.frames import FrameFiles
from xmask3d_training.prepare.contact_sheet import SheetRow
from xmask3d_training.prepare.errors import FrameError, PrepareError
from xmask3d_training.prepare.label_map import scannet20_labels
from xmask3d_training.prepare.layout import SPLITS, UNLABELLED, Layout, frame_order
from xmask3d_training.prepare.points_file import PointsFile, read_ids_200, read_points_file
from xmask3d_training.prepare.poses import read_pose
from xmask3d_training.prepare.reprojection import agreement, reproject

LABEL_SETS = {"scannet": SCANNET20, "s3dis": S3DIS}
OFFICIAL_SCENES = {"scannet": {"train": 1201, "val": 312}, "s3dis": {"train": 204, "val": 68}}
"""Scenes of the published splits (S3DIS: Area 5 for validation)."""
SUSPICIOUS = 0.5
"""Below this agreement of points and pixels a view's pose, depth or labels are doubtful."""


@dataclass
class SplitReport:
    """One split of a data set."""

    scenes: int = 0
    frames: int = 0
    points: int = 0
    histogram: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    """Points by label; 255 = unlabelled."""
    histogram_200: NDArray[np.int64] | None = None
    """Points by ScanNet200 class; the last entry counts the others."""
    notes: list[str] = field(default_factory=list)
    """What may be as it should be."""
    problems: list[str] = field(default_factory=list)
    """What is missing or faulty, by name."""
    agreements: dict[str, float] = field(default_factory=dict)
    """Share of a checked view's points that carry their pixel's label."""

    def as_json(self, labels: LabelSet) -> dict[str, Any]:
        """The report, with class names."""
        names = dict(enumerate(labels.all_names)) | {UNLABELLED: "unlabelled"}
        found = {names.get(label, f"label {label}"): int(n) for label, n in enumerate(self.histogram) if n}
        content: dict[str, Any] = {"scenes": self.scenes, "frames": self.frames, "points": self.points,
                                   "points by class": found}  # fmt: skip
        if self.histogram_200 is not None:
            pairs = zip((*SCANNET200.names, "unlabelled"), self.histogram_200.tolist(), strict=True)
            content["points by ScanNet200 class"] = {name: count for name, count in pairs if count}
        values = sorted(self.agreements.values())
        content["checked views"] = len(values)
        if values:
            content["points that carry their pixel's label"] = {
                "median": float(np.median(values)),
                "worst": values[0],
            }
        return content | {"notes": self.notes, "problems": self.problems}


def inspect_split(
    layout: Layout, split: str, checked_scenes: int, checked_frames: int
) -> tuple[SplitReport, list[SheetRow]]:
    """Look at a split; the rows are views spread evenly over it."""
    report, rows = SplitReport(), []
    scenes = layout.scenes(split)
    chosen = {scenes[index] for index in np.linspace(0, len(scenes) - 1, min(checked_scenes, len(scenes)), dtype=int)}
    for scene in scenes:
        report.scenes += 1
        try:
            points = read_points_file(layout.points(split, scene))
        except PrepareError as error:
            report.problems.append(str(error))
            continue
        report.points += len(points.labels)
        report.histogram += np.bincount(points.labels, minlength=256)
        _count_200(layout, split, scene, len(points.labels), report)
        frames = list(_sound_frames(layout, scene, report))
        report.frames += len(frames)
        if scene in chosen and frames:
            for index in np.linspace(0, len(frames) - 1, min(checked_frames, len(frames)), dtype=int):
                rows.append(_check_view(layout, scene, frames[index], points, report))
    official = OFFICIAL_SCENES[layout.dataset][split]
    if len(scenes) != official:
        report.notes.append(f"{len(scenes)} scenes; the published split has {official}")
    return report, [row for row in rows if row]


def stray_folders(layout: Layout) -> list[str]:
    """Scenes with frames but without points, which training does not see."""
    known = {scene for split in SPLITS for scene in layout.scenes(split)}
    folder = layout.views("x").parent
    found = {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()
    return sorted(name for name in found - known if not name.startswith("."))


def _sound_frames(layout: Layout, scene: str, report: SplitReport) -> Iterator[str]:
    views, wanted = layout.views(scene), {"depth": ".png", "pose": ".txt"}
    if not (views / "color").is_dir():
        report.problems.append(f"{scene}: no frames in {views}")
        return
    if (views / "label").is_dir():
        wanted["label"] = ".png"
    else:
        report.problems.append(f"{scene}: no 2D labels (needed for training, not for evaluation)")
    have = {kind: {path.name for path in (views / kind).glob(f"*{ending}")} for kind, ending in wanted.items()}
    for frame in layout.frames(scene):
        missing = [kind for kind, ending in wanted.items() if f"{frame}{ending}" not in have[kind]]
        if missing:
            report.problems.append(f"{scene} {frame}: no {', '.join(missing)}")
            continue
        try:
            read_pose((views / "pose" / f"{frame}.txt").read_bytes())
        except FrameError as error:
            report.problems.append(f"{scene} {frame}: {error}")
            continue
        yield frame
    single = sorted({name.split(".")[0] for names in have.values() for name in names} - set(layout.frames(scene)),
                    key=frame_order)  # fmt: skip
    if single:
        report.problems.append(f"{scene}: frames without colour: {', '.join(single[:10])}")


def _count_200(layout: Layout, split: str, scene: str, points: int, report: SplitReport) -> None:
    path = layout.point_ids_200(split, scene)
    if not path.parent.is_dir():
        return
    if not path.exists():
        report.problems.append(f"{scene}: no {path}")
        return
    try:
        ids = read_ids_200(path)
    except PrepareError as error:
        report.problems.append(str(error))
        return
    if len(ids) != points:
        report.problems.append(f"{path}: {len(ids)} ids for {points} points")
        return
    place = np.minimum(np.searchsorted(SCANNET200.raw_ids, ids), len(SCANNET200.raw_ids) - 1)
    label = np.where(np.asarray(SCANNET200.raw_ids)[place] == ids, place, SCANNET200.unlabelled)
    counts = np.bincount(label, minlength=SCANNET200.unlabelled + 1)
    report.histogram_200 = counts if report.histogram_200 is None else report.histogram_200 + counts


def _check_view(layout: Layout, scene: str, frame: str, points: PointsFile, report: SplitReport) -> SheetRow | None:
    files, label = FrameFiles(layout, scene, frame), None
    try:
        color, camera = files.color(), files.camera()
        view = reproject(points.coordinates, points.labels, files.depth(), camera, files.pose())
        if (layout.views(scene) / "label").is_dir():
            ids = files.label_ids("label")
            label = scannet20_labels(ids) if layout.dataset == "scannet" else ids.astype(np.uint8)
    except FrameError as error:
        report.problems.append(f"{scene} {frame}: {error}")
        return None
    title = f"{scene} {frame}: {len(view.labels)} points"
    if label is not None:
        same, both = agreement(view, label, UNLABELLED)
        share = same / both if both else 0.0
        report.agreements[f"{scene} {frame}"] = share
        title += f", {share:.0%} as their pixel"
        if share < SUSPICIOUS:
            report.problems.append(
                f"{scene} {frame}: {share:.0%} of {both} points carry their pixel's label: check pose and labels"
            )
    return SheetRow(title, color, label, view)
