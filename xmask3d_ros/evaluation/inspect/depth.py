# SPDX-License-Identifier: Apache-2.0
"""Depth images: their unit, and whether they lie on the colour images' grid."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry import RgbdFrame

from .finding import Finding, Level

_WIDTH = 320
"""Edges are compared at this width."""
_REACH = 16
"""Shifts tried, pixels of that width to each side."""
_NEAR, _FAR = 0.2, 15.0
"""Metres between which the middle reading of an indoor recording lies."""


def check_depth(frames: Sequence[RgbdFrame]) -> list[Finding]:
    """Unit by the middle reading, and share of pixels that have one."""
    readings = [frame.depth[(frame.depth > 0) & np.isfinite(frame.depth)] for frame in frames]
    share = sum(map(len, readings)) / sum(frame.depth.size for frame in frames)
    middle = float(np.median([np.median(part) for part in readings if len(part)]))
    seen = f"the middle reading is {middle:.3g} m; {100 * share:.0f} % of the pixels have one"
    if not _NEAR <= middle <= _FAR:
        factor = "1000 times too large" if middle > _FAR else "too small"
        remedy = (
            "16UC1 must hold millimetres and 32FC1 metres (REP 118); convert the images, or set the driver's depth unit"
        )
        return [Finding("depth scale", Level.FAULT, f"{seen}: for a room that is {factor}", remedy)]
    findings = [Finding("depth scale", Level.GOOD, seen)]
    if share < 0.25:
        remedy = "glass, sunlight, distance or too little texture: switch the emitter on, move closer"
        findings.append(Finding("depth holes", Level.WARNING, seen, remedy))
    return findings


def edge_shift(frames: Sequence[RgbdFrame]) -> tuple[tuple[int, int], float, float]:
    """By how much depth must move, for its edges to fall on colour edges.

    Returns:
        Columns and rows, pixels of an image 320 wide; the score there; the score without a shift. Scores: colour
        gradient at depth edges over that of the whole image; 1 means that the two know nothing of each other.
    """
    side = 2 * _REACH + 1
    total, used = np.zeros((side, side)), 0
    for frame in frames:
        scores = _scores(frame)
        if scores is not None:
            total += scores
            used += 1
    if not used:
        return (0, 0), 0.0, 0.0
    total /= used
    row, column = np.unravel_index(int(total.argmax()), total.shape)
    return (int(column) - _REACH, int(row) - _REACH), float(total.max()), float(total[_REACH, _REACH])


def check_registration(frames: Sequence[RgbdFrame]) -> Finding:
    """Whether edges of depth and colour agree best where they are."""
    (columns, rows), best, here = edge_shift(frames)
    if best == 0.0:
        return Finding("registration", Level.NOTE, "too few edges in the depth images to compare them with colour")
    scale = frames[0].camera.width / _WIDTH
    moved = f"({columns * scale:.0f}, {rows * scale:.0f}) px"
    seen = f"edge score {here:.2f} as recorded, {best:.2f} with depth moved by {moved}"
    if np.hypot(columns, rows) > 3 and best > 1.15 * here and best > 1.3:
        remedy = (
            "depth and colour are not of one grid although their frames or camera infos say so: record aligned depth "
            "(align_depth.enable:=true), or depth with its own camera_info and frame, so that it is registered here"
        )
        return Finding("registration", Level.WARNING, seen, remedy)
    return Finding("registration", Level.GOOD, seen)


def _scores(frame: RgbdFrame) -> NDArray[np.float64] | None:
    """(shifts, shifts) colour gradient at the depth edges, moved by rows and columns; ``None`` with few edges."""
    height = round(_WIDTH * frame.camera.height / frame.camera.width)
    grey = cv2.cvtColor(cv2.resize(frame.color, (_WIDTH, height), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    gradient = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    # Beyond a limit a strong edge is not more of an edge; else one window frame decides for the whole image.
    gradient = np.minimum(gradient, np.percentile(gradient, 95))
    depth = cv2.resize(frame.depth, (_WIDTH, height), interpolation=cv2.INTER_NEAREST)
    rows, columns = np.nonzero(_depth_edges(depth.astype(np.float32, copy=False)))
    inside = (rows >= _REACH) & (rows < height - _REACH) & (columns >= _REACH) & (columns < _WIDTH - _REACH)
    rows, columns = rows[inside], columns[inside]
    if len(rows) < 100 or gradient.mean() == 0:
        return None
    steps = range(-_REACH, _REACH + 1)
    found = [[gradient[rows + down, columns + right].mean() for right in steps] for down in steps]
    return np.array(found, np.float64) / float(gradient.mean())


def _depth_edges(depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels in front of a jump by a tenth; holes make no edge, as they are wider than what casts them."""
    valid = (depth > 0) & np.isfinite(depth)
    filled = np.where(valid, depth, np.inf)
    edges = np.zeros(depth.shape, bool)
    for axis in (0, 1):
        for step in (1, -1):
            other = np.roll(filled, step, axis)
            with np.errstate(invalid="ignore"):
                edges |= valid & np.isfinite(other) & (other - filled > 0.1 * filled)
    edges[[0, -1]] = edges[:, [0, -1]] = False
    return edges
