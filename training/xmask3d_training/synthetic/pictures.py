# SPDX-License-Identifier: Apache-2.0
"""Textures that fill a rectangle once: what hangs in a frame, and what is seen through a pane."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .noise import cell, smooth


def _unit(points: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Position in the rectangle: right and up, both 0-1."""
    left, right, low, high = rows["extent"].T
    return (points[:, 0] - left) / (right - left), (points[:, 2] - low) / (high - low)


def _flat(right: np.ndarray, up: np.ndarray) -> np.ndarray:
    return np.stack([right, up, np.zeros_like(right)], axis=1)


def _random_color(index: np.ndarray, seed: np.ndarray) -> np.ndarray:
    return np.stack([0.12 + 0.8 * cell(index, seed, np.full_like(seed, channel)) for channel in range(3)], axis=1)


def _blend(below: np.ndarray, above: np.ndarray | list[float], where: np.ndarray) -> np.ndarray:
    return np.where(where[:, None], np.asarray(above, np.float32), below)


def _landscape(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    right, up = _unit(points, rows)
    seed = rows["seed"]
    sky = 0.55 * rows["color"] + 0.45 * (0.6 + 0.4 * up[:, None])
    image = _blend(sky, [0.98, 0.93, 0.7], (right - 0.2 - 0.6 * cell(seed)) ** 2 + (up - 0.78) ** 2 < 0.008)
    for layer, height in enumerate((0.55, 0.4, 0.22)):
        hill = height + 0.28 * (smooth(_flat(right * (2 + layer), up * 0), seed + layer * 3) - 0.5)
        image = _blend(image, rows["second"] * (0.95 - 0.25 * layer), up < hill)
    return image


def _shapes(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    right, up = _unit(points, rows)
    seed = rows["seed"]
    image = rows["color"].copy()
    for index in range(5):
        x, y, size = (cell(seed, np.full_like(seed, index * 3 + k)) for k in range(3))
        round_shape = (right - x) ** 2 + (up - y) ** 2 < (0.08 + 0.2 * size) ** 2
        square = np.maximum(abs(right - x), abs(up - y)) < 0.08 + 0.15 * size
        shape = np.where(cell(seed, np.full_like(seed, 40 + index)) < 0.5, round_shape, square)
        image = np.where(shape[:, None], _random_color(np.full_like(seed, index), seed), image)
    return image


def _portrait(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    right, up = _unit(points, rows)
    image = rows["color"] * (0.7 + 0.3 * up[:, None])
    skin = np.array([0.86, 0.68, 0.55]) * (0.6 + 0.4 * cell(rows["seed"]))[:, None]
    image = _blend(image, rows["second"], ((right - 0.5) / 0.36) ** 2 + ((up - 0.05) / 0.32) ** 2 < 1)
    image = _blend(image, [0.16, 0.1, 0.07], ((right - 0.5) / 0.2) ** 2 + ((up - 0.62) / 0.25) ** 2 < 1)
    return np.where((((right - 0.5) / 0.15) ** 2 + ((up - 0.55) / 0.2) ** 2 < 1)[:, None], skin, image)


def _mosaic(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    right, up = _unit(points, rows)
    count = 3 + (cell(rows["seed"]) * 5).astype(np.int64)
    index = np.floor(right * count) * 16 + np.floor(up * count)
    return 0.5 * _random_color(index, rows["seed"]) + 0.5 * np.where(
        (index % 2 == 0)[:, None], rows["color"], rows["second"]
    )


def _sky(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    right, up = _unit(points, rows)
    clouds = (
        smooth(_flat(right * 3, up * 6), rows["seed"]) * 0.6 + smooth(_flat(right * 8, up * 14), rows["seed"]) * 0.4
    )
    share = np.clip((clouds - 0.5) * 4, 0, 1)[:, None]
    return rows["color"] * (1.12 - 0.2 * up[:, None]) * (1 - share) + 0.97 * share


def _trees(points: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    right, up = _unit(points, rows)
    leaves = smooth(_flat(right * 14, up * 14), rows["seed"])
    crown = 0.45 + 0.5 * (smooth(_flat(right * 3, up * 0), rows["seed"]) - 0.4) + 0.12 * (leaves - 0.5)
    return np.where((up < crown)[:, None], rows["second"] * (0.6 + 0.9 * leaves[:, None]), _sky(points, plane, rows))


def _houses(points: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    right, up = _unit(points, rows)
    house = np.floor(right * 4)
    roof = 0.35 + 0.45 * cell(house, rows["seed"])
    lit = (right * 16 % 1 < 0.5) & (up * 12 % 1 < 0.5)
    facade = np.where(lit[:, None], 0.25, 0.35 + 0.5 * _random_color(house, rows["seed"]))
    return np.where((up < roof)[:, None], facade, _sky(points, plane, rows))


PICTURES: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {
    "picture_landscape": _landscape,
    "picture_shapes": _shapes,
    "picture_portrait": _portrait,
    "picture_mosaic": _mosaic,
    "outdoors_sky": _sky,
    "outdoors_trees": _trees,
    "outdoors_houses": _houses,
}
"""Texture name -> function of (points, plane, rows), as in ``textures``."""
