# SPDX-License-Identifier: Apache-2.0
"""Pictures on walls: framed, matted, posters, pairs."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, metal, picture, plain, wood
from .registry import design


def _hang(rng: np.random.Generator, height: float) -> float:
    return float(rng.uniform(1.45, 1.65) - height / 2)


def _canvas(
    item: Item, rng: np.random.Generator, width: float, height: float, at: tuple[float, float], y: float
) -> None:
    x, z = at
    item.add(meshes.box((width, 0.01, height), (x, y, z)), picture(rng, (x - width / 2, x + width / 2, z, z + height)))


def _border(item: Item, width: float, height: float, bar: float, material: Material, at: tuple[float, float]) -> None:
    x, z = at
    for side in (-1, 1):
        item.add(meshes.box((bar, 0.03, height), (x + side * (width - bar) / 2, -0.015, z)), material)
        item.add(meshes.box((width, 0.03, bar), (x, -0.015, z + (height - bar if side > 0 else 0))), material)


def _framed(
    item: Item, rng: np.random.Generator, width: float, height: float, at: tuple[float, float], mat: float
) -> None:
    bar = rng.uniform(0.02, 0.05)
    frame = wood(rng, ("brown", "black", "beige", "white", "orange")) if rng.random() < 0.7 else metal(rng)
    _border(item, width, height, bar, frame, at)
    if mat:
        item.add(
            meshes.box((width - bar, 0.008, height - bar), (at[0], -0.006, at[1] + bar / 2)),
            plain(paint(rng, ("white", "beige"))),
        )
    inset = 2 * bar + 2 * mat
    _canvas(item, rng, width - inset, height - inset, (at[0], at[1] + inset / 2), -0.012)


@design("picture")
def framed(rng: np.random.Generator) -> Item:
    """A canvas in a frame."""
    width, height = rng.uniform(0.4, 1.1), rng.uniform(0.35, 0.8)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    _framed(item, rng, width, height, (0, 0), 0.0)
    return item


@design("picture")
def matted(rng: np.random.Generator) -> Item:
    """A small print behind a broad white mat."""
    width, height = rng.uniform(0.4, 0.7), rng.uniform(0.4, 0.8)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    _framed(item, rng, width, height, (0, 0), rng.uniform(0.05, 0.1))
    return item


@design("picture")
def poster(rng: np.random.Generator) -> Item:
    """Unframed, large, upright."""
    width = rng.uniform(0.5, 0.75)
    height = width * rng.uniform(1.3, 1.5)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    _canvas(item, rng, width, height, (0, 0), -0.006)
    return item


@design("picture", held_out=True)
def pair(rng: np.random.Generator) -> Item:
    """Two or three frames side by side."""
    width, height, count = rng.uniform(0.3, 0.4), rng.uniform(0.4, 0.55), int(rng.integers(2, 4))
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    for index in range(count):
        _framed(item, rng, width, height, ((index - (count - 1) / 2) * (width + 0.06), 0), 0.03)
    return item


@design("picture", held_out=True)
def panorama(rng: np.random.Generator) -> Item:
    """A very wide canvas without a frame."""
    width, height = rng.uniform(1.1, 1.5), rng.uniform(0.4, 0.55)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    item.add(meshes.box((width, 0.03, height), (0, -0.016, 0)), picture(rng, (-width / 2, width / 2, 0, height)))
    return item
