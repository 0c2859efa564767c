# SPDX-License-Identifier: Apache-2.0
"""Objects of other proportions than their design's, so that fewer of them look alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .item import Item, Part, Surface

_LEAST, _MOST = 0.82, 1.22
"""Factors along each axis, apart from one another."""
_TALLEST = 2.2
"""Metres that nothing is stretched beyond; rooms are at least 2.35 m high."""


def stretched(item: Item, rng: np.random.Generator) -> Item:
    """The object with its width, depth and height changed by a random factor each.

    What hangs on a wall stays as it is: windows, pictures and curtains are drawn in all proportions anyway.
    """
    factors = rng.uniform(_LEAST, _MOST, 3)
    if item.hangs_at is not None:
        return item
    factors[2] = min(factors[2], max(_TALLEST / item.bounds()[1, 2], 1.0))
    return _scaled(item, factors)


def _scaled(item: Item, factors: np.ndarray) -> Item:
    parts = [Part(part.vertices * factors, part.faces, part.material, part.tints) for part in item.parts]
    surfaces = [_surface(surface, factors) for surface in item.surfaces]
    return replace(item, parts=parts, surfaces=surfaces, extras=[_scaled(extra, factors) for extra in item.extras])


def _surface(surface: Surface, factors: np.ndarray) -> Surface:
    x, y, z = (np.asarray(surface.center) * factors).tolist()
    across, along = (np.asarray(surface.size) * factors[:2]).tolist()
    return Surface((x, y, z), (across, along))
