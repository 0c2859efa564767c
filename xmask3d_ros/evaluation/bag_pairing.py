# SPDX-License-Identifier: Apache-2.0
"""Which colour image belongs to which depth image, by their stamps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LARGEST_TOLERANCE_NS = 50_000_000


def default_tolerance(color_ns: Sequence[int], depth_ns: Sequence[int]) -> int:
    """Half a frame period of the faster stream, at most 50 ms, in nanoseconds.

    Beyond half a period another image would have been nearer, so the right one is missing.
    """
    periods = []
    for stamps in (color_ns, depth_ns):
        steps = np.diff(np.sort(np.asarray(stamps, np.int64)))
        if (steps > 0).any():
            periods.append(float(np.median(steps[steps > 0])))
    return min(int(min(periods) / 2), LARGEST_TOLERANCE_NS) if periods else LARGEST_TOLERANCE_NS


def pair_stamps(color_ns: Sequence[int], depth_ns: Sequence[int], tolerance_ns: int) -> list[tuple[int, int]]:
    """Pairs (colour stamp, depth stamp) in the order of the colour stamps; each stamp is used at most once.

    The closest two in the whole recording are paired first, then the next closest, as long as they are within the
    tolerance; of equally close ones the earlier. Stamps of one kind must differ from each other.
    """
    depths = np.sort(np.asarray(depth_ns, np.int64))
    candidates = []
    for color in color_ns:
        first, last = np.searchsorted(depths, (color - tolerance_ns, color + tolerance_ns + 1))
        candidates += [(abs(int(depth) - color), color, int(depth)) for depth in depths[first:last]]
    used_colors: set[int] = set()
    used_depths: set[int] = set()
    pairs = []
    for _, color, depth in sorted(candidates):
        if color not in used_colors and depth not in used_depths:
            used_colors.add(color)
            used_depths.add(depth)
            pairs.append((color, depth))
    return sorted(pairs)
