# SPDX-License-Identifier: Apache-2.0
"""Writing the frames of a scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry.camera import Camera
from xmask3d_training.prepare.layout import color_data, intrinsics_text, png_data
from xmask3d_training.prepare.poses import pose_text


class ViewWriter:
    """Fills a scene's folder of frames (see ``layout``); all images are 320x240 already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.written: list[str] = []
        """Ids of the frames written."""

    def camera(self, camera: Camera) -> None:
        """Intrinsics of all frames."""
        (self._folder / "intrinsics.txt").write_bytes(intrinsics_text(camera))

    def view(
        self,
        frame: str,
        color: NDArray[np.uint8],
        depth: NDArray[np.uint16],
        world_from_camera: NDArray[np.float64],
        label: NDArray[np.uint8] | None,
        camera: Camera | None = None,
    ) -> None:
        """One frame: RGB, depth in millimetres, pose, class ids (``None``: no labels), its own intrinsics if any."""
        self._write("color", f"{frame}.jpg", color_data(color))
        self._write("depth", f"{frame}.png", png_data(depth))
        self._write("pose", f"{frame}.txt", pose_text(world_from_camera))
        if label is not None:
            self._write("label", f"{frame}.png", png_data(label))
        if camera is not None:
            self._write("intrinsics", f"{frame}.txt", intrinsics_text(camera))
        self.written.append(frame)

    def _write(self, kind: str, name: str, data: bytes) -> None:
        folder = self._folder / kind
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
