# SPDX-License-Identifier: Apache-2.0
"""Ideal images of a room: colour, depth, instances, by ray casting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xmask3d_ros.geometry.camera import Camera

from .lighting import Lighting
from .scene import Scene

_BACKGROUND = 0.02
"""Linear light of rays that leave the room."""
_SUBPIXELS = np.array([[0.25, 0.25], [-0.25, -0.25], [0.25, -0.25], [-0.25, 0.25]])


@dataclass(frozen=True)
class Rendering:
    """What an ideal camera sees; pixel (column, row) looks through its own middle."""

    color: np.ndarray
    """(H,W,3) float32 linear light."""
    depth: np.ndarray
    """(H,W) float32 metres along the optical axis, 0 where nothing is hit."""
    instance: np.ndarray
    """(H,W) int32 object numbers, 0 where nothing is hit."""
    slant: np.ndarray
    """(H,W) float32 cosine between the ray and the surface's normal."""
    gloss: np.ndarray
    """(H,W) float32 how mirror-like the surface is."""


def render(scene: Scene, lighting: Lighting, camera: Camera, world_from_camera: np.ndarray) -> Rendering:
    """Render one view; edges of objects are smoothed by four rays a pixel."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width]
    shape = rows.shape
    pixels = np.stack([columns.ravel(), rows.ravel()], axis=1)
    eye, directions = _rays(camera, world_from_camera, pixels)
    hits = scene.cast(np.broadcast_to(eye, directions.shape), directions)
    hit = hits.triangle >= 0
    color = np.full((len(pixels), 3), _BACKGROUND, np.float32)
    slant, gloss = np.zeros(len(pixels), np.float32), np.zeros(len(pixels), np.float32)
    surfels = scene.surfels(hits.triangle[hit], hits.weights[hit], directions[hit])
    color[hit] = lighting.shade(scene, surfels, eye)
    unit = directions[hit] / np.linalg.norm(directions[hit], axis=1, keepdims=True)
    slant[hit] = np.abs((surfels.normals * unit).sum(axis=1))
    gloss[hit] = surfels.gloss
    depth = np.where(hit, hits.distance, 0).astype(np.float32).reshape(shape)
    instance = np.where(hit, scene.instance[hits.triangle], 0).astype(np.int32).reshape(shape)
    edges = np.flatnonzero(_edges(instance, depth, color.reshape(*shape, 3)).ravel())
    spread = (pixels[edges][:, None] + _SUBPIXELS).reshape(-1, 2)
    smooth = _look(scene, lighting, camera, world_from_camera, spread)
    color[edges] = smooth.reshape(len(edges), len(_SUBPIXELS), 3).mean(axis=1)
    return Rendering(color.reshape(*shape, 3), depth, instance, slant.reshape(shape), gloss.reshape(shape))


def _rays(camera: Camera, world_from_camera: np.ndarray, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eye (3,) and directions (N,3) with unit length along the optical axis, world frame."""
    directions = camera.rays(pixels.astype(np.float64)) @ world_from_camera[:3, :3].T
    return world_from_camera[:3, 3].astype(np.float32), directions.astype(np.float32)


def _look(
    scene: Scene, lighting: Lighting, camera: Camera, world_from_camera: np.ndarray, pixels: np.ndarray
) -> np.ndarray:
    eye, directions = _rays(camera, world_from_camera, pixels)
    hits = scene.cast(np.broadcast_to(eye, directions.shape), directions)
    hit = hits.triangle >= 0
    color = np.full((len(pixels), 3), _BACKGROUND, np.float32)
    color[hit] = lighting.shade(scene, scene.surfels(hits.triangle[hit], hits.weights[hit], directions[hit]), eye)
    return color


def _edges(instance: np.ndarray, depth: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Pixels whose right or lower neighbour is another object, lies at another depth or has a much other colour."""
    value = np.sqrt(np.maximum(color.mean(axis=2), 0))
    found = np.zeros(instance.shape, bool)
    for axis in (0, 1):
        a, b = [slice(None)] * 2, [slice(None)] * 2
        a[axis], b[axis] = slice(None, -1), slice(1, None)
        first, second = tuple(a), tuple(b)
        jump = np.abs(depth[first] - depth[second]) > 0.03 * np.minimum(depth[first], depth[second])
        step = np.abs(value[first] - value[second]) > 0.08
        differs = (instance[first] != instance[second]) | jump | step
        found[first] |= differs
        found[second] |= differs
    return found
