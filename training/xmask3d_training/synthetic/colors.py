# SPDX-License-Identifier: Apache-2.0
"""Named colours, so that what is painted and what a caption says agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

PALETTE: dict[str, tuple[tuple[int, int, int], ...]] = {
    "white": ((242, 240, 235), (230, 232, 234), (250, 248, 240)),
    "black": ((32, 32, 35), (45, 42, 42), (24, 26, 32)),
    "grey": ((128, 130, 133), (160, 162, 165), (95, 98, 104)),
    "red": ((176, 38, 38), (200, 60, 50), (140, 26, 36)),
    "orange": ((222, 122, 40), (235, 145, 70), (205, 95, 30)),
    "yellow": ((232, 200, 70), (240, 215, 110), (214, 178, 40)),
    "green": ((70, 130, 70), (110, 150, 90), (40, 96, 70)),
    "blue": ((52, 92, 160), (90, 140, 195), (32, 56, 112)),
    "purple": ((112, 70, 140), (145, 110, 170), (84, 48, 104)),
    "pink": ((224, 150, 165), (235, 175, 185), (205, 110, 140)),
    "brown": ((116, 74, 44), (140, 95, 60), (84, 52, 34)),
    "beige": ((214, 194, 160), (226, 210, 182), (200, 176, 138)),
}
"""sRGB anchors (0-255) of each colour word."""


class Paint(NamedTuple):
    """A colour and the word for it."""

    name: str
    rgb: tuple[float, float, float]
    """sRGB, 0-1."""


def paint(rng: np.random.Generator, names: Sequence[str] | None = None) -> Paint:
    """One colour of the named words (any word if none is given), varied a little around its anchors."""
    words = list(PALETTE) if names is None else list(names)
    name = words[rng.integers(len(words))]
    anchors = PALETTE[name]
    anchor = np.array(anchors[rng.integers(len(anchors))], float) / 255
    varied = np.clip(anchor * rng.uniform(0.92, 1.06) + rng.normal(0, 0.015, 3), 0.02, 0.98)
    return Paint(name, (float(varied[0]), float(varied[1]), float(varied[2])))


def darker(color: Paint, factor: float) -> Paint:
    """The same colour word, with its value multiplied."""
    red, green, blue = (min(1.0, channel * factor) for channel in color.rgb)
    return Paint(color.name, (red, green, blue))
