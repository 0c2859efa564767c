# SPDX-License-Identifier: Apache-2.0
"""The primitives every shape is made of, in metres: z up, ``at`` is the middle of the primitive's bottom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import trimesh

Point = Sequence[float] | np.ndarray

_HALF_UP = np.array([0.0, 0.0, 0.5])


@cache
def _unit_box() -> tuple[np.ndarray, np.ndarray]:
    mesh = trimesh.creation.box(extents=(1, 1, 1))
    return np.asarray(mesh.vertices) + _HALF_UP, np.asarray(mesh.faces)


@cache
def _unit_cylinder(sections: int) -> tuple[np.ndarray, np.ndarray]:
    mesh = trimesh.creation.cylinder(radius=1, height=1, sections=sections)
    return np.asarray(mesh.vertices) + _HALF_UP, np.asarray(mesh.faces)


@cache
def _unit_sphere(subdivisions: int) -> tuple[np.ndarray, np.ndarray]:
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions)
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


def _mesh(vertices: np.ndarray, faces: np.ndarray) -> trimesh.Trimesh:
    return trimesh.Trimesh(vertices, faces, process=False)


def box(size: Point, at: Point = (0, 0, 0), yaw: float = 0.0, tilt: float = 0.0) -> trimesh.Trimesh:
    """A box; ``tilt`` leans it about its bottom (positive: top towards +y), then ``yaw`` turns it about z (rad)."""
    vertices, faces = _unit_box()
    return _placed(vertices * np.asarray(size), faces, at, yaw, tilt)


def rounded_box(
    size: Point, radius: float, at: Point = (0, 0, 0), yaw: float = 0.0, tilt: float = 0.0
) -> trimesh.Trimesh:
    """A box with edges rounded by ``radius`` (cushions, mattresses, appliances)."""
    half = np.asarray(size, float) / 2
    ball = _unit_sphere(1)[0] * np.minimum(radius, half * 0.999)
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * (
        half - np.minimum(radius, half * 0.999)
    )
    hull = trimesh.convex.convex_hull((corners[:, None] + ball[None]).reshape(-1, 3))
    return _placed(np.asarray(hull.vertices) + 2 * half[2] * _HALF_UP, np.asarray(hull.faces), at, yaw, tilt)


def cylinder(
    radius: float, height: float, at: Point = (0, 0, 0), sections: int = 20, top: float | None = None
) -> trimesh.Trimesh:
    """An upright cylinder, or a cone's frustum when ``top`` gives another radius at the top."""
    vertices, faces = _unit_cylinder(sections)
    widths = np.where(vertices[:, 2:] > 0.5, radius if top is None else top, radius)
    return _mesh(np.hstack([vertices[:, :2] * widths, vertices[:, 2:] * height]) + np.asarray(at), faces)


def rod(start: Point, end: Point, radius: float, sections: int = 10) -> trimesh.Trimesh:
    """A round bar between two points."""
    begin, stop = np.asarray(start, float), np.asarray(end, float)
    length = float(np.linalg.norm(stop - begin))
    vertices, faces = _unit_cylinder(sections)
    turned = trimesh.geometry.align_vectors((0, 0, 1), (stop - begin) / length)[:3, :3]
    return _mesh((vertices * (radius, radius, length)) @ turned.T + begin, faces)


def beam(start: Point, end: Point, width: float, depth: float) -> trimesh.Trimesh:
    """A square bar between two points."""
    begin, stop = np.asarray(start, float), np.asarray(end, float)
    length = float(np.linalg.norm(stop - begin))
    vertices, faces = _unit_box()
    turned = trimesh.geometry.align_vectors((0, 0, 1), (stop - begin) / length)[:3, :3]
    return _mesh((vertices * (width, depth, length)) @ turned.T + begin, faces)


def ellipsoid(radii: Point, at: Point = (0, 0, 0), subdivisions: int = 2) -> trimesh.Trimesh:
    """An ellipsoid standing on ``at``."""
    vertices, faces = _unit_sphere(subdivisions)
    return _mesh(vertices * np.asarray(radii) + np.asarray(at) + (0, 0, radii[2]), faces)


def lathe(profile: Sequence[tuple[float, float]], at: Point = (0, 0, 0), sections: int = 24) -> trimesh.Trimesh:
    """A solid of revolution: ``profile`` lists (radius, height) from the bottom up and, for vessels, down inside."""
    return loft([ring(radius, radius, height, sections) for radius, height in profile], at)


def ring(half_x: float, half_y: float, z: float, sections: int = 24, power: float = 2.0, y: float = 0.0) -> np.ndarray:
    """A closed loop (sections,3): an ellipse for power 2, nearly a rectangle for power 8, moved by ``y``."""
    angle = np.arange(sections) * (2 * np.pi / sections)
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack(
        [
            half_x * np.sign(cosine) * np.abs(cosine) ** (2 / power),
            half_y * np.sign(sine) * np.abs(sine) ** (2 / power) + y,
            np.full(sections, z),
        ],
        axis=1,
    )


def loft(rings: Sequence[np.ndarray], at: Point = (0, 0, 0), capped: bool = True) -> trimesh.Trimesh:
    """A skin over closed loops of equal length, from the first (bottom) to the last.

    Both ends are closed, unless ``capped`` is false: then the skin is a tube (rings, seats: end where it began).
    """
    count = len(rings[0])
    vertices = np.concatenate(rings)
    index = np.arange(count)
    following = (index + 1) % count
    faces = []
    for level in range(len(rings) - 1):
        low, high = level * count, (level + 1) * count
        faces += [np.stack([low + index, low + following, high + following], 1)]
        faces += [np.stack([low + index, high + following, high + index], 1)]
    last = (len(rings) - 1) * count
    if capped:
        bottom, top = len(vertices), len(vertices) + 1
        vertices = np.concatenate([vertices, rings[0].mean(0)[None], rings[-1].mean(0)[None]])
        faces += [np.stack([following, index, np.full(count, bottom)], 1)]
        faces += [np.stack([last + index, last + following, np.full(count, top)], 1)]
    return _mesh(vertices + np.asarray(at), np.concatenate(faces))


def sheet(grid: np.ndarray) -> trimesh.Trimesh:
    """A surface through a grid of points (rows, columns, 3): cloth, leaves. Seen from both sides."""
    rows, columns = grid.shape[:2]
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    faces = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + columns + 1], 1),
            np.stack([corner, corner + columns + 1, corner + columns], 1),
        ]
    )
    return _mesh(grid.reshape(-1, 3), faces)


def quad(corners: Sequence[Point]) -> trimesh.Trimesh:
    """A flat four-cornered face, corners in order."""
    return _mesh(np.asarray(corners, float), np.array([[0, 1, 2], [0, 2, 3]]))


def _placed(vertices: np.ndarray, faces: np.ndarray, at: Point, yaw: float, tilt: float) -> trimesh.Trimesh:
    if tilt:
        cosine, sine = np.cos(tilt), np.sin(tilt)
        vertices = vertices @ np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]]).T
    if yaw:
        cosine, sine = np.cos(yaw), np.sin(yaw)
        vertices = vertices @ np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]).T
    return _mesh(vertices + np.asarray(at), faces)
