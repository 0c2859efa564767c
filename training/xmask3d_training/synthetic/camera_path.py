# SPDX-License-Identifier: Apache-2.0
"""A walk through the free part of a room at eye height, looking at one object after another."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from .placement import footprint
from .room import Room
from .scene import Scene

_CELL = 0.05
_BODY = 0.35
"""Distance the walker keeps from everything, metres, where the room allows it."""
_HEADINGS = 48
_STRIDE, _TURN = 0.25, 0.25
"""A scan's frames follow each other within so many metres of way and radians of heading."""


@dataclass(frozen=True)
class Walk:
    """Poses (4, 4) float64 of a walk, room from camera (optical frame), metres."""

    views: list[np.ndarray]
    """Of the views that are kept."""
    frames: list[np.ndarray]
    """Of a scan along the way: the views, and as many between them as keep each close to the one before."""


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


def walk(room: Room, scene: Scene, rng: np.random.Generator, views: int) -> Walk:
    """A walk of which so many ``views`` are kept, evenly spread over its way."""
    clearance, origin = free_space(room)
    inside = clearance > min(_BODY, 0.6 * clearance.max())
    _, parts, sizes, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    largest = parts == 1 + sizes[1:, cv2.CC_STAT_AREA].argmax()
    track = _track(largest, clearance, rng) * _CELL + origin + _CELL / 2
    smooth = gaussian_filter1d(track, 5, axis=0, mode="nearest")
    travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(smooth, axis=0), axis=1))])
    at = np.linspace(0, travelled[-1], views)
    height = rng.uniform(1.3, 1.6) + 0.08 * np.sin(np.linspace(0, rng.uniform(2, 6), views) + rng.uniform(0, 6))
    height = np.clip(height, 1.2, 1.7)

    def eyes(times: np.ndarray) -> np.ndarray:
        """(T,3) at so many views from the start, fractions allowed."""
        way = _between(at, times)
        spots = [np.interp(way, travelled, smooth[:, axis]) for axis in (0, 1)]
        return np.column_stack([*spots, _between(height, times)])

    whole = np.arange(views, dtype=float)
    heading, pitch = _gaze(scene, eyes(whole), rng).T
    times = _times(at, heading)
    frames = _poses(eyes(times), _between(heading, times), _between(pitch, times))
    return Walk(_poses(eyes(whole), heading, pitch), frames)


def _times(travelled: np.ndarray, heading: np.ndarray) -> np.ndarray:
    """When a scan takes its frames: all views, and as many in between as way and turns ask for."""
    steps = np.maximum(np.abs(np.diff(travelled)) / _STRIDE, np.abs(np.diff(heading)) / _TURN)
    parts = [view + np.linspace(0, 1, max(1, int(np.ceil(count))), endpoint=False) for view, count in enumerate(steps)]
    return np.concatenate([*parts, [float(len(heading) - 1)]])


def _between(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    return np.interp(times, np.arange(len(values)), values)


def _poses(eyes: np.ndarray, heading: np.ndarray, pitch: np.ndarray) -> list[np.ndarray]:
    ahead = np.column_stack([np.cos(heading) * np.cos(pitch), np.sin(heading) * np.cos(pitch), np.sin(pitch)])
    return [look_at(eye, eye + direction) for eye, direction in zip(eyes, ahead, strict=True)]


def _track(free: np.ndarray, clearance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cells (N,2) (column, row) of a way through several far-apart free places, preferring open space."""
    index = np.full(free.shape, -1)
    index[free] = np.arange(free.sum())
    cells = np.argwhere(free)
    cost = 1 + 0.15 / np.maximum(clearance[free], 0.05)
    links = []
    for step in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = cells + step
        valid = np.all((other >= 0) & (other < free.shape), axis=1)
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
    for start, stop in itertools.pairwise(stops):
        _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        leg = [stop]
        while leg[-1] != start:
            leg.append(int(before[leg[-1]]))
        track += leg[::-1][1:]
    return cells[track][:, ::-1].astype(float)


def _gaze(scene: Scene, eyes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Heading and pitch (N,2) rad: turns without haste to what is well seen and was not looked at lately."""
    headings = np.arange(_HEADINGS) * 2 * np.pi / _HEADINGS
    openness = _open_view(scene, eyes, headings)
    objects = [placed for placed in scene.objects.values() if placed.item.name not in ("floor", "wall", "ceiling")]
    middles = np.array([placed.rotation @ placed.item.bounds().mean(axis=0) + placed.position for placed in objects])
    numbers = np.array([placed.instance for placed in objects])
    interest, chosen, pitches = rng.uniform(0.6, 1.4, len(objects)), [], []
    heading = headings[openness[0].argmax()]
    for eye, free in zip(eyes, openness, strict=True):
        toward = middles - eye
        distance = np.hypot(toward[:, 0], toward[:, 1])
        hit = scene.cast(np.broadcast_to(eye, toward.shape), toward)
        seen = (hit.triangle >= 0) & (scene.instance[hit.triangle] == numbers)
        value = seen * np.exp(-((np.log(np.maximum(distance, 0.1) / 1.9) / 0.65) ** 2))
        off = _turn(np.arctan2(toward[:, 1], toward[:, 0])[:, None], headings)
        share = value[:, None] * np.exp(-((off / 0.35) ** 2))
        reward = 0.5 * free + interest @ share - 0.5 * (_turn(heading, headings) / 0.9) ** 2
        best = int(reward.argmax())
        heading = headings[best]
        looked = share[:, best]
        elevation = np.arctan2(toward[:, 2], np.maximum(distance, 0.4))
        pitches.append(np.clip((interest * looked @ elevation - 0.08) / (interest @ looked + 0.35), -0.65, 0.06))
        interest = np.minimum(interest * (1 - 0.6 * looked) + 0.04, 1.5)
        chosen.append(heading)
    turning = gaussian_filter1d(np.unwrap(np.array(chosen)), 0.8, mode="nearest")
    return np.column_stack([turning, gaussian_filter1d(np.array(pitches), 0.8, mode="nearest")])


def _turn(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.abs((first - second + np.pi) % (2 * np.pi) - np.pi)


def _open_view(scene: Scene, eyes: np.ndarray, headings: np.ndarray) -> np.ndarray:
    """(N,headings) 0-1: how far one can see in each direction; it makes nobody stare at a wall from close by."""
    directions = np.column_stack([np.cos(headings), np.sin(headings), np.full(len(headings), -0.15)])
    hits = scene.cast(np.repeat(eyes, len(headings), axis=0), np.tile(directions, (len(eyes), 1)))
    reach = np.where(hits.triangle >= 0, hits.distance, 0).reshape(len(eyes), len(headings))
    return np.clip((reach - 0.5) / 2.5, 0, 1)


def look_at(eye: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(4,4) float64 room from camera: optical frame (x right, y down, z forward) at ``eye``, level with the horizon."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, (0, 0, 1.0))
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = eye
    return pose
