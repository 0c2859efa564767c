# SPDX-License-Identifier: Apache-2.0
"""All triangles of a room in one ray-casting scene, with what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from . import textures
from .catalogue import UNLABELLED
from .item import Item


@dataclass(frozen=True)
class Placed:
    """An item with its place in the room; extras of an item are placed items of their own."""

    item: Item
    position: tuple[float, float, float]
    """Of the item's origin, metres, room frame (z up)."""
    yaw: float
    """Turn about z, radians."""
    instance: int
    """Number of the object in the room, from 1."""

    @property
    def rotation(self) -> np.ndarray:
        """(3,3) room from item."""
        cosine, sine = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Hits:
    """Where rays end. Rows of missed rays hold -1 in ``triangle`` and are otherwise meaningless."""

    distance: np.ndarray
    """(N,) in units of the ray's direction vector."""
    triangle: np.ndarray
    """(N,) index, -1 for a miss."""
    weights: np.ndarray
    """(N,3) barycentric weights of the triangle's corners."""


@dataclass(frozen=True)
class Surfels:
    """Points on surfaces, with everything shading needs."""

    points: np.ndarray
    """(N,3) room frame, metres."""
    normals: np.ndarray
    """(N,3) unit, smooth."""
    albedo: np.ndarray
    """(N,3) linear light, 0-1."""
    glow: np.ndarray
    gloss: np.ndarray


class Scene:
    """Triangles of placed items, ready to be hit."""

    def __init__(self, placed: Sequence[Placed]) -> None:
        parts = [(entry, part) for entry in placed for part in entry.item.parts]
        counts = [len(part.faces) for _, part in parts]
        self.objects = {entry.instance: entry for entry in placed}
        self.label_of_instance = np.full(max(self.objects) + 1, UNLABELLED, np.uint8)
        """Class 0-18 of each object number; number 0, nothing, is unlabelled."""
        for entry in placed:
            self.label_of_instance[entry.instance] = entry.item.label
        self.instance = np.repeat([entry.instance for entry, _ in parts], counts).astype(np.int32)
        self._material = np.repeat(np.arange(len(parts)), counts)
        self._rows = textures.table([part.material for _, part in parts])
        self._tints = np.concatenate([part.tints for _, part in parts]).astype(np.float32)
        self._local = np.concatenate([part.vertices[part.faces] for _, part in parts]).astype(np.float32)
        edges = self._local[:, 1:] - self._local[:, :1]
        self._axis = np.abs(np.cross(edges[:, 0], edges[:, 1])).argmax(axis=1)
        world = [part.vertices[part.faces] @ entry.rotation.T + entry.position for entry, part in parts]
        self.triangles = np.concatenate(world).astype(np.float32)
        """(T,3,3) corners, room frame."""
        self._normals = np.concatenate([part.normals @ entry.rotation.T for entry, part in parts]).astype(np.float32)
        self._embree = EmbreeScene()
        count = len(self.triangles)
        self._mesh = TriangleMesh(
            self._embree, self.triangles.reshape(-1, 3), np.arange(3 * count, dtype=np.int32).reshape(-1, 3)
        )

    def cast(self, origins: np.ndarray, directions: np.ndarray) -> Hits:
        """First surface along each ray: origins and directions (N,3)."""
        found = self._embree.run(_rays(origins), _rays(directions), output=True)
        u, v = found["u"], found["v"]
        return Hits(found["tfar"], found["primID"], np.stack([1 - u - v, u, v], axis=1))

    def blocked(self, origins: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Whether something lies between two points, (N,) bool; both ends are left 2 mm clear."""
        toward = targets - origins
        length = np.linalg.norm(toward, axis=1, keepdims=True)
        unit = toward / np.maximum(length, 1e-6)
        reach = np.maximum(length[:, 0] - 0.004, 1e-4).astype(np.float32)
        return self._embree.run(_rays(origins + 0.002 * unit), _rays(unit), reach, query="OCCLUDED") == 0

    def surfels(self, triangle: np.ndarray, weights: np.ndarray, seen_along: np.ndarray) -> Surfels:
        """Surface properties at barycentric positions; normals are turned against ``seen_along`` (N,3)."""
        rows = self._rows[self._material[triangle]]
        rows["color"] = self._tints[triangle]
        normals = _blend(self._normals[triangle], weights)
        normals *= np.where(np.einsum("nk,nk->n", normals, seen_along) > 0, -1, 1)[:, None]
        normals /= np.maximum(np.sqrt(np.einsum("nk,nk->n", normals, normals)), 1e-6)[:, None]
        colors = textures.evaluate(rows, _blend(self._local[triangle], weights), self._axis[triangle])
        points = _blend(self.triangles[triangle], weights)
        return Surfels(points, normals, colors**2.2, rows["glow"], rows["gloss"])


def _blend(corners: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Barycentric mean of corners (N,3,3) with weights (N,3)."""
    return np.einsum("nck,nc->nk", corners, weights)


def _rays(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float32)
