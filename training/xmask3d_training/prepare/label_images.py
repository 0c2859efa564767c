# SPDX-License-Identifier: Apache-2.0
"""ScanNet's 2D label images (16-bit PNG of raw ids): ``<scene>_2d-label-filt.zip``, or the folder unpacked from it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_training.prepare.errors import FrameError, PrepareError

FOLDER = "label-filt"


class LabelImages:
    """The label images of a scene, by frame number.

    Raises:
        PrepareError: there is neither archive nor folder, or the archive is damaged.
    """

    def __init__(self, scene_folder: Path) -> None:
        archive = scene_folder / f"{scene_folder.name}_2d-{FOLDER}.zip"
        self.source = archive if archive.exists() else scene_folder / FOLDER
        self._archive: zipfile.ZipFile | None = None
        if archive.exists():
            try:
                self._archive = zipfile.ZipFile(archive)
            except (zipfile.BadZipFile, OSError) as error:
                raise PrepareError(f"{archive} is no readable archive ({error}): download it again") from error
        elif not self.source.is_dir():
            raise PrepareError(
                f"no 2D labels: neither {archive} nor {self.source}/ exists; download the archive, or pass "
                "--no-2d-labels if only evaluation is wanted"
            )

    def close(self) -> None:
        """Close the archive."""
        if self._archive:
            self._archive.close()

    def raw_ids(self, frame: int) -> NDArray[np.uint16]:
        """Raw ids (H, W) of a frame. Raises FrameError."""
        try:
            if self._archive:
                data = self._archive.read(f"{FOLDER}/{frame}.png")
            else:
                data = (self.source / f"{frame}.png").read_bytes()
        except (KeyError, FileNotFoundError) as error:
            raise FrameError("no 2D label image") from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise FrameError("2D label image cannot be decoded") from error
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
        if image is None or image.ndim != 2:
            raise FrameError("2D label image cannot be decoded")
        return image.astype(np.uint16)
