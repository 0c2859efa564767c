# SPDX-License-Identifier: Apache-2.0
"""Sinks to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import Material, ceramic, metal, plastic, stone, tiles, wood
from .chairs import legs
from .more_cabinets import Fronts, finish
from .registry import design
from .tubes import smooth, tube

SHAPES = ("oval", "oval", "soft", "square", "square", "flat back", "eight-sided", "scalloped")
"""Plans of a basin, common ones repeated."""
_BODIES = {
    "round": ((0.4, 0.0), (0.72, 0.12), (0.9, 0.45), (0.98, 0.8), (1.0, 1.0)),
    "straight": ((0.95, 0.0), (1.0, 0.1), (1.0, 1.0)),
    "cone": ((0.6, 0.0), (0.96, 0.85), (1.0, 1.0)),
}
"""Sides of a basin from below: shares of the rim's size and of the height."""
_COLUMNS = (
    ((1.0, 0.0), (0.95, 0.05), (0.7, 0.12), (0.62, 0.6), (0.85, 0.92), (1.0, 1.0)),
    ((0.8, 0.0), (0.8, 1.0)),
    ((0.65, 0.0), (1.1, 1.0)),
    ((1.25, 0.0), (1.25, 0.04), (0.95, 0.06), (0.9, 0.13), (0.6, 0.17), (0.55, 0.8), (0.8, 0.86), (0.8, 1.0)),
    ((1.1, 0.0), (0.75, 0.3), (0.7, 0.7), (1.0, 1.0)),
)
"""Outlines of columns from below: shares of the radius and of the height."""


def outline(shape: str, half_x: float, half_y: float, x: float = 0.0, y: float = 0.0) -> np.ndarray:
    """A closed loop (32,2) around ``(x, y)``; ``shape`` is one of ``SHAPES`` or "box"."""
    angle = np.arange(32) * (np.pi / 16)
    power = {"soft": 3.0, "square": 12.0, "box": 40.0}.get(shape, 2.0)
    loop = meshes.ring(half_x, half_y, 0.0, 32, power)[:, :2]
    if shape == "flat back":
        loop = np.where(np.sin(angle)[:, None] > 0, meshes.ring(half_x, half_y, 0.0, 32, 12.0)[:, :2], loop)
    elif shape == "eight-sided":
        loop = loop / np.cos((angle + np.pi / 8) % (np.pi / 4) - np.pi / 8)[:, None]
    elif shape == "scalloped":
        loop = loop * (0.96 + 0.04 * np.cos(8 * angle))[:, None]
    return np.add(loop, (x, y))


def basin(
    item: Item,
    material: Material,
    outer: np.ndarray,
    hole: np.ndarray,
    top: float,
    deep: float,
    body: str,
    back: float | None = None,
    lip: float = 0.04,
) -> float:
    """A bowl with the rim between two loops at height ``top``; returns the height of its underside.

    The body is round, straight, cone or slab (a rim ``lip`` thick with the bowl below); it narrows downwards towards
    its own middle, or towards the wall at ``back``.
    """
    middle = hole.mean(axis=0)
    anchor = middle if back is None else np.array([middle[0], back])
    under = top - deep - 0.025
    rings: list[np.ndarray] = []

    def level(loop: np.ndarray, center: np.ndarray, share: float, z: float) -> None:
        """One loop of the skin, shrunk towards a centre."""
        rings.append(np.column_stack([center + (loop - center) * share, np.full(len(loop), z)]))

    if body == "slab":
        for share, z in ((0.4, under), (0.85, under + 0.02), (1.04, top - lip)):
            level(hole, middle, share, z)
        level(outer, middle, 1.0, top - lip)
    else:
        for share, height in _BODIES[body]:
            level(outer, anchor, share, under + height * (top - 0.008 - under))
    level(outer, middle, 1.0, top - 0.006)
    level(outer, middle, 0.985, top)
    for share, height in ((1.0, 0.0), (0.97, 0.08), (0.9, 0.5), (0.78, 0.9), (0.6, 0.98), (0.08, 1.0)):
        level(hole, middle, share, top - height * deep)
    item.add(meshes.loft(rings), material)
    # a drain of the same steel in every basin
    item.add(meshes.cylinder(0.025, 0.006, (*middle, top - deep), 12), metal(np.random.default_rng(3)))
    return under


def _handle(item: Item, x: float, y: float, z: float, chrome: Material, cross: bool) -> None:
    """A valve on a short stem: a cross of two bars, or a lever."""
    item.add(meshes.cylinder(0.016, 0.06, (x, y, z), 10), chrome)
    if cross:
        item.add(meshes.rod((x - 0.03, y, z + 0.06), (x + 0.03, y, z + 0.06), 0.007, 6), chrome)
        item.add(meshes.rod((x, y - 0.03, z + 0.06), (x, y + 0.03, z + 0.06), 0.007, 6), chrome)
    else:
        item.add(meshes.beam((x, y + 0.01, z + 0.06), (x, y - 0.07, z + 0.065), 0.018, 0.012), chrome)


def faucet(item: Item, rng: np.random.Generator, x: float, y: float, z: float, reach: float) -> None:
    """A tap that stands at ``(x, y, z)`` and reaches towards -y: arched, angular, stout, bridged or without handle."""
    chrome, kind, cross = metal(rng), rng.choice(["arch", "angle", "stout", "bridge", "sensor"]), rng.random() < 0.5
    high = float(rng.uniform(0.12, 0.34))
    if kind == "arch":
        path = [(x, y, z), (x, y, z + high), (x, y - reach, z + high), (x, y - reach, z + high * 0.65)]
        item.add(tube(smooth(path, 3, 0.25), rng.uniform(0.009, 0.014)), chrome)
        for side in (-1, 1):
            _handle(item, x + side * 0.09, y, z, chrome, cross)
    elif kind == "angle":
        item.add(meshes.beam((x, y, z), (x, y, z + high), 0.04, 0.04), chrome)
        item.add(meshes.beam((x, y, z + high - 0.012), (x, y - reach, z + high - 0.012), 0.045, 0.02), chrome)
        item.add(meshes.beam((x + 0.02, y, z + high * 0.7), (x + 0.08, y, z + high * 0.7), 0.018, 0.018), chrome)
    elif kind == "stout":
        item.add(meshes.cylinder(0.03, 0.09, (x, y, z), 14, 0.022), chrome)
        item.add(meshes.rod((x, y, z + 0.05), (x, y - reach, z + 0.075), 0.014, 10), chrome)
        item.add(meshes.ellipsoid((0.026, 0.026, 0.014), (x, y, z + 0.085), 1), chrome)
        item.add(meshes.beam((x, y, z + 0.105), (x, y - 0.08, z + 0.13), 0.02, 0.009), chrome)
    elif kind == "bridge":
        item.add(meshes.rod((x - 0.09, y, z + 0.045), (x + 0.09, y, z + 0.045), 0.01, 8), chrome)
        path = [(x, y, z + 0.045), (x, y, z + high), (x, y - reach, z + high), (x, y - reach, z + high - 0.05)]
        item.add(tube(smooth(path, 3, 0.25), 0.01), chrome)
        for side in (-1, 1):
            _handle(item, x + side * 0.09, y, z, chrome, cross)
    else:
        path = [(x, y, z), (x, y, z + high * 0.6), (x, y - reach * 0.5, z + high), (x, y - reach, z + high * 0.7)]
        item.add(tube(smooth(path, 2, 0.25), 0.02), chrome)


def _wall_faucet(item: Item, rng: np.random.Generator, x: float, wall: float, z: float, reach: float) -> None:
    """A spout that comes straight out of the wall, on a plate, between two handles at times."""
    chrome = metal(rng)
    item.add(meshes.box((0.2 if rng.random() < 0.4 else 0.07, 0.012, 0.07), (x, wall - 0.006, z - 0.035)), chrome)
    path = [(x, wall, z), (x, wall - reach, z), (x, wall - reach, z - 0.05)]
    item.add(tube(smooth(path, 2, 0.15), 0.012), chrome)
    if rng.random() < 0.6:
        for side in (-0.1, 0.1):
            item.add(meshes.rod((x + side, wall, z), (x + side, wall - 0.06, z), 0.014, 8), chrome)
            item.add(meshes.rod((x + side - 0.03, wall - 0.06, z), (x + side + 0.03, wall - 0.06, z), 0.008, 6), chrome)


def _trap(item: Item, rng: np.random.Generator, y: float, under: float, wall: float) -> None:
    """The waste pipe below a bowl: a bottle or a bend, and into the wall."""
    pipe, low = (metal(rng) if rng.random() < 0.6 else plastic(rng, ("white", "grey"))), under - 0.16
    if rng.random() < 0.5:
        item.add(meshes.rod((0, y, under + 0.02), (0, y, low + 0.08), 0.017), pipe)
        item.add(meshes.cylinder(0.034, 0.11, (0, y, low - 0.03), 14), pipe)
        item.add(meshes.rod((0, y, low + 0.05), (0, wall, low + 0.05), 0.016), pipe)
    else:
        near = (y + wall) / 2
        path = [(0, y, under + 0.02), (0, y, low - 0.02), (0, near, low - 0.02), (0, near, low + 0.06)]
        item.add(tube(smooth([*path, (0, wall, low + 0.06)], 2, 0.25), 0.018), pipe)


def _support(
    item: Item, rng: np.random.Generator, kind: str, half_x: float, y: float, wall: float, under: float, shell: Material
) -> None:
    """What carries a basin whose bowl is at ``y``: column, trap (nothing but pipes), brackets or posts."""
    if kind == "column":
        radius, power = min(half_x * 0.6, rng.uniform(0.08, 0.13)), float(rng.choice([2.0, 2.0, 3.5, 8.0]))
        profile = _COLUMNS[rng.integers(len(_COLUMNS))]
        rings = [meshes.ring(radius * s, radius * s * 1.1, h * (under + 0.04), 24, power, y) for s, h in profile]
        item.add(meshes.loft(rings), shell)
        return
    _trap(item, rng, y, under, wall)
    frame, front = metal(rng), y - (wall - y) * 0.6
    if kind == "brackets":
        for side in (-0.75, 0.75):
            x = side * half_x
            item.add(meshes.beam((x, wall, under + 0.03), (x, front, under + 0.03), 0.03, 0.05), frame)
            item.add(meshes.beam((x, wall, under - 0.22), (x, front + 0.05, under + 0.02), 0.025, 0.025), frame)
    elif kind == "posts":
        for side in (-0.8, 0.8):
            item.add(meshes.rod((side * half_x, front, 0), (side * half_x, front, under + 0.06), 0.014), frame)
            item.add(meshes.rod((side * half_x, front, under - 0.1), (side * half_x, wall, under - 0.1), 0.01), frame)
        item.add(meshes.rod((-0.8 * half_x, front, under - 0.1), (0.8 * half_x, front, under - 0.1), 0.01), frame)


def _stand(item: Item, rng: np.random.Generator, width: float, depth: float, height: float) -> None:
    """Four legs with rails under a top, and a shelf or a towel rail between them."""
    frame = metal(rng) if rng.random() < 0.5 else wood(rng)
    bar = float(rng.uniform(0.022, 0.06))
    legs(item, width - 0.02, depth - 0.02, height, bar, frame)
    for y in (-1, 1):
        item.add(meshes.box((width - 0.06, bar, bar), (0, y * (depth / 2 - 0.04), height - bar)), frame)
    if rng.random() < 0.6:
        size = (width - 0.04, depth - 0.04, 0.022)
        item.add(meshes.box(size, (0, 0, rng.uniform(0.12, 0.32))), frame if rng.random() < 0.6 else wood(rng))
    else:
        front, z = -depth / 2 + 0.04, height * rng.uniform(0.55, 0.85)
        item.add(meshes.rod((-width / 2 + 0.04, front, z), (width / 2 - 0.04, front, z), 0.01), frame)


def _cupboard_below(rng: np.random.Generator, width: float, depth: float, low: float, high: float) -> Item:
    """The cabinet that a basin sits on, an object of its own: doors or drawers, on a plinth, on feet or on the wall."""
    base, main = Item("cabinet", "cabinet/sink_base"), finish(rng, 2, 0.5)
    fronts = Fronts.draw(rng, main, ("flat", "flat", "framed", "ribbed", "louvred"))
    tall, board, face = high - low, 0.02, -depth / 2 + 0.02
    base.add(meshes.box((width, depth - 0.02, board), (0, 0.01, low)), main)
    base.add(meshes.box((width, board, tall), (0, depth / 2 - board / 2, low)), main)
    base.add(meshes.box((width, board, tall), (0, face + board / 2, low)), main)
    for side in (-1, 1):
        base.add(meshes.box((board, depth - 0.02, tall), (side * (width - board) / 2, 0.01, low)), main)
    if low < 0.2:  # else it hangs on the wall
        if rng.random() < 0.5:
            base.add(meshes.box((width - 0.06, depth - 0.1, low), (0, 0.03, 0)), main)
        else:
            legs(base, width - 0.04, depth - 0.06, low, float(rng.uniform(0.03, 0.05)), fronts.steel)
    count = max(round(width / rng.uniform(0.3, 0.5)), 1)
    rows = int(rng.integers(1, 4)) if rng.random() < 0.5 else 0
    for index in range(count):
        x = (index + 0.5) * width / count - width / 2
        for row in range(rows):
            fronts.drawer(base, width / count, tall / rows, (x, face, low + row * tall / rows))
        if not rows:
            fronts.door(base, width / count, tall, (x, face, low), 1 if index % 2 == 0 else -1)
    return base


def _shell(rng: np.random.Generator) -> Material:
    """Mostly glazed ceramic, sometimes stone or metal."""
    kind = rng.random()
    return ceramic(rng) if kind < 0.84 else stone(rng) if kind < 0.93 else metal(rng)


@design("sink")
def columned(rng: np.random.Generator) -> Item:
    """A basin of any plan on a column of any outline, with a ledge for the tap or a tap from the wall."""
    item, shell = Item("sink", against_wall=True), _shell(rng)
    half_x, top = rng.uniform(0.17, 0.36), rng.uniform(0.78, 0.92)
    half_y = min(rng.uniform(0.15, 0.27), half_x * 1.15)
    ledge, deep = (rng.uniform(0.06, 0.12) if rng.random() < 0.75 else 0.0), rng.uniform(0.09, 0.17)
    shape = str(rng.choice(["flat back", "flat back", "square", "soft", "oval", "eight-sided"]))
    rim = float(rng.uniform(0.018, 0.05))
    outer = outline(shape, half_x, half_y)
    inner = shape if rng.random() < 0.6 else str(rng.choice(SHAPES))
    y = -ledge / 2
    hole = outline(inner, half_x - rim, half_y - rim - ledge / 2, 0, y)
    body = str(rng.choice(["round", "straight", "cone", "slab"]))
    under = basin(item, shell, outer, hole, top, deep, body, half_y, float(rng.uniform(0.03, 0.09)))
    _support(item, rng, "column", half_x, y, half_y, under, shell)
    if ledge:
        faucet(item, rng, 0, half_y - ledge * 0.6, top - 0.004, half_y * 0.55)
    else:
        _wall_faucet(item, rng, 0, half_y, top + rng.uniform(0.1, 0.2), half_y * 0.9)
    if rng.random() < 0.35 or not ledge:
        high = rng.uniform(0.08, 0.3) if ledge else 0.34
        look = shell if rng.random() < 0.5 else tiles(rng, scale=0.1)
        item.add(meshes.box((2 * half_x * rng.uniform(0.95, 1.2), 0.015, high), (0, half_y, top - 0.05)), look)
    item.color = shell.color.name
    return item


@design("sink")
def corner_basin(rng: np.random.Generator) -> Item:
    """A basin with two straight sides for the corner of a room, its front rounded or cut off straight."""
    item, shell = Item("sink", against_wall=True), _shell(rng)
    size, top, side = rng.uniform(0.34, 0.56), rng.uniform(0.78, 0.9), float(rng.choice([-1, 1]))
    short = rng.uniform(0.0, 0.5)
    share = np.linspace(0, 1, 11)
    arc = np.linspace(0, np.pi / 2, 12)[1:-1]
    curve = np.column_stack([-np.cos(arc), -np.sin(arc)]) * rng.uniform(0.85, 1.0)
    if rng.random() < 0.4:
        step = np.linspace(0, 1, 12)[1:-1, None]
        curve = (1 - step) * (-1.0, -short) + step * (-short, -1.0)
    loop = np.concatenate([np.column_stack([-share, 0 * share]), curve, np.column_stack([0 * share, share - 1])])
    loop = (loop * size + size / 2) * (side, 1)
    loop = loop if side > 0 else loop[::-1]
    center = np.array([side * 0.1, 0.1]) * size
    shape = str(rng.choice(["oval", "oval", "soft", "eight-sided"]))
    reach = float(rng.uniform(0.27, 0.31)) * size
    hole = outline(shape, reach, reach)
    # like the hole's, the outer loop starts in the direction of +x, so that the rim between them is not twisted
    away = loop - center
    loop = np.roll(loop, -int(np.argmin(np.abs(np.arctan2(away[:, 1], away[:, 0])))), axis=0)
    body = str(rng.choice(["slab", "slab", "cone"]))
    under = basin(item, shell, loop, hole + center * 0.2, top, rng.uniform(0.1, 0.15), body, lip=rng.uniform(0.03, 0.1))
    kind = str(rng.choice(["column", "trap", "posts"]))
    _support(item, rng, kind, size * 0.28, 0.0, size / 2, under, shell)
    faucet(item, rng, side * size * 0.36, size * 0.36, top - 0.002, size * 0.2)
    item.color = shell.color.name
    return item


def _one_piece(rng: np.random.Generator, shell: Material, bowls: int, each: float, depth: float, board: float) -> Item:
    """A top with bowls of any plan and, ``board`` metres wide, a ribbed drainer beside them; on a cupboard or stand."""
    item, width = Item("sink", against_wall=True, color=shell.color.name), bowls * each + board
    top, lip, ledge = rng.uniform(0.8, 0.93), rng.uniform(0.02, 0.1), rng.uniform(0.09, 0.13)
    half_x, half_y = min(each / 2 - 0.03, rng.uniform(0.18, 0.33)), (depth - ledge) / 2 - 0.03
    side, deep, shape = float(rng.choice([-1, 1])), rng.uniform(0.1, 0.2), str(rng.choice(SHAPES))
    for index in range(bowls):
        x = -side * (width / 2 - (index + 0.5) * each)
        hole = outline(shape, half_x, half_y, x, -ledge / 2)
        basin(item, shell, outline("box", each / 2, depth / 2, x), hole, top, deep, "slab", lip=lip)
        if not board:
            faucet(item, rng, x, depth / 2 - ledge * 0.55, top - 0.003, half_y * 0.8)
    if board:
        at, across = side * (width - board) / 2, rng.random() < 0.5
        item.add(meshes.box((board, depth, lip), (at, 0, top - lip)), shell)
        for share in np.linspace(-0.4, 0.4, 9):
            size = (board * 0.85, 0.012, 0.006) if across else (0.012, depth * 0.75, 0.006)
            place = (at, share * depth * 0.85, top) if across else (at + share * board, -0.02, top)
            item.add(meshes.box(size, place), shell)
        faucet(item, rng, -side * board / 2, depth / 2 - ledge * 0.55, top - 0.003, 0.2)
    if not board or rng.random() < 0.6:
        low = float(rng.choice([0.06, 0.15] if board else [0.06, 0.15, 0.3, 0.45]))
        item.extras.append(_cupboard_below(rng, width - 0.02, depth - 0.02, low, top - lip))
    else:
        _stand(item, rng, width, depth, top - lip)
    if rng.random() < 0.45:
        item.add(meshes.box((width, 0.018, rng.uniform(0.06, 0.25)), (0, depth / 2 - 0.009, top - 0.02)), shell)
    return item


@design("sink")
def on_cupboard(rng: np.random.Generator) -> Item:
    """A bathroom basin as wide as the cupboard below it, with one or two bowls of any plan."""
    shell, bowls = _shell(rng), 2 if rng.random() < 0.25 else 1
    each = float(rng.uniform(0.5, 0.62) if bowls == 2 else rng.uniform(0.4, 0.85))
    return _one_piece(rng, shell, bowls, each, rng.uniform(0.36, 0.52), 0.0)


@design("sink")
def drainer(rng: np.random.Generator) -> Item:
    """A kitchen sink in one piece with its drainer, on a cupboard or on a stand."""
    kind = rng.random()
    shell = metal(rng) if kind < 0.6 else ceramic(rng) if kind < 0.85 else stone(rng)
    each, board = rng.uniform(0.38, 0.5), rng.uniform(0.35, 0.6)
    return _one_piece(rng, shell, int(rng.integers(1, 3)), each, rng.uniform(0.46, 0.62), board)


@design("sink")
def wash_trough(rng: np.random.Generator) -> Item:
    """A long trough for several people as in schools: on brackets, posts, a stand or blocks, with a row of taps."""
    item = Item("sink", against_wall=True)
    shell = (ceramic, stone, metal)[int(rng.integers(3))](rng)
    width, depth, top = rng.uniform(0.9, 1.8), rng.uniform(0.36, 0.5), rng.uniform(0.68, 0.9)
    deep, rim, ledge = rng.uniform(0.1, 0.22), rng.uniform(0.02, 0.04), (0.1 if rng.random() < 0.5 else 0.0)
    shape = str(rng.choice(["box", "square", "soft"]))
    hole = outline("square", width / 2 - rim, (depth - ledge) / 2 - rim, 0, -ledge / 2)
    body = str(rng.choice(["straight", "cone", "slab"]))
    under = basin(item, shell, outline(shape, width / 2, depth / 2), hole, top, deep, body, depth / 2)
    kind = str(rng.choice(["stand", "blocks", "brackets", "posts"]))
    if kind == "stand":
        _stand(item, rng, width * 0.92, depth - 0.04, under + 0.02)
    elif kind == "blocks":
        for side in (-1, 1):
            item.add(meshes.box((0.12, depth * 0.7, under + 0.01), (side * width * 0.34, depth * 0.13, 0)), shell)
    else:
        _support(item, rng, kind, width / 2, 0.0, depth / 2, under, shell)
    count = max(round(width / rng.uniform(0.4, 0.6)), 2)
    if not ledge:
        look = tiles(rng, scale=0.1) if rng.random() < 0.5 else shell
        item.add(meshes.box((width, 0.02, 0.36), (0, depth / 2, top - 0.06)), look)
    state = int(rng.integers(1 << 20))
    for place in (np.arange(count) + 0.5) / count - 0.5:
        # every tap of the row is drawn from the same state, so that all look alike
        again = np.random.default_rng(state)
        if ledge:
            faucet(item, again, place * width, depth / 2 - 0.06, top - 0.003, 0.12)
        else:
            _wall_faucet(item, again, place * width, depth / 2, top + 0.16, 0.16)
    item.color = shell.color.name
    return item
