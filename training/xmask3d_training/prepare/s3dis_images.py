# SPDX-License-Identifier: Apache-2.0
"""Images of 2D-3D-S (``area_n/data/{rgb,depth,pose,semantic}``) as frames of the rooms they were taken in.

Facts, and what follows from them:

- ``camera_rt_matrix`` is camera from world, x right, y down, z forward: R ``camera_location`` + t = 0, checked in every
  frame. S3DIS's points (v1.2, *not* the aligned version) share the world.
- ``area_5b`` stands in another world than ``area_5a`` and the points: it is turned by -90 degrees about z and shifted.
- Depth is along z, 1/512 m, 65535 = no reading. Pixel centres are at half-integers: the principal point loses 0.5.
- A semantic pixel's R * 65536 + G * 256 + B is the row of ``assets/semantic_labels.json``, whose entries read
  ``class_instance_room_number_area``; #0D0D0D lies beyond its end and means no data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry.camera import Camera
from xmask3d_ros.geometry.rigid import inverse_rigid, rigid
from xmask3d_training.prepare.errors import FrameError, PrepareError
from xmask3d_training.prepare.images import resized_depth, resized_labels
from xmask3d_training.prepare.layout import IMAGE_SIZE, UNLABELLED, millimetres
from xmask3d_training.prepare.poses import checked_pose
from xmask3d_training.prepare.s3dis_points import label_of

WORLD_FROM_AREA_5B = rigid([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], [-4.09703582, 6.22617759, 0])
"""Applied to the poses of ``area_5b``."""
DEPTH_UNITS = 512.0
DOMAINS = ("rgb", "depth", "pose", "semantic")
"""Folders of an area's ``data`` that a frame is made of."""
_NO_READING = 65535
_FRAME = re.compile(r"camera_(?P<camera>[0-9A-Za-z]+)_+(?P<room>[A-Za-z]+_\d+)_frame_(?P<number>\d+)_domain_+rgb\.png")
_LARGEST_OFFSET = 0.05
"""Metres by which R camera_location + t may miss zero."""


@dataclass(frozen=True)
class RoomImage:
    """One frame: where its files are."""

    name: str
    """Camera, room and number as its files are named."""
    color_path: Path
    flipped: bool
    """Whether it stands in the world of ``area_5b``."""

    def path(self, domain: str, ending: str) -> Path:
        """The file of another domain."""
        name = self.color_path.name.replace("rgb.png", f"{domain}{ending}")
        return self.color_path.parent.parent / domain / name

    def pose_and_camera(self, width: int, height: int) -> tuple[NDArray[np.float64], Camera]:
        """World from camera, and the 320x240 camera for raw images of that size. Raises FrameError."""
        path = self.path("pose", ".json")
        try:
            content = json.loads(path.read_bytes())
            matrix = np.asarray(content["camera_rt_matrix"], np.float64)
            location = np.asarray(content["camera_location"], np.float64).reshape(3)
            intrinsics = np.asarray(content["camera_k_matrix"], np.float64).reshape(3, 3)
        except FileNotFoundError as error:
            raise FrameError("no pose file") from error
        except (ValueError, KeyError, TypeError) as error:
            raise FrameError("pose file cannot be read") from error
        if matrix.shape not in ((3, 4), (4, 4)):
            raise FrameError("pose is not a 3x4 matrix")
        camera_from_world = checked_pose(np.vstack([matrix[:3], (0, 0, 0, 1)]))
        if not np.linalg.norm(camera_from_world[:3, :3] @ location + camera_from_world[:3, 3]) < _LARGEST_OFFSET:
            raise FrameError("pose contradicts its camera_location")
        pose = inverse_rigid(camera_from_world)
        try:
            camera = Camera(width, height, intrinsics[0, 0], intrinsics[1, 1], intrinsics[0, 2] - 0.5,
                            intrinsics[1, 2] - 0.5)  # fmt: skip
        except ValueError as error:
            raise FrameError("camera_k_matrix is no camera's") from error
        return (WORLD_FROM_AREA_5B @ pose if self.flipped else pose), camera.resized(*IMAGE_SIZE)

    def color(self) -> NDArray[np.uint8]:
        """RGB (H, W, 3) as it is. Raises FrameError."""
        return self._image("rgb")

    def depth(self) -> NDArray[np.uint16]:
        """Millimetres at 320x240. Raises FrameError."""
        depth = resized_depth(_decoded(self.path("depth", ".png"), cv2.IMREAD_UNCHANGED, np.uint16, 2))
        return millimetres(np.where(depth == _NO_READING, 0, depth).astype(np.uint16), DEPTH_UNITS)

    def label(self, label_of_index: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Labels at 320x240. Raises FrameError."""
        red, green, blue = np.moveaxis(self._image("semantic").astype(np.uint32), 2, 0)
        index = red << 16 | green << 8 | blue
        # Beyond the table: no data.
        index = np.minimum(index, len(label_of_index) - 1)
        return resized_labels(label_of_index[index].astype(np.uint16)).astype(np.uint8)

    def _image(self, domain: str) -> NDArray[np.uint8]:
        image = _decoded(self.path(domain, ".png"), cv2.IMREAD_COLOR, np.uint8, 3)
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def room_images(release: Path, area: int, room: str) -> Iterator[RoomImage]:
    """The frames of a room, in the order of their names; those of 5a before those of 5b."""
    for name in (f"area_{area}", f"area_{area}a", f"area_{area}b"):
        found = []
        for path in _colors(release / name):
            match = _FRAME.fullmatch(path.name)
            if match and match["room"] == room:
                found.append((match["camera"], int(match["number"]), path))
        for camera, number, path in sorted(found):
            yield RoomImage(f"{camera} {room} {number}", path, flipped=name == "area_5b")


@lru_cache(maxsize=2)
def label_table(release: Path) -> NDArray[np.uint8]:
    """Label of each row of ``semantic_labels.json``, and 255 for what lies beyond.

    Raises:
        PrepareError: the file is missing or no list of such names.
    """
    path = next((path for path in (release / "assets" / "semantic_labels.json", release / "semantic_labels.json")
                 if path.exists()), release / "assets" / "semantic_labels.json")  # fmt: skip
    try:
        names = json.loads(path.read_bytes())
        return np.array([*(label_of(name.split("_")[0]) for name in names), UNLABELLED], np.uint8)
    except OSError as error:
        raise PrepareError(
            f"cannot read {path}: {error.strerror}; it is in the assets folder of the 2D-3D-S repository"
        ) from error
    except (ValueError, AttributeError) as error:
        raise PrepareError(f"{path} is no list of 2D-3D-S labels: fetch it again") from error


@lru_cache(maxsize=2)
def _colors(area: Path) -> tuple[Path, ...]:
    return tuple((area / "data" / "rgb").glob("*.png")) if area.is_dir() else ()


def _decoded(path: Path, flags: int, dtype: type, dimensions: int) -> NDArray[Any]:
    if not path.exists():
        raise FrameError(f"no {path.parent.name} image")
    image = cv2.imdecode(np.fromfile(path, np.uint8), flags) if path.stat().st_size else None
    if image is None or image.dtype != dtype or image.ndim != dimensions:
        raise FrameError(f"{path.parent.name} image cannot be decoded")
    return np.asarray(image)
