# SPDX-License-Identifier: Apache-2.0
"""One room of S3DIS, with the images that 2D-3D-S took in it, in the prepared layout. Choices: docs/data.md."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.label_sets import S3DIS
from xmask3d_ros.sparse.voxelise import voxelise
from xmask3d_training.prepare.errors import FrameError, PrepareError
from xmask3d_training.prepare.files import staged_folder, write_atomically
from xmask3d_training.prepare.images import ColorResize, resized_color
from xmask3d_training.prepare.layout import UNLABELLED, Layout, points_data
from xmask3d_training.prepare.records import SceneRecord
from xmask3d_training.prepare.reprojection import recovered, reproject
from xmask3d_training.prepare.s3dis_images import DOMAINS, RoomImage, label_table, room_images
from xmask3d_training.prepare.s3dis_points import Room, read_room
from xmask3d_training.prepare.views import ViewWriter

_LEAST_AGREEMENT = 0.3
_ENOUGH_BLOCKS = 30
_SHELL = [S3DIS.all_names.index(name) for name in ("ceiling", "floor", "wall")]
"""Classes that look alike in a room that is turned about: they prove nothing about the poses."""


@dataclass(frozen=True)
class S3disSettings:
    """Choices. Nothing was released for S3DIS, so all are ours."""

    every: int = 1
    """Every how many of a room's images one is kept."""
    color_resize: ColorResize = "area"
    voxel_size: float = 0.02
    """One point is kept in each cube of this edge in metres (the first); 0 keeps all."""


@dataclass(frozen=True)
class S3disRoom:
    """A job for ``work.prepare_all``."""

    root: Path
    folder: Path
    """``Area_n/<room>`` of Stanford3dDataset_v1.2."""
    images: Path
    """The folder of ``area_1`` ... of 2D-3D-S."""
    split: str
    settings_: S3disSettings

    @property
    def area(self) -> int:
        """Number of the area."""
        return int(self.folder.parent.name.removeprefix("Area_"))

    @property
    def scene(self) -> str:
        """For instance ``Area_5_office_3``."""
        return f"{self.folder.parent.name}_{self.folder.name}"

    @property
    def layout(self) -> Layout:
        """Where the results go."""
        return Layout(self.root, "s3dis")

    def settings(self) -> dict[str, Any]:
        """See ``work.Job``."""
        return asdict(self.settings_)

    def sources(self) -> list[Path]:
        """See ``work.Job``. A folder's time changes with its entries."""
        data = [self.images / f"area_{self.area}{part}" / "data" for part in ("", "a", "b")]
        return [self.folder / "Annotations", *(folder / domain for folder in data for domain in DOMAINS)]

    def outputs(self) -> list[Path]:
        """See ``work.Job``."""
        return [self.layout.points(self.split, self.scene), self.layout.views(self.scene) / "intrinsics"]

    def record_path(self) -> Path:
        """See ``work.Job``."""
        return self.layout.record(self.scene)

    def prepare(self, record: SceneRecord) -> None:
        """Write the room; its points come last."""
        self.layout.withdraw(self.scene)
        room = thinned(read_room(self.folder, record), self.settings_.voxel_size)
        with staged_folder(self.layout.views(self.scene)) as folder:
            matches, compared = self._views(ViewWriter(folder), room, record)
        # float32 keeps 4 micrometres at 50 m from the origin.
        data = points_data(room.coordinates.astype(np.float32), room.colors, room.labels)
        write_atomically(self.layout.points(self.split, self.scene), data)
        record.counts |= {"points": len(room.labels), "labelled points": int((room.labels != UNLABELLED).sum())}
        record.facts["share of furnishings in images that points recover"] = matches / max(compared, 1)

    def _views(self, writer: ViewWriter, room: Room, record: SceneRecord) -> tuple[int, int]:
        found = list(room_images(self.images, self.area, self.folder.name))
        labels = label_table(self.images)
        matches = compared = 0
        names = {}
        for number, image in enumerate(found):
            if number % self.settings_.every:
                continue
            try:
                same, both = self._view(writer, str(number), image, labels, room)
            except FrameError as error:
                record.leave_out(f"frames: {error}", image.name)
                continue
            names[number] = image.name
            matches, compared = matches + same, compared + both
        record.counts |= {"images found": len(found), "frames prepared": len(writer.written)}
        record.facts["frame names"] = names
        if not writer.written:
            raise PrepareError(
                f"no usable image of {self.scene} in {self.images}/area_{self.area}*/data/rgb: unpack the 2D-3D-S "
                "archives (noXYZ suffices) there, or leave the room out"
            )
        if compared >= _ENOUGH_BLOCKS and matches < _LEAST_AGREEMENT * compared:
            raise PrepareError(
                f"only {matches / compared:.0%} of the furnishings in images of {self.scene} show points so labelled: "
                "the points are not in the images' world. Use Stanford3dDataset_v1.2, not its Aligned_Version"
            )
        return matches, compared

    def _view(
        self, writer: ViewWriter, frame: str, image: RoomImage, table: NDArray[np.uint8], room: Room
    ) -> tuple[int, int]:
        color = image.color()
        pose, camera = image.pose_and_camera(color.shape[1], color.shape[0])
        depth, label = image.depth(), image.label(table)
        writer.view(frame, resized_color(color, self.settings_.color_resize), depth, pose, label, camera)
        seen = reproject(room.coordinates, room.labels, depth / 1000.0, camera, pose)
        return recovered(seen, label, [*_SHELL, UNLABELLED])


def thinned(room: Room, voxel_size: float) -> Room:
    """The room with one point a voxel, in their order."""
    if not voxel_size:
        return room
    kept = np.sort(voxelise(room.coordinates, voxel_size).first_point.numpy())
    return Room(room.coordinates[kept], room.colors[kept], room.labels[kept])


def find_rooms(points: Path, areas: tuple[int, ...]) -> list[Path]:
    """The rooms' folders of some areas, sorted.

    Raises:
        PrepareError: an area is missing.
    """
    rooms: list[Path] = []
    for area in areas:
        found = sorted(path.parent for path in (points / f"Area_{area}").glob("*/Annotations"))
        if not found:
            raise PrepareError(
                f"{points}/Area_{area} holds no room with Annotations: name the folder unpacked from "
                "Stanford3dDataset_v1.2.zip, or leave the area out with --areas"
            )
        rooms += found
    return rooms
