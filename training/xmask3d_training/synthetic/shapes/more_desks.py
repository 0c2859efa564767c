# SPDX-License-Identifier: Apache-2.0
"""More desks to train on: lifting columns, mid-century, executive, office, computer desks, roll-tops, bookcase ends."""

from __future__ import annotations

import itertools

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item, Surface
from ..materials import Material, fabric, leather, metal, plain, wood
from .bookshelves import books
from .chairs import legs
from .registry import design
from .storage import drawers, fronts
from .tubes import along_x, smooth, tube


def _grommet(item: Item, x: float, y: float, height: float) -> None:
    """A cable hole with a dark lid in the top."""
    item.add(meshes.cylinder(0.034, 0.004, (x, y, height), 14), plain(paint(np.random.default_rng(1), ("black",)), 0.2))


def _riser(item: Item, rng: np.random.Generator, at: tuple[float, float, float], width: float, main: Material) -> None:
    """A low bench for a screen."""
    high, deep = rng.uniform(0.09, 0.14), rng.uniform(0.2, 0.25)
    item.add(meshes.box((width, deep, 0.018), (at[0], at[1], at[2] + high - 0.018)), main)
    for side in (-1, 1):
        end = (at[0] + side * (width / 2 - 0.02), at[1], at[2])
        item.add(meshes.box((0.018, deep, high - 0.018), end), main)
    item.surfaces.append(Surface((at[0], at[1], at[2] + high), (width, deep)))


def _cable(item: Item, start: tuple[float, float, float], end: tuple[float, float, float]) -> None:
    """A cable that sags."""
    share = np.linspace(0, 1, 9)[:, None]
    path = np.asarray(start) * (1 - share) + np.asarray(end) * share
    path[:, 2] -= 0.25 * np.sin(np.pi * share[:, 0]) * abs(start[2] - end[2] + 0.3) * 0.5
    path[:, 2] = np.maximum(path[:, 2], 0.006)
    item.add(tube(path, 0.005, 5), plain(paint(np.random.default_rng(2), ("black",))))


@design("desk")
def standing(rng: np.random.Generator) -> Item:
    """A plain top on two telescoping columns with long feet, a cable tray and a hand switch."""
    item, frame = Item("desk", against_wall=True), metal(rng)
    main = wood(rng, axis=0)
    width, depth, thick = rng.uniform(1.2, 1.8), rng.uniform(0.65, 0.82), rng.uniform(0.022, 0.035)
    height = rng.uniform(0.7, 0.8) if rng.random() < 0.6 else rng.uniform(0.95, 1.15)
    item.add(meshes.rounded_box((width, depth, thick), 0.012, (0, 0, height - thick)), main)
    reach, column = width / 2 - rng.uniform(0.16, 0.28), rng.uniform(0.06, 0.085)
    under = height - thick
    for x in (-reach, reach):
        item.add(meshes.rounded_box((column, depth * 0.9, 0.035), 0.015, (x, 0, 0.012)), frame)
        for y in (-1.0, 1.0):
            item.add(meshes.cylinder(0.022, 0.014, (x, y * depth * 0.38, 0), 10), frame)
        item.add(meshes.box((column, column * 1.3, 0.5), (x, 0.03, 0.04)), frame)
        item.add(meshes.box((column * 0.8, column * 1.05, under - 0.05), (x, 0.03, 0.04)), frame)
        item.add(meshes.box((column * 0.7, depth * 0.8, 0.03), (x, 0, under - 0.03)), frame)
    item.add(meshes.box((2 * reach, 0.05, 0.035), (0, 0.05, under - 0.04)), frame)
    item.add(meshes.box((reach * 1.5, 0.11, 0.008), (0, depth / 2 - 0.14, under - 0.1)), frame)
    for y in (-0.055, 0.055):
        item.add(meshes.box((reach * 1.5, 0.006, 0.07), (0, depth / 2 - 0.14 + y, under - 0.1)), frame)
    side = float(rng.choice([-1, 1]))
    switch = (side * (width / 2 - 0.2), -depth / 2 + 0.02, under - 0.025)
    item.add(meshes.box((0.11, 0.05, 0.025), switch), plain(paint(rng, ("black",)), 0.2))
    _cable(item, (side * reach * 0.6, depth / 2 - 0.12, under - 0.1), (side * reach * 0.3, depth / 2 - 0.03, 0.0))
    if rng.random() < 0.5:
        tall = rng.uniform(0.3, 0.45)
        screen = meshes.rounded_box((width * 0.96, 0.03, tall + 0.2), 0.012, (0, depth / 2, height - 0.2))
        item.add(screen, fabric(rng, ("grey", "blue", "green", "black", "orange", "beige")))
    else:
        _grommet(item, side * width * 0.3, depth / 2 - 0.07, height)
    if rng.random() < 0.4:
        size = (0.36, depth * 0.6, 0.09)
        item.add(meshes.box(size, (-side * reach * 0.4, -0.04, under - 0.09)), frame)
        drawers(item, rng, 0.36, 0.09, (-side * reach * 0.4, -0.04 - depth * 0.3, under - 0.09), 1, frame)
    item.surfaces.append(Surface((0, 0, height), (width, depth - 0.1)))
    return item


@design("desk")
def gaming(rng: np.random.Generator) -> Item:
    """Dark, on slanted steel legs, with a coloured edge, a raised screen shelf, a mat and hooks at the side."""
    item, frame = Item("desk", against_wall=True), plain(paint(rng, ("black", "black", "white", "grey")), 0.3)
    width, depth, height = rng.uniform(1.1, 1.6), rng.uniform(0.6, 0.75), rng.uniform(0.72, 0.77)
    main = Material(frame.color, darker(frame.color, 1.4), "mottled", 0.004, strength=0.5, gloss=0.2)
    accent = plain(paint(rng, ("red", "blue", "green", "purple", "orange", "pink")), 0.2, 0.2)
    bite = rng.uniform(0.03, 0.08)
    front, rear, wide = -depth / 2, depth / 2, width / 2
    outline = [(-wide, rear), (-wide, front), (-wide * 0.55, front), (-wide * 0.42, front + bite)]
    outline += [(wide * 0.42, front + bite), (wide * 0.55, front), (wide, front), (wide, rear)]
    loops = [np.array([(x, y, z) for x, y in outline]) for z in (height - 0.03, height)]
    item.add(meshes.loft([loops[0], loops[1]]), main)
    for side in (-1.0, 1.0):
        item.add(meshes.box((width * 0.22, 0.006, 0.032), (side * wide * 0.775, front - 0.003, height - 0.031)), accent)
    style, bar = int(rng.integers(2)), rng.uniform(0.05, 0.07)
    for side in (-1.0, 1.0):
        x, top = side * (wide - 0.12), height - 0.05
        item.add(meshes.box((bar, depth * 0.92, 0.035), (x, 0, 0)), frame)
        item.add(meshes.box((bar, depth * 0.85, 0.03), (x, 0, top - 0.01)), frame)
        if style == 0:  # a Z from the side
            item.add(meshes.beam((x, rear * 0.8, 0.045), (x, front * 0.7, top), bar, bar * 1.2), frame)
        else:  # a K: an upright and two stays
            item.add(meshes.beam((x, rear * 0.6, 0.03), (x, rear * 0.6, top), bar, bar), frame)
            for end in (0.035, top):
                item.add(meshes.beam((x, rear * 0.5, 0.38), (x, front * 0.75, end), bar * 0.8, bar * 0.8), frame)
        item.add(meshes.box((0.006, depth * 0.5, 0.04), (x + side * (bar / 2 + 0.003), 0, 0.005)), accent)
    item.add(meshes.box((2 * wide - 0.24, 0.04, 0.07), (0, rear * 0.75, height - 0.14)), frame)
    mat = rng.uniform(0.6, 0.9)
    item.add(meshes.box((mat, 0.3, 0.004), (0, front + bite + 0.19, height)), plain(paint(rng, ("black", "grey")), 0.0))
    if rng.random() < 0.7:
        _riser(item, rng, (0, rear - 0.13, height), rng.uniform(0.6, 0.85) * width, main)
        item.surfaces.append(Surface((0, -0.1, height + 0.005), (width, depth - 0.35)))
    else:
        item.surfaces.append(Surface((0, 0.03, height + 0.005), (width, depth - 0.15)))
    side = float(rng.choice([-1, 1]))
    hook = [(side * wide, 0.1, height - 0.05), (side * (wide + 0.07), 0.1, height - 0.06)]
    item.add(tube(smooth([*hook, (side * (wide + 0.08), 0.1, height - 0.02)]), 0.006, 6), frame)
    cup = [(0.045, 0), (0.045, 0.07), (0.04, 0.07), (0.04, 0.006)]
    item.add(meshes.lathe(cup, (-side * (wide + 0.045), -0.05, height - 0.08), 14), frame)
    _cable(item, (0.1, rear * 0.8, height - 0.12), (0.3 * wide, rear * 0.9, 0.0))
    return item


@design("desk")
def executive(rng: np.random.Generator) -> Item:
    """Broad and heavy: an overhanging, bowed top with a writing pad on panelled pedestals over plinths."""
    item, main = Item("desk", against_wall=True), wood(rng, ("brown", "brown", "brown", "black", "orange", "beige"), 0)
    width, depth, height = rng.uniform(1.5, 1.85), rng.uniform(0.75, 0.92), rng.uniform(0.74, 0.79)
    power, front = rng.uniform(5, 12), -depth / 2
    rings = [(0.985, height - 0.055), (0.985, height - 0.04), (1, height - 0.03), (1, height - 0.006), (0.995, height)]
    loops = [meshes.ring(width / 2 * s, depth / 2 * s, z, 48, power) for s, z in rings]
    item.add(meshes.loft(loops), main)
    block, deep = rng.uniform(0.4, 0.5), depth * 0.82
    for side in (-1, 1):
        at = (side * (width * 0.94 - block) / 2, 0.0)
        item.add(meshes.box((block, deep, height - 0.13), (*at, 0.08)), main)
        item.add(meshes.box((block + 0.03, deep + 0.03, 0.08), (*at, 0)), main)
        face = (at[0], -deep / 2, 0.1)
        if rng.random() < 0.5:
            fronts(item, rng, block - 0.03, height - 0.32, face, 1, main, True)
            drawers(item, rng, block - 0.02, 0.14, (at[0], -deep / 2, height - 0.21), 1, main)
        else:
            drawers(item, rng, block - 0.02, height - 0.16, face, int(rng.integers(2, 4)), main)
        for y in (-1, 1):  # mouldings of the outer side
            rail = (at[0] + side * (block / 2 + 0.005), y * deep * 0.36, 0.16)
            item.add(meshes.box((0.01, 0.05, height - 0.28), rail), main)
        for z in (0.13, height - 0.17):
            item.add(meshes.box((0.01, deep * 0.77, 0.05), (at[0] + side * (block / 2 + 0.005), 0, z)), main)
    gap = width * 0.94 - 2 * block
    item.add(meshes.box((gap, 0.025, height - 0.2), (0, deep / 2 - 0.06, 0.15)), main)
    item.add(meshes.box((gap, deep - 0.08, 0.1), (0, 0, height - 0.155)), main)
    drawers(item, rng, gap, 0.1, (0, -deep / 2 + 0.04, height - 0.155), 1, main)
    if rng.random() < 0.75:
        pad = leather(rng)
        broad = rng.uniform(0.5, 0.9)
        item.add(meshes.box((broad, 0.38, 0.005), (0, front + 0.28, height)), pad)
        for side in (-1, 1):
            item.add(meshes.box((0.05, 0.38, 0.008), (side * broad / 2, front + 0.28, height)), pad)
    item.surfaces.append(Surface((0, 0.05, height + 0.006), (width * 0.9, depth * 0.75)))
    return item


@design("desk")
def mid_century(rng: np.random.Generator) -> Item:
    """A slim case that floats on splayed tapering legs: open cubby and drawers, a low gallery at the rear."""
    item, main = Item("desk", against_wall=True), wood(rng, ("brown", "orange", "beige", "brown", "white"), 0)
    width, depth, height = rng.uniform(1.0, 1.4), rng.uniform(0.5, 0.62), rng.uniform(0.73, 0.77)
    case, board, side = rng.uniform(0.12, 0.17), 0.02, float(rng.choice([-1, 1]))
    low = height - case
    for z in (low, height - board):
        item.add(meshes.box((width, depth, board), (0, 0, z)), main)
    for x in (-1, 1):
        item.add(meshes.box((board, depth, case), (x * (width - board) / 2, 0, low)), main)
    item.add(meshes.box((width, 0.012, case), (0, depth / 2 - 0.006, low)), plain(darker(main.color, 0.7)))
    share = rng.uniform(0.35, 0.6)
    split = side * (width / 2 - share * width)
    item.add(meshes.box((board, depth, case), (split, 0, low)), main)
    middle, wide = (side * width / 2 + split) / 2, share * width - board
    face = wood(rng) if rng.random() < 0.4 else main
    drawers(item, rng, wide, case - 0.03, (middle, -depth / 2 + 0.012, low + 0.015), 1, face)
    item.add(meshes.box((wide, depth - 0.05, case - 0.02), (middle, 0.02, low + 0.01)), main)
    thick = rng.uniform(0.018, 0.026)
    for x in (-1, 1):
        for y in (-1, 1):
            top, foot = (
                np.array([x * (width / 2 - 0.12), y * (depth / 2 - 0.09), low]),
                np.array([0.09 * x, 0.05 * y, 0]),
            )
            leg = meshes.cylinder(thick * 0.5, low, (0, 0, 0), 12, thick)
            points = np.asarray(leg.vertices)
            rise = points[:, 2:] / low
            leg.vertices = points + (top + foot) * (1, 1, 0) * (1 - rise) + top * (1, 1, 0) * rise
            item.add(leg, main)
    if rng.random() < 0.6:
        rim = rng.uniform(0.04, 0.09)
        item.add(meshes.box((width, 0.016, rim), (0, depth / 2 - 0.008, height)), main)
        for x in (-1, 1):
            item.add(meshes.box((0.016, depth * 0.4, rim), (x * (width / 2 - 0.008), depth * 0.3, height)), main)
    item.surfaces.append(Surface((0, -0.02, height), (width - 0.06, depth - 0.08)))
    return item


@design("desk")
def workstation(rng: np.random.Generator) -> Item:
    """An office desk: slab ends, a modesty panel, a drawer unit on castors below, cable holes, perhaps a riser."""
    item, main = Item("desk", against_wall=True), wood(rng, ("beige", "white", "grey", "brown", "black"), 0)
    ends = main if rng.random() < 0.5 else plain(paint(rng, ("grey", "white", "black")), 0.2)
    width, depth, height = rng.uniform(1.2, 1.7), rng.uniform(0.65, 0.82), rng.uniform(0.71, 0.76)
    item.add(meshes.box((width, depth, 0.028), (0, 0, height - 0.028)), main)
    item.add(meshes.box((width + 0.004, 0.004, 0.03), (0, -depth / 2 - 0.002, height - 0.029)), ends)
    for x in (-1, 1):
        end = x * (width / 2 - rng.uniform(0.02, 0.1))
        if rng.random() < 0.7:
            item.add(meshes.box((0.028, depth * 0.9, height - 0.028), (end, 0.02, 0)), ends)
        else:  # a C of steel
            item.add(meshes.box((0.06, depth * 0.85, 0.035), (end, 0, 0)), ends)
            item.add(meshes.box((0.05, 0.16, height - 0.03), (end, depth * 0.25, 0)), ends)
    panel = rng.uniform(0.3, 0.55)
    item.add(
        meshes.box((width - 0.1, 0.018, panel), (0, depth / 2 - rng.uniform(0.03, 0.14), height - 0.03 - panel)), ends
    )
    unit, side = metal(rng) if rng.random() < 0.5 else main, float(rng.choice([-1, 1]))
    block, tall, out = rng.uniform(0.38, 0.43), rng.uniform(0.5, 0.58), rng.uniform(-0.08, 0.05)
    at = (side * (width / 2 - 0.14 - block / 2), out, 0.06)
    item.add(meshes.box((block, 0.5, tall), at), unit)
    drawers(item, rng, block, tall - 0.02, (at[0], out - 0.25, 0.07), int(rng.integers(2, 5)), unit)
    for x in (-1, 1):
        for y in (-1, 1):
            wheel = (at[0] + x * (block / 2 - 0.05), out + y * 0.19, 0)
            item.add(
                meshes.ellipsoid((0.018, 0.03, 0.03), wheel, 1), plain(paint(np.random.default_rng(1), ("black",)))
            )
    for x in rng.choice([-0.36, 0.0, 0.36], int(rng.integers(1, 3)), replace=False):
        _grommet(item, x * width, depth / 2 - 0.07, height)
    choice = rng.random()
    if choice < 0.35:
        _riser(item, rng, (-side * width * 0.1, depth / 2 - 0.17, height), rng.uniform(0.45, 0.7), main)
        item.surfaces.append(Surface((0, -0.1, height + 0.005), (width, depth - 0.36)))
    else:
        item.surfaces.append(Surface((0, 0, height + 0.005), (width, depth - 0.08)))
    if choice > 0.6:  # a low screen to the neighbour
        tall = rng.uniform(0.3, 0.5)
        cover = fabric(rng, ("grey", "blue", "green", "orange", "red", "beige"))
        item.add(meshes.rounded_box((width, 0.035, tall), 0.01, (0, depth / 2 + 0.02, height - 0.1)), cover)
    return item


@design("desk")
def computer(rng: np.random.Generator) -> Item:
    """A narrow desk of tubes or boards with a keyboard tray that slides out, a shelf for the tower, castors."""
    item, frame = Item("desk", against_wall=True), metal(rng)
    glassy = rng.random() < 0.4
    main = plain(paint(rng, ("black", "grey", "white", "green", "blue")), 0.7) if glassy else wood(rng, axis=0)
    width, depth, height = rng.uniform(0.75, 1.2), rng.uniform(0.48, 0.62), rng.uniform(0.73, 0.8)
    thick = 0.012 if glassy else 0.022
    item.add(meshes.rounded_box((width, depth, thick), 0.005, (0, 0, height - thick)), main)
    wheel, under = (0.05 if rng.random() < 0.5 else 0.0), height - thick
    tubes = glassy or rng.random() < 0.5
    for x in (-1.0, 1.0):
        end = x * (width / 2 - 0.03)
        if tubes:
            y = depth / 2 - 0.03
            path = [(end, -y * 0.6, under), (end, -y, wheel + 0.02), (end, y, wheel + 0.02), (end, y, under)]
            item.add(tube(smooth(path, 2, 0.1), 0.015), frame)
        else:
            item.add(meshes.box((0.02, depth * 0.9, under - wheel), (end, 0, wheel)), main)
        if wheel:
            for y in (-0.4, 0.4):
                item.add(meshes.ellipsoid((0.015, 0.025, 0.027), (end, y * depth, 0), 1), frame)
        elif tubes:
            for y in (-0.4, 0.4):
                item.add(meshes.cylinder(0.018, 0.01, (end, y * depth, 0), 10), frame)
    item.add(meshes.box((width - 0.08, 0.015, 0.16), (0, depth / 2 - 0.04, height * 0.35)), frame if tubes else main)
    out, side = rng.uniform(0.0, 0.2), float(rng.choice([-1, 1]))
    tray = rng.uniform(0.55, 0.68) if width > 0.9 else width - 0.1
    x = 0.0 if width < 0.9 else -side * (width - tray - 0.1) / 2
    item.add(meshes.box((tray, 0.32, 0.016), (x, -depth / 2 + 0.17 - out, height - 0.13)), main)
    for end in (-1.0, 1.0):
        rail = (x + end * (tray / 2 + 0.01), -0.05, height - 0.13)
        item.add(meshes.box((0.014, depth * 0.8, 0.12 - thick), rail), frame)
    if rng.random() < 0.6:
        keys = plain(paint(rng, ("black", "white", "grey")), 0.1)
        item.add(meshes.box((0.42, 0.14, 0.018), (x, -depth / 2 + 0.13 - out, height - 0.114)), keys)
        item.add(
            meshes.box((0.39, 0.1, 0.004), (x, -depth / 2 + 0.13 - out, height - 0.096)), plain(darker(keys.color, 0.7))
        )
    shelf = min(0.28, width * 0.3)
    place = side * (width / 2 - 0.05 - shelf / 2)
    item.add(meshes.box((shelf, depth * 0.75, 0.016), (place, 0.02, wheel + 0.05)), main)
    item.add(
        meshes.box((0.016, depth * 0.75, under - wheel - 0.05), (place - side * shelf / 2, 0.02, wheel + 0.05)), main
    )
    if rng.random() < 0.5:
        case = plain(paint(rng, ("black", "white", "grey")), 0.2)
        item.add(meshes.box((0.18, 0.4, 0.4), (place, 0.01, wheel + 0.066)), case)
        item.add(meshes.box((0.15, 0.004, 0.05), (place, -0.192, wheel + 0.38)), plain(darker(case.color, 0.6)))
        _cable(item, (place, 0.2, wheel + 0.3), (0.0, depth / 2 - 0.02, 0.1))
    rim = depth / 2 - 0.09
    if rng.random() < 0.6:
        _riser(item, rng, (0, rim - 0.03, height), width * rng.uniform(0.6, 1.0), main)
        item.surfaces.append(Surface((0, -0.1, height), (width, depth - 0.3)))
    else:
        item.surfaces.append(Surface((0, 0, height), (width, depth)))
    return item


@design("desk")
def roll_top(rng: np.random.Generator) -> Item:
    """A curved shutter of slats over the writing surface, part of the way down, on two pedestals or on legs."""
    item, main = Item("desk", against_wall=True), wood(rng, ("brown", "brown", "orange", "black", "beige"), 0)
    width, depth, height = rng.uniform(1.0, 1.45), rng.uniform(0.65, 0.8), rng.uniform(0.73, 0.78)
    rise, roof, board = rng.uniform(0.3, 0.42), rng.uniform(0.24, 0.32), 0.03
    item.add(meshes.box((width, depth, 0.035), (0, 0, height - 0.035)), main)
    rear = depth / 2
    swing = np.linspace(0, np.pi / 2, 9)
    reach = depth * 0.9 - roof
    curve = [(rear - roof - reach * np.cos(a), height + rise * np.sin(a) ** 1.15) for a in swing]
    outline = [(rear, height), *curve, (rear, height + rise)]
    for x in (-1, 1):
        item.add(along_x(outline[::-1], board, x * (width - board) / 2), main)
    item.add(meshes.box((width + 0.02, roof + 0.02, 0.022), (0, rear - roof / 2, height + rise)), main)
    item.add(meshes.box((width - 0.02, 0.015, rise), (0, rear - 0.01, height)), plain(darker(main.color, 0.6)))
    shut, count = rng.uniform(0.0, 0.65), 16
    slat = plain(darker(main.color, 0.9), 0.15)
    angles = np.linspace(np.pi / 2, np.pi / 2 * shut, count)
    arc = [(rear - roof - reach * np.cos(a), height + rise * np.sin(a) ** 1.15) for a in angles]
    for (y, z), (near, low) in itertools.pairwise(arc):
        outline = [(y, z - 0.018), (y, z - 0.003), (near, low - 0.001), (near, low - 0.016)]
        item.add(along_x(outline, width - 2 * board), slat)
    grip = (0.0, rear - roof - reach * np.cos(angles[-1]) - 0.005, height - 0.012 + rise * np.sin(angles[-1]) ** 1.15)
    item.add(meshes.box((width - 2 * board, 0.03, 0.03), grip), main)
    if shut > 0.35:
        drawers(item, rng, width - 2 * board, 0.1, (0, rear - 0.16, height), 1, main)
        item.add(meshes.box((width - 2 * board, 0.15, 0.105), (0, rear - 0.085, height)), main)
    if rng.random() < 0.65:
        block = rng.uniform(0.3, 0.38)
        sides = (-1, 1) if width > 1.15 else (float(rng.choice([-1, 1])),)
        for x in (-1, 1):
            at = (x * (width - block - 0.04) / 2, 0.02)
            if x in sides:
                item.add(meshes.box((block, depth - 0.08, height - 0.035), (*at, 0)), main)
                face = (at[0], at[1] - (depth - 0.08) / 2, 0.06)
                drawers(item, rng, block, height - 0.11, face, int(rng.integers(3, 5)), main)
            else:
                item.add(meshes.box((0.035, depth - 0.08, height - 0.035), (x * (width / 2 - 0.04), 0.02, 0)), main)
    else:
        legs(item, width - 0.02, depth - 0.02, height - 0.035, rng.uniform(0.045, 0.06), main)
        item.add(meshes.box((width - 0.1, depth - 0.08, 0.12), (0, 0.01, height - 0.155)), main)
        drawers(item, rng, width - 0.12, 0.11, (0, 0.01 - (depth - 0.08) / 2, height - 0.15), 1, main)
    item.add(meshes.box((width - 0.08, 0.02, 0.35), (0, rear - 0.05, height - 0.38)), main)
    item.surfaces.append(Surface((0, rear - roof / 2, height + rise + 0.022), (width, roof + 0.02)))
    return item


@design("desk")
def bookcase_end(rng: np.random.Generator) -> Item:
    """One end rests on open shelves with books and boxes, the other on an angled frame or a slab."""
    item, main = Item("desk", against_wall=True), wood(rng, axis=0)
    other = wood(rng, axis=0) if rng.random() < 0.4 else main
    width, depth, height = rng.uniform(1.1, 1.5), rng.uniform(0.52, 0.68), rng.uniform(0.72, 0.76)
    thick, side, block, board = rng.uniform(0.025, 0.045), float(rng.choice([-1, 1])), rng.uniform(0.28, 0.42), 0.02
    item.add(meshes.box((width, depth, thick), (0, 0, height - thick)), main)
    middle, deep, under = side * (width / 2 - block / 2 - 0.01), depth - 0.04, height - thick
    for x in (-1, 1):
        item.add(meshes.box((board, deep, under), (middle + x * (block - board) / 2, 0, 0)), other)
    item.add(meshes.box((block, 0.01, under), (middle, deep / 2 - 0.005, 0)), plain(darker(other.color, 0.75)))
    count = int(rng.integers(2, 4))
    levels = np.linspace(0.04, under, count + 1)[:-1]
    room = float(levels[1] - levels[0]) - board
    for z in levels:
        item.add(meshes.box((block, deep, board), (middle, 0, z)), other)
        choice, left, right = rng.random(), middle - block / 2 + 0.03, middle + block / 2 - 0.03
        if choice < 0.5:
            books(item, rng, left, right, -deep / 2 + 0.03, z + board, min(room - 0.02, 0.32))
        elif choice < 0.75:
            size = (block * 0.7, deep * 0.6, room * rng.uniform(0.4, 0.8))
            item.add(meshes.box(size, (middle, -deep * 0.12, z + board)), plain(paint(rng)))
        elif choice < 0.9:
            drawers(item, rng, block - 2 * board, room, (middle, -deep / 2 + 0.02, z + board), 1, main)
    end, frame = -side * (width / 2 - 0.05), metal(rng)
    kind = int(rng.integers(3))
    if kind == 0:
        for y in (-1, 1):
            item.add(
                meshes.beam((end, y * (depth / 2 - 0.04), 0.004), (end, y * depth * 0.2, under), 0.03, 0.03), frame
            )
        item.add(meshes.beam((end, -depth * 0.3, 0.32), (end, depth * 0.3, 0.32), 0.025, 0.025), frame)
    elif kind == 1:
        item.add(meshes.box((thick, deep, under), (end, 0, 0)), main)
    else:
        for y in (-1, 1):
            item.add(
                meshes.beam((end, y * (depth / 2 - 0.05), 0), (end, y * (depth / 2 - 0.05), under), 0.035, 0.035), frame
            )
        item.add(meshes.box((0.035, depth - 0.06, 0.035), (end, 0, 0)), frame)
    brace = (width - block - 0.06, 0.015, rng.uniform(0.15, 0.35))
    item.add(meshes.box(brace, (-side * block / 2, depth / 2 - 0.06, under - 0.05 - brace[2])), other)
    span = width - block - 0.12
    item.add(meshes.box((span, depth - 0.12, 0.085), (-side * block / 2, 0.0, under - 0.085)), other)
    drawers(item, rng, span, 0.085, (-side * block / 2, -depth / 2 + 0.06, under - 0.085), 1, main)
    item.surfaces.append(Surface((0, 0.02, height), (width, depth - 0.08)))
    return item
