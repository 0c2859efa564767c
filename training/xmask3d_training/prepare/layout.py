# SPDX-License-Identifier: Apache-2.0
"""The prepared layout (METHODS 1.2): where each file lies, and the bytes in it.

``<set>`` is ``scannet`` or ``s3dis``::

    <set>_3d/{train,val}/<scene>_vh_clean_2.pth   (coordinates, colours, labels) of all points
    <set>_3d_200/{train,val}/<scene>.txt          ScanNet200 id of every point
    <set>_2d/<scene>/color/<id>.jpg               320x240 RGB
    <set>_2d/<scene>/depth/<id>.png               320x240 uint16, millimetres, 0 = no reading
    <set>_2d/<scene>/pose/<id>.txt                4x4 world from camera
    <set>_2d/<scene>/intrinsics.txt               4x4 of the 320x240 grid, for all frames of the scene, or
    <set>_2d/<scene>/intrinsics/<id>.txt          ... for one frame, where frames differ
    <set>_2d/<scene>/label/<id>.png               320x240 class ids
    <set>_2d/<scene>/label_200/<id>.png           320x240 uint16 ScanNet200 ids
    caption/caption_view_<set>_<captioner>_.json  scene -> frame id -> sentence
    prepared/<set>/<scene>.json                   what was made from what, with which settings

S3DIS's files end in ``.pth`` alone: its points are no cleaned mesh.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from xmask3d_ros.geometry.camera import Camera
from xmask3d_training.prepare.errors import PrepareError

IMAGE_SIZE = (320, 240)
"""Width, height of every prepared image."""
UNLABELLED = 255
"""Label of a point without annotation."""
SPLITS = ("train", "val")
_JPEG_QUALITY = 95
_MOST_MILLIMETRES = 65535


@dataclass(frozen=True)
class Layout:
    """Paths below the data root of one data set."""

    root: Path
    dataset: str

    def points(self, split: str, scene: str) -> Path:
        """All points of a scene. It is written last: a scene whose points are there is complete."""
        ending = "_vh_clean_2.pth" if self.dataset == "scannet" else ".pth"
        return self.root / f"{self.dataset}_3d" / split / f"{scene}{ending}"

    def point_ids_200(self, split: str, scene: str) -> Path:
        """ScanNet200 id of each point, a line each."""
        return self.root / f"{self.dataset}_3d_200" / split / f"{scene}.txt"

    def views(self, scene: str) -> Path:
        """Folder of a scene's frames."""
        return self.root / f"{self.dataset}_2d" / scene

    def captions(self, captioner: str) -> Path:
        """Captions of all frames."""
        return self.root / "caption" / f"caption_view_{self.dataset}_{captioner}_.json"

    def record(self, scene: str, part: str = "") -> Path:
        """What is known of a scene's preparation."""
        return self.root / "prepared" / f"{self.dataset}{part}" / f"{scene}.json"

    def withdraw(self, scene: str) -> None:
        """Take an earlier preparation of a scene out of sight before its files change."""
        for split in SPLITS:
            self.points(split, scene).unlink(missing_ok=True)

    def scenes(self, split: str) -> list[str]:
        """Names of the prepared scenes of a split, sorted."""
        folder = self.root / f"{self.dataset}_3d" / split
        names = [path.stem.removesuffix("_vh_clean_2") for path in folder.glob("*.pth") if path.name[0] != "."]
        return sorted(names)

    def frames(self, scene: str) -> list[str]:
        """Ids of a scene's frames, in order."""
        return sorted((path.stem for path in (self.views(scene) / "color").glob("*.jpg")), key=frame_order)


def frame_order(frame: str) -> tuple[int, str]:
    """Sort key of frame ids: by number where they are numbers."""
    return (int(frame), "") if frame.isdigit() else (1 << 62, frame)


def points_data(coordinates: NDArray[np.float32], colors: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    """A points file: coordinates (N, 3) metres, colours (N, 3) 0..255 stored as rgb / 127.5 - 1, labels (N)."""
    content = (
        np.ascontiguousarray(coordinates, np.float32),
        np.ascontiguousarray(colors, np.float32) / np.float32(127.5) - np.float32(1),
        np.ascontiguousarray(labels, np.uint8),
    )
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def color_data(image: NDArray[np.uint8]) -> bytes:
    """JPEG of an RGB image."""
    return _encoded(
        ".jpg", np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR)), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    )


def png_data(image: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """PNG of a depth image in millimetres or of a label image."""
    return _encoded(".png", image, [])


def millimetres(depth: NDArray[np.uint16], units_per_metre: float) -> NDArray[np.uint16]:
    """Depth in millimetres; what 16 bits cannot hold becomes 0 (no reading)."""
    if units_per_metre == 1000:
        return depth
    scaled = np.rint(depth * (1000.0 / units_per_metre))
    return np.where(scaled > _MOST_MILLIMETRES, 0, scaled).astype(np.uint16)


def intrinsics_text(camera: Camera) -> bytes:
    """The camera's matrix as four lines of four numbers."""
    matrix = np.eye(4)
    matrix[:3, :3] = camera.matrix
    return ("\n".join(" ".join(f"{value:.9g}" for value in row) for row in matrix) + "\n").encode()


def prepared_camera(matrix: NDArray[np.float64], size: tuple[int, int], source: Path) -> Camera:
    """The camera of the prepared images, from that of images of another ``size`` (METHODS 1.4).

    Raises:
        PrepareError: the matrix is no camera's.
    """
    try:
        camera = Camera(*size, matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2])
    except ValueError as error:
        raise PrepareError(f"{source}: {error}") from error
    return camera.resized(*IMAGE_SIZE)


def _encoded(ending: str, image: NDArray[Any], options: list[int]) -> bytes:
    _, data = cv2.imencode(ending, image, options)
    return data.tobytes()
