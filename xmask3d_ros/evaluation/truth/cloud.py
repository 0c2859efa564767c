# SPDX-License-Identifier: Apache-2.0
"""A labelled cloud from a file: NPZ, PLY or PCD."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.ply import read_comments, read_vertices

from .error import GroundTruthError
from .pcd import read_pcd

LABEL_FIELDS = ("label", "labels", "semantic", "semantic_label", "class", "label_nyu40")
"""Names under which a file may hold its labels, the first one found counts."""


@dataclass(frozen=True)
class TruthCloud:
    """Points and the class of each, by the file's own names."""

    points: NDArray[np.float64]
    """(N, 3) metres, in the frame of the file."""
    names_of_points: NDArray[np.int64]
    """(N,) index into ``names``."""
    names: tuple[str, ...]
    """Class names; the label itself, in digits, where the file has no name for it."""
    colors: NDArray[np.uint8] | None = None
    """(N, 3) RGB where the file has them."""

    def transformed(self, target_from_file: NDArray[np.float64]) -> TruthCloud:
        """The same cloud in another frame; (4, 4)."""
        points = self.points @ target_from_file[:3, :3].T + target_from_file[:3, 3]
        return TruthCloud(points, self.names_of_points, self.names, self.colors)


def read_truth_cloud(path: str | Path, names: Mapping[int, str] | None = None) -> TruthCloud:
    """Read a labelled cloud.

    NPZ: ``xyz`` or ``points`` (N, 3), labels (N,), ``label_names``; label l is named ``label_names[l]``, or, where an
    array ``..._ids`` as long as ``label_names`` is there, by the entry of that id. PLY: vertices with x y z and a
    label; names in comments ``class <label> <name>``, as in labelled.ply. PCD: fields x y z and a label.

    Args:
        path: the file; the ending says which kind.
        names: class names by label, for files that have none; they take precedence.

    Raises:
        GroundTruthError: no such file, damaged, no positions, no labels, or not a number in the positions.
    """
    path = Path(path)
    if not path.is_file():
        raise GroundTruthError(f"ground truth: there is no file {path}")
    readers = {".npz": _read_npz, ".ply": _read_ply, ".pcd": _read_pcd}
    if path.suffix.lower() not in readers:
        raise GroundTruthError(f"ground truth {path}: .npz, .ply and .pcd are read, not '{path.suffix}'")
    try:
        points, labels, found, colors = readers[path.suffix.lower()](path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        if isinstance(error, GroundTruthError):
            raise
        raise GroundTruthError(f"ground truth {path} cannot be read: {error}; is it complete?") from error
    if points.ndim != 2 or points.shape[1] != 3 or labels.shape != points.shape[:1] or not len(points):
        raise GroundTruthError(f"ground truth {path}: {points.shape} positions and {labels.shape} labels: one a point")
    if points.dtype.kind not in "iuf" or labels.dtype.kind not in "biuf":
        raise GroundTruthError(f"ground truth {path}: positions and labels must be numbers; names go to 'label_names'")
    if not np.isfinite(points).all():
        raise GroundTruthError(f"ground truth {path}: positions that are not finite; remove those points")
    named = found | dict(names or {})
    values, index = np.unique(labels.astype(np.int64), return_inverse=True)
    return TruthCloud(
        points.astype(np.float64),
        index.reshape(-1),
        tuple(named.get(int(value), str(value)) for value in values),
        colors,
    )


_Read = tuple[NDArray[Any], NDArray[Any], dict[int, str], NDArray[np.uint8] | None]


def _label_field(fields: Any, path: Path) -> str:
    for name in LABEL_FIELDS:
        if name in fields:
            return name
    raise GroundTruthError(
        f"ground truth {path} has no labels: it holds {', '.join(fields)}; labels are looked for under "
        f"{', '.join(LABEL_FIELDS)}"
    )


def _read_npz(path: Path) -> _Read:
    content = np.load(path, allow_pickle=False)
    if isinstance(content, np.ndarray):
        raise GroundTruthError(f"ground truth {path} is a single array, an .npy by another name: write it by np.savez")
    with content:
        arrays = {name: content[name] for name in content.files}
    position = next((name for name in ("xyz", "points") if name in arrays), None)
    if position is None:
        raise GroundTruthError(f"ground truth {path} has neither 'xyz' nor 'points': it holds {', '.join(arrays)}")
    names = [str(name) for name in np.atleast_1d(arrays.get("label_names", ()))]
    ids = next(
        (value.tolist() for name, value in arrays.items() if name.endswith("_ids") and value.shape == (len(names),)),
        list(range(len(names))),
    )
    rgb = arrays.get("rgb", arrays.get("colors"))
    colors = rgb.astype(np.uint8) if rgb is not None and rgb.shape == arrays[position].shape else None
    return arrays[position], arrays[_label_field(arrays, path)], dict(zip(map(int, ids), names, strict=True)), colors


def _read_ply(path: Path) -> _Read:
    vertices = read_vertices(path, ("x", "y", "z"))
    names = {}
    for comment in read_comments(path):
        word, _, rest = comment.partition(" ")
        number, _, name = rest.partition(" ")
        if word == "class" and number.isdigit() and name:
            names[int(number)] = name
    fields = vertices.dtype.names or ()
    colors = None
    if {"red", "green", "blue"} <= set(fields):
        colors = np.stack([vertices[name] for name in ("red", "green", "blue")], axis=1).astype(np.uint8)
    points = np.stack([vertices[axis] for axis in "xyz"], axis=1)
    return points, np.asarray(vertices[_label_field(fields, path)]), names, colors


def _read_pcd(path: Path) -> _Read:
    fields = read_pcd(path)
    points = np.stack([fields[axis] for axis in "xyz"], axis=1)
    labels = fields[_label_field(fields, path)]
    colors = None
    packed = fields.get("rgb", fields.get("rgba"))
    if packed is not None and packed.dtype.itemsize == 4:
        colors = np.ascontiguousarray(packed).view(np.uint8).reshape(-1, 4)[:, 2::-1].copy()
    finite = np.isfinite(points).all(axis=1)  # organised clouds mark missing points so
    return points[finite], labels[finite], {}, None if colors is None else colors[finite]
