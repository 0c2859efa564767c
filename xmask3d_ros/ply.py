# SPDX-License-Identifier: Apache-2.0
"""Vertices of PLY files: read, binary or ascii, and written. A mesh's faces, most of such a file, are not read."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray


class PlyError(ValueError):
    """A file that is missing, damaged, or no PLY file."""


_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_WRITTEN = ("char", "uchar", "short", "ushort", "int", "uint", "float", "double")
_BYTE_ORDER = {"ascii": "=", "binary_little_endian": "<", "binary_big_endian": ">"}
_LONGEST_HEADER = 1000
"""Lines."""


def read_vertices(path: Path, fields: tuple[str, ...]) -> NDArray[np.void]:
    """The vertices as a structured array of N records, with at least ``fields``, in the file's own types.

    Raises:
        PlyError: the file is missing, truncated, no PLY file, or lacks one of the fields.
    """
    try:
        with path.open("rb") as file:
            form, count, dtype = _read_header(file, path)
            vertices = (_read_ascii if form == "ascii" else _read_binary)(file, count, dtype, path)
    except OSError as error:
        raise PlyError(f"cannot read {path}: {error.strerror}") from error
    if len(vertices) != count:
        raise PlyError(f"{path} is truncated: {len(vertices)} of {count} vertices")
    missing = [field for field in fields if field not in (dtype.names or ())]
    if missing:
        raise PlyError(f"{path}: its vertices lack {', '.join(missing)} (they have {', '.join(dtype.names or ())})")
    return vertices


def read_comments(path: Path) -> list[str]:
    """The comment lines of a file's header. Raises PlyError."""
    with path.open("rb") as file:
        header = itertools.takewhile(lambda line: line.strip() != b"end_header", file)
        lines = [line.decode("ascii", "replace").strip() for line in header]
    return [line.removeprefix("comment ") for line in lines if line.startswith("comment ")]


def write_vertices(path: Path, vertices: NDArray[np.void], comments: Sequence[str] = ()) -> None:
    """Write a structured array of N records as the vertices of a binary little-endian file.

    Args:
        path: where to.
        vertices: (N,) of numbers up to 64 bits, named as the properties shall be.
        comments: lines for the header, ASCII.
    """
    little = vertices.astype(vertices.dtype.newbyteorder("<"), copy=False)
    names = {code: name for name, code in _TYPES.items() if name in _WRITTEN}
    fields: Mapping[str, Any] = little.dtype.fields or {}
    header = ["ply", "format binary_little_endian 1.0", *(f"comment {comment}" for comment in comments)]
    header += [f"element vertex {len(little)}"]
    header += [f"property {names[fields[name][0].str[1:]]} {name}" for name in little.dtype.names or ()]
    with path.open("wb") as file:
        file.write("\n".join([*header, "end_header", ""]).encode("ascii", "replace"))
        little.tofile(file)


def _read_header(file: BinaryIO, path: Path) -> tuple[str, int, np.dtype[np.void]]:
    """Format, number of vertices and their record type; leaves the file at the first vertex."""
    form, count, elements = "", 0, 0
    fields: list[tuple[str, str]] = []
    if file.readline(100).strip() != b"ply":
        raise PlyError(f"{path} is no PLY file")
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
                        raise PlyError(f"{path}: its first element is {name!r}, not its vertices; it cannot be read")
                    count = int(number)
            case ["property", kind, name] if elements == 1 and kind in _TYPES:
                fields.append((name, _BYTE_ORDER[form or "ascii"] + _TYPES[kind]))
            case ["property", *_] if elements == 1:
                raise PlyError(f"{path}: the vertex property {' '.join(words[1:])!r} cannot be read")
    else:
        raise PlyError(f"{path} has no end_header in its first lines")
    if not form or not fields or len({name for name, _ in fields}) != len(fields):
        raise PlyError(f"{path}: its header names no known format, or no proper vertices")
    return form, count, np.dtype(fields)


def _read_binary(file: BinaryIO, count: int, dtype: np.dtype[np.void], path: Path) -> NDArray[np.void]:
    """As many of the vertices as are there: memory is asked for by the file's size, not by what its header says."""
    there = (path.stat().st_size - file.tell()) // dtype.itemsize
    return np.fromfile(file, dtype, min(count, there))


def _read_ascii(file: BinaryIO, count: int, dtype: np.dtype[np.void], path: Path) -> NDArray[np.void]:
    lines = (line.decode("ascii", "replace") for _, line in zip(range(count), file, strict=False))
    try:
        return np.atleast_1d(np.loadtxt(lines, dtype, ndmin=1)) if count else np.empty(0, dtype)
    except ValueError as error:
        raise PlyError(f"{path} holds a vertex that is not {len(dtype.names or ())} numbers: {error}") from error
