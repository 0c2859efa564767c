# SPDX-License-Identifier: Apache-2.0
"""Bent tubes and skins swept along a curve: frames of steel, hoops, rockers, curved backs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh

from .. import meshes


def smooth(points: Sequence[meshes.Point], rounds: int = 2, share: float = 0.2) -> np.ndarray:
    """The polyline (N,3) with its corners cut ``rounds`` times, each time ``share`` of the pieces that meet there."""
    path = np.asarray(points, float)
    for _ in range(rounds):
        start, stop = path[:-1], path[1:]
        cut = np.stack([start + share * (stop - start), stop - share * (stop - start)], 1).reshape(-1, 3)
        path = np.concatenate([path[:1], cut[1:-1], path[-1:]])
    return path


def tube(points: Sequence[meshes.Point] | np.ndarray, radius: float, sections: int = 8) -> trimesh.Trimesh:
    """A round bar along a polyline (N,3)."""
    path = np.asarray(points, float)
    tangents = np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    angle = np.arange(sections) * 2 * np.pi / sections
    side = np.eye(3)[np.argmin(np.abs(tangents[0]))]
    rings = []
    for point, tangent in zip(path, tangents, strict=True):
        # the last ring's direction carried on keeps the skin from twisting
        side = side - tangent * (side @ tangent)
        side /= np.linalg.norm(side)
        up = np.cross(tangent, side)
        rings.append(point + radius * (np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up))
    return meshes.loft(rings)


def along_x(profile: Sequence[tuple[float, float]], width: float, x: float = 0.0) -> trimesh.Trimesh:
    """A solid of constant section: ``profile`` lists its outline (y, z) once around, ``width`` is its length in x."""
    outline = np.asarray(profile, float)
    ends = (x - width / 2, x + width / 2)
    return meshes.loft([np.column_stack([np.full(len(outline), end), outline]) for end in ends])


def along_y(profile: Sequence[tuple[float, float]], depth: float, y: float = 0.0) -> trimesh.Trimesh:
    """A solid of constant section: ``profile`` lists its outline (x, z) once around, ``depth`` is its length in y."""
    outline = np.asarray(profile, float)
    ends = (y - depth / 2, y + depth / 2)
    return meshes.loft([np.column_stack([outline[:, 0], np.full(len(outline), end), outline[:, 1]]) for end in ends])


def around(
    profile: Sequence[tuple[float, float]], start: float, stop: float, center: tuple[float, float] = (0, 0)
) -> trimesh.Trimesh:
    """A solid swept about a vertical axis through ``center``, from angle ``start`` to ``stop`` (rad).

    ``profile`` lists its outline (radius, z) once around.
    """
    outline = np.asarray(profile, float)
    rings = []
    for angle in np.linspace(start, stop, max(int(abs(stop - start) / 0.16), 3)):
        x, y = center[0] + outline[:, 0] * np.cos(angle), center[1] + outline[:, 0] * np.sin(angle)
        rings.append(np.column_stack([x, y, outline[:, 1]]))
    return meshes.loft(rings)
