# SPDX-License-Identifier: Apache-2.0
"""Refrigerators."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item, Surface
from ..materials import Material, metal, plain
from .registry import design


def _finish(rng: np.random.Generator) -> Material:
    return plain(paint(rng, ("white", "white", "grey", "grey", "black", "red", "beige", "blue", "green")), 0.35)


def _body(item: Item, width: float, depth: float, height: float, finish: Material) -> None:
    item.add(meshes.rounded_box((width, depth - 0.06, height), 0.02, (0, 0.03, 0)), finish)


def _leaf(
    item: Item,
    width: float,
    height: float,
    at: tuple[float, float, float],
    finish: Material,
    side: float,
    grip: Material,
) -> None:
    """A door leaf with an upright bar handle near one side."""
    item.add(
        meshes.rounded_box((width - 0.01, 0.055, height - 0.012), 0.02, (at[0], at[1] - 0.03, at[2] + 0.006)), finish
    )
    x = at[0] + side * (width / 2 - 0.06)
    middle, reach = at[2] + height / 2, min(0.22, height * 0.35)
    item.add(meshes.rod((x, at[1] - 0.095, middle - reach), (x, at[1] - 0.095, middle + reach), 0.012, 8), grip)
    for z in (middle - reach, middle + reach):
        item.add(meshes.rod((x, at[1] - 0.055, z), (x, at[1] - 0.1, z), 0.01, 8), grip)


@design("refrigerator")
def freezer_above(rng: np.random.Generator) -> Item:
    """A small freezer door above the larger one."""
    item, finish, grip = Item("refrigerator", against_wall=True), _finish(rng), metal(rng)
    width, depth, height = rng.uniform(0.56, 0.7), rng.uniform(0.6, 0.7), rng.uniform(1.55, 1.8)
    _body(item, width, depth, height, finish)
    split, side = height * rng.uniform(0.64, 0.72), float(rng.choice([-1, 1]))
    front = -depth / 2 + 0.06
    _leaf(item, width, split - 0.06, (0, front, 0.06), finish, side, grip)
    _leaf(item, width, height - split, (0, front, split), finish, side, grip)
    return item


@design("refrigerator")
def freezer_below(rng: np.random.Generator) -> Item:
    """A drawer below, one tall door above."""
    item, finish, grip = Item("refrigerator", against_wall=True), _finish(rng), metal(rng)
    width, depth, height = rng.uniform(0.58, 0.72), rng.uniform(0.6, 0.7), rng.uniform(1.7, 1.95)
    _body(item, width, depth, height, finish)
    split, front = height * 0.36, -depth / 2 + 0.06
    _leaf(item, width, height - split, (0, front, split), finish, float(rng.choice([-1, 1])), grip)
    item.add(meshes.rounded_box((width - 0.01, 0.055, split - 0.07), 0.02, (0, front - 0.03, 0.06)), finish)
    item.add(
        meshes.rod((-width * 0.35, front - 0.09, split - 0.08), (width * 0.35, front - 0.09, split - 0.08), 0.012, 8),
        grip,
    )
    return item


@design("refrigerator")
def compact(rng: np.random.Generator) -> Item:
    """A small one with a single door, as under counters and in offices."""
    item, finish, grip = Item("refrigerator", against_wall=True), _finish(rng), metal(rng)
    width, depth, height = rng.uniform(0.5, 0.6), rng.uniform(0.52, 0.62), rng.uniform(0.82, 1.1)
    _body(item, width, depth, height, finish)
    front = -depth / 2 + 0.06
    _leaf(item, width, height - 0.1, (0, front, 0.05), finish, float(rng.choice([-1, 1])), grip)
    item.add(meshes.box((width, depth - 0.02, 0.03), (0, 0, height - 0.01)), plain(darker(finish.color, 0.8), 0.2))
    item.surfaces.append(Surface((0, 0, height + 0.02), (width, depth - 0.02)))
    return item


@design("refrigerator", held_out=True)
def side_by_side(rng: np.random.Generator) -> Item:
    """Two tall doors and a water dispenser."""
    item, finish, grip = Item("refrigerator", against_wall=True), _finish(rng), metal(rng)
    width, depth, height = rng.uniform(0.85, 0.95), rng.uniform(0.66, 0.74), rng.uniform(1.7, 1.82)
    _body(item, width, depth, height, finish)
    front = -depth / 2 + 0.06
    for side in (-1, 1):
        _leaf(item, width / 2, height - 0.08, (side * width / 4, front, 0.08), finish, -side, grip)
    item.add(
        meshes.box((width * 0.22, 0.01, 0.32), (-width / 4 - 0.03, front - 0.06, 1.0)),
        plain(paint(rng, ("black",)), 0.4),
    )
    return item


@design("refrigerator", held_out=True)
def retro(rng: np.random.Generator) -> Item:
    """Round-shouldered, one door, a short lever and a plinth."""
    item = Item("refrigerator", against_wall=True)
    finish = plain(paint(rng, ("red", "blue", "green", "white", "beige", "yellow", "pink")), 0.35)
    width, depth, height = rng.uniform(0.56, 0.62), rng.uniform(0.58, 0.66), rng.uniform(1.4, 1.6)
    item.add(meshes.rounded_box((width, depth - 0.06, height - 0.05), 0.12, (0, 0.03, 0.05)), finish)
    item.add(meshes.rounded_box((width - 0.02, 0.1, height - 0.12), 0.045, (0, -depth / 2 + 0.06, 0.09)), finish)
    item.add(meshes.box((width - 0.06, depth - 0.1, 0.06), (0, 0, 0)), plain(darker(finish.color, 0.3)))
    side = float(rng.choice([-1, 1])) * (width / 2 - 0.07)
    item.add(meshes.box((0.03, 0.05, 0.18), (side, -depth / 2 - 0.02, height * 0.6)), metal(rng))
    return item
