# SPDX-License-Identifier: Apache-2.0
"""A room of rectangles: points, labels and exact images of it, so that the tests know what every file must hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RECTANGLES = [
    # origin, first edge, second edge, raw name, colour
    ((0, 0, 0), (3, 0, 0), (0, 4, 0), "floor", (120, 100, 80)),
    ((0, 4, 0), (3, 0, 0), (0, 0, 2.5), "wall", (200, 200, 190)),
    ((0, 0, 0), (0, 4, 0), (0, 0, 2.5), "wall", (190, 200, 200)),
    ((0, 0, 2.5), (3, 0, 0), (0, 4, 0), "ceiling", (240, 240, 240)),
    ((1.0, 2.5, 0.5), (0.6, 0, 0), (0, 0.6, 0), "office chair", (200, 30, 40)),
    ((1.0, 2.5, 0), (0.6, 0, 0), (0, 0, 0.5), "office chair", (160, 20, 30)),
    ((2.2, 3.2, 0), (0.5, 0, 0), (0, 0, 0.8), "trash can", (30, 60, 200)),
    ((2.4, 3.98, 1.2), (0.4, 0, 0), (0, 0, 0.5), None, (90, 220, 90)),
]
"""The last one is not annotated."""
RAW_IDS = {"wall": 1, "floor": 3, "ceiling": 41, "office chair": 10, "trash can": 56, "flux capacitor": 700}
NYU40 = {"wall": 1, "floor": 2, "ceiling": 22, "office chair": 5, "trash can": 39, "flux capacitor": 40}
S3DIS_NAMES = {"wall": "wall", "floor": "floor", "ceiling": "ceiling", "office chair": "chair", "trash can": "clutter"}


@dataclass(frozen=True)
class View:
    """What a camera sees."""

    world_from_camera: np.ndarray
    color: np.ndarray
    """(H, W, 3) uint8 RGB."""
    depth: np.ndarray
    """(H, W) metres along z; 0 where there is nothing."""
    rectangle: np.ndarray
    """(H, W) index into RECTANGLES; -1 where there is nothing."""


def points(step: float = 0.05):
    """Coordinates (N, 3), colours (N, 3) uint8, rectangle of each point (N,)."""
    parts, owners = [], []
    for index, (origin, first, second, _, _) in enumerate(RECTANGLES):
        sizes = [max(int(np.linalg.norm(edge) / step), 2) for edge in (first, second)]
        a, b = (axis.ravel()[:, None] for axis in np.meshgrid(*(np.linspace(0.01, 0.99, size) for size in sizes)))
        parts.append(np.array(origin) + a * np.array(first) + b * np.array(second))
        owners.append(np.full(len(a), index))
    owner = np.concatenate(owners)
    return np.concatenate(parts), np.array([r[4] for r in RECTANGLES], np.uint8)[owner], owner


def names_of(rectangles: np.ndarray) -> list[str | None]:
    """Raw name by rectangle index."""
    return [RECTANGLES[index][3] if index >= 0 else None for index in rectangles.ravel()]


def ids_of(rectangles: np.ndarray, table: dict[str, int]) -> np.ndarray:
    """Ids of rectangle indices under a table of names; 0 for none."""
    ids = np.array([table.get(r[3], 0) if r[3] else 0 for r in RECTANGLES] + [0])
    return ids[rectangles]


def pose(step: int) -> np.ndarray:
    """World from camera (x right, y down, z forward), walking and looking about."""
    turn, down = 0.06 * step - 0.1, 0.25
    forward = np.array([np.sin(turn) * np.cos(down), np.cos(turn) * np.cos(down), -np.sin(down)])
    right = np.array([np.cos(turn), -np.sin(turn), 0])
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    matrix[:3, 3] = (1.4 + 0.05 * step, 0.4, 1.4)
    return matrix


def see(world_from_camera: np.ndarray, size: tuple[int, int], focal: float, center: tuple[float, float]) -> View:
    """Cast a ray through every pixel centre."""
    u, v = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    rays = np.stack([(u - center[0]) / focal, (v - center[1]) / focal, np.ones_like(u, float)], axis=-1)
    rays = rays @ world_from_camera[:3, :3].T
    eye = world_from_camera[:3, 3]
    depth, owner = np.full(u.shape, np.inf), np.full(u.shape, -1)
    for index, (origin, first, second, _, _) in enumerate(RECTANGLES):
        first, second, offset = np.array(first, float), np.array(second, float), np.array(origin) - eye
        normal = np.cross(first, second)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = (offset @ normal) / (rays @ normal)
            hit = distance[..., None] * rays - offset
            a, b = hit @ first / (first @ first), hit @ second / (second @ second)
            closer = (distance > 0.05) & (a >= 0) & (a <= 1) & (b >= 0) & (b <= 1) & (distance < depth)
        depth[closer], owner[closer] = distance[closer], index
    colors = np.array([r[4] for r in RECTANGLES] + [(0, 0, 0)], np.uint8)
    return View(world_from_camera, colors[owner], np.where(np.isinf(depth), 0, depth), owner)
