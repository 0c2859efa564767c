# SPDX-License-Identifier: Apache-2.0
"""More beds to train on: day beds, four posters, sleighs, divans, captain's beds, buttoned headboards, care beds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import trimesh

from .. import meshes
from ..item import Item
from ..materials import Material, fabric, leather, metal, plastic, upholstery, wood
from .registry import design
from .tubes import smooth, tube

_LINEN = ("white", "white", "beige", "grey", "blue", "pink", "green", "purple")


def _bent(path: Sequence[tuple[float, float]] | np.ndarray, width: float, thick: float) -> trimesh.Trimesh:
    """A board ``width`` wide in x, bent along a path of (y, z)."""
    line = np.asarray(path, float)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    out = np.column_stack([-along[:, 1], along[:, 0]]) * thick / 2
    rings = []
    for point, shift in zip(line, out, strict=True):
        (y0, z0), (y1, z1) = point + shift, point - shift
        rings.append(
            np.array([(-width / 2, y0, z0), (width / 2, y0, z0), (width / 2, y1, z1), (-width / 2, y1, z1)], float)
        )
    return meshes.loft(rings)


def _pad(width: float, height: float, thick: float, at: tuple[float, float, float]) -> trimesh.Trimesh:
    """A padded field on an upright board whose face is at ``at`` (bottom middle), its edges sloping."""
    rings = []
    for out, inset in ((0.0, 0.0), (thick * 0.5, 0.003), (thick * 0.9, 0.018), (thick, 0.045)):
        x, low, high = width / 2 - inset, at[2] + inset, at[2] + height - inset
        corners = ((-x, low), (x, low), (x, high), (-x, high))
        rings.append(np.array([(at[0] + right, at[1] - out, z) for right, z in corners]))
    return meshes.loft(rings)


def _duvet(
    rng: np.random.Generator, width: float, foot: float, head: float, top: float, drop: float
) -> trimesh.Trimesh:
    """A creased cover from ``foot`` to ``head`` (y), hanging over both sides and the foot by ``drop``."""
    across = np.concatenate([[-drop], np.linspace(0, width, 17), [width + drop]])
    along = np.concatenate([[-drop], np.linspace(0, head - foot, 17)])
    side, row = np.meshgrid(across, along)
    over = np.maximum(np.maximum(-side, side - width), 0)
    below = np.maximum(-row, 0)
    bumps = np.zeros_like(side)
    for _ in range(5):
        fx, fy = rng.uniform(-14, 14, 2)
        bumps += np.sin(side * fx + row * fy + rng.uniform(0, 7))
    bumps = np.maximum(bumps * rng.uniform(0.003, 0.009), -0.028)
    hem = 0.04 * (over > 0) + 0.02 * np.sin(row * 16) * (over > 0)
    x = np.clip(side, 0, width) - width / 2 + np.where(side < 0, -hem, hem)
    x = x * (1 + 0.03 / width)
    y = foot + np.maximum(row, 0) - 0.02 - below * 0.1
    edge = np.minimum(np.minimum(side, width - side), row)
    z = top + 0.035 + bumps - np.maximum(over, below) - 0.02 * (edge < 0.02)
    return meshes.sheet(np.stack([x, y, z], axis=2))


def _pillows(item: Item, rng: np.random.Generator, width: float, head: float, top: float) -> None:
    """Pillows at the head, lying, standing or piled, with small cushions in front of them at times."""
    cover, count = fabric(rng, _LINEN), 1 if width < 1.15 else 2
    wide, thick, pose = min(0.72, width / count - 0.06), rng.uniform(0.11, 0.17), rng.random()
    for index in range(count):
        x = (index - (count - 1) / 2) * width / count + rng.uniform(-0.02, 0.02)
        if pose < 0.4:
            item.add(meshes.rounded_box((wide, thick, 0.42), 0.07, (x, head - 0.28, top), tilt=0.5), cover)
        else:
            for level in range(1 if pose < 0.75 else 2):
                at = (x, head - 0.24, top + level * thick * 0.8)
                item.add(meshes.rounded_box((wide, 0.4, thick), 0.065, at, yaw=rng.uniform(-0.12, 0.12)), cover)
    if rng.random() < 0.4:
        small, side = fabric(rng), rng.uniform(0.32, 0.42)
        for x in np.linspace(-0.5, 0.5, int(rng.integers(1, 3)) + 1)[1:] * width * 0.5:
            item.add(meshes.rounded_box((side, 0.12, side), 0.06, (x, head - 0.5, top + 0.02), tilt=0.55), small)


def _bedding(
    item: Item, rng: np.random.Generator, width: float, length: float, top: float, low: float, loose: bool = False
) -> None:
    """A mattress from ``low`` to ``top``, a cover of some kind (its colour is the bed's), pillows at the head.

    The cover ends above a frame as high as ``low``, unless it is ``loose``.
    """
    head, linen = length / 2, fabric(rng, _LINEN)
    item.add(meshes.rounded_box((width, length, top - low), 0.05, (0, 0, low)), linen)
    item.color, kind = linen.color.name, rng.random()
    if kind < 0.65:
        cover, reach = fabric(rng), length * rng.uniform(0.6, 0.98)
        drop = rng.uniform(0.08, 0.35) if loose else rng.uniform(0.04, top - low - 0.06)
        item.add(_duvet(rng, width, -head, -head + reach, top, drop), cover)
        item.color = cover.color.name
        if rng.random() < 0.4:
            turned = (width + 0.08, 0.28, 0.05)
            item.add(meshes.rounded_box(turned, 0.025, (0, reach - head - 0.12, top + 0.025)), linen)
    elif kind < 0.85:
        cover = fabric(rng)
        item.add(
            meshes.rounded_box((width * 0.96, length * 0.22, 0.13), 0.06, (0, -head + length * 0.16, top - 0.01)), cover
        )
    if kind < 0.65 and rng.random() < 0.35:
        runner, deep = fabric(rng), rng.uniform(0.35, 0.6)
        item.add(meshes.rounded_box((width + 0.13, deep, 0.14), 0.03, (0, -head + deep / 2 + 0.1, top - 0.06)), runner)
    _pillows(item, rng, width, head, top + 0.03)


def _size(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.choice([0.9, 1.0, 1.2, 1.4, 1.5, 1.6])) + rng.uniform(-0.02, 0.06), rng.uniform(1.9, 2.05)


def _end(item: Item, rng: np.random.Generator, start: np.ndarray, stop: np.ndarray, low: float, high: float,
         frame: Material, kind: str) -> None:  # fmt: skip
    """One upright side of a day bed between two points of the floor plan: bars, slats or a padded panel."""
    middle, run = (start + stop) / 2, stop - start
    long, yaw = float(np.linalg.norm(run)), float(np.arctan2(run[1], run[0]))
    if kind == "padded":
        item.add(meshes.rounded_box((long + 0.1, 0.11, high - 0.06), 0.045, (*middle, 0.06), yaw=yaw), frame)
        for point in (start, stop):
            item.add(meshes.cylinder(0.02, 0.08, (*point, 0), 10, 0.03), frame)
        return
    metallic = kind == "bars"
    for point in (start, stop):
        post = (
            meshes.rod((*point, 0), (*point, high), 0.02) if metallic else meshes.box((0.06, 0.06, high), (*point, 0))
        )
        item.add(post, frame)
    for z in (low, high - 0.04):
        rail = (
            meshes.rod((*start, z), (*stop, z), 0.015)
            if metallic
            else meshes.box((long, 0.035, 0.06), (*middle, z - 0.02), yaw=yaw)
        )
        item.add(rail, frame)
    count = max(int(long / rng.uniform(0.11, 0.17)), 2)
    for share in np.arange(1, count) / count:
        x, y = start + share * run
        bar = (
            meshes.rod((x, y, low), (x, y, high - 0.04), 0.008, 6)
            if metallic
            else meshes.box((0.05, 0.02, high - low), (x, y, low), yaw=yaw)
        )
        item.add(bar, frame)


@design("bed")
def daybed(rng: np.random.Generator) -> Item:
    """A single bed whose long side stands at the wall, with a back and two equal ends; cushions along the back."""
    item, kind = Item("bed", against_wall=True), str(rng.choice(["bars", "slats", "padded"], p=[0.45, 0.4, 0.15]))
    frame = metal(rng) if kind == "bars" else wood(rng) if kind == "slats" else fabric(rng)
    long, deep, top = rng.uniform(1.95, 2.1), rng.uniform(0.85, 1.0), rng.uniform(0.42, 0.52)
    low, ends, back = top - rng.uniform(0.14, 0.2), rng.uniform(0.68, 0.85), rng.uniform(0.75, 1.0)
    linen, x, y = fabric(rng, _LINEN), long / 2 + 0.05, deep / 2 + 0.05
    item.add(meshes.rounded_box((long, deep, top - low), 0.05, (0, 0, low)), linen)
    item.color = linen.color.name
    for side in (-1, 1):
        _end(item, rng, np.array([side * x, -y]), np.array([side * x, y]), low, ends, frame, kind)
    _end(item, rng, np.array([-x, y]), np.array([x, y]), low, back, frame, kind)
    item.add(meshes.box((2 * x, 0.035, 0.11), (0, -y, low - 0.08)), frame)
    if rng.random() < 0.5:  # a second bed on castors, or a drawer, below
        item.add(meshes.box((long - 0.06, deep - 0.05, low - 0.14), (0, -0.02, 0.03)), frame)
        item.add(meshes.box((long - 0.02, 0.02, low - 0.13), (0, -y + 0.01, 0.03)), frame)
    cover = fabric(rng)
    if rng.random() < 0.7:
        reach = long * rng.uniform(0.35, 1.0)
        at = (rng.choice([-1, 1]) * (long - reach) / 2, -0.02, top - 0.07)
        item.add(meshes.rounded_box((reach, deep + 0.05, 0.1), 0.03, at), cover)
        item.color = cover.color.name
    for place in np.linspace(-0.36, 0.36, int(rng.integers(1, 4))):
        size = rng.uniform(0.4, 0.5)
        at = (place * long, deep / 2 - 0.18, top + 0.01)
        item.add(meshes.rounded_box((size, 0.15, size), 0.065, at, tilt=0.25), fabric(rng))
    head = float(rng.choice([-1, 1])) * (long / 2 - 0.24)
    item.add(meshes.rounded_box((0.36, deep * 0.65, 0.13), 0.06, (head, -0.05, top + 0.02)), fabric(rng, _LINEN))
    return item


@design("bed")
def four_poster(rng: np.random.Generator) -> Item:
    """Four tall posts joined by rails at the top, at times with cloth hung from them."""
    item, steel = Item("bed", against_wall=True), rng.random() < 0.4
    frame = metal(rng) if steel else wood(rng, axis=2)
    width, length = _size(rng)
    width = max(width, 1.2)
    top, high, bar = rng.uniform(0.5, 0.68), rng.uniform(1.8, 2.15), rng.uniform(0.03, 0.05)
    bar = bar if steel else bar * 1.7
    low = top - rng.uniform(0.18, 0.26)
    _bedding(item, rng, width, length, top, low)
    x, y = width / 2 + bar / 2 + 0.04, length / 2 + bar / 2 + 0.02
    turned = not steel and rng.random() < 0.5
    for side in (-1, 1):
        for end in (-1, 1):
            if turned:
                marks = ((0.5, 0), (0.75, 0.06), (1, 0.3), (1, low), (0.6, low + 0.08), (0.95, low + 0.3),
                         (0.5, high * 0.7), (0.65, high - 0.1), (0.4, high - 0.06), (0.6, high))  # fmt: skip
                item.add(
                    meshes.lathe([(bar * 0.72 * r, z) for r, z in marks], (side * x, end * y, 0), sections=12), frame
                )
            else:
                item.add(meshes.box((bar, bar, high), (side * x, end * y, 0)), frame)
        item.add(meshes.box((0.03, length, 0.14), (side * (x - 0.01), 0, low - 0.11)), frame)
        item.add(meshes.box((bar * 0.7, 2 * y, bar * 0.7), (side * x, 0, high - bar)), frame)
    item.add(meshes.box((width, 0.03, 0.14), (0, -y, low - 0.11)), frame)
    for end in (-1, 1):
        item.add(meshes.box((2 * x, bar * 0.7, bar * 0.7), (0, end * y, high - bar)), frame)
    board = rng.uniform(0.95, 1.3)
    if rng.random() < 0.6:
        item.add(meshes.box((width + 0.06, 0.03, board - low), (0, y, low)), frame)
    else:
        for share in np.linspace(-0.5, 0.5, 9):
            item.add(meshes.box((0.03, 0.03, board - low), (share * width, y, low)), frame)
        item.add(meshes.box((2 * x, 0.04, 0.06), (0, y, board)), frame)
    cloth = fabric(rng, ("white", "beige", "grey", "pink", "blue", "red"))
    choice = rng.random()
    if choice < 0.4:  # curtains gathered at the posts
        for side in (-1, 1):
            for end in (-1, 1) if rng.random() < 0.5 else (1,):
                share = np.linspace(0, 1, 13)
                wave = 0.03 * np.cos(share * 6 * np.pi)
                rows = []
                for z, wide in ((0.05, 0.34), (high * 0.5, 0.22), (high - 0.03, 0.36)):
                    rows.append(
                        np.column_stack(
                            [side * (x + 0.05) + wave, end * (y - 0.05 - share * wide), np.full(len(share), z)]
                        )
                    )
                item.add(meshes.sheet(np.stack(rows)), cloth)
    elif choice < 0.6:  # a roof of cloth with a valance
        share = np.linspace(-1, 1, 9)
        ends, sides = np.meshgrid(share, share)
        sag = high + 0.01 - 0.06 * (1 - ends**2) * (1 - sides**2)
        item.add(meshes.sheet(np.stack([sides * x, ends * y, sag], axis=2)), cloth)
        for side in (-1, 1):
            item.add(meshes.box((0.012, 2 * y, 0.18), (side * (x + bar / 2), 0, high - 0.18)), cloth)
        item.add(meshes.box((2 * x, 0.012, 0.18), (0, -y - bar / 2, high - 0.18)), cloth)
    return item


@design("bed")
def sleigh(rng: np.random.Generator) -> Item:
    """Head and foot boards that curve outwards and roll over at the top."""
    item, frame = Item("bed", against_wall=True), wood(rng, axis=2) if rng.random() < 0.75 else leather(rng)
    width, length = _size(rng)
    top, thick = rng.uniform(0.5, 0.65), rng.uniform(0.035, 0.07)
    _bedding(item, rng, width, length, top, top - rng.uniform(0.18, 0.26))
    wide, bend = width + 0.14, rng.uniform(0.12, 0.22)
    for end, high in ((1, rng.uniform(0.98, 1.2)), (-1, rng.uniform(0.62, 0.85))):
        y, reach = length / 2 + 0.05, bend * (1 if end > 0 else 0.8)
        path = [(y, 0), (y - 0.01, high * 0.4), (y + reach * 0.2, high * 0.75), (y + reach * 0.6, high * 0.97)]
        path += [(y + reach, high), (y + reach * 1.15, high - 0.06)]
        line = smooth([(0, *point) for point in path], 3, 0.25)[:, 1:] * (end, 1)
        item.add(_bent(line, wide, thick), frame)
        item.add(meshes.rod((-wide / 2, end * (y + reach * 1.1), high - 0.04),
                            (wide / 2, end * (y + reach * 1.1), high - 0.04), thick * 0.75, 14), frame)  # fmt: skip
        if rng.random() < 0.4:
            for share in (-1, 1):
                at = (share * (wide / 2 - 0.03), end * y, 0)
                item.add(meshes.box((0.09, thick + 0.04, high * 0.45), at), frame)
    for side in (-1, 1):
        item.add(meshes.box((0.04, length + 0.1, rng.uniform(0.18, 0.26)), (side * (width / 2 + 0.04), 0, 0.14)), frame)
    return item


@design("bed")
def divan(rng: np.random.Generator) -> Item:
    """A mattress on a cloth-covered base without boards: on castors, with drawers, or behind a pleated skirt."""
    item, base = Item("bed", against_wall=True), fabric(rng, ("grey", "beige", "white", "brown", "blue", "black"))
    width, length = _size(rng)
    foot, deck = rng.uniform(0.05, 0.14), rng.uniform(0.32, 0.4)
    top = deck + rng.uniform(0.2, 0.3)
    _bedding(item, rng, width, length, top, deck, loose=True)
    kind = rng.random()
    if kind < 0.35:  # pleated skirt down to the floor
        item.add(meshes.box((width - 0.04, length - 0.04, deck - 0.1), (0, 0, 0.1)), base)
        corners = [(-1, 1), (-1, -1), (1, -1), (1, 1)]
        for (x0, y0), (x1, y1) in pairwise(corners):
            share = np.linspace(0, 1, 41)
            out = 0.012 + 0.012 * np.cos(np.arange(41) * np.pi)
            normal = np.array([y0 - y1, x1 - x0]) / -2.0
            half = np.array([width / 2, length / 2])
            line = np.outer(1 - share, (x0, y0) * half) + np.outer(share, (x1, y1) * half)
            rows = [np.column_stack([line + np.outer(out * grow, normal), np.full(41, z)])
                    for z, grow in ((0.0, 1.4), (deck + 0.01, 0.7))]  # fmt: skip
            item.add(meshes.sheet(np.stack(rows)), base)
    else:
        halves = 2 if rng.random() < 0.5 else 1
        for index in range(halves):
            y = (index - (halves - 1) / 2) * length / halves
            size = (width, length / halves - 0.005, deck - foot)
            item.add(meshes.rounded_box(size, 0.02, (0, y, foot)), base)
        feet = metal(rng) if rng.random() < 0.5 else wood(rng)
        for x in (-1, 1):
            for y in (-0.9, -0.06, 0.9):
                under = (x * (width / 2 - 0.08), y * length / 2, 0)
                item.add(meshes.cylinder(0.022, foot + 0.01, under, 10, 0.035), feet)
        if kind < 0.7:
            for x in (-1, 1):
                for y in (-0.25, 0.25):
                    at = (x * (width / 2 + 0.004), y * length, foot + 0.03)
                    item.add(meshes.box((0.016, length * 0.4, deck - foot - 0.08), at), base)
                    at = (x * (width / 2 + 0.02), y * length, (foot + deck) / 2)
                    item.add(meshes.rounded_box((0.02, 0.14, 0.03), 0.008, at), feet)
    if rng.random() < 0.4:  # topper
        item.add(
            meshes.rounded_box((width + 0.014, length + 0.014, 0.06), 0.025, (0, 0, top - 0.075)), fabric(rng, _LINEN)
        )
    return item


@design("bed")
def captain(rng: np.random.Generator) -> Item:
    """A tall wooden chest of drawers for a base, and shelves for books at the head."""
    item, frame = Item("bed", against_wall=True), wood(rng)
    width, length = float(rng.choice([0.9, 1.0, 1.2, 1.4])) + rng.uniform(0, 0.05), rng.uniform(1.9, 2.02)
    deck, deep, high = rng.uniform(0.36, 0.52), rng.uniform(0.2, 0.3), rng.uniform(0.95, 1.25)
    _bedding(item, rng, width, length, deck + rng.uniform(0.14, 0.2), deck - 0.02)
    wide = width + 0.06
    item.add(meshes.box((wide - 0.06, length - 0.06, 0.06)), frame)
    item.add(meshes.box((wide, length + 0.02, deck - 0.04), (0, 0, 0.05)), frame)
    for side in (-1, 1):
        item.add(meshes.box((0.03, length + 0.02, 0.05), (side * (wide / 2 - 0.015), 0, deck)), frame)
    rows, columns, grip = (2 if deck > 0.44 else 1), int(rng.integers(2, 4)), metal(rng)
    front = frame if rng.random() < 0.6 else wood(rng)
    for side in (-1, 1):
        for row in range(rows):
            for column in range(columns):
                each, tall = length / columns, (deck - 0.1) / rows
                y, z = -length / 2 + each * (column + 0.5), 0.08 + row * tall
                item.add(meshes.box((0.02, each - 0.04, tall - 0.025), (side * (wide / 2 + 0.008), y, z)), front)
                knob = (side * (wide / 2 + 0.025), y, z + tall * 0.5)
                item.add(meshes.box((0.025, 0.12, 0.018), knob), grip)
    rear, shelf = length / 2 + 0.01 + deep / 2, deck + rng.uniform(0.28, 0.36)
    for side in (-1, 1):
        item.add(meshes.box((0.025, deep, high), (side * (wide / 2 - 0.012), rear, 0)), frame)
    item.add(meshes.box((wide, 0.015, high), (0, rear + deep / 2 - 0.008, 0)), frame)
    item.add(meshes.box((wide, 0.02, shelf), (0, rear - deep / 2 + 0.01, 0)), frame)
    for z in (shelf, high - 0.025):
        item.add(meshes.box((wide, deep, 0.025), (0, rear, z)), frame)
    for x in np.linspace(-wide / 2, wide / 2, int(rng.integers(2, 4)) + 1)[1:-1]:
        item.add(meshes.box((0.02, deep, high - shelf), (x, rear, shelf)), frame)
    x = -wide / 2 + 0.04
    while x < wide / 2 - 0.1:
        thick, tall = rng.uniform(0.02, 0.05), rng.uniform(0.5, 0.85) * (high - shelf - 0.05)
        if rng.random() < 0.6:
            item.add(meshes.box((thick, deep * 0.6, tall), (x + thick / 2, rear, shelf + 0.025)), plastic(rng))
        x += thick + 0.004
    return item


@design("bed")
def buttoned(rng: np.random.Generator) -> Item:
    """A tall padded headboard of many squares, or an arched one with wings, above a slim frame on turned feet."""
    item, cover = Item("bed", against_wall=True), upholstery(rng)
    width, length = _size(rng)
    top = rng.uniform(0.52, 0.66)
    low, high, rear = top - rng.uniform(0.2, 0.28), rng.uniform(1.15, 1.5), length / 2 + 0.06
    _bedding(item, rng, width, length, top, low)
    wide = width + rng.uniform(0.06, 0.3)
    if rng.random() < 0.55:
        columns, rows = max(round(wide / rng.uniform(0.22, 0.36)), 3), int(rng.integers(2, 5))
        item.add(meshes.box((wide, 0.05, high - 0.1), (0, rear + 0.02, 0.1)), cover)
        each, tall = wide / columns, (high - low) / rows
        for column in range(columns):
            for row in range(rows):
                at = ((column + 0.5) * each - wide / 2, rear, low + row * tall)
                item.add(_pad(each, tall, 0.06, at), cover)
    else:
        share = np.linspace(-1, 1, 15)
        arch = high - rng.uniform(0.12, 0.3) * np.abs(share) ** rng.uniform(1.5, 4)
        rings = []
        for x, z in zip(share * wide / 2, arch, strict=True):
            rings.append(np.array([(x, rear - 0.04, 0.1), (x, rear + 0.04, 0.1), (x, rear + 0.04, z),
                                   (x, rear - 0.02, z), (x, rear - 0.04, z - 0.03)]))  # fmt: skip
        item.add(meshes.loft(rings), cover)
        if rng.random() < 0.6:
            for side in (-1, 1):
                at = (side * (wide / 2 + 0.02), rear - 0.1, 0.1)
                item.add(meshes.rounded_box((0.07, 0.26, float(arch[0]) - 0.1), 0.03, at), cover)
    for side in (-1, 1):
        item.add(
            meshes.rounded_box((0.07, length + 0.06, low - 0.05), 0.03, (side * (width / 2 + 0.03), 0, 0.12)), cover
        )
    item.add(meshes.rounded_box((width + 0.12, 0.07, low - 0.05), 0.03, (0, -length / 2 - 0.03, 0.12)), cover)
    feet = wood(rng)
    for x in (-1, 1):
        for y in (-1, 1):
            at = (x * (width / 2 - 0.02), y * (length / 2 - 0.03), 0)
            item.add(meshes.lathe([(0.018, 0), (0.035, 0.08), (0.03, 0.14)], at, 12), feet)
    return item


@design("bed")
def care(rng: np.random.Generator) -> Item:
    """A bed for patients: castors, plastic end boards, tube rails, its upper part raised at times."""
    item, frame = Item("bed", against_wall=True), metal(rng)
    board = plastic(rng, ("white", "beige", "grey", "blue")) if rng.random() < 0.6 else wood(rng, ("beige", "brown"))
    width, length, deck = rng.uniform(0.88, 1.0), rng.uniform(1.98, 2.12), rng.uniform(0.4, 0.55)
    thick, linen, cover = rng.uniform(0.11, 0.15), fabric(rng, ("white", "blue", "green")), fabric(rng, _LINEN)
    raised = rng.uniform(0.0, 0.7) if rng.random() < 0.7 else 0.0
    upper, hip = length * 0.4, length * 0.1
    top = deck + thick
    path = [(-length / 2 + 0.02, deck + thick / 2), (0, deck + thick / 2), (hip, deck + thick / 2)]
    path.append((hip + upper * np.cos(raised), deck + thick / 2 + upper * np.sin(raised)))
    line = smooth([(0, *point) for point in path], 2, 0.12)[:, 1:]
    item.add(_bent(line, width, thick), linen)
    item.add(_bent(line - (0, thick * 0.75), width - 0.02, 0.03), frame)
    item.add(_duvet(rng, width, -length / 2 + 0.04, hip - 0.05, top, rng.uniform(0.06, 0.2)), cover)
    item.color = cover.color.name
    rest = (0, hip + (upper - 0.3) * np.cos(raised), top + (upper - 0.3) * np.sin(raised))
    flat = meshes.rounded_box((width * 0.7, 0.4, 0.13), 0.06)
    flat.apply_transform(trimesh.transformations.rotation_matrix(raised, (1, 0, 0)))
    item.add(flat.apply_translation(rest), fabric(rng, ("white", "white", "blue")))
    for end, high in ((1, rng.uniform(0.85, 1.0)), (-1, rng.uniform(0.75, 0.9))):
        y = end * (length / 2 + 0.05)
        item.add(meshes.rounded_box((width + 0.02, 0.04, high - deck + 0.08), 0.03, (0, y, deck - 0.08)), board)
        for x in (-1, 1):
            side = x * (width / 2 - 0.06)
            item.add(meshes.rod((side, y * 0.94, 0.1), (side, y * 0.94, deck), 0.02, 8), frame)
            wheel = meshes.rod((side - 0.02, y * 0.94, 0.06), (side + 0.02, y * 0.94, 0.06), 0.06, 14)
            item.add(wheel, plastic(rng, ("black", "grey")))
    item.add(meshes.box((width * 0.7, length * 0.75, 0.06), (0, 0, 0.16)), frame)
    for x in (-1, 1):
        item.add(meshes.box((0.03, length, 0.05), (x * (width / 2 - 0.03), 0, deck - 0.06)), frame)
        item.add(meshes.beam((x * 0.2, -0.35, 0.2), (x * 0.2, 0.3, deck), 0.04, 0.04), frame)
        if rng.random() < 0.75:
            side, start, stop = x * (width / 2 + 0.04), -length * 0.2, length * 0.38
            high = top + rng.uniform(0.15, 0.28)
            loop = [(side, start, deck - 0.05), (side, start, high), (side, stop, high), (side, stop, deck - 0.05)]
            item.add(tube(smooth(loop, 2, 0.1), 0.014), frame)
            item.add(meshes.rod((side, start, (top + high) / 2), (side, stop, (top + high) / 2), 0.01, 8), frame)
    return item
