# SPDX-License-Identifier: Apache-2.0
"""Doors with frames and handles; they stand before the wall, as seen from inside the room."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import Material, metal, outdoors, plain, wood
from .registry import design


def _leaf(rng: np.random.Generator) -> Material:
    if rng.random() < 0.55:
        return wood(rng, axis=2)
    return plain(paint(rng, ("white", "white", "beige", "grey", "brown", "red", "green", "blue", "black", "yellow")))


def _frame(item: Item, width: float, height: float, material: Material, deep: float = 0.06) -> None:
    """Jambs and lintel around an opening of width x height, against the wall at y = 0."""
    for x in (-1, 1):
        item.add(meshes.box((0.08, deep, height + 0.08), (x * (width / 2 + 0.04), -deep / 2, 0)), material)
    item.add(meshes.box((width, deep, 0.08), (0, -deep / 2, height)), material)


def _handle(item: Item, rng: np.random.Generator, x: float, y: float, into: float) -> None:
    grip = metal(rng)
    item.add(meshes.box((0.035, 0.012, 0.2), (x, y - 0.006, 0.93)), grip)
    item.add(meshes.rod((x, y - 0.012, 1.05), (x, y - 0.06, 1.05), 0.01, 8), grip)
    item.add(meshes.rod((x, y - 0.055, 1.05), (x + into * 0.12, y - 0.055, 1.05), 0.012, 8), grip)


def _size(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(0.76, 0.95), rng.uniform(1.95, 2.1)


def _start(rng: np.random.Generator) -> tuple[Item, Material, float, float, float]:
    item, leaf = Item("door", against_wall=True), _leaf(rng)
    width, height = _size(rng)
    item.add(meshes.box((width, 0.035, height), (0, -0.02, 0)), leaf)
    _frame(item, width, height, leaf if rng.random() < 0.5 else _leaf(rng))
    side = float(rng.choice([-1, 1]))
    _handle(item, rng, side * (width / 2 - 0.07), -0.037, -side)
    return item, leaf, width, height, side


@design("door")
def flush(rng: np.random.Generator) -> Item:
    """A smooth leaf."""
    return _start(rng)[0]


@design("door")
def panelled(rng: np.random.Generator) -> Item:
    """Raised panels in two columns."""
    item, leaf, width, height, _ = _start(rng)
    panel = Material(
        darker(leaf.color, 0.88), leaf.second, leaf.texture, leaf.scale, leaf.axis, leaf.strength, leaf.seed
    )
    rows = int(rng.integers(2, 4))
    for row in range(rows):
        for x in (-0.5, 0.5) if rng.random() < 0.8 else (0,):
            each = (height - 0.2) / rows
            size = (width * (0.3 if x else 0.7), 0.016, each - 0.12)
            item.add(meshes.box(size, (x * width * 0.42, -0.043, 0.14 + row * each)), panel)
    return item


@design("door")
def glazed(rng: np.random.Generator) -> Item:
    """A pane in the upper half."""
    item, _, width, height, _ = _start(rng)
    span = (-width * 0.3, width * 0.3, height * 0.52, height * 0.9)
    pane = outdoors(rng, span) if rng.random() < 0.5 else plain(paint(rng, ("white", "grey", "blue")), 0.8, 0.3)
    item.add(meshes.box((width * 0.6, 0.012, height * 0.38), (0, -0.04, height * 0.52)), pane)
    item.add(meshes.box((0.02, 0.02, height * 0.38), (0, -0.045, height * 0.52)), item.parts[0].material)
    return item


@design("door")
def ajar(rng: np.random.Generator) -> Item:
    """A leaf standing open into the room, a dim passage behind it."""
    item, leaf = Item("door", against_wall=True), _leaf(rng)
    width, height = _size(rng)
    side, angle = float(rng.choice([-1, 1])), rng.uniform(0.35, 1.2)
    turned = meshes.box((width, 0.04, height), yaw=side * angle)
    hinge = np.array([side * width / 2, -0.05, 0])
    middle = np.array([-side * np.cos(angle), -np.sin(angle), 0]) * width / 2
    turned.apply_translation(hinge + middle)
    item.add(turned, leaf)
    _frame(item, width, height, _leaf(rng))
    item.add(meshes.box((width, 0.01, height), (0, -0.012, 0)), plain(paint(rng, ("black", "grey", "brown"))))
    return item


@design("door", held_out=True)
def double(rng: np.random.Generator) -> Item:
    """Two leaves."""
    item, leaf = Item("door", against_wall=True), _leaf(rng)
    width, height = rng.uniform(1.2, 1.5), rng.uniform(2.0, 2.1)
    for x in (-1, 1):
        item.add(meshes.box((width / 2 - 0.006, 0.035, height), (x * width / 4, -0.02, 0)), leaf)
        _handle(item, rng, x * 0.07, -0.037, x)
        for z in (0.15, height * 0.55):
            panel = plain(darker(leaf.color, 0.85))
            item.add(meshes.box((width * 0.32, 0.014, height * 0.34), (x * width / 4, -0.042, z)), panel)
    _frame(item, width, height, leaf)
    return item


@design("door", held_out=True)
def sliding(rng: np.random.Generator) -> Item:
    """A plank leaf hanging from a rail, with a long bar handle and cross-braces."""
    item, leaf = Item("door", against_wall=True), wood(rng, axis=2)
    width, height = _size(rng)
    for index in range(5):
        x = (index - 2) * width / 5
        item.add(meshes.box((width / 5 - 0.008, 0.035, height), (x, -0.05, 0.01)), leaf)
    brace = wood(rng, axis=0)
    for z in (0.1, height * 0.5, height - 0.22):
        item.add(meshes.box((width, 0.02, 0.12), (0, -0.075, z)), brace)
    dark = metal(rng)
    item.add(meshes.box((width * 1.3, 0.02, 0.05), (0, -0.04, height + 0.05)), dark)
    item.add(meshes.rod((width * 0.4, -0.11, 0.85), (width * 0.4, -0.11, 1.25), 0.013), dark)
    return item
