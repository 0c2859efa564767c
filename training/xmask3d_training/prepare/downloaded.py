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
from xmask3d_training.prepare.points_file import read_points_file
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
        return [self.given.points(self.split, self.scene), *(views / kind for kind in _KINDS)]

    def outputs(self) -> list[Path]:
        """See ``work.Job``."""
        return [self.layout.points(self.split, self.scene), self.layout.views(self.scene) / "intrinsics.txt"]

    def record_path(self) -> Path:
        """See ``work.Job``."""
        return self.layout.record(self.scene)

    def prepare(self, record: SceneRecord) -> None:
        """Check the scene and take over what is sound."""
        self.layout.withdraw(self.scene)
        points = self.given.points(self.split, self.scene)
        labels = read_points_file(points).labels
        views = self.given.views(self.scene)
        kinds = [kind for kind in _KINDS if (views / kind).is_dir()]
        if missing := [kind for kind in _NEEDED if kind not in kinds]:
            raise PrepareError(f"{views} lacks {', '.join(missing)}: unpack the 2D download beside the 3D one")
        frames = self.given.frames(self.scene)
        with staged_folder(self.layout.views(self.scene)) as folder:
            for kind in kinds:
                (folder / kind).mkdir()
            (folder / "intrinsics.txt").write_bytes(self._intrinsics(views))
            taken = sum(self._take(frame, views, folder, kinds, record) for frame in frames)
        if not taken:
            raise PrepareError(f"{views} has no usable frame")
        ids = self.given.point_ids_200(self.split, self.scene)
        if ids.exists():
            if len(ids.read_text().split()) != len(labels):
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
    root: Path, source: Path, how: How, lists: dict[str, list[str]] | None = None
) -> list[DownloadedScene]:
    """The scenes of a download, or those that ``lists`` names by split.

    Raises:
        PrepareError: there are none, or a scene is in both splits.
    """
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
    return [DownloadedScene(root, source, scene, split, how) for split, scenes in chosen.items() for scene in scenes]


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
