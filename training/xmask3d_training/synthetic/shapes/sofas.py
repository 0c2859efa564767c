# SPDX-License-Identifier: Apache-2.0
"""Sofas: two and three seats, with a chaise, with wooden frames, low and modular."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import fabric, leather, metal, upholstery, wood
from .chairs import legs
from .registry import design


def _throw_pillows(item: Item, rng: np.random.Generator, width: float, y: float, z: float) -> None:
    for _ in range(int(rng.integers(0, 4))):
        side = rng.uniform(0.34, 0.44)
        x = rng.uniform(-1, 1) * (width / 2 - side / 2)
        item.add(
            meshes.rounded_box((side, 0.13, side), 0.06, (x, y, z), yaw=rng.uniform(-0.2, 0.2), tilt=0.35), fabric(rng)
        )


def _seats(item: Item, cover, count: int, inner: float, depth: float, base: float, seat: float, back: float) -> None:
    """Seat and back cushions side by side."""
    each = inner / count
    for index in range(count):
        x = -inner / 2 + each * (index + 0.5)
        item.add(meshes.rounded_box((each - 0.012, depth, seat - base), 0.05, (x, -0.02, base)), cover)
        item.add(
            meshes.rounded_box((each - 0.012, 0.2, back), 0.08, (x, depth / 2 - 0.12, seat - 0.02), tilt=0.18), cover
        )


@design("sofa")
def padded_arms(rng: np.random.Generator) -> Item:
    """The usual sofa: broad arms, loose cushions."""
    item, cover = Item("sofa", against_wall=True), upholstery(rng)
    count = int(rng.integers(2, 4))
    arm, depth = rng.uniform(0.14, 0.24), rng.uniform(0.82, 0.95)
    inner = count * rng.uniform(0.56, 0.68)
    base, seat, back, foot = 0.26, rng.uniform(0.4, 0.46), rng.uniform(0.36, 0.48), 0.06
    width = inner + 2 * arm
    item.add(meshes.rounded_box((width, depth, base - foot), 0.03, (0, 0, foot)), cover)
    item.add(meshes.rounded_box((width, 0.2, seat + back - 0.1 - foot), 0.06, (0, depth / 2 - 0.1, foot)), cover)
    for x in (-1, 1):
        item.add(
            meshes.rounded_box((arm, depth, rng.uniform(0.56, 0.64) - foot), 0.06, (x * (width - arm) / 2, 0, foot)),
            cover,
        )
    _seats(item, cover, count, inner, depth - 0.16, base, seat, back)
    legs(item, width * 0.96, depth * 0.94, foot + 0.02, 0.05, wood(rng))
    _throw_pillows(item, rng, inner, depth / 2 - 0.34, seat)
    return item


@design("sofa")
def chaise(rng: np.random.Generator) -> Item:
    """A corner sofa: one end is a long seat."""
    item, cover = Item("sofa", against_wall=True), upholstery(rng)
    arm, depth, inner = 0.16, rng.uniform(0.85, 0.95), rng.uniform(1.7, 2.1)
    long, side = rng.uniform(1.45, 1.65), float(rng.choice([-1, 1]))
    base, seat, back, width = 0.2, rng.uniform(0.4, 0.45), 0.4, inner + 2 * 0.16
    item.add(meshes.rounded_box((width, depth, base), 0.03, (0, 0, 0.04)), cover)
    item.add(meshes.rounded_box((width, 0.2, seat + back - 0.1), 0.07, (0, depth / 2 - 0.1, 0.04)), cover)
    each = inner / 3
    chaise_x = side * (inner / 2 - each / 2)
    item.add(meshes.rounded_box((each + 0.1, long, base), 0.03, (chaise_x, depth / 2 - long / 2, 0.04)), cover)
    item.add(
        meshes.rounded_box(
            (each, long - 0.22, seat - base), 0.05, (chaise_x, depth / 2 - 0.2 - (long - 0.22) / 2, base)
        ),
        cover,
    )
    for index in (-1, 0, 1):
        x = index * each
        if x * side <= 0.01:
            item.add(meshes.rounded_box((each - 0.01, depth - 0.16, seat - base), 0.05, (x, -0.04, base)), cover)
        item.add(
            meshes.rounded_box((each - 0.02, 0.18, back), 0.07, (x, depth / 2 - 0.24, seat - 0.02), tilt=0.15), cover
        )
    item.add(meshes.rounded_box((arm, depth, 0.58), 0.05, (-side * (width - arm) / 2, 0, 0.04)), cover)
    _throw_pillows(item, rng, inner, depth / 2 - 0.4, seat)
    return item


@design("sofa")
def wooden_frame(rng: np.random.Generator) -> Item:
    """Cushions in an open wooden frame."""
    item, cover, frame = Item("sofa", against_wall=True), fabric(rng), wood(rng)
    count, depth, bar = int(rng.integers(2, 4)), rng.uniform(0.76, 0.85), 0.055
    inner = count * rng.uniform(0.58, 0.64)
    base, seat, back = 0.3, 0.44, rng.uniform(0.36, 0.44)
    _seats(item, cover, count, inner, depth - 0.1, base, seat, back)
    item.color = cover.color.name
    item.add(meshes.box((inner, depth, 0.05), (0, 0, base - 0.05)), frame)
    for x in (-1, 1):
        side = x * (inner + bar) / 2
        for y in (-1, 1):
            item.add(meshes.box((bar, bar, 0.6), (side, y * (depth - bar) / 2, 0)), frame)
        item.add(meshes.box((bar * 1.6, depth + 0.04, 0.035), (side, 0, 0.6)), frame)
    for z in (0.42, 0.55, 0.68):
        item.add(meshes.box((inner, 0.03, 0.05), (0, depth / 2 - 0.02, z)), frame)
    return item


@design("sofa", held_out=True)
def chesterfield(rng: np.random.Generator) -> Item:
    """Rolled arms as high as the back."""
    item, cover = Item("sofa", against_wall=True), leather(rng)
    inner, depth, seat, high = rng.uniform(1.2, 1.7), rng.uniform(0.85, 0.92), 0.42, rng.uniform(0.66, 0.74)
    roll = 0.11
    width = inner + 0.3
    item.add(meshes.rounded_box((width, depth, 0.24), 0.03, (0, 0, 0.06)), cover)
    item.add(meshes.rounded_box((inner, depth - 0.2, seat - 0.28), 0.05, (0, -0.08, 0.28)), cover)
    item.add(meshes.box((width, 0.16, high - 0.1), (0, depth / 2 - 0.12, 0.08)), cover)
    item.add(meshes.rod((-width / 2, depth / 2 - 0.1, high), (width / 2, depth / 2 - 0.1, high), roll, 16), cover)
    for x in (-1, 1):
        side = x * (width / 2 - 0.08)
        item.add(meshes.box((0.14, depth, high - 0.14), (side, 0, 0.06)), cover)
        item.add(meshes.rod((side, -depth / 2, high - 0.06), (side, depth / 2, high - 0.06), roll, 16), cover)
    legs(item, width * 0.94, depth * 0.9, 0.07, 0.06, wood(rng))
    return item


@design("sofa", held_out=True)
def slim(rng: np.random.Generator) -> Item:
    """A flat bench-like sofa on thin metal legs, thin arms."""
    item, cover = Item("sofa", against_wall=True), fabric(rng)
    width, depth, seat = rng.uniform(1.6, 2.1), rng.uniform(0.78, 0.86), rng.uniform(0.4, 0.44)
    item.add(meshes.rounded_box((width, depth, 0.2), 0.05, (0, 0, seat - 0.2)), cover)
    item.add(meshes.rounded_box((width, 0.14, 0.48), 0.06, (0, depth / 2 - 0.09, seat - 0.06), tilt=0.16), cover)
    for x in (-1, 1):
        item.add(meshes.rounded_box((0.07, depth * 0.9, 0.3), 0.03, (x * (width / 2 - 0.03), 0.02, seat - 0.1)), cover)
    legs(item, width * 0.9, depth * 0.85, seat - 0.19, 0.03, metal(rng), 0.03)
    return item
