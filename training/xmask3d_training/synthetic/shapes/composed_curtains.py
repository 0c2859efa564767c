# SPDX-License-Identifier: Apache-2.0
"""Curtains and shower curtains to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import FABRICS, Material, fabric, metal, pattern_seed, plain, wood
from .registry import design
from .tubes import smooth, tube


def _sheer(rng: np.random.Generator) -> Material:
    """Thin pale cloth that lets light through."""
    color = paint(rng, ("white", "white", "beige", "grey", "yellow", "pink", "blue", "green"))
    return Material(color, darker(color, 0.88), "mottled", 0.02, seed=pattern_seed(rng), glow=0.15)


def _velvet(rng: np.random.Generator) -> Material:
    """Heavy plain cloth with a faint sheen."""
    color = paint(rng, FABRICS)
    return Material(color, darker(color, 0.85), "mottled", 0.06, seed=pattern_seed(rng), gloss=0.12)


def _cloth(rng: np.random.Generator) -> Material:
    """Patterned or mottled, heavy or sheer."""
    return (fabric, fabric, _velvet, _sheer)[rng.integers(4)](rng)


def _sheeting(rng: np.random.Generator) -> Material:
    """What shower curtains are made of: plastic of one colour, patterned plastic, or cloth."""
    kind = rng.integers(3)
    if kind == 0:
        color = paint(rng, ("white", "white", "grey", "blue", "green", "beige", "pink", "yellow", "black"))
        return plain(color, rng.uniform(0.15, 0.5), rng.uniform(0.0, 0.12))
    cloth = fabric(rng)
    if kind == 2:
        return cloth
    return replace(cloth, gloss=rng.uniform(0.0, 0.25), scale=cloth.scale * rng.uniform(1.0, 2.5))


def _at(path: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (N,2) and unit normals (N,2) of a plan polyline at shares 0-1 of its length."""
    marks = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    marks /= marks[-1]

    def point(share: np.ndarray) -> np.ndarray:
        """Points at shares of the length."""
        return np.stack([np.interp(share, marks, path[:, axis]) for axis in (0, 1)], -1)

    ahead = point(np.minimum(shares + 0.01, 1)) - point(np.maximum(shares - 0.01, 0))
    ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
    return point(shares), np.stack([-ahead[..., 1], ahead[..., 0]], -1)


def _length(path: np.ndarray) -> float:
    """Length of a plan polyline, metres."""
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def _drape(
    rng: np.random.Generator,
    path: np.ndarray,
    span: tuple[float, float],
    low: float,
    high: float,
    deepest: float = 0.06,
) -> np.ndarray:
    """Points (rows, columns, 3) of cloth in even, squared, pleated, loose or flat folds, from the bottom up.

    It hangs along ``span``, shares of the path's length; no fold is deeper than about ``deepest``.
    """
    length = _length(path) * (span[1] - span[0])
    fold = rng.uniform(0.07, 0.2)
    count = max(round(length / fold), 2)
    wave = min(fold * rng.uniform(0.2, 0.4), deepest)
    across, height = np.meshgrid(np.linspace(0, 1, count * 7 + 1), np.linspace(0, 1, 9))
    phase, kind = 2 * np.pi * count * across, rng.integers(5)
    swing = np.sin(phase) * (1.15 - 0.3 * height)
    if kind == 1:
        swing = np.sign(swing) * np.abs(swing) ** 0.5
    elif kind == 2:  # pleats pinched at the top that open downwards
        swing = (2 * np.abs(np.sin(phase / 2)) ** 0.6 - 1) * np.where(height > 0.95, 0.35, 1.0)
    elif kind == 3:
        bend = rng.uniform(0, 6.28, 3)
        drift = sum(0.9 * np.sin(2 * np.pi * (turn + 1) * across + bend[turn] + height) for turn in range(3))
        swing = 0.9 * np.sin(phase + drift) * (1.1 - 0.7 * height)
    elif kind == 4:
        swing = 0.35 * np.sin(phase / 2 + rng.uniform(0, 6.28) + 0.8 * height) * (1.2 - height)
    points, normals = _at(path, span[0] + (span[1] - span[0]) * across)
    plan = points + normals * (wave * swing)[..., None]
    return np.concatenate([plan, (low + (high - low) * height)[..., None]], axis=-1)


def _hem(item: Item, rng: np.random.Generator, grid: np.ndarray, chance: float = 0.35) -> None:
    """A band of another cloth along the lower edge, or nothing; ``chance`` says how often there is one."""
    if rng.random() > chance:
        return
    tall, out = rng.uniform(0.03, 0.22), rng.uniform(0.004, 0.02)
    step = max(float(grid[1, 0, 2] - grid[0, 0, 2]), 0.01)
    low, high = grid[0], grid[0] + (grid[1] - grid[0]) * min(tall / step, 1.0)
    item.add(meshes.sheet(np.stack([np.add(low, (0, -out, -0.004)), np.add(high, (0, -0.003, 0))])), _cloth(rng))


def _blocks(item: Item, rng: np.random.Generator, grid: np.ndarray, cloth: Material) -> None:
    """The cloth itself: of one stuff, or sewn of two or three that lie above each other."""
    if rng.random() < 0.7:
        item.add(meshes.sheet(grid), cloth)
    else:
        cuts = np.sort(rng.choice(np.arange(1, len(grid) - 1), int(rng.integers(1, 3)), replace=False))
        edges = [0, *cuts.tolist(), len(grid) - 1]
        for index, (start, stop) in enumerate(pairwise(edges)):
            stuff = cloth if index == len(edges) - 2 else replace(_velvet(rng), gloss=cloth.gloss, glow=cloth.glow)
            item.add(meshes.sheet(grid[start : stop + 1]), stuff)
    item.color = cloth.color.name


def _heading(item: Item, rng: np.random.Generator, grid: np.ndarray, path: np.ndarray, pole: Material) -> None:
    """The rail, a track or a rod, and what joins the cloth's upper edge to it.

    Kinds: a track that hides it (0), a rod with rings (1), loops (2) or eyelets (3), or a track with hooks (4).
    """
    top, radius = float(grid[-1, 0, 2]), rng.uniform(0.009, 0.02)
    kind = rng.integers(5)
    rise = (0.0, 0.05, 0.06, -0.04, 0.02)[kind]
    rail = np.column_stack([path, np.full(len(path), top + rise)])
    if kind in (0, 4):
        size = rng.uniform(0.012, 0.03)
        for start, stop in pairwise(rail):
            item.add(meshes.beam(start, stop, size, size), pole)
    else:
        item.add(tube(rail, radius) if len(rail) > 2 else meshes.rod(rail[0], rail[1], radius), pole)
    columns = np.linspace(1, grid.shape[1] - 2, max(int(grid.shape[1] / rng.uniform(7, 14)), 3)).astype(int)
    for x, y, z in grid[-1, columns]:
        if kind == 1:
            item.add(meshes.box((0.008, 2 * radius + 0.03, 0.03), (x, y, z + rise - 0.015)), pole)
            item.add(meshes.box((0.008, 0.008, rise + 0.02), (x, y, z - 0.015)), pole)
        elif kind == 2:
            item.add(meshes.box((0.045, 2 * radius + 0.014, rise + radius + 0.01), (x, y, z - 0.005)), pole)
        elif kind == 3:
            item.add(meshes.rod((x - 0.012, y, z + rise), (x + 0.012, y, z + rise), 0.03, 10), pole)
        elif kind == 4:
            item.add(meshes.box((0.006, 0.006, 0.035), (x, y, z - 0.01)), pole)


def _finials(item: Item, rng: np.random.Generator, path: np.ndarray, z: float, pole: Material) -> None:
    """Balls, discs or thin stubs beyond both ends of the rod, and brackets that hold it to the wall."""
    for (x, y), side in zip(path[[0, -1]], (-1, 1), strict=True):
        kind, size = rng.integers(3), rng.uniform(0.02, 0.04)
        if kind == 0:
            item.add(meshes.ellipsoid((size, size, size), (x + side * size * 0.6, y, z - size), 1), pole)
        elif kind == 1:
            item.add(meshes.rod((x, y, z), (x + side * 0.02, y, z), size, 12), pole)
        else:
            item.add(meshes.rod((x, y, z), (x + side * 0.08, y, z), size * 0.5, 6), pole)
        item.add(meshes.beam((x - side * 0.05, y, z - 0.01), (x - side * 0.05, 0, z - 0.01), 0.02, 0.025), pole)


def _panels(rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """Shares of the rail under cloth: one panel anywhere or all along, two that nearly meet, or two at the sides."""
    kind = rng.integers(4)
    if kind == 0:
        start = rng.uniform(0.0, 0.4)
        return ((start, start + rng.uniform(0.4, 0.6)),)
    if kind == 1:
        return ((0.0, 1.0),)
    split = rng.uniform(0.35, 0.65) if kind == 2 else 0.5
    gap = rng.uniform(0.0, 0.2) if kind == 2 else rng.uniform(0.2, 0.6)
    return ((0.0, split - gap / 2), (split + gap / 2, 1.0))


def _levels(rng: np.random.Generator) -> tuple[float, float]:
    """Lower and upper edge: to the floor, to the skirting or to a window sill."""
    low = (rng.uniform(0.005, 0.03), rng.uniform(0.05, 0.2), rng.uniform(0.6, 0.95))[rng.choice(3, p=[0.45, 0.35, 0.2])]
    return float(low), rng.uniform(1.95, 2.22)


def _rod(rng: np.random.Generator) -> Material:
    """What a rod and its brackets are made of."""
    return metal(rng) if rng.random() < 0.6 else wood(rng, axis=0)


def _straight(rng: np.random.Generator, least: float, most: float, y: float) -> np.ndarray:
    """Plan (2,2) of a straight rail at ``y``, between ``least`` and ``most`` metres long."""
    half = rng.uniform(least, most) / 2
    return np.array([[-half, y], [half, y]])


def _hang(
    item: Item,
    rng: np.random.Generator,
    path: np.ndarray,
    levels: tuple[float, float],
    cloth: Material,
    pole: Material | None = None,
    deepest: float = 0.06,
    margin: float = 0.0,
) -> None:
    """Panels between two heights, below a rail of their own unless there is no ``pole``.

    They leave ``margin``, a share of the path's length, free at both ends.
    """
    seed, (low, high) = int(rng.integers(1 << 20)), levels
    for start, stop in _panels(rng):
        again = np.random.default_rng(seed)  # the panels of one curtain are alike
        span = (margin + (1 - 2 * margin) * start, margin + (1 - 2 * margin) * stop)
        grid = _drape(again, path, span, low, high, deepest)
        _blocks(item, again, grid, cloth)
        _hem(item, again, grid)
        if pole:
            _heading(item, again, grid, path, pole)


@design("curtain")
def hung(rng: np.random.Generator) -> Item:
    """One or two panels on a rod or track, hanging straight down."""
    item, cloth, pole = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng), _rod(rng)
    path, levels = _straight(rng, 0.9, 2.4, -rng.uniform(0.09, 0.16)), _levels(rng)
    _hang(item, rng, path, levels, cloth, pole)
    _finials(item, rng, path, levels[1], pole)
    return item


@design("curtain")
def strips(rng: np.random.Generator) -> Item:
    """Many narrow pieces side by side: strings of beads, ribbons before a doorway, or broad flat panels on a track."""
    item, cloth, pole = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng), _rod(rng)
    path, (low, high) = _straight(rng, 0.8, 2.0, -rng.uniform(0.08, 0.14)), _levels(rng)
    half, y = path[1]
    wide = (rng.uniform(0.008, 0.02), rng.uniform(0.04, 0.12), rng.uniform(0.25, 0.6))[rng.integers(3)]
    count = max(int(2 * half / (wide * rng.uniform(0.95, 1.1) + (0.012 if wide < 0.03 else 0.0))), 2)
    second, ragged = (_cloth(rng) if rng.random() < 0.5 else cloth), rng.uniform(0.0, 0.08)
    beads, parting = wide < 0.03 and rng.random() < 0.5, rng.uniform(0.0, 0.3) if wide < 0.2 else 0.0
    for index, x in enumerate(np.linspace(-half + wide / 2, half - wide / 2, count)):
        stuff, foot = (cloth, second)[index % 2], low + rng.uniform(0.0, ragged)
        layer = y - 0.018 * (index % 2) - rng.uniform(0.0, 0.01)
        aside = x + parting * np.sign(x) * np.exp(-abs(x) / 0.2) * np.sin(np.linspace(2.6, 0.0, 8)) ** 2
        middle = np.column_stack([aside, np.full(8, layer), np.linspace(foot, high, 8)])
        edges = [np.add(middle, (side * wide / 2, 0, 0)) for side in (-1, 1)]
        item.add(meshes.sheet(np.stack(edges, axis=1)), stuff)
        if beads:
            for place in middle[1:-1:2]:
                item.add(meshes.box((0.02, 0.02, 0.03), place), stuff)
    if wide > 0.2 or rng.random() < 0.4:
        item.add(meshes.box((2 * half + 0.04, 0.07, 0.03), (0, y - 0.01, high - 0.01)), pole)
    else:
        item.add(meshes.rod((-half - 0.06, y, high), (half + 0.06, y, high), rng.uniform(0.012, 0.03)), pole)
    for side in (-0.8, 0.8):
        item.add(meshes.box((0.03, -y, 0.02), (side * half, y / 2, high)), pole)
    item.color = cloth.color.name
    return item


def _valance(item: Item, rng: np.random.Generator, half: float, top: float, deep: float) -> None:
    """A pelmet box, a pleated frill, a scalloped or notched cloth, or swags that sag between points, before the top."""
    kind, tall, stuff = rng.integers(4), rng.uniform(0.18, 0.38), _cloth(rng)
    board = wood(rng, axis=0) if rng.random() < 0.5 else stuff
    if kind == 0:
        item.add(meshes.box((2 * half, 0.02, tall * 0.7), (0, -deep, top - tall * 0.7)), board)
    else:
        across, height = np.meshgrid(np.linspace(-half, half, 145), np.linspace(0, 1, 6))
        y: np.ndarray = np.zeros_like(across)
        drop: np.ndarray = np.full_like(across, tall)
        count = int(rng.integers(3, 8))
        if kind == 1:
            y = 0.022 * np.sin(across / half * rng.uniform(20, 45))
        elif kind == 2:
            arc = np.abs(np.sin(np.pi * count * (across / half + 1) / 2))
            drop = tall * (0.55 + 0.45 * (arc if rng.random() < 0.6 else np.round(arc)))
        else:
            count = int(rng.integers(1, 4))
            arc = np.abs(np.sin(np.pi * count * (across / half + 1) / 2))
            y, drop = 0.03 * np.sin(height * 18) * arc - 0.02, tall * (0.35 + 0.9 * arc)
        item.add(meshes.sheet(np.stack([across, y - deep, top - drop * (1 - height)], -1)), stuff)
        if kind == 3:
            for side in (-1, 1):  # the tails beside the swags
                path = np.array([[side * half - 0.1, -deep - 0.03], [side * half + 0.1, -deep - 0.03]])
                grid = _drape(rng, path, (0.0, 1.0), 0.0, 1.0, 0.025)
                drop = tall * (1.6 + 1.2 * side * (grid[..., 0] - side * half) / 0.1)
                grid[..., 2] = top - drop * (1 - grid[..., 2])
                item.add(meshes.sheet(grid), stuff)
    for side in (-1, 1):
        item.add(meshes.box((0.02, deep, tall * 0.6), (side * half, -deep / 2, top - tall * 0.6)), board)
    item.add(meshes.box((2 * half, deep, 0.02), (0, -deep / 2, top)), board)


@design("curtain")
def valanced(rng: np.random.Generator) -> Item:
    """Panels below a pelmet, a frill, scallops or swags that hide their rail."""
    item, cloth = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng)
    path, levels = _straight(rng, 1.0, 2.2, -0.11), _levels(rng)
    _hang(item, rng, path, levels, cloth, deepest=0.045)
    _valance(item, rng, float(path[1, 0]) + 0.06, levels[1] + 0.01, rng.uniform(0.18, 0.22))
    return item


@design("curtain")
def bowed(rng: np.random.Generator) -> Item:
    """Cloth along a rail that curves out into the room and back to the wall, as before a bay or a small stage."""
    item, cloth, pole = Item("curtain", against_wall=True, hangs_at=0.0), _cloth(rng), _rod(rng)
    half, out, levels = rng.uniform(0.5, 1.1), rng.uniform(0.2, 0.42), _levels(rng)
    if rng.random() < 0.5:
        angle = np.linspace(np.pi, 0, 15)
        path = np.column_stack([half * np.cos(angle), -out * np.sin(angle) - 0.02])
    else:
        corner = rng.uniform(0.7, 1.0) * half
        points = [(-half, -0.02, 0), (-corner, -out, 0), (corner, -out, 0), (half, -0.02, 0)]
        path = smooth(points, 2, 0.15)[:, :2]
    _hang(item, rng, path, levels, cloth, pole, 0.045, 0.03)
    return item


def _shower(item: Item, rng: np.random.Generator, path: np.ndarray, spans: tuple[tuple[float, float], ...]) -> None:
    """Sheets along a rail with round flanges at its ends, each with a liner behind it at times."""
    cloth, pole = _sheeting(rng), metal(rng)
    low, high, seed = rng.uniform(0.06, 0.35), rng.uniform(1.86, 2.04), int(rng.integers(1 << 20))
    for span in spans:
        again = np.random.default_rng(seed)
        grid = _drape(again, path, span, low, high, 0.05)
        _blocks(item, again, grid, cloth)
        _hem(item, again, grid, 0.25)
        if again.random() < 0.25:
            liner = _drape(again, np.add(path, (0, 0.05)), span, low - 0.04, high - 0.02, 0.02)
            item.add(meshes.sheet(liner), plain(paint(again, ("white", "grey")), 0.5, 0.1))
        _heading(item, again, grid, path, pole)
    for end, following in ((path[0], path[1]), (path[-1], path[-2])):
        inward = 0.015 * (following - end) / np.linalg.norm(following - end)
        start, stop = (np.append(point, high + 0.02) for point in (end, end + inward))
        item.add(meshes.rod(start, stop, 0.045, 12), pole)


def _drawn(rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """Shares of the rail that a shower curtain covers: from one end to somewhere, or from both."""
    far = rng.uniform(0.3, 0.96)
    return (((0.02, far),), ((1 - far, 0.98),), ((0.02, 0.5 * far), (1 - 0.5 * far, 0.98)))[rng.integers(3)]


@design("shower curtain")
def straight_rail(rng: np.random.Generator) -> Item:
    """A straight rail with one or two sheets, of any folds."""
    item = Item("shower curtain", hangs_at=0.0)
    _shower(item, rng, _straight(rng, 1.1, 1.75, 0.0), _drawn(rng))
    return item


@design("shower curtain")
def cornered(rng: np.random.Generator) -> Item:
    """A rail around the corner of a shower tray, in a tight or a wide bend, to either hand."""
    item, side = Item("shower curtain", hangs_at=0.0), float(rng.choice([-1, 1]))
    wide, deep = rng.uniform(0.7, 1.3), rng.uniform(0.4, 0.8)
    points = [(-wide / 2, 0, 0), (wide / 2, 0, 0), (wide / 2, deep, 0)]
    path = smooth(points, 3, rng.uniform(0.08, 0.3))[:, :2] * (side, 1)
    _shower(item, rng, path, _drawn(rng))
    return item


@design("shower curtain")
def frilled(rng: np.random.Generator) -> Item:
    """Sheets below a frill along the whole rail (one tier), or covered by tiers that overlap like ruffles."""
    item, path = Item("shower curtain", hangs_at=0.0), _straight(rng, 1.2, 1.7, 0.0)
    spans, tiers = _drawn(rng), int(rng.integers(1, 4))
    _shower(item, rng, path, spans)
    high, other = float(item.bounds()[1, 2]) - 0.06, _sheeting(rng)
    low = float(item.bounds()[0, 2])
    tall = rng.uniform(0.15, 0.4) if tiers == 1 else (high - low) / tiers
    for span in ((0.02, 0.98),) if tiers == 1 else spans:
        for tier in range(tiers):
            top, out = high - tier * tall, np.array([0.0, -0.06])
            grid = _drape(rng, path + out, span, max(top - 1.1 * tall, 0.03), top, 0.03)
            grid[..., 1] -= 0.04 * (top - grid[..., 2:].squeeze(-1)) / tall
            item.add(meshes.sheet(grid), other)
    return item
