# SPDX-License-Identifier: Apache-2.0
"""More curtains to train on: eyelets, two layers, café tiers, loops, ceiling tracks; liners, prints, gathered cloth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import FABRICS, Material, fabric, metal, pattern_seed, picture, plain, wood
from .registry import design


def _folds(
    left: float,
    right: float,
    bottom: float,
    top: float,
    y: float,
    wave: float,
    fold: float,
    sharp: float = 1.0,
    points: int = 8,
) -> np.ndarray:
    """Points (rows, columns, 3) of cloth in even folds, each ``fold`` wide and of ``points``; ``sharp`` < 1 squares."""
    count = max(round((right - left) / fold), 1)
    across, height = np.meshgrid(np.linspace(0, 1, count * points + 1), np.linspace(0, 1, 6))
    swing = np.sin(2 * np.pi * count * across)
    swing = np.sign(swing) * np.abs(swing) ** sharp * wave * (1.15 - 0.3 * height)
    return np.stack([left + (right - left) * across, y + swing, bottom + (top - bottom) * height], axis=-1)


def _loose(
    rng: np.random.Generator, left: float, right: float, bottom: float, top: float, y: float, wave: float
) -> np.ndarray:
    """Points (rows, columns, 3) of cloth in a few uneven, shallow waves that grow downwards."""
    across, height = np.meshgrid(np.linspace(0, 1, max(int((right - left) / 0.024), 10)), np.linspace(0, 1, 12))
    swing = np.zeros_like(across)
    for share in (1.0, 0.6, 0.4):
        waves = (right - left) / rng.uniform(0.14, 0.5)
        swing += share * np.sin(2 * np.pi * waves * across + rng.uniform(0, 6.28) + rng.uniform(-1, 1) * height)
    return np.stack(
        [
            left + (right - left) * (across + rng.uniform(-0.04, 0.04) * (1 - height)),
            y + wave * swing * (1 - 0.7 * height),
            bottom + (top - bottom) * height,
        ],
        axis=-1,
    )


def _thin(rng: np.random.Generator) -> Material:
    color = paint(rng, ("white", "white", "beige", "grey", "yellow", "pink", "blue"))
    return Material(color, darker(color, 0.9), "mottled", 0.02, seed=pattern_seed(rng), glow=0.12)


@design("curtain")
def eyelet(rng: np.random.Generator) -> Item:
    """Heavy cloth in even, deep folds, threaded on a pole by large rings; one side drawn further than the other."""
    item, cloth, pole = Item("curtain", against_wall=True, hangs_at=0.0), fabric(rng), metal(rng)
    width, top, bottom = rng.uniform(1.3, 2.3), rng.uniform(2.1, 2.25), rng.uniform(0.02, 0.1)
    fold, y = rng.uniform(0.13, 0.19), -0.17
    shares = rng.uniform(0.12, 0.42, 2)
    for side, share in zip((-1, 1), shares, strict=True):
        left, right = sorted((side * width / 2, side * width * (0.5 - share)))
        item.add(meshes.sheet(_folds(left, right, bottom, top + 0.05, y, rng.uniform(0.045, 0.06), fold, 0.8)), cloth)
        count = max(round((right - left) / fold), 1)
        for x in left + (right - left) * (np.arange(2 * count) + 0.5) / (2 * count):
            item.add(meshes.rod((x - 0.012, y, top), (x + 0.012, y, top), 0.032, 10), pole)
    item.add(meshes.rod((-width / 2 - 0.1, y, top), (width / 2 + 0.1, y, top), 0.016, 8), pole)
    for x in (-1, 1):
        end = x * (width / 2 + 0.1)
        item.add(meshes.rod((end, y, top), (end + x * 0.06, y, top), 0.026, 10), pole)
        item.add(meshes.box((0.02, -y, 0.02), (x * (width / 2 + 0.04), y / 2, top - 0.01)), pole)
    return item


@design("curtain")
def layered(rng: np.random.Generator) -> Item:
    """A thin white cloth over the whole width, heavier cloth before it at the sides, on a double track."""
    item, thin, heavy = Item("curtain", against_wall=True, hangs_at=0.0), _thin(rng), fabric(rng)
    width, top, bottom = rng.uniform(1.4, 2.2), rng.uniform(2.15, 2.3), rng.uniform(0.03, 0.2)
    gap = rng.uniform(0.0, 0.25) if rng.random() < 0.5 else 0.0
    halves = ((-width / 2, -gap / 2), (gap / 2, width / 2)) if gap else ((-width / 2, width / 2),)
    for left, right in halves:
        item.add(
            meshes.sheet(_folds(left, right, bottom + 0.04, top, -0.09, 0.016, rng.uniform(0.06, 0.09), 1.0, 5)), thin
        )
    edge = plain(paint(rng, FABRICS)) if rng.random() < 0.4 else None
    sides = [(-1, 1), (-1, 1), (-1,), (1,)][rng.integers(4)]
    for side in sides:
        share = rng.uniform(0.14, 0.3)
        left, right = sorted((side * width / 2, side * width * (0.5 - share)))
        item.add(meshes.sheet(_folds(left, right, bottom, top, -0.19, 0.035, rng.uniform(0.09, 0.13), 0.7)), heavy)
        if edge:
            inner = side * width * (0.5 - share)
            item.add(meshes.box((0.06, 0.01, top - bottom), (inner, -0.2, bottom)), edge)
    item.add(meshes.box((width + 0.06, 0.16, 0.025), (0, -0.14, top)), plain(paint(rng, ("white", "grey", "black"))))
    item.color = heavy.color.name
    return item


@design("curtain")
def cafe(rng: np.random.Generator) -> Item:
    """Short cloth before the lower half of a window, clipped by rings to a thin rod, with a trimmed hem."""
    item, cloth, rod = Item("curtain", against_wall=True, hangs_at=0.0), fabric(rng), metal(rng)
    width, bottom = rng.uniform(0.9, 1.6), rng.uniform(0.72, 0.9)
    top, y, slit = bottom + rng.uniform(0.5, 0.8), -0.13, rng.uniform(0.0, 0.12)
    trim = plain(paint(rng, ("white", "white", "beige", "red", "blue")))
    for left, right in ((-width / 2, -slit / 2), (slit / 2, width / 2)):
        grid = _folds(left, right, bottom, top, y, rng.uniform(0.014, 0.024), rng.uniform(0.07, 0.11))
        item.add(meshes.sheet(grid), cloth)
        hem = np.stack([grid[0] + (0, -0.004, -0.03), grid[0] + (0, -0.004, 0.03)])
        item.add(meshes.sheet(hem), trim)
        for x in np.linspace(left + 0.02, right - 0.02, max(int((right - left) / 0.11), 3)):
            item.add(meshes.box((0.012, 0.01, 0.045), (x, y, top - 0.005)), rod)
    item.add(meshes.rod((-width / 2 - 0.04, y, top + 0.04), (width / 2 + 0.04, y, top + 0.04), 0.009, 8), rod)
    for x in (-1, 1):
        item.add(meshes.ellipsoid((0.018, 0.018, 0.018), (x * (width / 2 + 0.05), y, top + 0.022), 1), rod)
    item.color = cloth.color.name
    return item


@design("curtain")
def tab_top(rng: np.random.Generator) -> Item:
    """Flat, loose panels of linen hung by cloth loops from a wooden pole."""
    item, cloth, pole = Item("curtain", against_wall=True, hangs_at=0.0), fabric(rng), wood(rng, axis=0)
    width, top, bottom, y = rng.uniform(1.2, 2.2), rng.uniform(2.05, 2.18), rng.uniform(0.02, 0.55), -0.15
    count, loop = int(rng.integers(2, 4)), rng.uniform(0.05, 0.08)
    bounds = np.cumsum(np.concatenate([[0], rng.uniform(0.6, 1.0, count)]))
    bounds = (bounds / bounds[-1] - 0.5) * width
    for index in range(count):
        slack = rng.uniform(0.0, 0.35 if count == 2 else 0.2) * (bounds[index + 1] - bounds[index])
        left, right = bounds[index], bounds[index + 1] - 0.02
        if index < count / 2:
            right -= slack
        else:
            left += slack
        item.add(meshes.sheet(_loose(rng, left, right, bottom, top, y, 0.026)), cloth)
        for x in np.linspace(left + 0.03, right - 0.03, max(int((right - left) / 0.14), 2)):
            for side in (-1, 1):
                item.add(meshes.box((0.05, 0.004, loop + 0.03), (x, y + side * 0.02, top - 0.01)), cloth)
            item.add(meshes.box((0.05, 0.044, 0.006), (x, y, top + loop + 0.018)), cloth)
    high = top + loop
    item.add(meshes.rod((-width / 2 - 0.12, y, high), (width / 2 + 0.12, y, high), 0.017, 10), pole)
    for x in (-1, 1):
        item.add(meshes.ellipsoid((0.035, 0.028, 0.028), (x * (width / 2 + 0.13), y, high - 0.028), 1), pole)
        item.add(meshes.box((0.03, -y, 0.04), (x * (width / 2 + 0.06), y / 2, high - 0.03)), pole)
    return item


@design("curtain")
def ceiling_track(rng: np.random.Generator) -> Item:
    """Soft, rounded waves from a slim track under the ceiling; most of it pushed together in one or two stacks."""
    item, cloth = Item("curtain", against_wall=True, hangs_at=0.0), fabric(rng)
    width, top, bottom, y = rng.uniform(1.5, 2.5), rng.uniform(2.2, 2.31), rng.uniform(0.01, 0.05), -0.15
    left = -width / 2
    while left < width / 2 - 0.2:
        right = min(left + rng.uniform(0.25, 0.8), width / 2)
        tight = rng.random() < 0.5
        fold, wave = (rng.uniform(0.05, 0.07), 0.06) if tight else (rng.uniform(0.16, 0.26), rng.uniform(0.03, 0.05))
        if right - left > fold:
            item.add(meshes.sheet(_folds(left, right, bottom, top, y, wave, fold)), cloth)
        left = right + (0.0 if rng.random() < 0.6 else rng.uniform(0.1, 0.4))
    item.add(meshes.box((width, 0.03, 0.015), (0, y, top)), plain(paint(rng, ("white", "white", "grey", "black"))))
    return item


def _waterproof(rng: np.random.Generator) -> Material:
    """Shiny plain or patterned plastic sheet, or woven polyester."""
    if rng.random() < 0.5:
        cloth = fabric(rng)
        return replace(cloth, gloss=rng.uniform(0.0, 0.2), scale=cloth.scale * rng.uniform(1, 1.8))
    return plain(paint(rng, ("white", "white", "grey", "blue", "green", "beige", "pink", "yellow")), 0.25)


def _rail(item: Item, rng: np.random.Generator, width: float, z: float, y: float = 0.0) -> Material:
    """A rail with flanges at its ends."""
    pole, radius = metal(rng), rng.uniform(0.01, 0.016)
    item.add(meshes.rod((-width / 2, y, z), (width / 2, y, z), radius, 8), pole)
    for x in (-1, 1):
        item.add(meshes.rod((x * width / 2, y, z), (x * (width / 2 - 0.02), y, z), radius * 2.4, 12), pole)
    return pole


def _rings(item: Item, stops: np.ndarray, rail: float, drop: float, material: Material, y: float = 0.0) -> None:
    """Hooks from the rail down to the cloth at each x."""
    for x in stops:
        item.add(meshes.box((0.006, 0.034, 0.02), (x, y, rail - 0.002)), material)
        item.add(meshes.box((0.006, 0.008, drop), (x, y - 0.015, rail - drop)), material)


@design("shower curtain")
def lined(rng: np.random.Generator) -> Item:
    """A cloth outside and a longer pale plastic liner inside, not drawn equally far."""
    item = Item("shower curtain", hangs_at=0.0)
    cloth, liner = _waterproof(rng), plain(paint(rng, ("white", "white", "grey", "beige")), 0.5, 0.1)
    width, top, bottom = rng.uniform(1.3, 1.7), rng.uniform(1.88, 2.02), rng.uniform(0.15, 0.32)
    side = float(rng.choice([-1, 1]))
    for share, y, low, material in (
        (rng.uniform(0.45, 0.9), 0.045, bottom, cloth),
        (rng.uniform(0.6, 0.97), -0.03, bottom - 0.06, liner),
    ):
        left, right = sorted((side * width / 2, side * (width / 2 - share * width)))
        grid = _loose(rng, left, right, low, top, y, rng.uniform(0.015, 0.026))
        item.add(meshes.sheet(grid), material)
    pole = _rail(item, rng, width, top + 0.05)
    _rings(item, np.linspace(-width * 0.48, width * 0.48, int(rng.integers(9, 14))), top + 0.05, 0.055, pole)
    item.color = cloth.color.name
    return item


@design("shower curtain")
def printed(rng: np.random.Generator) -> Item:
    """One large picture printed over nearly flat cloth that hangs the whole length."""
    item = Item("shower curtain", hangs_at=0.0)
    width, top, bottom = rng.uniform(1.3, 1.7), rng.uniform(1.9, 2.03), rng.uniform(0.08, 0.3)
    share, side = rng.uniform(0.75, 1.0), float(rng.choice([-1, 1]))
    left, right = sorted((side * width / 2, side * (width / 2 - share * width)))
    left, right = left + 0.02, right - 0.02
    cloth = picture(rng, (left - 0.1, right + 0.1, bottom, top))
    grid = _loose(rng, left, right, bottom, top, 0, rng.uniform(0.01, 0.02))
    item.add(meshes.sheet(grid), cloth)
    band = [
        grid[-1] + (0, shift, drop) for shift, drop in ((-0.006, -0.05), (-0.006, 0.01), (0.006, 0.01), (0.006, -0.05))
    ]
    item.add(meshes.sheet(np.stack(band)), plain(paint(rng, ("white", "grey", "black", "beige"))))
    pole = _rail(item, rng, width, top + 0.06)
    _rings(item, np.linspace(left + 0.03, right - 0.03, 12), top + 0.06, 0.065, pole)
    item.color = cloth.color.name
    return item


@design("shower curtain")
def bunched(rng: np.random.Generator) -> Item:
    """Pushed together at one end of its rail into a thick bundle of narrow folds."""
    item, cloth = Item("shower curtain", hangs_at=0.0), _waterproof(rng)
    width, top, bottom = rng.uniform(1.3, 1.7), rng.uniform(1.88, 2.04), rng.uniform(0.1, 0.3)
    side, share = float(rng.choice([-1, 1])), rng.uniform(0.16, 0.3)
    left, right = sorted((side * (width / 2 - 0.03), side * (width / 2 - share * width)))
    grid = _folds(left, right, bottom, top, 0, rng.uniform(0.055, 0.085), rng.uniform(0.04, 0.06))
    height = (grid[..., 2] - bottom) / (top - bottom)
    middle = (left + right) / 2
    narrow = 1 - rng.uniform(0.05, 0.4) * np.sin(np.pi * np.clip(1 - height, 0, 1) ** 0.7)
    grid[..., 0] = middle + (grid[..., 0] - middle) * narrow
    grid[..., 1] *= narrow
    item.add(meshes.sheet(grid), cloth)
    pole = _rail(item, rng, width, top + 0.055)
    _rings(item, np.linspace(left + 0.01, right - 0.01, 10), top + 0.055, 0.06, pole)
    return item


@design("shower curtain")
def scalloped(rng: np.random.Generator) -> Item:
    """Plastic sheet that sags between a few large rings, with a shiny surface and wide folds."""
    item, cloth = Item("shower curtain", hangs_at=0.0), _waterproof(rng)
    width, top, bottom = rng.uniform(1.3, 1.7), rng.uniform(1.88, 2.02), rng.uniform(0.12, 0.4)
    share, side, count = rng.uniform(0.5, 1.0), float(rng.choice([-1, 1])), int(rng.integers(5, 9))
    left, right = sorted((side * (width / 2 - 0.02), side * (width / 2 - share * width + 0.02)))
    across, height = np.meshgrid(np.linspace(0, 1, count * 10 + 1), np.linspace(0, 1, 12))
    hang = np.abs(np.sin(np.pi * count * across))
    wave = rng.uniform(0.025, 0.05) * (1 - 0.5 * height)
    grid = np.stack(
        [
            left + (right - left) * across,
            wave * (2 * hang - 1) * np.where(np.floor(across * count) % 2 == 0, 1, -0.6),
            bottom + (top - bottom) * height - height**3 * hang * rng.uniform(0.05, 0.1),
        ],
        axis=-1,
    )
    item.add(meshes.sheet(grid), cloth)
    pole = _rail(item, rng, width, top + 0.07)
    _rings(item, np.linspace(left, right, count + 1), top + 0.07, 0.08, pole)
    return item
