# SPDX-License-Identifier: Apache-2.0
"""The whole run as a recording for the rerun viewer, with a time line. Needs the optional package rerun-sdk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.geometry import RgbdFrame
from xmask3d_ros.vocabulary import UNLABELLED_COLOR, color_of

from .document import ReportError

_TIMELINE = "image stamp"


class RerunFile:
    """Writes images, camera poses, live maps and ground truth as they come."""

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        """Begin a file; its folder is made. Raises ReportError where rerun-sdk is not installed."""
        try:
            import rerun
        except ImportError as error:
            raise ReportError(f"--rerun needs the package rerun-sdk ({error}): pip install rerun-sdk") from error
        path.parent.mkdir(parents=True, exist_ok=True)
        self._rerun: Any = rerun
        self._names = names
        self._recording = rerun.RecordingStream("xmask3d_evaluate")
        self._recording.save(str(path))
        self._recording.log("world", rerun.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)

    def truth(self, points: NDArray[np.float64], classes: NDArray[np.int64], voxel_size: float) -> None:
        """The ground truth, for all times: (M, 3) metres, (M,) classes."""
        self._points("world/ground_truth", points, classes, voxel_size, static=True)

    def frame(
        self, frame: RgbdFrame, cloud: LabelledCloud | None, classes: NDArray[np.int64], voxel_size: float
    ) -> None:
        """One frame: its camera and image, and the map as labelled after it, where it was segmented.

        Args:
            frame: the frame.
            cloud: the map, or ``None``.
            classes: (V,) class of each of the cloud's voxels, -1 for none.
            voxel_size: metres.
        """
        rerun, log, camera = self._rerun, self._recording.log, frame.camera
        self._recording.set_time(_TIMELINE, timestamp=np.datetime64(frame.stamp_ns, "ns"))
        pose = frame.world_from_camera
        log("world/camera", rerun.Transform3D(translation=pose[:3, 3], mat3x3=pose[:3, :3]))
        log(
            "world/camera/image",
            rerun.Pinhole(
                image_from_camera=camera.matrix,
                resolution=[camera.width, camera.height],
                camera_xyz=rerun.ViewCoordinates.RDF,
            ),
            rerun.Image(frame.color).compress(jpeg_quality=80),
        )
        if cloud is not None:
            self._points("world/map", cloud.positions, classes, voxel_size)

    def close(self) -> None:
        """Write what is left."""
        self._recording.flush()
        self._recording.disconnect()

    def _points(
        self, path: str, points: NDArray[Any], classes: NDArray[np.int64], voxel_size: float, static: bool = False
    ) -> None:
        table = np.array([*(color_of(name) for name in self._names), UNLABELLED_COLOR], np.uint8)
        drawn = self._rerun.Points3D(points, colors=table[classes], radii=0.5 * voxel_size)
        self._recording.log(path, drawn, static=static)
