# SPDX-License-Identifier: Apache-2.0
"""The files of one frame, checked as they are read."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry.camera import Camera
from xmask3d_training.data.root import DataRootError
from xmask3d_training.prepare.downloaded import REFERENCE_CAMERA
from xmask3d_training.prepare.errors import FrameError
from xmask3d_training.prepare.layout import IMAGE_SIZE, Layout
from xmask3d_training.prepare.poses import read_pose


class FrameFiles:
    """One frame of a scene. Every reader raises :class:`FrameError` with a short reason."""

    def __init__(self, layout: Layout, scene: str, frame: str) -> None:
        self._folder, self._frame, self._dataset = layout.views(scene), frame, layout.dataset

    def pose(self) -> NDArray[np.float64]:
        """(4, 4) world from camera; finite and rigid."""
        try:
            return read_pose((self._folder / "pose" / f"{self._frame}.txt").read_bytes())
        except OSError as error:
            raise FrameError("no pose") from error

    def camera(self) -> Camera:
        """The frame's own intrinsics, its scene's, or, of ScanNet, the reference's constant ones (METHODS 1.4)."""
        for path in (self._folder / "intrinsics" / f"{self._frame}.txt", self._folder / "intrinsics.txt"):
            if path.exists():
                return _camera(path, path.stat().st_mtime_ns)
        if self._dataset != "scannet":
            raise FrameError(
                "neither intrinsics/<frame>.txt nor intrinsics.txt: prepare the scene again, `xmask3d train prepare`"
            )
        return REFERENCE_CAMERA

    def depth(self) -> NDArray[np.float64]:
        """(H, W) metres; 0 = no reading."""
        return self._image("depth", "png").astype(np.float64) / 1000.0

    def color(self) -> NDArray[np.uint8]:
        """(H, W, 3) RGB."""
        image = self._image("color", "jpg", cv2.IMREAD_COLOR)
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)

    def label_ids(self, kind: str) -> NDArray[Any]:
        """(H, W) class ids as stored in the folder ``kind``: ``label`` or ``label_200``."""
        return self._image(kind, "png")

    def _image(self, kind: str, ending: str, flags: int = cv2.IMREAD_UNCHANGED) -> NDArray[Any]:
        path = self._folder / kind / f"{self._frame}.{ending}"
        if not path.exists():
            raise FrameError(f"no {kind} image")
        image = cv2.imread(str(path), flags)
        if image is None:
            raise FrameError(f"{kind} image cannot be decoded")
        width, height = IMAGE_SIZE
        channels = (3,) if kind == "color" else ()
        if image.shape != (height, width, *channels):
            found = "x".join(map(str, image.shape[1::-1] + image.shape[2:]))
            raise FrameError(f"{kind} image is {found}, not {width}x{height}")
        return np.asarray(image)


@functools.lru_cache(maxsize=64)
def _camera(path: Path, _changed: int) -> Camera:
    try:
        matrix = np.loadtxt(path)
        return Camera(*IMAGE_SIZE, matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2])
    except (ValueError, IndexError) as error:
        raise FrameError("intrinsics are no camera's") from error


class Captions:
    """Captions by scene and frame, from the JSON of METHODS 1.2.

    Raises:
        DataRootError: the file holds something else.
    """

    def __init__(self, path: Path) -> None:
        fault = f"{path} is no caption file (scene -> frame -> sentence): make it again"
        try:
            content = json.loads(path.read_bytes())
        except ValueError as error:
            raise DataRootError(fault) from error
        if not isinstance(content, dict) or not all(isinstance(frames, dict) for frames in content.values()):
            raise DataRootError(fault)
        self._captions: dict[str, dict[str, Any]] = content

    def of(self, scene: str, frame: str) -> str:
        """The caption of a frame. Raises FrameError: there is none."""
        caption = self._captions.get(scene, {}).get(frame)
        if not isinstance(caption, str) or not caption.strip():
            raise FrameError("no caption")
        return caption
