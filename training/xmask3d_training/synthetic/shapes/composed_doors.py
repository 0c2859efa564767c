# SPDX-License-Identifier: Apache-2.0
"""Doors to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from .. import meshes
from ..colors import PALETTE, darker, paint
from ..item import Item, Part
from ..materials import Material, leather, metal, outdoors, plain, stone, wood
from .registry import design
from .tubes import along_y, smooth, tube

Span = tuple[float, float, float, float]
"""Left, right, bottom, top, metres."""
Face = Callable[[Item, np.random.Generator, Span, Material], None]
"""Makes a leaf within a span, its back at y = 0, its front ``_THICK`` before that."""

_THICK = 0.036
"""Thickness of a leaf, metres."""
_COLORS = ("white", "white", "white", "beige", "grey", "brown", *PALETTE)
"""Colour words of painted doors, common ones repeated."""


def _skin(rng: np.random.Generator) -> Material:
    """Wood with upright grain, or paint."""
    return wood(rng, axis=2) if rng.random() < 0.45 else plain(paint(rng, _COLORS), rng.uniform(0.02, 0.25))


def _glass(rng: np.random.Generator) -> Material:
    """A view outdoors that runs through all panes, or frosted, tinted or dark glass."""
    if rng.random() < 0.35:
        return outdoors(rng, (-1.1, 1.1, 0.0, 2.2))
    return plain(paint(rng, ("white", "grey", "blue", "beige", "green", "black", "yellow")), 0.8, rng.uniform(0, 0.4))


def _block(item: Item, material: Material, span: Span, front: float = 0.0) -> None:
    """A box over a span, from the back of the leaf to ``front`` metres before its face."""
    left, right, low, high = span
    deep = _THICK + front
    item.add(meshes.box((right - left, deep, high - low), ((left + right) / 2, -deep / 2, low)), material)


def _inset(span: Span, side: float, foot: float, head: float) -> Span:
    """A span made smaller by a margin at both sides, below and above."""
    return span[0] + side, span[1] - side, span[2] + foot, span[3] - head


def _framed(item: Item, span: Span, material: Material, bar: float, foot: float, front: float = 0.0) -> Span:
    """Stiles and rails around a span; returns the field between them."""
    left, right, low, high = inner = _inset(span, bar, foot, bar)
    _block(item, material, (span[0], left, span[2], span[3]), front)
    _block(item, material, (right, span[1], span[2], span[3]), front)
    _block(item, material, (left, right, span[2], low), front)
    _block(item, material, (left, right, high, span[3]), front)
    return inner


def _flush(item: Item, rng: np.random.Generator, span: Span, material: Material) -> None:
    """A smooth leaf, plain or with inlaid strips, a band of another colour or applied mouldings."""
    _block(item, material, span)
    left, right, low, high = span
    accent = [metal(rng), _skin(rng), plain(darker(material.color, 0.7))][rng.integers(3)]
    kind = rng.integers(5)
    if kind == 1:
        for z in np.linspace(low, high, int(rng.integers(3, 8)))[1:-1]:
            _block(item, accent, (left, right, z, z + 0.012), 0.002)
    elif kind == 2:
        for x in np.linspace(left, right, int(rng.integers(3, 8)))[1:-1]:
            _block(item, accent, (x - 0.006, x + 0.006, low, high), 0.002)
    elif kind == 3:
        edges = np.sort(rng.uniform(0, 1, 2)) * (high - low) + low
        _block(item, accent, (left, right, edges[0], edges[1] + 0.05), 0.002)
    elif kind == 4:
        for z in ((low, low + 0.42 * (high - low)), (low + 0.42 * (high - low), high)):
            _framed(item, _inset((left, right, *z), 0.12, 0.09, 0.09), material, 0.03, 0.03, 0.012)


def _boards(item: Item, rng: np.random.Generator, span: Span, material: Material) -> None:
    """Upright or level boards with open joints, often held by ledges and one or two braces."""
    left, right, low, high = span
    _block(item, plain(darker(material.color, 0.4)), span, -0.012)
    if rng.random() < 0.2:
        edges = np.linspace(low, high, int(rng.integers(6, 14)))
        for start, stop in pairwise(edges):
            _block(item, material, (left, right, start, stop - 0.006))
        return
    edges = np.linspace(left, right, int(rng.integers(5, 10)))
    for start, stop in pairwise(edges):
        _block(item, material, (start, stop - 0.005, low, high))
    broad, kind = rng.uniform(0.08, 0.13), rng.integers(4)
    if kind == 0:
        return
    ledges = np.linspace(
        low + 0.12, high - 0.12 - broad, 2 if kind == 3 or high - low < 1.3 else int(rng.integers(2, 4))
    )
    for z in ledges:
        _block(item, material, (left + 0.02, right - 0.02, z, z + broad), 0.022)
    y = -_THICK - 0.011
    for z, above in pairwise(ledges):
        ends = [((left + 0.08, y, z + broad), (right - 0.08, y, above))] if kind > 1 else []
        ends += [((right - 0.08, y, z + broad), (left + 0.08, y, above))] if kind == 3 else []
        for start, stop in ends:
            item.add(meshes.beam(start, stop, broad * 0.9, 0.02), material)


def _panels(item: Item, rng: np.random.Generator, span: Span, material: Material) -> None:
    """Stiles and rails around raised, sunk or moulded panels in one to three columns, the top row sometimes glass."""
    bar, columns = rng.uniform(0.08, 0.13), int(rng.choice([1, 2, 2, 3]))
    left, right, low, high = _framed(item, span, material, bar, bar * rng.uniform(1.0, 2.2))
    rows = int(rng.integers(1, 5)) if high - low > 1.2 else int(rng.integers(1, 3))
    weights = rng.uniform(0.5, 1.5, rows)
    levels = low + (high - low) * np.concatenate([[0], np.cumsum(weights / weights.sum())])
    posts = np.linspace(left, right, columns + 1)
    field = plain(darker(material.color, 0.9)) if rng.random() < 0.5 else material
    glass, raised = (_glass(rng) if rng.random() < 0.3 else None), rng.integers(3)
    _block(item, field, (left, right, low, high), -0.02)
    for z in levels[1:-1]:
        _block(item, material, (left, right, z - bar / 2, z + bar / 2))
    for x in posts[1:-1]:
        _block(item, material, (x - bar * 0.4, x + bar * 0.4, low, high))
    for row in range(rows):
        for column in range(columns):
            cell = (posts[column], posts[column + 1], levels[row], levels[row + 1])
            cell = _inset(cell, bar * 0.4 if columns > 1 else 0.0, 0.5 * bar * (row > 0), 0.5 * bar * (row < rows - 1))
            if glass and row == rows - 1:
                _block(item, glass, cell, -0.014)
            elif raised and min(cell[1] - cell[0], cell[3] - cell[2]) > 0.1:
                _block(item, material, _inset(cell, 0.018, 0.018, 0.018), -0.012)
                _block(item, material, _inset(cell, 0.04, 0.04, 0.04), 0.004 if raised == 1 else -0.006)


def _panes(item: Item, rng: np.random.Generator, span: Span, material: Material) -> None:
    """Glass in a frame over a plain foot, with bars in a grid or a lattice, upright rods or nothing before it."""
    bar = rng.uniform(0.03, 0.12)
    inner = _framed(item, span, material, bar, rng.uniform(0.0, 0.4) * (span[3] - span[2]) + bar)
    left, right, low, high = inner
    _block(item, _glass(rng), inner, -0.022)
    kind, thin = rng.integers(4), rng.uniform(0.008, 0.03)
    if kind == 1:
        for x in np.linspace(left, right, int(rng.integers(2, 6)))[1:-1]:
            _block(item, material, (x - thin / 2, x + thin / 2, low, high), -0.006)
        for z in np.linspace(low, high, int(rng.integers(2, 9)))[1:-1]:
            _block(item, material, (left, right, z - thin / 2, z + thin / 2), -0.006)
    elif kind == 2:
        lead, wide, tall = plain(paint(rng, ("black", "grey", "white")), 0.2), right - left, high - low
        pitch = rng.uniform(0.12, 0.22)
        for offset in np.arange(-tall + pitch / 2, wide, pitch):
            start, stop = max(0.0, -offset), min(tall, wide - offset)
            for flip in (False, True):
                x = [(right - offset - t) if flip else (left + offset + t) for t in (start, stop)]
                y = -_THICK + 0.01
                item.add(meshes.beam((x[0], y, low + start), (x[1], y, low + stop), 0.008, 0.008), lead)
    elif kind == 3:
        iron = metal(rng)
        for x in np.linspace(left, right, int(rng.integers(5, 10)))[1:-1]:
            item.add(meshes.rod((x, -_THICK + 0.004, low), (x, -_THICK + 0.004, high), 0.008, 6), iron)
        for z in (low + 0.12, high - 0.12):
            _block(item, iron, (left, right, z, z + 0.02), 0.002)


def _disc(
    item: Item, material: Material, center: tuple[float, float], radii: tuple[float, float], front: float
) -> None:
    """A round or oval plate that stands ``front`` metres before the leaf."""
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    outline = np.column_stack([center[0] + radii[0] * np.cos(angle), center[1] + radii[1] * np.sin(angle)])
    item.add(along_y([(x, z) for x, z in outline], 0.012, -_THICK - front + 0.006), material)


def _lights(item: Item, rng: np.random.Generator, span: Span, material: Material) -> None:
    """A solid leaf with small panes: a porthole, an oval, slits, a row of squares, steps or a large upper half."""
    _block(item, material, span)
    left, right, low, high = span
    wide, tall, middle = right - left, high - low, (left + right) / 2
    glass, rim, kind = _glass(rng), (metal(rng) if rng.random() < 0.5 else material), rng.integers(6)
    if kind < 2:
        half = wide * rng.uniform(0.15, 0.24)
        radii = (half, half) if kind == 0 else (half * 1.1, min(half * rng.uniform(1.6, 3.0), tall * 0.3))
        center = (middle, low + tall * (0.78 if kind == 0 else 0.62))
        _disc(item, rim, center, (radii[0] + 0.03, radii[1] + 0.03), 0.008)
        _disc(item, glass, center, radii, 0.011)
        return
    share = rng.uniform(0.12, 0.2)
    boxes: Sequence[tuple[float, float, float, float]] = [(0.16, 0.84, rng.uniform(0.45, 0.6), 0.93)]
    if kind == 2:
        boxes = [(x - share / 3, x + share / 3, 0.12, 0.9) for x in np.linspace(0.5, rng.uniform(0.2, 0.4), 2)]
    elif kind == 3:
        boxes = [(x - share / 2, x + share / 2, 0.8, 0.88) for x in (0.27, 0.5, 0.73)]
    elif kind == 4:
        boxes = [(0.5 - share, 0.5 + share, z, z + 0.1) for z in np.linspace(0.2, 0.8, int(rng.integers(3, 6)))]
    for start, stop, foot, head in boxes:
        pane = (left + start * wide, left + stop * wide, low + foot * tall, low + head * tall)
        _framed(item, _inset(pane, -0.022, -0.022, -0.022), rim, 0.022, 0.022, 0.01)
        _block(item, glass, pane, 0.003)


def _slats(item: Item, rng: np.random.Generator, span: Span, material: Material) -> None:
    """Slanted slats in a frame over the whole leaf, or a vent of them at the foot of a smooth one."""
    vent = rng.random() < 0.4
    if vent:
        _block(item, material, span)
        tall = (span[3] - span[2]) * rng.uniform(0.12, 0.25)
        hole = (span[0] + 0.13, span[1] - 0.13, span[2] + 0.14, span[2] + 0.14 + tall)
        inner = _framed(item, hole, metal(rng), 0.02, 0.02, 0.012)
    else:
        inner = _framed(item, span, material, rng.uniform(0.05, 0.1), rng.uniform(0.1, 0.2), 0.004)
    left, right, low, high = inner
    _block(item, plain(darker(material.color, 0.5)), inner, 0.001 if vent else -0.02)
    pitch, depth = rng.uniform(0.03, 0.065), _THICK + (0.008 if vent else -0.008)
    for z in np.arange(low, high - pitch, pitch):
        item.add(meshes.box((right - left, 0.006, pitch), ((left + right) / 2, -depth, z), tilt=0.45), material)


def _padded(item: Item, rng: np.random.Generator, span: Span, material: Material) -> None:
    """Leather buttoned in squares over the leaf, as before a quiet office."""
    hide = leather(rng)
    left, right, low, high = _framed(item, span, material, 0.05, 0.07, 0.004)
    _block(item, hide, (left, right, low, high), -0.012)
    columns, rows = 2 + int(right - left > 0.6), max(int((high - low) / rng.uniform(0.36, 0.55)), 2)
    wide, tall = (right - left) / columns, (high - low) / rows
    for index in range(columns * rows):
        at = (left + wide * (index % columns + 0.5), -_THICK + 0.012, low + tall * (index // columns))
        item.add(meshes.rounded_box((wide, 0.045, tall), 0.02, at), hide)


_FACES: tuple[Face, ...] = (
    _flush,
    _flush,
    _boards,
    _panels,
    _panels,
    _panels,
    _panes,
    _panes,
    _lights,
    _slats,
    _padded,
)
"""Ways to make a leaf, common ones repeated."""


def _grip(item: Item, rng: np.random.Generator, side: float, x: float, z: float, room: float = 0.5) -> None:
    """What a leaf is opened by, at ``(x, z)`` near its edge on ``side``; a lock above it at times.

    A lever, knob, bow, bar (at most twice ``room`` long), ring or plate; on a rose, a plate or bare.
    """
    steel, y = (metal(rng) if rng.random() < 0.75 else plain(paint(rng, ("yellow", "orange", "brown")), 0.6)), -_THICK
    kind = rng.integers(6)
    if kind < 2 and rng.random() < 0.6:
        item.add(meshes.rod((x, y, z), (x, y - 0.01, z), rng.uniform(0.024, 0.034), 14), steel)
    elif kind < 3 and rng.random() < 0.7:
        item.add(meshes.box((0.045, 0.008, rng.uniform(0.16, 0.3)), (x, y - 0.004, z - 0.12)), steel)
    if kind == 0:
        tip = (x - side * rng.uniform(0.1, 0.15), y - 0.055, z + rng.uniform(-0.015, 0.01))
        item.add(tube(smooth([(x, y, z), (x, y - 0.05, z), tip], 2, 0.15), rng.uniform(0.008, 0.012)), steel)
    elif kind == 1:
        item.add(meshes.rod((x, y, z), (x, y - 0.05, z), 0.011, 8), steel)
        item.add(meshes.ellipsoid((0.03, 0.022, 0.03), (x, y - 0.058, z - 0.03), 2), steel)
    elif kind in (2, 3):
        half, out = (rng.uniform(0.06, 0.12), 0.05) if kind == 2 else (rng.uniform(0.4, 1.0) * room, 0.07)
        path = [(x, y, z - half), (x, y - out, z - half), (x, y - out, z + half), (x, y, z + half)]
        item.add(tube(smooth(path, 1 if kind == 3 else 3, 0.1), rng.uniform(0.008, 0.015)), steel)
    elif kind == 4:
        item.add(meshes.ellipsoid((0.03, 0.012, 0.03), (x, y, z + 0.03), 1), steel)
        angle = np.linspace(0, 2 * np.pi, 17)
        loop = np.column_stack([x + 0.05 * np.sin(angle), np.full(17, y - 0.012), z + 0.01 + 0.05 * np.cos(angle)])
        item.add(tube(loop, 0.007, 6), steel)
    else:
        item.add(meshes.box((0.09, 0.006, 0.3), (x - side * 0.02, y - 0.003, z)), steel)
    if rng.random() < 0.35:
        size = (0.06, 0.022, 0.12) if rng.random() < 0.3 else (0.036, 0.014, 0.036)
        item.add(meshes.box(size, (x, y - size[1] / 2, z + 0.2)), steel)


def _fittings(item: Item, rng: np.random.Generator, span: Span, side: float) -> None:
    """Things fixed to a leaf: kick plate, hinges, straps, letter slot, number, sign, closer, wreath, hook, viewer."""
    left, right, low, high = span
    middle, steel, hinge = (left + right) / 2, metal(rng), left if side > 0 else right
    chance = rng.random(8)
    if chance[0] < 0.15:
        _block(item, steel, (left + 0.03, right - 0.03, low + 0.02, low + rng.uniform(0.12, 0.35)), 0.014)
    if chance[1] < 0.3:
        for z in np.linspace(low + 0.2, high - 0.3, int(rng.integers(2, 4))):
            item.add(meshes.cylinder(0.009, 0.1, (hinge, -_THICK - 0.006, z), 8), steel)
    elif chance[1] < 0.42:
        for z in (low + 0.22, high - 0.27):
            start, stop = (hinge, -_THICK - 0.026, z), (hinge + side * (right - left) * 0.7, -_THICK - 0.026, z)
            item.add(meshes.beam(start, stop, 0.008, 0.045), plain(paint(rng, ("black", "grey")), 0.2))
    if chance[2] < 0.12:
        z = low + (high - low) * rng.uniform(0.35, 0.6)
        _block(item, steel, (middle - 0.13, middle + 0.13, z, z + 0.06), 0.016)
    if chance[3] < 0.2:
        z, half = low + (high - low) * rng.uniform(0.7, 0.8), rng.uniform(0.05, 0.16)
        sign = plain(paint(rng, ("white", "blue", "black", "yellow", "red", "green")), 0.2)
        _block(item, sign, (middle - half, middle + half, z, z + rng.uniform(0.05, 0.25)), 0.016)
    if chance[4] < 0.15:
        x = hinge + side * 0.2
        item.add(meshes.box((0.25, 0.06, 0.06), (x, -_THICK - 0.03, high - 0.11)), steel)
        arm = meshes.box((0.22, 0.014, 0.014), (x + side * 0.08, -_THICK - 0.045, high - 0.05), yaw=side * 0.2)
        item.add(arm, steel)
    if chance[5] < 0.06:
        angle = np.linspace(0, 2 * np.pi, 21)
        z, radius = low + (high - low) * 0.75, rng.uniform(0.12, 0.18)
        depths = np.full(21, -_THICK - 0.04)
        loop = np.column_stack([middle + radius * np.sin(angle), depths, z + radius * np.cos(angle)])
        item.add(tube(loop, 0.04, 7), plain(paint(rng, ("green", "green", "brown", "red", "white"))))
    if chance[6] < 0.08:
        item.add(meshes.rod((middle, -_THICK, high - 0.3), (middle, -_THICK - 0.07, high - 0.27), 0.012, 8), steel)
    if chance[7] < 0.12:
        _disc(item, steel, (middle, low + (high - low) * 0.73), (0.016, 0.016), 0.014)


def _leaf(rng: np.random.Generator, span: Span, side: float, material: Material, face: Face, grip: bool = True) -> Item:
    """One leaf with its fittings, its grip on ``side``: at a hand's height, or half way up the half of a dutch door."""
    item = Item("door")
    face(item, rng, span, material)
    _fittings(item, rng, span, side)
    if grip:
        edge = span[1] if side > 0 else span[0]
        z = rng.uniform(0.92, 1.1) if span[2] < 0.5 and span[3] > 1.3 else (span[2] + span[3]) / 2
        _grip(item, rng, side, edge - side * rng.uniform(0.05, 0.075), z, 0.25 * (span[3] - span[2]))
    return item


def _hang(item: Item, leaf: Item, y: float, hinge: float = 0.0, turn: float = 0.0) -> None:
    """Put a leaf's parts into the door, its back at ``y``, turned about ``hinge``; nothing sticks into the wall."""
    cosine, sine = np.cos(turn), np.sin(turn)
    rotation = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    for part in leaf.parts:
        vertices = (part.vertices - (hinge, 0, 0)) @ rotation.T + (hinge, y, 0)
        vertices[:, 1] = np.minimum(vertices[:, 1], 0.0)
        item.parts.append(Part(vertices, part.faces, part.material, part.tints))
    item.color = item.color or leaf.color


def _mirrored(leaf: Item) -> Item:
    """The leaf with the same face and fittings on its back, for a door that is seen from both sides."""
    back = [
        Part(part.vertices * (1, -1, 1) - (0, _THICK, 0), part.faces[:, ::-1], part.material, part.tints)
        for part in leaf.parts
    ]
    return Item("door", color=leaf.color, parts=leaf.parts + back)


def _beyond(item: Item, rng: np.random.Generator, half: float, height: float) -> None:
    """What an open door shows: a dark or lit room, or the garden."""
    room = plain(paint(rng, ("black", "black", "grey", "brown", "beige", "white")), 0.0, rng.uniform(0, 0.2))
    material = outdoors(rng, (-half, half, 0.0, height)) if rng.random() < 0.2 else room
    item.add(meshes.box((2 * half, 0.004, height), (0, -0.002, 0)), material)
    item.color = ""  # the leaf's colour is the door's


def _surround(item: Item, rng: np.random.Generator, half: float, height: float, material: Material) -> None:
    """What frames the opening: slim or broad boards, or broad ones on blocks, below a hood or a gable, or deep stone.

    At times a sill as well.
    """
    kind = rng.integers(6)
    trim = (material if rng.random() < 0.35 else _skin(rng)) if kind < 5 else stone(rng)
    broad, deep = (rng.uniform(0.025, 0.05) if kind == 0 else rng.uniform(0.06, 0.13)), rng.uniform(0.045, 0.07)
    deep = rng.uniform(0.12, 0.2) if kind == 5 else deep
    for x in (-half - broad / 2, half + broad / 2):
        item.add(meshes.box((broad, deep, height), (x, -deep / 2, 0)), trim)
        if kind == 2:
            for z, tall in ((0.0, rng.uniform(0.15, 0.25)), (height, broad + 0.02)):
                item.add(meshes.box((broad + 0.02, deep + 0.02, tall), (x, -deep / 2 - 0.01, z)), trim)
    item.add(meshes.box((2 * (half + broad), deep, broad), (0, -deep / 2, height)), trim)
    wide, top = half + broad + 0.05, height + broad
    if kind == 3:
        for step in range(int(rng.integers(1, 4))):
            size = (2 * wide + 0.03 * step, deep + 0.03 + 0.02 * step, 0.022)
            item.add(meshes.box(size, (0, -size[1] / 2, top + 0.022 * step)), trim)
    elif kind == 4:
        gable = [(-wide, top), (wide, top), (wide, top + 0.02), (0, top + rng.uniform(0.06, 0.1)), (-wide, top + 0.02)]
        item.add(along_y(gable, deep + 0.02, -deep / 2 - 0.01), trim)
    if rng.random() < 0.4:
        sill = [metal(rng), stone(rng), wood(rng, axis=0)][rng.integers(3)]
        out = rng.uniform(0.05, 0.16)
        item.add(meshes.box((2 * half, out, rng.uniform(0.008, 0.03)), (0, -out / 2, 0)), sill)


def _transom(item: Item, rng: np.random.Generator, half: float, low: float, material: Material) -> float:
    """Panes, bars like rays or a solid board above the leaf, or nothing; returns the height of the opening."""
    if rng.random() < 0.6:
        return low
    high, inner = min(low + rng.uniform(0.16, 0.24), 2.06), Item("door")
    pane = _framed(inner, (-half, half, low, high), material, 0.035, 0.035)
    _block(inner, _glass(rng) if rng.random() < 0.8 else material, pane, -0.02)
    rays = rng.random() < 0.4
    for x in np.linspace(-half, half, int(rng.integers(2, 6)))[1:-1]:
        start = (x * (0.3 if rays else 1.0), -_THICK + 0.01, pane[2])
        inner.add(meshes.beam(start, (x, -_THICK + 0.01, pane[3]), 0.016, 0.016), material)
    _hang(item, inner, -0.003)
    return high


def _any_face(rng: np.random.Generator) -> Face:
    """One of the ways to make a leaf."""
    return _FACES[rng.integers(len(_FACES))]


@design("door")
def hinged(rng: np.random.Generator) -> Item:
    """One leaf, shut."""
    item, material, side = Item("door", against_wall=True), _skin(rng), float(rng.choice([-1, 1]))
    half, height = rng.uniform(0.34, 0.52), rng.uniform(1.82, 2.06)
    _hang(item, _leaf(rng, (-half, half, 0.006, height), side, material, _any_face(rng)), -0.003)
    top = _transom(item, rng, half, height, material) if height < 1.9 else height
    _surround(item, rng, half, top, material)
    return item


@design("door")
def half_open(rng: np.random.Generator) -> Item:
    """One leaf that stands open into the room, a little or all the way."""
    item, material, side = Item("door", against_wall=True), _skin(rng), float(rng.choice([-1, 1]))
    half, height = rng.uniform(0.34, 0.48), rng.uniform(1.9, 2.06)
    _beyond(item, rng, half, height)
    leaf = _mirrored(_leaf(rng, (-half, half, 0.008, height), side, material, _any_face(rng)))
    _hang(item, leaf, -0.02, -side * half, -side * rng.uniform(0.2, 1.75))
    _surround(item, rng, half, height, material)
    return item


def _arch(half: float, spring: float, rise: float, pointed: bool) -> np.ndarray:
    """Outline (N,2) of an arched opening in x and z, from its left foot over the top to its right foot."""
    angle = np.linspace(np.pi, 0, 21)
    sine = np.sin(angle)
    crown = np.column_stack([half * np.cos(angle), spring + rise * (sine**1.6 if pointed else sine)])
    return np.vstack([(-half, 0.0), crown, (half, 0.0)])


@design("door")
def arched(rng: np.random.Generator) -> Item:
    """A leaf, or two, below a round, flat or pointed arch, of boards, panels or glass, in a frame of the same shape."""
    item, material, side = Item("door", against_wall=True), _skin(rng), float(rng.choice([-1, 1]))
    double = rng.random() >= 0.7
    half = rng.uniform(0.6, 0.8) if double else rng.uniform(0.38, 0.55)
    rise = half * rng.uniform(0.25, 0.95)
    spring, pointed = rng.uniform(1.95, 2.1) - rise, rng.random() < 0.3
    kind = rng.integers(3)
    inside = _arch(half, spring, rise, pointed)
    item.add(along_y([(x, z) for x, z in inside], _THICK, -0.003 - _THICK / 2), material)
    leaf, dark = Item("door"), plain(darker(material.color, 0.55))
    if kind == 0:
        for x in np.linspace(-half, half, int(rng.integers(5, 11)))[1:-1]:
            top = float(np.interp(x, inside[1:-1, 0], inside[1:-1, 1]))
            _block(leaf, dark, (x - 0.005, x + 0.005, 0.0, top), 0.002)
    else:
        low = spring * rng.uniform(0.4, 0.6) if kind == 1 else 0.22
        pane = np.add(_arch(half - 0.1, spring - low, rise * 0.9, pointed), (0.0, low))
        glass = _glass(rng) if kind == 2 or rng.random() < 0.5 else dark
        leaf.add(along_y([(x, z) for x, z in pane], 0.01, -_THICK - 0.002), glass)
        for x, z in pane[2:-2:3] if rng.random() < 0.6 else ():  # bars like rays
            leaf.add(meshes.beam((0, -_THICK - 0.01, spring), (x, -_THICK - 0.01, z), 0.02, 0.012), material)
        _block(leaf, material, (-half + 0.1, half - 0.1, spring - 0.02, spring + 0.02), 0.016)
        if kind == 1:
            for x in (-half / 2 + 0.02, half / 2 - 0.02):
                _framed(leaf, (x - half * 0.36, x + half * 0.36, 0.15, low - 0.1), material, 0.04, 0.04, 0.012)
    if double:
        _block(leaf, material, (-0.025, 0.025, 0.0, spring + rise * 0.95), 0.02)
    _fittings(leaf, rng, (-half, half, 0.0, spring), side)
    _grip(leaf, rng, side, side * (0.07 if double else half - 0.055), rng.uniform(0.95, 1.08))
    _hang(item, leaf, -0.003)
    broad, deep = rng.uniform(0.04, 0.1), rng.uniform(0.05, 0.12)
    outside = _arch(half + broad, spring, rise + broad, pointed)
    rings = [
        np.array([[a[0], 0, a[1]], [b[0], 0, b[1]], [b[0], -deep, b[1]], [a[0], -deep, a[1]]])
        for a, b in zip(inside, outside, strict=True)
    ]
    item.add(meshes.loft(rings), stone(rng) if rng.random() < 0.3 else _skin(rng))
    return item


@design("door")
def dutch(rng: np.random.Generator) -> Item:
    """A leaf cut in two, as in stables: the upper half may stand open, a shelf on the lower."""
    item, material, side = Item("door", against_wall=True), _skin(rng), float(rng.choice([-1, 1]))
    half, height, cut = rng.uniform(0.36, 0.48), rng.uniform(1.9, 2.06), rng.uniform(0.92, 1.12)
    _beyond(item, rng, half, height)
    face, turn = _any_face(rng), rng.uniform(0.3, 1.7) if rng.random() < 0.6 else 0.0
    other = face if rng.random() < 0.5 else _any_face(rng)
    upper = _leaf(rng, (-half, half, cut + 0.004, height), side, material, other, rng.random() < 0.6)
    _hang(item, _leaf(rng, (-half, half, 0.008, cut - 0.004), side, material, face), -0.02)
    _hang(item, _mirrored(upper) if turn else upper, -0.02, -side * half, -side * turn)
    if rng.random() < 0.5:
        item.add(meshes.box((2 * half - 0.02, 0.12, 0.022), (0, -0.08, cut - 0.026)), material)
    _surround(item, rng, half, height, material)
    return item
