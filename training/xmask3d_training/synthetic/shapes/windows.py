# SPDX-License-Identifier: Apache-2.0
"""Windows: frames, panes with a view, sills, blinds."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, metal, outdoors, plain, wood
from .registry import design


def _frame_material(rng: np.random.Generator) -> Material:
    return plain(paint(rng, ("white", "white", "grey", "black", "beige"))) if rng.random() < 0.7 else wood(rng, axis=2)


def _window(
    rng: np.random.Generator,
    columns: int,
    rows: int,
    width: float,
    height: float,
    sill: float,
    material: Material | None = None,
) -> Item:
    item = Item("window", against_wall=True, hangs_at=sill)
    frame, bar = material or _frame_material(rng), rng.uniform(0.05, 0.075)
    item.add(meshes.box((width, 0.03, bar), (0, -0.03, 0)), frame)
    item.add(meshes.box((width, 0.03, bar), (0, -0.03, height - bar)), frame)
    for x in np.linspace(-1, 1, columns + 1):
        item.add(meshes.box((bar, 0.035, height), (x * (width - bar) / 2, -0.03, 0)), frame)
    for z in np.linspace(0, height - bar, rows + 1)[1:-1]:
        item.add(meshes.box((width, 0.03, bar * 0.6), (0, -0.03, z)), frame)
    pane = outdoors(rng, (-width / 2, width / 2, 0, height))
    item.add(meshes.box((width - bar, 0.006, height - bar), (0, -0.012, bar / 2)), pane)
    return item


@design("window")
def casement(rng: np.random.Generator) -> Item:
    """Two or three upright panes with a sill."""
    columns, sill = int(rng.integers(2, 4)), rng.uniform(0.8, 1.05)
    width, height = columns * rng.uniform(0.45, 0.6), rng.uniform(1.0, 1.3)
    item = _window(rng, columns, 1, width, height, sill)
    item.add(meshes.box((width + 0.12, 0.12, 0.03), (0, -0.06, -0.03)), item.parts[0].material)
    return item


@design("window")
def lattice(rng: np.random.Generator) -> Item:
    """Many small panes."""
    columns, rows = int(rng.integers(2, 5)), int(rng.integers(3, 5))
    return _window(
        rng, columns, rows, columns * rng.uniform(0.28, 0.36), rows * rng.uniform(0.3, 0.36), rng.uniform(0.75, 1.0)
    )


@design("window")
def full_height(rng: np.random.Generator) -> Item:
    """Glazing from near the floor."""
    columns = int(rng.integers(2, 4))
    return _window(rng, columns, int(rng.integers(1, 3)), columns * rng.uniform(0.6, 0.75), rng.uniform(1.9, 2.1), 0.06)


@design("window", held_out=True)
def blinds(rng: np.random.Generator) -> Item:
    """A wide pane, half behind slats."""
    width, height = rng.uniform(1.1, 1.6), rng.uniform(1.1, 1.35)
    item = _window(rng, 1, 1, width, height, rng.uniform(0.8, 1.0))
    slat = plain(paint(rng, ("white", "beige", "grey")))
    drop = rng.uniform(0.3, 0.75) * height
    for z in np.arange(0.03, drop, 0.045):
        item.add(meshes.box((width - 0.08, 0.03, 0.006), (0, -0.055, height - 0.05 - z), tilt=0.6), slat)
    return item


@design("window", held_out=True)
def sash(rng: np.random.Generator) -> Item:
    """Two sashes one above the other with a crossbar, broad trim and a sill."""
    width, height = rng.uniform(0.75, 1.0), rng.uniform(1.25, 1.5)
    item = _window(rng, 2, 2, width, height, rng.uniform(0.7, 0.9))
    trim = item.parts[0].material
    item.add(meshes.box((width + 0.2, 0.025, 0.1), (0, -0.02, height)), trim)
    for x in (-1, 1):
        item.add(meshes.box((0.1, 0.025, height), (x * (width / 2 + 0.05), -0.02, 0)), trim)
    item.add(meshes.box((width + 0.26, 0.13, 0.04), (0, -0.065, -0.04)), trim)
    item.add(meshes.rod((0.05, -0.06, height / 2), (-0.05, -0.06, height / 2), 0.012, 8), metal(rng))
    return item
