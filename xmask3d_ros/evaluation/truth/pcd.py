# SPDX-License-Identifier: Apache-2.0
"""Point Cloud Data files: ascii, binary, and binary compressed (LZF, field after field)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .error import GroundTruthError

_KINDS = {f"<{kind}" for kind in ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")}


def read_pcd(path: Path) -> dict[str, NDArray[Any]]:
    """The file's fields, (N,) each; fields of several counts are left out. Raises GroundTruthError."""
    content = path.read_bytes()
    header, start = _header(content, path)
    names = header["FIELDS"]
    counts = [int(count) for count in header.get("COUNT", ["1"] * len(names))]
    kinds = [f"<{kind.lower()}{size}" for kind, size in zip(header["TYPE"], header["SIZE"], strict=True)]
    if not _KINDS.issuperset(kinds):
        types, sizes = (" ".join(header[line]) for line in ("TYPE", "SIZE"))
        raise GroundTruthError(f"{path}: TYPE {types} of SIZE {sizes} is no number; F 4 8, I and U 1 2 4 8 are read")
    layout = np.dtype([(f"{name}#{place}", kind, (count,)) for place, (name, kind, count) in
                       enumerate(zip(names, kinds, counts, strict=True))])  # fmt: skip
    points = int(header["POINTS"][0])
    data = content[start:]
    stored = header["DATA"][0]
    if stored == "ascii":
        columns = _ascii(data, points, layout, path)
    elif stored == "binary":
        if len(data) < points * layout.itemsize:
            raise GroundTruthError(f"{path} is truncated: {len(data)} bytes of {points * layout.itemsize}")
        table = np.frombuffer(data, layout, points)
        columns = [table[name] for name in layout.names or ()]
    elif stored == "binary_compressed":
        columns = _compressed(data, points, layout, path)
    else:
        raise GroundTruthError(f"{path}: DATA {stored} is unknown; ascii, binary and binary_compressed are read")
    return {
        name: column[:, 0] for name, count, column in zip(names, counts, columns, strict=True) if count == 1
    }  # padding, '_', goes with the rest: nobody asks for it


def _header(content: bytes, path: Path) -> tuple[dict[str, list[str]], int]:
    header: dict[str, list[str]] = {}
    start = 0
    while "DATA" not in header:
        end = content.find(b"\n", start)
        if end < 0:
            raise GroundTruthError(f"{path} is no PCD file: its header has no line DATA")
        words = content[start:end].decode("ascii", "replace").split()
        start = end + 1
        if words and not words[0].startswith("#"):
            header[words[0]] = words[1:]
    missing = {"FIELDS", "SIZE", "TYPE", "POINTS", "DATA"} - {name for name, words in header.items() if words}
    if missing:
        raise GroundTruthError(f"{path}: the header lacks {', '.join(sorted(missing))}")
    return header, start


def _ascii(data: bytes, points: int, layout: np.dtype[Any], path: Path) -> list[NDArray[Any]]:
    words = data.split()
    width = sum(layout[name].shape[0] for name in layout.names or ())
    if len(words) != points * width:
        raise GroundTruthError(f"{path} has {len(words)} numbers, its header says {points} points of {width}")
    values = np.array(words).reshape(points, width)
    columns, at = [], 0
    for name in layout.names or ():
        part = layout[name]
        count = part.shape[0]
        # By way of float64, which holds 32-bit integers exactly and reads "1" and "1.0" alike.
        columns.append(values[:, at : at + count].astype(np.float64).astype(part.base))
        at += count
    return columns


def _compressed(data: bytes, points: int, layout: np.dtype[Any], path: Path) -> list[NDArray[Any]]:
    packed, unpacked = np.frombuffer(data, "<u4", 2).tolist()
    if len(data) - 8 < packed or unpacked != points * layout.itemsize:
        raise GroundTruthError(f"{path} is truncated, or its sizes contradict its header")
    plain = decompress_lzf(data[8 : 8 + packed], unpacked)
    columns, at = [], 0
    for name in layout.names or ():
        part = layout[name]
        columns.append(np.frombuffer(plain, part.base, points * part.shape[0], at).reshape(points, part.shape[0]))
        at += points * part.itemsize
    return columns


def decompress_lzf(data: bytes, size: int) -> bytes:
    """Undo LZF: runs of literal bytes, and copies of what came shortly before. ``ValueError`` on damage."""
    plain = bytearray()
    at, end = 0, len(data)
    while at < end:
        control = data[at]
        at += 1
        if control < 32:
            plain += data[at : at + control + 1]
            at += control + 1
            continue
        length = control >> 5
        if at + (length == 7) >= end:
            raise ValueError("LZF data end within a copy")
        if length == 7:
            length += data[at]
            at += 1
        source = len(plain) - ((control & 31) << 8) - data[at] - 1
        at += 1
        length += 2
        if source < 0:
            raise ValueError("LZF data refer to bytes before their start")
        while length > 0:  # a copy may overlap what it makes
            piece = plain[source : source + length]
            plain += piece
            source, length = source + len(piece), length - len(piece)
    if len(plain) != size:
        raise ValueError(f"LZF data give {len(plain)} bytes, not {size}")
    return bytes(plain)
