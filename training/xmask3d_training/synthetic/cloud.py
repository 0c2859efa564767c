# SPDX-License-Identifier: Apache-2.0
"""The room's labelled point cloud: what a scan that walked the path would have reconstructed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xmask3d_ros.geometry.camera import Camera

from .lighting import Lighting
from .scene import Scene


@dataclass(frozen=True)
class Cloud:
    """Points of surfaces; rows belong together."""

    points: np.ndarray
    """(N,3) float32 metres, room frame."""
    colors: np.ndarray
    """(N,3) uint8 RGB."""
    labels: np.ndarray
    """(N,) uint8 class 0-18, 255 unlabelled (clutter, ceiling)."""
    instances: np.ndarray
    """(N,) int32 object numbers."""


@dataclass(frozen=True)
class Sight:
    """What a moving camera can see of a room."""

    camera: Camera
    far: float
    """Metres beyond which its depth is not read."""
    poses: np.ndarray
    """(K,4,4) room from camera (optical frame)."""

    @property
    def eyes(self) -> np.ndarray:
        """(K,3) float32 where it was."""
        return self.poses[:, :3, 3].astype(np.float32)

    def of(self, scene: Scene, points: np.ndarray) -> np.ndarray:
        """(N,) bool: which of (N,3) float32 points some frame shows."""
        cells = _Cells(points)
        points, seen = points[cells.order], np.zeros(len(points), bool)
        for eye, axes in zip(self.eyes, self.poses[:, :3, :3].astype(np.float32), strict=True):
            left = np.flatnonzero(np.repeat(self._may_show(cells, eye, axes), cells.counts) & ~seen)
            left = left[self._framed(points[left] - eye, axes)]
            seen[left] = ~scene.blocked(np.broadcast_to(eye, (len(left), 3)), points[left])
        found = np.empty_like(seen)
        found[cells.order] = seen
        return found

    def _may_show(self, cells: _Cells, eye: np.ndarray, axes: np.ndarray) -> np.ndarray:
        """(C,) bool: the frame may hold points of a cell. Spares most points the closer look of :meth:`_framed`."""
        right, down, ahead = ((cells.middles - eye) @ axes).T
        shown = (ahead > -cells.radius) & (ahead <= self.far + cells.radius)
        for across, slope in zip((right, down), self._slopes, strict=True):
            shown &= np.abs(across) <= slope * ahead + cells.radius * np.hypot(1, slope)
        return shown

    def _framed(self, toward: np.ndarray, axes: np.ndarray) -> np.ndarray:
        """(M,) which of (N,3) points, seen from the eye, are in the image and in reach, whatever stands before them."""
        ahead = toward @ axes[:, 2]
        found = np.flatnonzero((ahead > 0) & (ahead <= self.far))
        for axis, slope in enumerate(self._slopes):  # quick, and nearly all that is needed
            found = found[np.abs(toward[found] @ axes[:, axis]) <= slope * ahead[found]]
        pixels = np.round(self.camera.project(toward[found] @ axes))
        return found[((pixels >= 0) & (pixels <= (self.camera.width - 1, self.camera.height - 1))).all(axis=1)]

    @cached_property
    def _slopes(self) -> np.ndarray:
        """(2,) how far the image reaches to the side and up or down, metres a metre ahead, with a margin."""
        right, bottom = self.camera.width - 1, self.camera.height - 1
        return 1.05 * np.abs(self.camera.rays([(0, 0), (right, 0), (0, bottom), (right, bottom)])[:, :2]).max(axis=0)


class _Cells:
    """Points sorted by the cubes that they lie in."""

    def __init__(self, points: np.ndarray, edge: float = 0.5) -> None:
        cubes = np.floor(points / edge).astype(np.int64)
        cubes -= cubes.min(axis=0, initial=0)
        counts = cubes.max(axis=0, initial=0) + 1
        number = (cubes[:, 0] * counts[1] + cubes[:, 1]) * counts[2] + cubes[:, 2]
        self.order = np.argsort(number, kind="stable")
        """(N,) indices, cell by cell."""
        _, first, self.counts = np.unique(number[self.order], return_index=True, return_counts=True)
        corners = np.floor(points[self.order[first]] / edge)
        self.middles = (corners + 0.5).astype(np.float32) * edge
        """(C,3) metres."""
        self.radius = 1.01 * edge * np.sqrt(3) / 2
        """Of a ball around a cell, metres, with a margin for rounding."""


def scan(scene: Scene, lighting: Lighting, sight: Sight, rng: np.random.Generator, spacing: float = 0.02) -> Cloud:
    """Sample all surfaces that some frame shows: about one point per ``spacing`` metres.

    Points carry 3 mm of reconstruction noise; colours are those of the surface in the room's light.
    """
    corners = scene.triangles
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    count = int(2.5 * area.sum() / spacing**2)
    triangle = np.searchsorted(np.cumsum(area, dtype=float), rng.random(count) * area.sum(dtype=float))
    triangle = np.minimum(triangle, len(area) - 1)
    root, share = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([1 - root, root * (1 - share), root * share], axis=1).astype(np.float32)
    points = (corners[triangle] * weights[:, :, None]).sum(axis=1)
    kept = np.flatnonzero(sight.of(scene, points))
    kept = kept[_thin(points[kept], spacing)]
    surfels = scene.surfels(triangle[kept], weights[kept], points[kept] - sight.eyes.mean(axis=0, dtype=np.float32))
    shown = np.clip(lighting.shade(scene, surfels), 0, 1) ** (1 / 2.2)
    shown = np.clip(shown + rng.normal(0, 0.015, shown.shape), 0, 1)
    noisy = surfels.points + rng.normal(0, 0.003, (len(kept), 1)) * surfels.normals
    instances = scene.instance[triangle[kept]]
    colors, labels = (shown * 255).round().astype(np.uint8), scene.label_of_instance[instances]
    return Cloud(noisy.astype(np.float32), colors, labels, instances)


def _thin(points: np.ndarray, spacing: float) -> np.ndarray:
    """One point a voxel of ``spacing``, the first; indices ordered by voxel."""
    voxels = np.floor(points / spacing).astype(np.int64)
    voxels -= voxels.min(axis=0)
    size = voxels.max(axis=0) + 1
    _, first = np.unique((voxels[:, 2] * size[1] + voxels[:, 1]) * size[0] + voxels[:, 0], return_index=True)
    return first
