# SPDX-License-Identifier: Apache-2.0
"""Data that OpenScene and XMask3D published in the prepared layout: checked file by file, then linked or copied."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from xmask3d_ros.geometry.camera import Camera
from xmask3d_training.prepare.errors import FrameError, PrepareError
from xmask3d_training.prepare.files import PARTIAL, staged_folder
from xmask3d_training.prepare.layout import IMAGE_SIZE, SPLITS, UNLABELLED, Layout, intrinsics_text
from xmask3d_training.prepare.points_file import read_ids_200, read_points_file
from xmask3d_training.prepare.poses import read_pose
from xmask3d_training.prepare.records import SceneRecord

How = Literal["symlink", "hardlink", "copy"]
REFERENCE_CAMERA = Camera(640, 480, 577.870605, 577.870605, 319.5, 239.5).resized(*IMAGE_SIZE)
"""The intrinsics that the reference uses for every scene; its downloads hold no others."""
_KINDS = {"color": ".jpg", "depth": ".png", "pose": ".txt", "label": ".png", "label_200": ".png"}
_NEEDED = ("color", "depth", "pose")


@dataclass(frozen=True)
class DownloadedScene:
    """A job for ``work.prepare_all``."""

    root: Path
    source: Path
    scene: str
    split: str
    how: How
    needs_ids_200: bool = False
    """Whether ScanNet200's ids of the points must be there; where they are, they are taken over anyway."""
    needs_labels_200: bool = False
    """The same of ScanNet200's label images."""

    @property
    def layout(self) -> Layout:
        """Where the results go."""
        return Layout(self.root, "scannet")

    @property
    def given(self) -> Layout:
        """The download."""
        return Layout(self.source, "scannet")

    def settings(self) -> dict[str, Any]:
        """See ``work.Job``."""
        return {"how": self.how}

    def sources(self) -> list[Path]:
        """See ``work.Job``. A folder's time changes with its entries."""
        views = self.given.views(self.scene)
        points = [layer(self.split, self.scene) for layer in (self.given.points, self.given.point_ids_200)]
        return [*points, *(views / kind for kind in _KINDS)]

    def outputs(self) -> list[Path]:
        """See ``work.Job``."""
        views = self.layout.views(self.scene)
        ids = [self.layout.point_ids_200(self.split, self.scene)] if self.needs_ids_200 else []
        images = [views / "label_200"] if self.needs_labels_200 else []
        return [self.layout.points(self.split, self.scene), views / "intrinsics.txt", *ids, *images]

    def record_path(self) -> Path:
        """See ``work.Job``."""
        return self.layout.record(self.scene)

    def prepare(self, record: SceneRecord) -> None:
        """Check the scene and take over what is sound."""
        self.layout.withdraw(self.scene)
        self.layout.point_ids_200(self.split, self.scene).unlink(missing_ok=True)
        points = self.given.points(self.split, self.scene)
        labels = read_points_file(points).labels
        views = self.given.views(self.scene)
        kinds = [kind for kind in _KINDS if (views / kind).is_dir()]
        if missing := [kind for kind in _NEEDED if kind not in kinds]:
            raise PrepareError(f"{views} lacks {', '.join(missing)}: unpack the 2D download beside the 3D one")
        if self.needs_labels_200 and "label_200" not in kinds:
            raise PrepareError(
                f"{views} lacks label_200: unpack the 2D labels of ScanNet200 there, or pass --no-2d-labels if only "
                "evaluation is wanted"
            )
        frames = self.given.frames(self.scene)
        with staged_folder(self.layout.views(self.scene)) as folder:
            for kind in kinds:
                (folder / kind).mkdir()
            (folder / "intrinsics.txt").write_bytes(self._intrinsics(views))
            taken = sum(self._take(frame, views, folder, kinds, record) for frame in frames)
        if not taken:
            raise PrepareError(f"{views} has no usable frame")
        ids = self.given.point_ids_200(self.split, self.scene)
        if ids.exists() or self.needs_ids_200:
            if len(read_ids_200(ids)) != len(labels):
                raise PrepareError(f"{ids} does not name one id for each of {len(labels)} points: download it again")
            self._place(ids, self.layout.point_ids_200(self.split, self.scene))
        self._place(points, self.layout.points(self.split, self.scene))
        record.counts |= {"points": len(labels), "labelled points": int((labels != UNLABELLED).sum())}
        record.counts |= {"frames found": len(frames), "frames prepared": taken}

    def _intrinsics(self, views: Path) -> bytes:
        own = views / "intrinsics.txt"
        return own.read_bytes() if own.exists() else intrinsics_text(REFERENCE_CAMERA)

    def _take(self, frame: str, views: Path, folder: Path, kinds: list[str], record: SceneRecord) -> bool:
        try:
            for kind in kinds:
                _check(views / kind / f"{frame}{_KINDS[kind]}", kind)
        except FrameError as error:
            record.leave_out(f"frames: {error}", f"{self.scene} {frame}")
            return False
        for kind in kinds:
            name = f"{frame}{_KINDS[kind]}"
            self._place(views / kind / name, folder / kind / name)
        return True

    def _place(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}{PARTIAL}")
        partial.unlink(missing_ok=True)
        if self.how == "symlink":
            partial.symlink_to(source.resolve())
        elif self.how == "hardlink":
            os.link(source, partial)
        else:
            shutil.copyfile(source, partial)
        partial.replace(target)


def downloaded_scenes(
    root: Path,
    source: Path,
    how: How,
    lists: dict[str, list[str]] | None = None,
    needs_ids_200: bool = False,
    needs_labels_200: bool = False,
) -> list[DownloadedScene]:
    """The scenes of a download, or those that ``lists`` names by split.

    Raises:
        PrepareError: there are none, a scene is in both splits, or none has the data of ScanNet200 that are needed.
    """
    if source.resolve() == root.resolve():
        raise PrepareError(f"{source} is the folder to write as well: name another one")
    given = Layout(source, "scannet")
    found = {split: given.scenes(split) for split in SPLITS}
    if not any(found.values()):
        raise PrepareError(
            f"{source} holds no scannet_3d/train/*.pth or scannet_3d/val/*.pth: name the folder in which OpenScene's "
            "scannet_3d.zip and scannet_2d.zip, or XMask3D's data folder, were unpacked"
        )
    if doubled := sorted(set(found["train"]) & set(found["val"])):
        raise PrepareError(f"{source}: in both splits: {', '.join(doubled[:10])}")
    chosen = lists or found
    jobs = [
        DownloadedScene(root, source, scene, split, how, needs_ids_200, needs_labels_200)
        for split, scenes in chosen.items()
        for scene in scenes
    ]
    # Rather fail now than in every scene, which would withdraw those that an earlier run took over.
    if needs_ids_200 and not any(given.point_ids_200(job.split, job.scene).exists() for job in jobs):
        raise PrepareError(
            f"{source} holds no scannet_3d_200/train/*.txt or scannet_3d_200/val/*.txt of these scenes: unpack the ids "
            "of ScanNet200 there, or prepare `scannet`"
        )
    if needs_labels_200 and not any((given.views(job.scene) / "label_200").is_dir() for job in jobs):
        raise PrepareError(
            f"{source} holds no scannet_2d/<scene>/label_200 of these scenes: unpack the 2D labels of ScanNet200 "
            "there, or pass --no-2d-labels if only evaluation is wanted"
        )
    return jobs


def _check(path: Path, kind: str) -> None:
    if not path.exists():
        raise FrameError(f"no {kind} file")
    if kind == "pose":
        read_pose(path.read_bytes())
        return
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED) if path.stat().st_size else None
    if image is None:
        raise FrameError(f"{kind} image cannot be decoded")
    if image.shape[:2] != IMAGE_SIZE[::-1] or image.ndim != (3 if kind == "color" else 2):
        raise FrameError(f"{kind} image of the wrong size")
    if kind == "depth" and image.dtype != np.uint16:
        raise FrameError("depth image is not 16 bit")
