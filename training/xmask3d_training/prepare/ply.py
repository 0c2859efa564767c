# SPDX-License-Identifier: Apache-2.0
"""Vertices of PLY files, binary or ascii. Only the vertices: a mesh's faces, most of the file, are not read."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from xmask3d_training.prepare.errors import PrepareError

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_BYTE_ORDER = {"ascii": "=", "binary_little_endian": "<", "binary_big_endian": ">"}
_LONGEST_HEADER = 1000
"""Lines."""


def read_vertices(path: Path, fields: tuple[str, ...]) -> NDArray[np.void]:
    """The vertices as a structured array of N records, with at least ``fields``, in the file's own types.

    Raises:
        PrepareError: the file is missing, truncated, no PLY file, or lacks one of the fields.
    """
    try:
        with path.open("rb") as file:
            form, count, dtype = _read_header(file, path)
            vertices = _read_ascii(file, count, dtype, path) if form == "ascii" else np.fromfile(file, dtype, count)
    except OSError as error:
        raise PrepareError(f"cannot read {path}: {error.strerror}; download it with the release") from error
    if len(vertices) != count:
        raise PrepareError(f"{path} is truncated: {len(vertices)} of {count} vertices; download it again")
    missing = [field for field in fields if field not in (dtype.names or ())]
    if missing:
        raise PrepareError(f"{path}: its vertices lack {', '.join(missing)} (they have {', '.join(dtype.names or ())})")
    return vertices


def read_points(path: Path) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Coordinates (N, 3) float32 and colours (N, 3) uint8 of a mesh's vertices. Raises PrepareError."""
    vertices = read_vertices(path, ("x", "y", "z", "red", "green", "blue"))
    coordinates = np.stack([vertices[field] for field in "xyz"], axis=1).astype(np.float32)
    colors = np.stack([vertices[field] for field in ("red", "green", "blue")], axis=1).astype(np.uint8)
    if not len(coordinates) or not np.isfinite(coordinates).all():
        raise PrepareError(f"{path} has no vertices, or some that are not finite: download it again")
    return coordinates, colors


def _read_header(file: BinaryIO, path: Path) -> tuple[str, int, np.dtype[np.void]]:
    """Format, number of vertices and their record type; leaves the file at the first vertex."""
    form, count, elements = "", 0, 0
    fields: list[tuple[str, str]] = []
    if file.readline(100).strip() != b"ply":
        raise PrepareError(f"{path} is no PLY file: download it again")
    for _ in range(_LONGEST_HEADER):
        words = file.readline(1000).decode("ascii", "replace").split()
        match words:
            case ["end_header"]:
                break
            case ["format", name, _] if name in _BYTE_ORDER:
                form = name
            case ["element", name, number]:
                elements += 1
                if elements == 1:
                    if name != "vertex" or not number.isdigit():
                        raise PrepareError(
                            f"{path}: its first element is {name!r}, not its vertices; it cannot be read"
                        )
                    count = int(number)
            case ["property", kind, name] if elements == 1 and kind in _TYPES:
                fields.append((name, _BYTE_ORDER[form or "ascii"] + _TYPES[kind]))
            case ["property", *_] if elements == 1:
                raise PrepareError(f"{path}: the vertex property {' '.join(words[1:])!r} cannot be read")
    else:
        raise PrepareError(f"{path} has no end_header in its first lines: download it again")
    if not form or not fields or len({name for name, _ in fields}) != len(fields):
        raise PrepareError(f"{path}: its header names no known format, or no proper vertices; download it again")
    return form, count, np.dtype(fields)


def _read_ascii(file: BinaryIO, count: int, dtype: np.dtype[np.void], path: Path) -> NDArray[np.void]:
    lines = (line.decode("ascii", "replace") for _, line in zip(range(count), file, strict=False))
    try:
        return np.atleast_1d(np.loadtxt(lines, dtype, ndmin=1)) if count else np.empty(0, dtype)
    except ValueError as error:
        raise PrepareError(f"{path} holds a vertex that is not {len(dtype.names or ())} numbers: {error}") from error
