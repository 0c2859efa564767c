# SPDX-License-Identifier: Apache-2.0
"""Procedural textures, evaluated where rays hit.

A texture turns object coordinates into colour. Flat patterns (tiles, stripes...) are laid on the plane of the two
object axes along which the surface extends most, so that they neither stretch nor need texture coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .materials import Material
from .noise import cell, smooth
from .pictures import PICTURES

TABLE = np.dtype(
    [
        ("color", "f4", 3),
        ("second", "f4", 3),
        ("texture", "i4"),
        ("scale", "f4"),
        ("axis", "i4"),
        ("strength", "f4"),
        ("seed", "i4"),
        ("extent", "f4", 4),
        ("glow", "f4"),
        ("gloss", "f4"),
    ]
)
"""One row a material."""

Texture = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""(points (N,3), plane coordinates (N,2), rows (N,) of TABLE) -> colour (N,3) sRGB 0-1."""


def _mix(rows: np.ndarray, weight: np.ndarray) -> np.ndarray:
    share = (weight * rows["strength"])[:, None]
    return rows["color"] * (1 - share) + rows["second"] * share


def _mottled(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    scaled = points / rows["scale"][:, None]
    return _mix(rows, 0.6 * smooth(scaled, rows["seed"]) + 0.4 * smooth(scaled * 2.7, rows["seed"] + 5))


def _wood(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    scaled = points / rows["scale"][:, None]
    index = np.arange(len(points))
    scaled[index, rows["axis"]] *= 0.06
    rings = smooth(scaled * 0.7, rows["seed"])
    bands = 0.5 + 0.5 * np.sin(2 * np.pi * (5 * rings + 0.3 * smooth(scaled * 4, rows["seed"] + 3)))
    return _mix(rows, 0.65 * bands + 0.35 * smooth(scaled * 5, rows["seed"] + 9))


def _marble(points: np.ndarray, _: np.ndarray, rows: np.ndarray) -> np.ndarray:
    scaled = points / rows["scale"][:, None]
    field = smooth(scaled, rows["seed"]) + 0.4 * smooth(scaled * 3, rows["seed"] + 1)
    return _mix(rows, np.exp(-(((field - 0.7) * 14) ** 2)))


def _stripes(_: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    along = np.take_along_axis(plane, np.minimum(rows["axis"], 1)[:, None], 1)[:, 0]
    return _mix(rows, (along / rows["scale"] % 1 < 0.4).astype(np.float32))


def _plaid(_: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    bands = (plane / rows["scale"][:, None] % 1 < 0.4).astype(np.float32)
    return _mix(rows, bands.mean(axis=1))


def _checker(_: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    squares = np.floor(plane / rows["scale"][:, None]).astype(np.int64)
    return _mix(rows, (squares.sum(axis=1) % 2).astype(np.float32))


def _dots(_: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    offset = plane / rows["scale"][:, None] % 1 - 0.5
    return _mix(rows, ((offset**2).sum(axis=1) < 0.08).astype(np.float32))


def _tiles(_: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    scaled = plane / rows["scale"][:, None]
    return _laid(scaled, np.minimum(scaled % 1, 1 - scaled % 1).min(axis=1) * rows["scale"] < 0.003, rows, 0.08)


def _bricks(_: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    scaled = plane / (rows["scale"][:, None] * np.array([1.0, 0.4], np.float32))
    scaled[:, 0] += 0.5 * (np.floor(scaled[:, 1]) % 2)
    inside = np.minimum(scaled % 1, 1 - scaled % 1) * np.array([1.0, 0.4], np.float32)
    return _laid(scaled, inside.min(axis=1) * rows["scale"] < 0.005, rows, 0.3)


def _laid(scaled: np.ndarray, joint: np.ndarray, rows: np.ndarray, spread: float) -> np.ndarray:
    index = np.floor(scaled).astype(np.int64)
    value = 1 + spread * (cell(index[:, 0], index[:, 1], rows["seed"]) - 0.5)
    return np.where(joint[:, None], rows["second"], rows["color"] * value[:, None])


def _planks(points: np.ndarray, plane: np.ndarray, rows: np.ndarray) -> np.ndarray:
    across = plane[:, 1] / rows["scale"]
    row = np.floor(across)
    along = plane[:, 0] / (9 * rows["scale"]) + cell(row, rows["seed"])
    value = 0.85 + 0.3 * cell(row, np.floor(along), rows["seed"])
    gap = np.minimum(across % 1, (along % 1) * 9) < 0.025
    grain = _wood(points, plane, rows) * value[:, None]
    return np.where(gap[:, None], grain * 0.55, grain)


TEXTURES: dict[str, Texture] = {
    "plain": lambda points, plane, rows: rows["color"].copy(),
    "mottled": _mottled,
    "wood": _wood,
    "marble": _marble,
    "stripes": _stripes,
    "plaid": _plaid,
    "checker": _checker,
    "dots": _dots,
    "tiles": _tiles,
    "bricks": _bricks,
    "planks": _planks,
    **PICTURES,
}
_NAMES = list(TEXTURES)


def table(materials: Sequence[Material]) -> np.ndarray:
    """The materials as rows of ``TABLE``."""
    rows = np.zeros(len(materials), TABLE)
    for row, material in zip(rows, materials, strict=True):
        row["color"], row["second"] = material.color.rgb, material.second.rgb
        row["texture"] = _NAMES.index(material.texture)
        for field in ("scale", "axis", "strength", "seed", "extent", "glow", "gloss"):
            row[field] = getattr(material, field)
    return rows


_PLANES = np.array([[1, 2], [0, 2], [0, 1]])


def evaluate(rows: np.ndarray, points: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Colour at points: rows (N,) of ``TABLE``, points (N,3) in object coordinates, ``axis`` (N,) they face.

    Returns (N,3) float32 sRGB in [0, 1].
    """
    axes = _PLANES[axis]
    plane = np.take_along_axis(points, axes, axis=1)
    colors = np.empty((len(points), 3), np.float32)
    for texture in np.unique(rows["texture"]):
        chosen = rows["texture"] == texture
        colors[chosen] = TEXTURES[_NAMES[texture]](points[chosen], plane[chosen], rows[chosen])
    return np.clip(colors, 0, 1)
