# SPDX-License-Identifier: Apache-2.0
"""Reader of ScanNet's ``.sens`` recordings, one frame at a time.

The file (version 4, little endian): version uint32; length uint64 and bytes of the sensor's name; four 4x4 float32
matrices (colour intrinsics and extrinsics, depth intrinsics and extrinsics); colour and depth compression int32; colour
width and height, depth width and height uint32; depth units a metre float32; number of frames uint64; the frames.
A frame: 4x4 float32 camera-to-world; colour and depth time stamps uint64; colour and depth sizes in bytes uint64; data.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_training.prepare.errors import FrameError, PrepareError

VERSION = 4
COLOR_RAW, COLOR_PNG, COLOR_JPEG = 0, 1, 2
DEPTH_RAW, DEPTH_ZLIB = 0, 1
_FRAME_HEADER = struct.Struct("<16f4Q")
_LONGEST_NAME = 4096
_SLACK = 1 << 20
"""Compressed data may exceed the raw image by this many bytes before the file is called damaged."""


@dataclass(frozen=True)
class SensHeader:
    """What stands before the first frame."""

    sensor: str
    color_intrinsics: NDArray[np.float64]
    """(4, 4), pixels."""
    color_extrinsics: NDArray[np.float64]
    depth_intrinsics: NDArray[np.float64]
    """(4, 4), pixels."""
    depth_extrinsics: NDArray[np.float64]
    color_compression: int
    depth_compression: int
    color_size: tuple[int, int]
    """Width, height."""
    depth_size: tuple[int, int]
    """Width, height."""
    depth_units: float
    """Depth units a metre (1000: millimetres)."""
    frame_count: int


@dataclass(frozen=True)
class SensFrame:
    """One frame, still compressed."""

    index: int
    world_from_camera: NDArray[np.float64]
    """(4, 4); not finite where tracking was lost."""
    color_data: bytes
    depth_data: bytes
    header: SensHeader

    def color(self) -> NDArray[np.uint8]:
        """(H, W, 3) RGB. Raises FrameError."""
        width, height = self.header.color_size
        if self.header.color_compression == COLOR_RAW:
            if len(self.color_data) != width * height * 3:
                raise FrameError("colour image of the wrong size")
            return np.frombuffer(self.color_data, np.uint8).reshape(height, width, 3)
        encoded = np.frombuffer(self.color_data, np.uint8)
        image = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
        if image is None:
            raise FrameError("colour image cannot be decoded")
        if image.shape != (height, width, 3):
            raise FrameError("colour image of the wrong size")
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)

    def depth(self) -> NDArray[np.uint16]:
        """(H, W) in units of the header; 0 = no reading. Raises FrameError."""
        width, height = self.header.depth_size
        size = width * height * 2
        data = self.depth_data
        if self.header.depth_compression == DEPTH_ZLIB:
            try:
                data = zlib.decompressobj().decompress(data, size + 1)
            except zlib.error as error:
                raise FrameError("depth image cannot be decompressed") from error
        if len(data) != size:
            raise FrameError("depth image of the wrong size")
        return np.frombuffer(data, "<u2").reshape(height, width)


class SensFile:
    """An open ``.sens`` file. Frames are read as they are asked for; frames in between are skipped, not read.

    Raises:
        PrepareError: the file is missing, truncated, damaged, of another version or compressed in an unknown way.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._file: BinaryIO = self.path.open("rb")
        except OSError as error:
            raise PrepareError(f"cannot read {self.path}: {error.strerror}; download it with the release") from error
        self._size = os.fstat(self._file.fileno()).st_size
        try:
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise
        self._first_frame = self._file.tell()

    def __enter__(self) -> SensFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def frames(self, every: int = 1) -> Iterator[SensFrame]:
        """Every ``every``-th frame, from the first. Raises PrepareError where the file ends too early."""
        self._file.seek(self._first_frame)
        header = self.header
        limits = [width * height * channels + _SLACK for (width, height), channels in
                  ((header.color_size, 3), (header.depth_size, 2))]  # fmt: skip
        for index in range(header.frame_count):
            where = f"frame {index} of {header.frame_count}"
            start = self._file.tell()
            fields = _FRAME_HEADER.unpack(self._read(_FRAME_HEADER.size, where))
            color_size, depth_size = fields[18:20]
            if color_size > limits[0] or depth_size > limits[1]:
                raise PrepareError(
                    f"{self.path} is damaged at byte {start}, {where}: its images claim {color_size} and {depth_size} "
                    "bytes; download it again"
                )
            if index % every:
                self._require(color_size + depth_size, where)
                self._file.seek(color_size + depth_size, os.SEEK_CUR)
                continue
            color_data, depth_data = self._read(color_size, where), self._read(depth_size, where)
            yield SensFrame(index, np.array(fields[:16]).reshape(4, 4), color_data, depth_data, header)

    def _read_header(self) -> SensHeader:
        where = "the header"
        (version,) = struct.unpack("<I", self._read(4, where))
        if version != VERSION:
            raise PrepareError(f"{self.path} is no .sens file of version {VERSION} (it begins with {version})")
        (length,) = struct.unpack("<Q", self._read(8, where))
        if length > _LONGEST_NAME:
            raise PrepareError(f"{self.path} is damaged: its sensor name claims {length} bytes; download it again")
        sensor = self._read(length, where).decode("utf-8", "replace")
        matrices = np.frombuffer(self._read(256, where), "<f4").reshape(4, 4, 4).astype(np.float64)
        color_kind, depth_kind, *sizes, units, count = struct.unpack("<2i4IfQ", self._read(36, where))
        if color_kind not in (COLOR_RAW, COLOR_PNG, COLOR_JPEG) or depth_kind not in (DEPTH_RAW, DEPTH_ZLIB):
            raise PrepareError(
                f"{self.path}: colour compression {color_kind} or depth compression {depth_kind} is not supported; "
                "known are colour 0 (raw), 1 (PNG), 2 (JPEG) and depth 0 (raw), 1 (zlib)"
            )
        if not all(0 < size <= 1 << 14 for size in sizes) or not (units > 0 and np.isfinite(units)):
            raise PrepareError(f"{self.path} is damaged: image sizes {sizes}, depth units {units}; download it again")
        color, depth = matrices[:2], matrices[2:]
        sizes_of = (sizes[0], sizes[1]), (sizes[2], sizes[3])
        return SensHeader(
            sensor, color[0], color[1], depth[0], depth[1], color_kind, depth_kind, *sizes_of, units, count
        )

    def _require(self, size: int, where: str) -> None:
        position = self._file.tell()
        if position + size > self._size:
            raise PrepareError(
                f"{self.path} is truncated at byte {self._size}, in {where} (it needs {position + size - self._size} "
                "more bytes): download it again"
            )

    def _read(self, size: int, where: str) -> bytes:
        self._require(size, where)
        return self._file.read(size)
