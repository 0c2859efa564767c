# SPDX-License-Identifier: Apache-2.0
"""The vertices of a release's meshes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.ply import PlyError
from xmask3d_ros.ply import read_vertices as read_ply_vertices
from xmask3d_training.prepare.errors import PrepareError


def read_vertices(path: Path, fields: tuple[str, ...]) -> NDArray[np.void]:
    """As :func:`xmask3d_ros.ply.read_vertices`. Raises PrepareError."""
    try:
        return read_ply_vertices(path, fields)
    except PlyError as error:
        raise PrepareError(f"{error}; download it with the release") from error


def read_points(path: Path) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Coordinates (N, 3) float32 and colours (N, 3) uint8 of a mesh's vertices. Raises PrepareError."""
    vertices = read_vertices(path, ("x", "y", "z", "red", "green", "blue"))
    coordinates = np.stack([vertices[field] for field in "xyz"], axis=1).astype(np.float32)
    colors = np.stack([vertices[field] for field in ("red", "green", "blue")], axis=1).astype(np.uint8)
    if not len(coordinates) or not np.isfinite(coordinates).all():
        raise PrepareError(f"{path} has no vertices, or some that are not finite: download it again")
    return coordinates, colors
