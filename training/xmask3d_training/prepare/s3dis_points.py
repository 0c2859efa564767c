# SPDX-License-Identifier: Apache-2.0
"""Rooms of S3DIS (``Stanford3dDataset_v1.2``): ``Area_n/<room>/Annotations/<class>_<number>.txt``, a point a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.label_sets import S3DIS
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.layout import UNLABELLED
from xmask3d_training.prepare.records import SceneRecord

_OBJECT = re.compile(r"(?P<name>[A-Za-z]+)_\d+\.txt")
_NOT_PRINTABLE = re.compile(rb"[^\x20-\x7e]")
AS_CLUTTER = ("stairs",)
"""Annotated in a few rooms, no class of the benchmark: clutter, as everybody does."""


@dataclass(frozen=True)
class Room:
    """All points of a room."""

    coordinates: NDArray[np.float64]
    """(N, 3) metres."""
    colors: NDArray[np.uint8]
    """(N, 3)."""
    labels: NDArray[np.uint8]
    """(N,) 0..12 in the order of S3DIS's classes; 255 for a name outside them."""


def label_of(name: str) -> int:
    """Label of a class name of S3DIS or 2D-3D-S; 255 for a name outside the thirteen."""
    name = "clutter" if name in AS_CLUTTER else name
    return S3DIS.all_names.index(name) if name in S3DIS.all_names else UNLABELLED


def read_room(folder: Path, record: SceneRecord) -> Room:
    """Read a room from its objects, in order of their names.

    Two files of the release hold a control character within a line: it is read as a space. A line that still is not six
    numbers is left out and counted; so is a file that is no object (``wall_3 (1).txt`` repeats another).

    Raises:
        PrepareError: the folder is missing or holds no points.
    """
    annotations = folder / "Annotations"
    if not annotations.is_dir():
        raise PrepareError(f"{annotations} is missing: unpack Stanford3dDataset_v1.2.zip")
    parts, labels = [], []
    for path in sorted(annotations.iterdir()):
        match = _OBJECT.fullmatch(path.name)
        if match is None:
            if path.suffix == ".txt":
                record.leave_out("files that are no object", str(path))
            continue
        values = _read_object(path, record)
        parts.append(values)
        label = label_of(match["name"])
        labels.append(np.full(len(values), label, np.uint8))
        if label == UNLABELLED:
            reason = f"points of unknown class {match['name']!r} (kept, unlabelled)"
            record.left_out[reason] = record.left_out.get(reason, 0) + len(values)
    points = np.concatenate(parts) if parts else np.empty((0, 6))
    if not len(points):
        raise PrepareError(f"{annotations} holds no points: unpack Stanford3dDataset_v1.2.zip again")
    return Room(points[:, :3], np.clip(points[:, 3:], 0, 255).astype(np.uint8), np.concatenate(labels))


def _read_object(path: Path, record: SceneRecord) -> NDArray[np.float64]:
    """(N, 6) x y z r g b."""
    try:
        values = np.loadtxt(path, ndmin=2, encoding="latin-1")
        if values.shape[1:] == (6,) and np.isfinite(values).all():
            return values
    except ValueError:
        pass
    rows = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        row = _six_numbers(_NOT_PRINTABLE.sub(b" ", line))
        if row is None:
            record.leave_out("points whose line is not six numbers", f"{path} line {number}")
        else:
            rows.append(row)
    record.remarks.append(f"{path} has damaged lines")
    return np.array(rows).reshape(-1, 6)


def _six_numbers(line: bytes) -> list[float] | None:
    try:
        values = [float(word) for word in line.split()]
    except ValueError:
        return None
    return values if len(values) == 6 and np.isfinite(values).all() else None
