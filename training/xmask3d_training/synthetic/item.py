# SPDX-License-Identifier: Apache-2.0
"""One object: named, coloured, made of parts; in its own frame.

The frame: origin on the floor (or at the height it hangs) under the middle, z up, front towards -y, back towards +y.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import trimesh

from .catalogue import label_of
from .materials import Material

_CREASE = np.cos(np.radians(38))


@dataclass(frozen=True)
class Part:
    """Triangles of one material."""

    vertices: np.ndarray
    """(V,3) metres."""
    faces: np.ndarray
    """(F,3)"""
    material: Material
    tints: np.ndarray
    """(F,3) the material's colour, face by face (sRGB 0-1)."""

    @cached_property
    def normals(self) -> np.ndarray:
        """(F,3,3) a normal per face corner: smooth within 38 degrees, sharp beyond."""
        return _corner_normals(self.vertices, self.faces)


@dataclass(frozen=True)
class Surface:
    """A horizontal rectangle of an object on which things can stand."""

    center: tuple[float, float, float]
    size: tuple[float, float]


@dataclass
class Item:
    """An object in the making, and made."""

    name: str
    """Class name, or a word of ``CLUTTER``."""
    design: str = ""
    color: str = ""
    """Colour word of the first part added, unless set."""
    parts: list[Part] = field(default_factory=list)
    surfaces: list[Surface] = field(default_factory=list)
    extras: list[Item] = field(default_factory=list)
    """Objects of their own that belong to this one, in its frame (the sink in a counter)."""
    hangs_at: float | None = None
    """Height above the floor of the frame's origin for what hangs on a wall; None stands on the floor."""
    against_wall: bool = False
    """Its back belongs to a wall."""

    @property
    def label(self) -> int:
        """Label of the class, or ``UNLABELLED``."""
        return label_of(self.name)

    def add(self, mesh: trimesh.Trimesh, material: Material, tints: np.ndarray | None = None) -> Item:
        """Add triangles of one material; ``tints`` (F,3) colours faces one by one instead."""
        faces = np.asarray(mesh.faces, np.int64)
        if tints is None:
            tints = np.broadcast_to(np.asarray(material.color.rgb, np.float32), (len(faces), 3))
        self.parts.append(Part(np.asarray(mesh.vertices, float), faces, material, np.asarray(tints)))
        self.color = self.color or material.color.name
        return self

    def bounds(self) -> np.ndarray:
        """(2,3) smallest and largest corner of the object and its extras, metres."""
        boxes = [np.stack([part.vertices.min(0), part.vertices.max(0)]) for part in self.parts]
        boxes += [extra.bounds() for extra in self.extras]
        return np.stack([np.min([b[0] for b in boxes], 0), np.max([b[1] for b in boxes], 0)])


def _corner_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Normal per face corner (F,3,3): area-weighted over the neighbours within the crease angle."""
    triangles = vertices[faces]
    crossed = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals = crossed / np.maximum(np.linalg.norm(crossed, axis=1, keepdims=True), 1e-12)
    # pairs of corners that share a vertex: corners sorted by vertex, then neighbours at every offset within a vertex
    order = np.argsort(faces.ravel(), kind="stable")
    vertex, face = faces.ravel()[order], order // 3
    summed = crossed[face].copy()
    for offset in range(1, int(np.bincount(vertex).max())):
        here, there = np.arange(len(vertex) - offset), np.arange(offset, len(vertex))
        alike = (vertex[here] == vertex[there]) & (
            np.einsum("nk,nk->n", normals[face[here]], normals[face[there]]) > _CREASE
        )
        here, there = here[alike], there[alike]
        summed[here] += crossed[face[there]]
        summed[there] += crossed[face[here]]
    result = np.empty_like(summed)
    result[order] = summed
    length = np.linalg.norm(result, axis=1, keepdims=True)
    flat = np.repeat(normals, 3, axis=0)
    return np.where(length > 1e-12, result / np.maximum(length, 1e-12), flat).reshape(-1, 3, 3)
