# SPDX-License-Identifier: Apache-2.0
"""More refrigerators to train on: French doors, glass doors, professional columns, bowed larders, drawer stacks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import trimesh

from .. import meshes
from ..colors import darker, paint
from ..item import Item, Surface
from ..materials import Material, metal, plain, plastic, steel_sheet, wood
from .registry import design
from .tubes import smooth, tube


def _finish(rng: np.random.Generator) -> Material:
    """Enamel, or steel."""
    if rng.random() < 0.35:
        return steel_sheet(rng, ("grey", "grey", "grey", "black"))
    return plain(paint(rng, ("white", "white", "white", "grey", "black", "beige", "red", "blue", "green")), 0.35)


def _body(item: Item, width: float, depth: float, height: float, finish: Material) -> None:
    """The carcass behind the doors, on a dark plinth or feet."""
    item.add(meshes.rounded_box((width, depth - 0.07, height - 0.03), 0.012, (0, 0.035, 0.03)), finish)
    item.add(meshes.box((width - 0.04, depth - 0.14, 0.05), (0, 0.035, 0)), plain(darker(finish.color, 0.35)))


def _door(width: float, height: float, at: tuple[float, float, float], radius: float = 0.014) -> trimesh.Trimesh:
    """A door leaf whose back is at ``at``."""
    return meshes.rounded_box((width - 0.008, 0.06, height - 0.008), radius, (at[0], at[1] - 0.03, at[2] + 0.004))


def _handle(item: Item, start: np.ndarray, stop: np.ndarray, grip: Material, kind: str) -> None:
    """A handle between two points of a door's face: a bar on posts, a bent bow, or a flat strip."""
    out = np.array([0, -0.05, 0])
    if kind == "bar":
        item.add(meshes.rod(start + out, stop + out, 0.013, 10), grip)
        for share in (0.1, 0.9):
            foot = start + share * (stop - start)
            item.add(meshes.rod(foot, foot + out, 0.009, 8), grip)
    elif kind == "bow":
        item.add(tube(smooth([start, start + out, stop + out, stop], 2, 0.15), 0.012), grip)
    else:
        item.add(meshes.beam(start + out * 0.3, stop + out * 0.3, 0.028, 0.03), grip)


def _kind(rng: np.random.Generator) -> str:
    return str(rng.choice(["bar", "bow", "strip"]))


def _notes(
    item: Item, rng: np.random.Generator, width: float, low: float, high: float, front: float, bow: float = 0.0
) -> None:
    """Notes, photographs and magnets on a door."""
    for _ in range(int(rng.integers(0, 8))):
        x, z, size = rng.uniform(-0.32, 0.32) * width, rng.uniform(low, high), rng.uniform(0.04, 0.14)
        paper = plain(paint(rng, ("white", "yellow", "pink", "blue", "beige", "green", "red")), 0.05)
        item.add(
            meshes.box((size, 0.004, size * rng.uniform(0.7, 1.4)), (x, front - 0.002 + bow * (2 * x / width) ** 2, z)),
            paper,
        )


@design("refrigerator")
def french(rng: np.random.Generator) -> Item:
    """A pair of doors at eye level above one or two broad freezer drawers."""
    item, finish, grip, kind = Item("refrigerator", against_wall=True), _finish(rng), metal(rng), _kind(rng)
    width, depth, height = rng.uniform(0.75, 0.93), rng.uniform(0.64, 0.74), rng.uniform(1.68, 1.85)
    _body(item, width, depth, height, finish)
    split, front = height * rng.uniform(0.36, 0.44), -depth / 2 + 0.07
    face = front - 0.06
    low, high = split + rng.uniform(0.06, 0.14), split + (height - split) * rng.uniform(0.6, 0.85)
    for side in (-1, 1):
        item.add(_door(width / 2, height - split, (side * width / 4, front, split)), finish)
        _handle(item, np.array([side * 0.045, face, low]), np.array([side * 0.045, face, high]), grip, kind)
    rows = int(rng.integers(1, 3))
    each = (split - 0.06) / rows
    for row in range(rows):
        z = 0.06 + row * each
        item.add(_door(width, each, (0, front, z)), finish)
        reach, level = width * rng.uniform(0.3, 0.42), z + each - 0.07
        _handle(item, np.array([-reach, face, level]), np.array([reach, face, level]), grip, kind)
    for side in (-1, 1):  # hinge covers
        at = (side * (width / 2 - 0.06), front + 0.01, height - 0.002)
        item.add(meshes.box((0.08, 0.1, 0.02), at), plain(darker(finish.color, 0.5)))
    return item


@design("refrigerator")
def glass_door(rng: np.random.Generator) -> Item:
    """A cooler for drinks or wine: bottles on shelves behind a framed pane."""
    item, finish = Item("refrigerator", against_wall=True), plain(paint(rng, ("black", "white", "grey", "red")), 0.3)
    tall = rng.random() < 0.6
    width, depth = rng.uniform(0.48, 0.68), rng.uniform(0.5, 0.66)
    height = rng.uniform(1.5, 1.95) if tall else rng.uniform(0.8, 1.0)
    sign = rng.uniform(0.14, 0.22) if tall and rng.random() < 0.6 else 0.02
    foot, wall, front = 0.1, 0.035, -depth / 2 + 0.05
    top = height - sign
    inside = plain(paint(rng, ("white", "white", "grey")), 0.2, glow=rng.uniform(0.0, 0.35))
    for side in (-1, 1):
        item.add(meshes.box((wall, depth - 0.05, height), (side * (width - wall) / 2, 0.025, 0)), finish)
    item.add(meshes.box((width - wall, depth - 0.05, foot), (0, 0.025, 0)), finish)
    item.add(meshes.box((width - wall, depth - 0.05, sign), (0, 0.025, top)), finish)
    item.add(meshes.box((width - wall, 0.03, height - 0.02), (0, depth / 2 - 0.016, 0.01)), inside)
    if sign > 0.1:
        board = plain(paint(rng, ("red", "blue", "white", "green", "yellow")), 0.3, glow=0.3)
        item.add(meshes.box((width - 0.02, 0.02, sign - 0.02), (0, front - 0.01, top + 0.01)), board)
    rim = finish if rng.random() < 0.6 else metal(rng)
    bar, face = rng.uniform(0.03, 0.055), front - 0.02
    for side in (-1, 1):
        item.add(meshes.box((bar, 0.04, top - foot), (side * (width - bar) / 2, face, foot)), rim)
    for z in (foot, top - bar):
        item.add(meshes.box((width, 0.04, bar), (0, face, z)), rim)
    shelves = max(int((top - foot) / rng.uniform(0.24, 0.34)), 2)
    gap = (top - foot) / shelves
    inner, wire = width - 2 * wall - 0.02, metal(rng)
    lying = rng.random() < 0.3
    for level in range(shelves):
        z = foot + level * gap
        item.add(meshes.box((inner, depth - 0.14, 0.012), (0, 0.02, z)), wire)
        color, x = plastic(rng), -inner / 2 + 0.05
        while x < inner / 2 - 0.03:
            if rng.random() < 0.85:
                radius, at = rng.uniform(0.026, 0.036), (x, front + 0.08, z + 0.012)
                if lying:
                    start = np.add(at, (0, 0, radius))
                    item.add(meshes.rod(start, np.add(start, (0, depth * 0.5, 0)), radius, 8), color)
                else:
                    high = min(rng.uniform(0.14, 0.24), gap - 0.05)
                    item.add(meshes.cylinder(radius, high, at, 8, top=radius * rng.uniform(0.4, 1.0)), color)
            x += rng.uniform(0.07, 0.09)
            color = color if rng.random() < 0.6 else plastic(rng)
    hand = float(rng.choice([-1, 1])) * (width / 2 - bar / 2)
    middle, reach = (foot + top) / 2, rng.uniform(0.1, 0.3) * (top - foot)
    _handle(item, np.array([hand, face - 0.02, middle - reach]), np.array([hand, face - 0.02, middle + reach]),
            metal(rng), _kind(rng))  # fmt: skip
    item.color = finish.color.name
    if not tall:
        item.surfaces.append(Surface((0, 0, height), (width, depth - 0.06)))
    return item


@design("refrigerator")
def professional(rng: np.random.Generator) -> Item:
    """A tall column with a louvred grille above its doors and long handles; of steel, or clad like cupboards."""
    item, grip = Item("refrigerator", against_wall=True), metal(rng)
    clad = rng.random() < 0.35
    finish = wood(rng, axis=2) if clad else _finish(rng)
    width, depth, height = rng.uniform(0.6, 0.92), rng.uniform(0.6, 0.7), rng.uniform(1.95, 2.15)
    _body(item, width, depth, height, finish)
    front, grille, foot = -depth / 2 + 0.07, rng.uniform(0.14, 0.24), rng.uniform(0.08, 0.12)
    dark = plain(darker(finish.color, 0.4), 0.2)
    for z in np.arange(height - grille + 0.02, height - 0.03, 0.032):
        item.add(meshes.box((width - 0.03, 0.05, 0.014), (0, front - 0.02, z), tilt=-0.5), grip if clad else finish)
    item.add(meshes.box((width - 0.02, 0.01, grille), (0, front + 0.003, height - grille)), dark)
    for side in (-1, 1):
        item.add(meshes.box((0.02, 0.05, grille), (side * (width / 2 - 0.012), front - 0.02, height - grille)), finish)
    for z in np.arange(0.02, foot - 0.02, 0.025):
        item.add(meshes.box((width - 0.04, 0.02, 0.01), (0, front - 0.01, z)), dark)
    split = rng.uniform(0.55, 0.75) if rng.random() < 0.6 else foot
    top, hand = height - grille, float(rng.choice([-1, 1]))
    kind, face = ("bar", "strip")[int(rng.integers(2))], front - 0.06
    item.add(_door(width, top - split, (0, front, split), 0.006), finish)
    x = hand * (width / 2 - 0.06)
    _handle(item, np.array([x, face, split + 0.08]), np.array([x, face, top - 0.12]), grip, kind)
    if split > foot:
        item.add(_door(width, split - foot, (0, front, foot), 0.006), finish)
        reach = width / 2 - 0.07
        _handle(item, np.array([-reach, face, split - 0.09]), np.array([reach, face, split - 0.09]), grip, kind)
    if clad and rng.random() < 0.6:
        edge = 0.09
        for low, high in ((foot, split), (split, top)):
            if high - low > 0.3:
                at = (0, face - 0.004, low + edge)
                item.add(meshes.box((width - 2 * edge, 0.008, high - low - 2 * edge), at), plain(finish.color, 0.1))
    return item


@design("refrigerator")
def larder(rng: np.random.Generator) -> Item:
    """One tall door, bowed, without a handle standing out: a grip let into its edge; notes stuck to it."""
    item, finish = Item("refrigerator", against_wall=True), _finish(rng)
    width, depth, height = rng.uniform(0.54, 0.64), rng.uniform(0.58, 0.68), rng.uniform(1.2, 1.88)
    _body(item, width, depth, height - 0.015, finish)
    front, bow, foot = -depth / 2 + 0.07, rng.uniform(0.0, 0.035), rng.uniform(0.06, 0.1)
    share = np.linspace(-1, 1, 11)
    edge = np.column_stack([share * (width / 2 - 0.003), front - 0.045 - bow * (1 - share**2)])
    outline = np.concatenate([edge, [(width / 2 - 0.003, front - 0.004), (-width / 2 + 0.003, front - 0.004)]])
    parts = [(foot, height - 0.02)]
    if height > 1.5 and rng.random() < 0.4:
        cut = height * rng.uniform(0.3, 0.4)
        parts = [(foot, cut), (cut + 0.012, height - 0.02)]
    side, dark = float(rng.choice([-1, 1])), plain(darker(finish.color, 0.3), 0.1)
    for low, high in parts:
        item.add(meshes.loft([np.column_stack([outline, np.full(len(outline), z)]) for z in (low, high)]), finish)
        at = (side * (width / 2 - 0.02), front - 0.05, low + (high - low) * 0.55 - 0.1)
        item.add(meshes.rounded_box((0.03, 0.014, 0.2), 0.006, at), dark)
    top = plain(darker(finish.color, rng.uniform(0.5, 1.0)), 0.2)
    item.add(meshes.rounded_box((width + 0.006, depth - 0.04, 0.03), 0.012, (0, 0, height - 0.028)), top)
    badge = (-side * width * 0.36, front - 0.047 - bow * 0.45, height - 0.16)
    item.add(meshes.box((0.07, 0.008, 0.02), badge), metal(rng))
    _notes(item, rng, width, height * 0.45, height * 0.85, front - 0.046 - bow, bow)
    if height < 1.4:
        item.surfaces.append(Surface((0, 0, height + 0.002), (width, depth - 0.05)))
    return item


@design("refrigerator")
def drawer_stack(rng: np.random.Generator) -> Item:
    """A door above three or four drawers of different heights, with grip channels or handles; a small display."""
    item, finish, grip = Item("refrigerator", against_wall=True), _finish(rng), metal(rng)
    width, depth, height = rng.uniform(0.6, 0.76), rng.uniform(0.62, 0.72), rng.uniform(1.6, 1.88)
    _body(item, width, depth, height, finish)
    front, foot = -depth / 2 + 0.07, 0.06
    split = height * rng.uniform(0.44, 0.56)
    face, dark = front - 0.06, plain(darker(finish.color, 0.35), 0.2)
    channels, kind = rng.random() < 0.55, _kind(rng)
    weights = rng.uniform(0.7, 1.5, int(rng.integers(2, 4)))
    levels = foot + np.concatenate([[0], np.cumsum(weights / weights.sum())]) * (split - foot)
    lip = 0.03 if channels else 0.0
    for low, high in pairwise(levels):
        item.add(_door(width, high - low - lip, (0, front, low)), finish)
        if channels:
            item.add(meshes.box((width - 0.03, 0.02, lip), (0, front - 0.01, high - lip)), dark)
        else:
            reach = width * 0.36
            _handle(item, np.array([-reach, face, high - 0.06]), np.array([reach, face, high - 0.06]), grip, kind)
    side = float(rng.choice([-1, 1]))
    item.add(_door(width, height - split, (0, front, split + lip * 0.3)), finish)
    if not channels:
        x, low = side * (width / 2 - 0.05), split + 0.08
        _handle(item, np.array([x, face, low]), np.array([x, face, low + rng.uniform(0.25, 0.55)]), grip, kind)
    if rng.random() < 0.6:
        item.add(meshes.box((0.12, 0.006, 0.05), (0, face - 0.002, height - 0.2)), plain(paint(rng, ("black",)), 0.5))
    else:
        _notes(item, rng, width, split + 0.1, height - 0.2, face)
    return item
