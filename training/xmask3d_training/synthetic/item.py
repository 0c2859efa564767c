# SPDX-License-Identifier: Apache-2.0
"""One object: named, coloured, made of parts; in its own frame.

The frame: origin on the floor (or at the height it hangs) under the middle, z up, front towards -y, back towards +y.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
    normals: np.ndarray
    """(F,3,3) a normal per face corner: smooth within 38 degrees, sharp beyond."""
    material: Material
    tints: np.ndarray
    """(F,3) the material's colour, face by face (sRGB 0-1)."""


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
        self.parts.append(
            Part(np.asarray(mesh.vertices, float), faces, _corner_normals(mesh), material, np.asarray(tints))
        )
        self.color = self.color or material.color.name
        return self

    def bounds(self) -> np.ndarray:
        """(2,3) smallest and largest corner of the object and its extras, metres."""
        boxes = [np.stack([part.vertices.min(0), part.vertices.max(0)]) for part in self.parts]
        boxes += [extra.bounds() for extra in self.extras]
        return np.stack([np.min([b[0] for b in boxes], 0), np.max([b[1] for b in boxes], 0)])


def _corner_normals(mesh: trimesh.Trimesh) -> np.ndarray:
    """Normal per face corner (F,3,3): area-weighted over the neighbours within the crease angle."""
    triangles = np.asarray(mesh.vertices)[np.asarray(mesh.faces)]
    crossed = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    area = np.linalg.norm(crossed, axis=1, keepdims=True)
    normals = crossed / np.maximum(area, 1e-12)
    neighbours = np.asarray(mesh.vertex_faces)[np.asarray(mesh.faces)]
    alike = (np.einsum("fcnk,fk->fcn", normals[neighbours], normals) > _CREASE) & (neighbours >= 0)
    summed = np.einsum("fcnk,fcn->fck", crossed[neighbours], alike.astype(float))
    length = np.linalg.norm(summed, axis=2, keepdims=True)
    return np.where(length > 1e-12, summed / np.maximum(length, 1e-12), normals[:, None])
