# SPDX-License-Identifier: Apache-2.0
"""Bookshelves and their books."""

from __future__ import annotations

import itertools

import numpy as np

from .. import meshes
from ..colors import PALETTE, darker, paint
from ..item import Item, Surface
from ..materials import Material, metal, plain, wood
from .registry import design


def books(item: Item, rng: np.random.Generator, left: float, right: float, y: float, z: float, room: float) -> None:
    """A row of books standing on a board: spines to -y at ``y``, from ``left`` to ``right``, at most ``room`` high."""
    vertices: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    tints: list[np.ndarray] = []
    unit = meshes.box((1, 1, 1))
    x = left
    stop = right - rng.uniform(0, 0.35) * (right - left)
    words = list(PALETTE)
    while True:
        width, height = rng.uniform(0.018, 0.05), rng.uniform(0.6, 0.95) * room
        if x + width > stop:
            break
        depth = rng.uniform(0.13, 0.2)
        vertices.append(np.asarray(unit.vertices) * (width * 0.94, depth, height) + (x + width / 2, y + depth / 2, z))
        faces.append(np.asarray(unit.faces) + 8 * (len(faces)))
        tints.append(np.tile(np.asarray(paint(rng, words).rgb, np.float32), (12, 1)))
        x += width
    if vertices:
        mesh = type(unit)(np.concatenate(vertices), np.concatenate(faces), process=False)
        item.add(mesh, plain(paint(rng, ("white",))), np.concatenate(tints))


def _shelves(
    item: Item,
    rng: np.random.Generator,
    width: float,
    depth: float,
    height: float,
    count: int,
    main: Material,
    back: bool,
    filled: float,
    dividers: int = 0,
) -> None:
    board = 0.022
    for x in np.linspace(-1, 1, dividers + 2):
        item.add(meshes.box((board, depth, height), (x * (width - board) / 2, 0, 0)), main)
    levels = np.linspace(0.05, height - board, count + 1)
    for z in levels:
        item.add(meshes.box((width, depth, board), (0, 0, z)), main)
    if back:
        item.add(meshes.box((width, 0.01, height), (0, depth / 2, 0)), plain(darker(main.color, 0.7)))
    cells = np.linspace(-1, 1, dividers + 2) * (width - board) / 2
    for z, above in itertools.pairwise(levels):
        for left, right in itertools.pairwise(cells):
            if rng.random() < filled:
                room = min(above - z - 0.04, 0.32)
                books(item, rng, left + 0.02, right - 0.02, -depth / 2 + rng.uniform(0.01, 0.05), z + board, room)


@design("bookshelf")
def tall_case(rng: np.random.Generator) -> Item:
    """A tall bookcase with a back."""
    item = Item("bookshelf", against_wall=True)
    _shelves(
        item,
        rng,
        rng.uniform(0.7, 1.0),
        rng.uniform(0.26, 0.32),
        rng.uniform(1.6, 2.1),
        int(rng.integers(4, 7)),
        wood(rng, axis=2),
        True,
        0.85,
    )
    return item


@design("bookshelf")
def low_case(rng: np.random.Generator) -> Item:
    """A wide bookcase, chest-high, with an upright in the middle."""
    item, width, depth, height = (
        Item("bookshelf", against_wall=True),
        rng.uniform(1.1, 1.6),
        0.3,
        rng.uniform(0.85, 1.25),
    )
    _shelves(item, rng, width, depth, height, int(rng.integers(2, 4)), wood(rng, axis=0), True, 0.85, 1)
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("bookshelf")
def open_rack(rng: np.random.Generator) -> Item:
    """An open rack of boards between metal posts."""
    item, main, post = Item("bookshelf", against_wall=True), wood(rng, axis=0), metal(rng)
    width, depth, height = rng.uniform(0.8, 1.1), 0.34, rng.uniform(1.5, 1.9)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(meshes.box((0.03, 0.03, height), (x * (width / 2 - 0.015), y * (depth / 2 - 0.015), 0)), post)
    levels = np.linspace(0.1, height - 0.03, int(rng.integers(4, 6)))
    for z in levels:
        item.add(meshes.box((width, depth, 0.025), (0, 0, z)), main)
    for z in levels[:-1]:
        books(item, rng, -width / 2 + 0.05, width / 2 - 0.05, -0.12, z + 0.025, 0.3)
    item.color = main.color.name
    return item


@design("bookshelf", held_out=True)
def cubes(rng: np.random.Generator) -> Item:
    """A grid of square compartments."""
    item, side = Item("bookshelf", against_wall=True), rng.uniform(0.34, 0.38)
    columns, rows = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    _shelves(
        item,
        rng,
        columns * side,
        0.36,
        rows * side + 0.05,
        rows,
        wood(rng, axis=2),
        rng.random() < 0.5,
        0.75,
        columns - 1,
    )
    return item


@design("bookshelf", held_out=True)
def ladder(rng: np.random.Generator) -> Item:
    """Boards that get shallower towards the top, between leaning sides."""
    item, main = Item("bookshelf", against_wall=True), wood(rng, axis=0)
    width, height, depth = rng.uniform(0.65, 0.9), rng.uniform(1.7, 1.95), 0.45
    for x in (-1, 1):
        item.add(
            meshes.beam((x * width / 2, -depth / 2, 0), (x * width / 2, depth / 2 - 0.16, height), 0.025, 0.05), main
        )
        item.add(meshes.beam((x * width / 2, depth / 2, 0), (x * width / 2, depth / 2, height), 0.025, 0.03), main)
    for z in np.linspace(0.15, height - 0.1, 5):
        reach = depth - (depth - 0.16) * z / height
        item.add(meshes.box((width, reach, 0.025), (0, depth / 2 - reach / 2, z)), main)
        books(item, rng, -width / 2 + 0.04, width / 2 - 0.04, depth / 2 - reach + 0.02, z + 0.025, 0.26)
    return item
