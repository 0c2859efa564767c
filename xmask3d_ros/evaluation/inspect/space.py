# SPDX-License-Identifier: Apache-2.0
"""Poses against images: which way is up, whether walls stand, whether views agree with each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry import RgbdFrame, back_project

from .finding import Finding, Level

_SCALES = (0.1, 0.25, 0.5, 0.8, 1.25, 2.0, 4.0, 10.0)
"""Wrong units of depth that occur; the right one is 1."""
_OPTICAL = (
    "an optical frame has z forward, x right, y down (REP 103): use the driver's *_optical_frame, rotated from the "
    "body frame by roll -90, pitch 0, yaw -90 degrees, and check that the transform is not inverted"
)


def check_gravity(frames: Sequence[RgbdFrame]) -> Finding:
    """Whether the images' up is the fixed frame's +z."""
    up = float(np.median([-frame.world_from_camera[2, 1] for frame in frames]))
    forward = float(np.median([frame.world_from_camera[2, 2] for frame in frames]))
    tilt = np.degrees(np.arccos(np.clip(up, -1, 1)))
    seen = f"the images' up is {tilt:.0f} degrees off the fixed frame's z axis"
    if up >= 0.35:
        return Finding("gravity", Level.GOOD, seen)
    if forward < -0.8:
        message = f"{seen}: the camera looks straight down all the time"
        return Finding("gravity", Level.WARNING, message, f"right if it is mounted so; else {_OPTICAL}")
    how = "looks straight up all the time" if forward > 0.8 else "lies on its side or stands on its head"
    message = f"{seen}: the camera {how}"
    return Finding("gravity", Level.FAULT, message, f"the fixed frame's z must point up; {_OPTICAL}")


def check_walls(frames: Sequence[RgbdFrame]) -> Finding:
    """Whether surfaces stand or lie, as walls and floors do."""
    lengths = [np.abs(_normals(frame)[:, 2]) for frame in frames]
    along = np.concatenate(lengths) if lengths else np.empty(0)
    if len(along) < 500:
        return Finding("walls", Level.NOTE, "too little smooth surface to look for walls and floors")
    share = float(((along > np.cos(np.radians(15))) | (along < np.sin(np.radians(15)))).mean())
    seen = f"{100 * share:.0f} % of the surface stand or lie within 15 degrees (29 % would by chance)"
    if share < 0.4:
        remedy = f"right outdoors and among clutter; in a room the camera's tilt is wrong: {_OPTICAL}"
        return Finding("walls", Level.WARNING, seen, remedy)
    return Finding("walls", Level.GOOD, seen)


def check_agreement(frames: Sequence[RgbdFrame]) -> Finding:
    """Whether a view's points are where the next view sees a surface; if not, whether another depth unit helps."""
    share, overlap = agreement(frames, 1.0)
    if overlap < 500:
        return Finding("views", Level.NOTE, "successive views overlap too little to be compared")
    seen = f"{100 * share:.0f} % of what two views share agrees within 5 %"
    improved, better = max((agreement(frames, scale)[0], scale) for scale in _SCALES)
    if improved > max(share + 0.08, 0.7):
        remedy = "set the driver's depth unit: 16UC1 must hold millimetres, 32FC1 metres"
        message = f"{seen}; {100 * improved:.0f} % would with depth times {better:g}"
        return Finding("depth scale", Level.FAULT, message, remedy)
    if share >= 0.6:
        return Finding("views", Level.GOOD, seen)
    remedy = f"poses and depth contradict each other: {_OPTICAL}; or the clocks of camera and odometry differ"
    return Finding("views", Level.WARNING, seen, remedy)


def agreement(frames: Sequence[RgbdFrame], scale: float) -> tuple[float, int]:
    """Share of points of each frame, seen by the next, whose depth there differs by at most 5 %; and their number.

    Points nearer than what the other view sees are counted wrong, points hidden behind it are not counted.
    """
    right = seen = 0
    for frame, other in pairwise(frames):
        points = _points(frame, scale)
        camera_from_world = np.linalg.inv(other.world_from_camera)
        local = points @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
        local = local[local[:, 2] > 0.05]
        if not len(local):
            continue
        columns, rows = np.round(other.camera.project(local)).T
        inside = (columns >= 0) & (columns < other.camera.width) & (rows >= 0) & (rows < other.camera.height)
        reading = other.depth[rows[inside].astype(int), columns[inside].astype(int)] * scale
        expected = local[inside, 2]
        known = (reading > 0) & np.isfinite(reading)
        ratio = expected[known] / reading[known]
        right += int(((ratio > 0.95) & (ratio < 1.05)).sum())
        seen += int((ratio < 1.5).sum())
    return (right / seen if seen else 0.0), seen


def _points(frame: RgbdFrame, scale: float) -> NDArray[np.float64]:
    points = back_project(frame, 0.05, 1000.0).points[::37]
    center = frame.world_from_camera[:3, 3]
    return center + scale * (points - center)


def _normals(frame: RgbdFrame) -> NDArray[np.float64]:
    """(N, 3) normals of smooth surface in the fixed frame, from readings some pixels apart."""
    step = max(2, frame.camera.width // 80)
    rows, columns = np.mgrid[step : frame.camera.height - step : step, step : frame.camera.width - step : step]
    rows, columns = rows.ravel(), columns.ravel()

    def local(down: int, right: int) -> NDArray[np.float64]:
        depth = frame.depth[rows + down, columns + right].astype(np.float64)
        depth[~np.isfinite(depth)] = 0.0
        return frame.camera.rays(np.column_stack([columns + right, rows + down]).astype(float)) * depth[:, None]

    sides = [local(0, -step), local(0, step), local(-step, 0), local(step, 0), local(0, 0)]
    depths = np.stack([side[:, 2] for side in sides])
    smooth = (depths > 0).all(axis=0) & (np.ptp(depths, axis=0) < 0.15 * np.maximum(depths[4], 1e-6))
    # On a plane the middle lies between its neighbours, but for noise.
    bend = np.abs(0.5 * (depths[0] + depths[1]) - depths[4]) + np.abs(0.5 * (depths[2] + depths[3]) - depths[4])
    smooth &= bend < 0.01 * np.maximum(depths[4], 1e-6)
    normal = np.cross(sides[1] - sides[0], sides[3] - sides[2])[smooth]
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    unit: NDArray[np.float64] = (normal / np.maximum(length, 1e-12)) @ frame.world_from_camera[:3, :3].T
    return unit
