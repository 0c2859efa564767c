# SPDX-License-Identifier: Apache-2.0
"""A walk through the free part of a room at eye height, looking at one object after another."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from .placement import footprint
from .room import Room

_CELL = 0.05
_BODY = 0.28
"""Distance the walker keeps from everything, metres, where the room allows it."""


def free_space(room: Room) -> tuple[np.ndarray, np.ndarray]:
    """Clearance (rows, columns) metres to the nearest obstacle on a 5 cm grid, and the grid's origin (2,)."""
    origin = np.array([-room.width / 2, -room.depth / 2])
    columns, rows = int(np.ceil(room.width / _CELL)), int(np.ceil(room.depth / _CELL))
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    centers = origin + _CELL * (np.stack([x, y], -1) + 0.5)
    free = room.contains(centers.reshape(-1, 2)).reshape(rows, columns).astype(np.uint8)
    for placed in room.placed:
        if placed.item.name in ("floor", "wall", "ceiling"):
            continue
        block = footprint(placed.item.bounds(), placed.position, placed.yaw)
        if block.low < 1.8:
            pixels = (block.corners - origin) / _CELL - 0.5
            cv2.fillConvexPoly(free, np.round(pixels * 16).astype(np.int32), 0, shift=4)
    padded = cv2.copyMakeBorder(free, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1] * _CELL, origin


def walk(room: Room, rng: np.random.Generator, views: int) -> list[np.ndarray]:
    """Poses of a walk: ``views`` matrices (4,4) float64, room from camera (optical frame), metres."""
    clearance, origin = free_space(room)
    inside = clearance > min(_BODY, 0.6 * clearance.max())
    _, parts, sizes, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    largest = parts == 1 + sizes[1:, cv2.CC_STAT_AREA].argmax()
    track = _track(largest, clearance, rng) * _CELL + origin + _CELL / 2
    smooth = gaussian_filter1d(track, 5, axis=0, mode="nearest")
    travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(smooth, axis=0), axis=1))])
    at = np.linspace(0, travelled[-1], views)
    spots = np.stack([np.interp(at, travelled, smooth[:, axis]) for axis in (0, 1)], axis=1)
    height = rng.uniform(1.3, 1.6) + 0.08 * np.sin(np.linspace(0, rng.uniform(2, 6), views) + rng.uniform(0, 6))
    eyes = np.column_stack([spots, np.clip(height, 1.2, 1.7)])
    gaze = _gaze(room, eyes, rng)
    return [look_at(eye, target) for eye, target in zip(eyes, gaze, strict=True)]


def _track(free: np.ndarray, clearance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cells (N,2) (column, row) of a way through several far-apart free places, preferring open space."""
    index = np.full(free.shape, -1)
    index[free] = np.arange(free.sum())
    cells = np.argwhere(free)
    cost = 1 + 0.15 / np.maximum(clearance[free], 0.05)
    links = []
    for step in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = cells + step
        valid = ((other >= 0) & (other < free.shape)).all(1)
        valid[valid] = free[tuple(other[valid].T)]
        near, far = np.flatnonzero(valid), index[tuple(other[valid].T)]
        links.append((near, far, np.hypot(*step) * (cost[near] + cost[far]) / 2))
    near, far, weight = (np.concatenate(part) for part in zip(*links, strict=True))
    graph = csr_matrix((weight, (near, far)), shape=(len(cells), len(cells)))
    stops = [int(rng.integers(len(cells)))]
    for _ in range(4):
        gap = np.min([np.hypot(*(cells - cells[stop]).T) for stop in stops], axis=0)
        stops.append(int(rng.choice(np.flatnonzero(gap >= 0.8 * gap.max()))))
    track = [stops[0]]
    for start, stop in zip(stops[:-1], stops[1:], strict=True):
        _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        leg = [stop]
        while leg[-1] != start:
            leg.append(int(before[leg[-1]]))
        track += leg[::-1][1:]
    return cells[track][:, ::-1].astype(float)


def _gaze(room: Room, eyes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points looked at (N,3): every object gets its turn, near the moment the walk passes it at a good distance."""
    targets = []
    for placed in room.placed:
        if placed.item.name in ("floor", "wall", "ceiling"):
            continue
        low, high = placed.item.bounds()
        middle = placed.rotation @ ((low + high) / 2) + placed.position
        targets.append(middle)
    targets = targets or [np.array([0.0, 0.0, 1.0])]
    count = max(len(eyes) * 2 // 3, 1) if len(eyes) < 3 * len(targets) else 2 * len(targets)
    moments = np.linspace(0, len(eyes) - 1, max(min(count, len(eyes)), 1)).round().astype(int)
    chosen, uses = [], np.zeros(len(targets))
    for moment in moments:
        distance = np.linalg.norm(np.array(targets)[:, :2] - eyes[moment, :2], axis=1)
        rank = np.abs(distance - 2.2) + 1.5 * uses + rng.uniform(0, 0.6, len(targets)) + 2 * (distance < 0.9)
        best = int(rank.argmin())
        uses[best] += 1
        chosen.append(_sight(eyes[moment], targets[best]))
    if len(moments) == 1:
        return np.repeat(np.array(chosen), len(eyes), axis=0)
    headings = np.unwrap(np.array([heading for heading, _ in chosen]))
    pitches = np.array([pitch for _, pitch in chosen])
    steps = np.arange(len(eyes))
    heading, pitch = np.interp(steps, moments, headings), np.interp(steps, moments, pitches)
    return eyes + np.column_stack([np.cos(heading) * np.cos(pitch), np.sin(heading) * np.cos(pitch), np.sin(pitch)])


def _sight(eye: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Heading and pitch (rad) towards a target; nobody looks steeply up, and rarely steeply down."""
    toward = target - eye
    pitch = np.arctan2(toward[2], max(np.hypot(*toward[:2]), 0.3))
    return float(np.arctan2(toward[1], toward[0])), float(np.clip(0.8 * pitch - 0.05, -0.6, 0.1))


def look_at(eye: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(4,4) float64 room from camera: optical frame (x right, y down, z forward) at ``eye``, level with the horizon."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, (0, 0, 1.0))
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = eye
    return pose
