# SPDX-License-Identifier: Apache-2.0
"""Cabinets and bookshelves, and the doors, drawers and handles that other furniture borrows."""

from __future__ import annotations

import itertools

import numpy as np

from .. import meshes
from ..colors import PALETTE, darker, paint
from ..item import Item, Surface
from ..materials import Material, metal, plain, wood
from .registry import design


def drawers(
    item: Item,
    rng: np.random.Generator,
    width: float,
    height: float,
    at: tuple[float, float, float],
    count: int,
    material: Material,
) -> None:
    """Drawer fronts with handles on a face looking to -y, whose bottom middle is ``at``."""
    grip, each = metal(rng), height / count
    round_knob = rng.random() < 0.4
    for index in range(count):
        z = at[2] + index * each
        item.add(meshes.box((width - 0.016, 0.018, each - 0.014), (at[0], at[1] - 0.009, z + 0.007)), material)
        if round_knob:
            item.add(meshes.ellipsoid((0.016, 0.016, 0.016), (at[0], at[1] - 0.034, z + each * 0.5 - 0.016), 1), grip)
        else:
            item.add(meshes.box((min(0.16, width * 0.4), 0.022, 0.014), (at[0], at[1] - 0.03, z + each * 0.6)), grip)


def fronts(
    item: Item,
    rng: np.random.Generator,
    width: float,
    height: float,
    at: tuple[float, float, float],
    count: int,
    material: Material,
    panelled: bool = False,
) -> None:
    """Hinged doors side by side on a face looking to -y, with handles where two meet."""
    grip, each = metal(rng), width / count
    for index in range(count):
        x = at[0] - width / 2 + each * (index + 0.5)
        item.add(meshes.box((each - 0.008, 0.02, height - 0.01), (x, at[1] - 0.01, at[2] + 0.005)), material)
        if panelled:
            inner = Material(
                darker(material.color, 0.85),
                material.second,
                material.texture,
                material.scale,
                material.axis,
                material.strength,
                material.seed,
            )
            item.add(
                meshes.box((each * 0.68, 0.006, height - each * 0.3), (x, at[1] - 0.022, at[2] + each * 0.15)), inner
            )
        side = 1 if index % 2 == 0 else -1
        grip_z = at[2] + height * (0.5 if height > 1.0 else 0.6)
        item.add(
            meshes.box((0.014, 0.03, min(0.16, height * 0.3)), (x + side * each * 0.4, at[1] - 0.035, grip_z)), grip
        )


def _carcass(item: Item, width: float, depth: float, height: float, material: Material) -> None:
    item.add(meshes.box((width, depth, height - 0.06), (0, 0, 0.06)), material)
    item.add(meshes.box((width - 0.04, depth - 0.06, 0.06), (0, 0.02, 0)), plain(darker(material.color, 0.5)))
    item.surfaces.append(Surface((0, 0, height), (width, depth)))


@design("cabinet")
def wardrobe(rng: np.random.Generator) -> Item:
    """Tall, with two or three doors."""
    item, main = Item("cabinet", against_wall=True), wood(rng, axis=2)
    count = int(rng.integers(2, 4))
    width, depth, height = count * rng.uniform(0.42, 0.55), rng.uniform(0.5, 0.62), rng.uniform(1.8, 2.15)
    _carcass(item, width, depth, height, main)
    item.surfaces.clear()
    fronts(item, rng, width, height - 0.08, (0, -depth / 2, 0.07), count, main, rng.random() < 0.5)
    return item


@design("cabinet")
def chest_of_drawers(rng: np.random.Generator) -> Item:
    """Waist-high, all drawers."""
    item, main = Item("cabinet", against_wall=True), wood(rng, axis=0)
    width, depth, height = rng.uniform(0.7, 1.2), rng.uniform(0.4, 0.5), rng.uniform(0.75, 1.1)
    _carcass(item, width, depth, height, main)
    item.add(meshes.box((width + 0.03, depth + 0.03, 0.025), (0, 0, height)), main)
    item.surfaces[0] = Surface((0, 0, height + 0.025), (width, depth))
    columns = 1 if width < 0.9 else int(rng.integers(1, 3))
    for column in range(columns):
        x = (column - (columns - 1) / 2) * width / columns
        drawers(item, rng, width / columns, height - 0.08, (x, -depth / 2, 0.07), int(rng.integers(3, 6)), main)
    return item


@design("cabinet")
def sideboard(rng: np.random.Generator) -> Item:
    """Long and low, doors and drawers, on short legs."""
    item, main = Item("cabinet", against_wall=True), wood(rng, axis=0)
    width, depth, height, foot = rng.uniform(1.2, 1.8), rng.uniform(0.4, 0.48), rng.uniform(0.55, 0.85), 0.12
    item.add(meshes.box((width, depth, height - foot), (0, 0, foot)), main)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(meshes.cylinder(0.022, foot, (x * width * 0.44, y * depth * 0.38, 0), 10), wood(rng))
    third = width / 3
    for index in (-1, 0, 1):
        face = (index * third, -depth / 2, foot + 0.01)
        if index == 0:
            drawers(item, rng, third, height - foot - 0.02, face, 3, main)
        else:
            fronts(item, rng, third, height - foot - 0.02, face, 1, main)
    item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("cabinet")
def wall_unit(rng: np.random.Generator) -> Item:
    """A cabinet hung on the wall, as in kitchens."""
    item, main = Item("cabinet", against_wall=True, hangs_at=float(rng.uniform(1.4, 1.5))), wood(rng, axis=2)
    count = int(rng.integers(1, 4))
    width, depth, height = count * rng.uniform(0.4, 0.5), rng.uniform(0.3, 0.36), rng.uniform(0.55, 0.75)
    item.add(meshes.box((width, depth, height)), main)
    fronts(item, rng, width, height, (0, -depth / 2, 0), count, main, rng.random() < 0.4)
    return item


@design("cabinet", held_out=True)
def locker(rng: np.random.Generator) -> Item:
    """Metal lockers with vents."""
    item, main = Item("cabinet", against_wall=True), plain(paint(rng, ("grey", "blue", "green", "beige")), 0.3)
    count = int(rng.integers(2, 4))
    width, depth, height = count * rng.uniform(0.3, 0.38), rng.uniform(0.45, 0.5), rng.uniform(1.7, 1.9)
    _carcass(item, width, depth, height, main)
    item.surfaces.clear()
    fronts(item, rng, width, height - 0.08, (0, -depth / 2, 0.07), count, main)
    dark = plain(darker(main.color, 0.4))
    for index in range(count):
        x = (index - (count - 1) / 2) * width / count
        for z in np.arange(5) * 0.035 + height - 0.35:
            item.add(meshes.box((width / count * 0.5, 0.005, 0.012), (x, -depth / 2 - 0.021, z)), dark)
    return item


@design("cabinet", held_out=True)
def file_cabinet(rng: np.random.Generator) -> Item:
    """A narrow stack of deep drawers with label holders."""
    item, main = (
        Item("cabinet", against_wall=True),
        plain(paint(rng, ("grey", "black", "beige", "green", "white")), 0.25),
    )
    width, depth, count = rng.uniform(0.42, 0.5), rng.uniform(0.55, 0.65), int(rng.integers(3, 5))
    height = 0.06 + count * rng.uniform(0.3, 0.34)
    _carcass(item, width, depth, height, main)
    drawers(item, rng, width, height - 0.08, (0, -depth / 2, 0.07), count, main)
    return item


@design("cabinet", held_out=True)
def hanging_rail(rng: np.random.Generator) -> Item:
    """A hung cabinet with two rows of doors."""
    item, main = Item("cabinet", against_wall=True, hangs_at=float(rng.uniform(1.35, 1.45))), wood(rng, axis=0)
    width, depth, height = rng.uniform(0.8, 1.3), rng.uniform(0.3, 0.36), rng.uniform(0.65, 0.8)
    item.add(meshes.box((width, depth, height)), main)
    for row in (0, 1):
        fronts(item, rng, width, height / 2, (0, -depth / 2, row * height / 2), 2, main)
    return item


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
