# SPDX-License-Identifier: Apache-2.0
"""ScanNet200's labels of a scene that is prepared already."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xmask3d_training.prepare.errors import FrameError
from xmask3d_training.prepare.files import staged_folder, write_atomically
from xmask3d_training.prepare.images import resized_labels
from xmask3d_training.prepare.label_images import LabelImages
from xmask3d_training.prepare.label_map import scannet20_labels, scannet200_ids
from xmask3d_training.prepare.layout import Layout, png_data
from xmask3d_training.prepare.points_file import read_points_file
from xmask3d_training.prepare.records import SceneRecord
from xmask3d_training.prepare.scannet import SEGMENTS, ScanNetScene, label_map
from xmask3d_training.prepare.segments import read_annotation

_SUSPICIOUS_AGREEMENT = 0.95


@dataclass(frozen=True)
class ScanNet200Scene:
    """A job for ``work.prepare_all``, after ``ScanNetScene``."""

    base: ScanNetScene

    @property
    def scene(self) -> str:
        """Name of the scene."""
        return self.base.scene

    @property
    def split(self) -> str:
        """``train`` or ``val``."""
        return self.base.split

    @property
    def layout(self) -> Layout:
        """Where the results go."""
        return self.base.layout

    def settings(self) -> dict[str, Any]:
        """See ``work.Job``."""
        return self.base.settings()

    def sources(self) -> list[Path]:
        """See ``work.Job``."""
        return self.base.sources()

    def outputs(self) -> list[Path]:
        """See ``work.Job``."""
        images = [self.layout.views(self.scene) / "label_200"] if self.base.settings_.labels_2d else []
        return [self.layout.point_ids_200(self.split, self.scene), *images]

    def record_path(self) -> Path:
        """See ``work.Job``."""
        return self.layout.record(self.scene, "_200")

    def prepare(self, record: SceneRecord) -> None:
        """Write the ids of the points and the id images of the prepared frames."""
        target = self.layout.point_ids_200(self.split, self.scene)
        target.unlink(missing_ok=True)
        table, unknown = label_map(self.base.label_table), Counter[str]()
        labels = read_points_file(self.layout.points(self.split, self.scene)).labels
        aggregation = self.base.file(".aggregation.json"), self.base.file(SEGMENTS)
        raw_ids = read_annotation(*aggregation, len(labels), table, unknown).raw_ids
        agreement = float((scannet20_labels(table.nyu40(raw_ids, unknown)) == labels).mean())
        if agreement < _SUSPICIOUS_AGREEMENT:
            record.remarks.append(f"only {agreement:.1%} of the points agree with the labels of the twenty classes")
        record.leave_out_unknown("vertices", unknown)
        ids = scannet200_ids(raw_ids)
        record.counts |= {"points": len(ids), "labelled points": int((ids > 0).sum())}
        record.counts["points of classes outside the 200"] = int(((raw_ids > 0) & (ids == 0)).sum())
        if self.base.settings_.labels_2d:
            self._images(record)
        write_atomically(target, ("\n".join(map(str, ids.tolist())) + "\n").encode())

    def _images(self, record: SceneRecord) -> None:
        images, table, unknown = LabelImages(self.base.folder), label_map(self.base.label_table), Counter[str]()
        frames = self.layout.frames(self.scene)
        with staged_folder(self.layout.views(self.scene) / "label_200") as folder:
            for frame in frames:
                try:
                    raw_ids = resized_labels(images.raw_ids(int(frame)))
                except FrameError as error:
                    record.leave_out(f"label images: {error}", f"{self.scene} {frame}")
                    continue
                table.nyu40(raw_ids, unknown)
                (folder / f"{frame}.png").write_bytes(png_data(scannet200_ids(raw_ids).astype(np.uint16)))
        images.close()
        record.leave_out_unknown("pixels", unknown)
        record.counts["label images"] = len(frames) - sum(record.left_out.get(r, 0) for r in record.examples)
