# SPDX-License-Identifier: Apache-2.0
"""One scene of ScanNet, from its raw release to the prepared layout."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_training.prepare.errors import FrameError, PrepareError
from xmask3d_training.prepare.files import staged_folder, write_atomically
from xmask3d_training.prepare.images import ColorResize, resized_color, resized_depth, resized_labels
from xmask3d_training.prepare.label_images import FOLDER as LABEL_FOLDER
from xmask3d_training.prepare.label_images import LabelImages
from xmask3d_training.prepare.label_map import LabelMap, read_label_map, scannet20_labels
from xmask3d_training.prepare.layout import UNLABELLED, Layout, millimetres, points_data, prepared_camera
from xmask3d_training.prepare.ply import read_points, read_vertices
from xmask3d_training.prepare.poses import checked_pose
from xmask3d_training.prepare.records import SceneRecord
from xmask3d_training.prepare.segments import read_annotation
from xmask3d_training.prepare.sens import SensFile, SensFrame
from xmask3d_training.prepare.views import ViewWriter

label_map = lru_cache(maxsize=2)(read_label_map)
"""The label table, read once a process."""
SEGMENTS = "_vh_clean_2.0.010000.segs.json"
"""Ending of the file that says which segment each vertex belongs to."""
_LAST_NYU40 = 40


@dataclass(frozen=True)
class ScanNetSettings:
    """Choices; the defaults are the reference's, but for ``color_resize``."""

    every: int = 20
    """Every how many frames of a recording one is kept."""
    color_resize: ColorResize = "area"
    """``nearest`` is what the reference's data were made with; it aliases."""
    labels_2d: bool = True
    """Whether 2D label images are wanted; training needs them, evaluation does not."""


@dataclass(frozen=True)
class ScanNetScene:
    """A job for ``work.prepare_all``."""

    root: Path
    folder: Path
    """The scene's folder of the release."""
    split: str
    label_table: Path
    settings_: ScanNetSettings

    @property
    def scene(self) -> str:
        """Name, for instance ``scene0000_00``."""
        return self.folder.name

    @property
    def layout(self) -> Layout:
        """Where the results go."""
        return Layout(self.root, "scannet")

    def file(self, ending: str) -> Path:
        """A raw file."""
        return self.folder / f"{self.scene}{ending}"

    def settings(self) -> dict[str, Any]:
        """See ``work.Job``."""
        return asdict(self.settings_)

    def sources(self) -> list[Path]:
        """See ``work.Job``. A folder's time changes with its entries."""
        endings = [".sens", "_vh_clean_2.ply", "_vh_clean_2.labels.ply", ".aggregation.json", SEGMENTS]
        archive = self.file(f"_2d-{LABEL_FOLDER}.zip")
        labels = archive if archive.exists() else self.folder / LABEL_FOLDER  # as LabelImages has it
        return [self.label_table, *map(self.file, endings), labels]

    def outputs(self) -> list[Path]:
        """See ``work.Job``."""
        return [self.layout.points(self.split, self.scene), self.layout.views(self.scene) / "intrinsics.txt"]

    def record_path(self) -> Path:
        """See ``work.Job``."""
        return self.layout.record(self.scene)

    def prepare(self, record: SceneRecord) -> None:
        """Write the scene; its points come last, so that a scene is either whole or not there."""
        self.layout.withdraw(self.scene)
        coordinates, colors = read_points(self.file("_vh_clean_2.ply"))
        labels = scannet20_labels(self._nyu40(len(coordinates), record))
        with staged_folder(self.layout.views(self.scene)) as folder:
            self._views(ViewWriter(folder), record)
        write_atomically(self.layout.points(self.split, self.scene), points_data(coordinates, colors, labels))
        record.counts |= {"points": len(labels), "labelled points": int((labels != UNLABELLED).sum())}

    def _nyu40(self, count: int, record: SceneRecord) -> NDArray[np.uint8]:
        """NYU40 id of each vertex, from labels.ply or else from the annotation it was made of."""
        mesh, unknown = self.file("_vh_clean_2.labels.ply"), Counter[str]()
        annotation = self.file(".aggregation.json"), self.file(SEGMENTS)
        if mesh.exists():
            ids = read_vertices(mesh, ("label",))["label"].astype(np.int64)
            if len(ids) != count:
                raise PrepareError(f"{mesh} labels {len(ids)} vertices, the mesh has {count}: download both again")
            for number, times in zip(*np.unique(ids[(ids < 0) | (ids > _LAST_NYU40)], return_counts=True), strict=True):
                unknown[f"NYU40 id {number}"] += int(times)
            nyu40 = np.where((ids < 0) | (ids > _LAST_NYU40), 0, ids).astype(np.uint8)
        elif all(path.exists() for path in annotation):
            table = label_map(self.label_table)
            nyu40 = table.nyu40(read_annotation(*annotation, count, table, unknown).raw_ids, unknown)
            record.remarks.append("no labels.ply: labels made from the aggregation and the segmentation")
        else:
            raise PrepareError(
                f"no labels: {mesh} is missing, and so is {' or '.join(path.name for path in annotation)}; download "
                "them, or take the scene off the list (test scenes have none)"
            )
        record.leave_out_unknown("vertices", unknown)
        return nyu40

    def _views(self, writer: ViewWriter, record: SceneRecord) -> None:
        path, unknown = self.file(".sens"), Counter[str]()
        with SensFile(path) as recording:
            header = recording.header
            writer.camera(prepared_camera(header.depth_intrinsics, header.depth_size, path))
            if (
                max(np.abs(pose - np.eye(4)).max() for pose in (header.color_extrinsics, header.depth_extrinsics))
                > 1e-3
            ):
                record.remarks.append("colour and depth camera stand apart; their images are taken as registered")
            labels_2d = (LabelImages(self.folder), label_map(self.label_table)) if self.settings_.labels_2d else None
            for frame in recording.frames(self.settings_.every):
                try:
                    self._view(writer, frame, labels_2d, unknown)
                except FrameError as error:
                    record.leave_out(f"frames: {error}", f"{self.scene} {frame.index}")
            if labels_2d:
                labels_2d[0].close()
        record.leave_out_unknown("pixels", unknown)
        record.counts |= {"frames recorded": header.frame_count, "frames prepared": len(writer.written)}
        record.counts["bytes of recordings"] = path.stat().st_size
        record.facts |= {
            "color_intrinsics": header.color_intrinsics[:2, :3].tolist(), "color_size": header.color_size,
            "depth_intrinsics": header.depth_intrinsics[:2, :3].tolist(), "depth_size": header.depth_size,
        }  # fmt: skip
        if not writer.written:
            reasons = "; ".join(f"{number} {reason}" for reason, number in record.left_out.items())
            raise PrepareError(f"{path} has no usable frame ({reasons or 'it is empty'})")

    def _view(
        self,
        writer: ViewWriter,
        frame: SensFrame,
        labels_2d: tuple[LabelImages, LabelMap] | None,
        unknown: Counter[str],
    ) -> None:
        pose = checked_pose(frame.world_from_camera)
        color = resized_color(frame.color(), self.settings_.color_resize)
        depth = millimetres(resized_depth(frame.depth()), frame.header.depth_units)
        label = None
        if labels_2d:
            images, table = labels_2d
            label = table.nyu40(resized_labels(images.raw_ids(frame.index)), unknown)
        writer.view(str(frame.index), color, depth, pose, label)
