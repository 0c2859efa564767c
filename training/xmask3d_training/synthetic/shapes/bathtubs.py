# SPDX-License-Identifier: Apache-2.0
"""Bathtubs."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import ceramic, metal, tiles, wood
from .registry import design


def _bath_tap(item: Item, rng: np.random.Generator, length: float, top: float) -> None:
    chrome, side = metal(rng), float(rng.choice([-1, 1]))
    x = side * (length / 2 - 0.05)
    item.add(meshes.rod((x, 0, top), (x, 0, top + 0.14), 0.016, 8), chrome)
    item.add(meshes.rod((x, 0, top + 0.13), (x - side * 0.14, 0, top + 0.11), 0.014, 8), chrome)
    for y in (-0.08, 0.08):
        item.add(meshes.cylinder(0.022, 0.06, (x, y, top), 10), chrome)


@design("bathtub")
def built_in(rng: np.random.Generator) -> Item:
    """A rectangular tub with straight sides."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.75), rng.uniform(0.7, 0.8), rng.uniform(0.5, 0.58)
    outer = [meshes.ring(length / 2, depth / 2, z, 40, 30) for z in (0, top)]
    inner = [
        meshes.ring(length * a, depth * b, z, 40, 5)
        for a, b, z in ((0.45, 0.41, top), (0.43, 0.38, top - 0.06), (0.38, 0.3, 0.2), (0.3, 0.22, 0.14))
    ]
    item.add(meshes.loft(outer + inner), white)
    _bath_tap(item, rng, length, top)
    return item


@design("bathtub")
def rounded(rng: np.random.Generator) -> Item:
    """A tub with a broad rim and rounded ends, panelled below."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.8), rng.uniform(0.72, 0.82), rng.uniform(0.52, 0.6)
    rings = [
        meshes.ring(length * a, depth * b, z, 40, 6)
        for a, b, z in ((0.47, 0.46, 0), (0.48, 0.47, top - 0.06), (0.5, 0.5, top - 0.05), (0.5, 0.5, top))
    ]
    rings += [
        meshes.ring(length * a, depth * b, z, 40, 2.6)
        for a, b, z in ((0.44, 0.41, top), (0.42, 0.38, top - 0.05), (0.36, 0.29, 0.2), (0.26, 0.2, 0.13))
    ]
    item.add(meshes.loft(rings), white)
    _bath_tap(item, rng, length, top)
    return item


@design("bathtub")
def panelled(rng: np.random.Generator) -> Item:
    """A tub behind boards or tiles, with a broad rim."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.55, 1.8), rng.uniform(0.74, 0.84), rng.uniform(0.5, 0.58)
    skirt = wood(rng, axis=2) if rng.random() < 0.5 else tiles(rng)
    item.add(meshes.box((length - 0.06, depth - 0.06, 0.1)), skirt)
    for y in (-1, 1):
        item.add(meshes.box((length - 0.04, 0.02, top - 0.04), (0, y * (depth / 2 - 0.02), 0)), skirt)
        item.add(meshes.box((0.02, depth - 0.06, top - 0.04), (y * (length / 2 - 0.02), 0, 0)), skirt)
    rings = [meshes.ring(length / 2, depth / 2, z, 40, 25) for z in (top - 0.04, top)]
    rings += [
        meshes.ring(length * a, depth * b, z, 40, 4)
        for a, b, z in ((0.44, 0.39, top), (0.42, 0.36, top - 0.06), (0.35, 0.27, 0.2), (0.25, 0.18, 0.13))
    ]
    item.add(meshes.loft(rings), white)
    item.color = white.color.name
    _bath_tap(item, rng, length, top)
    return item


@design("bathtub", held_out=True)
def clawfoot(rng: np.random.Generator) -> Item:
    """A free-standing oval tub on four feet."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    length, depth, top = rng.uniform(1.5, 1.7), rng.uniform(0.72, 0.8), rng.uniform(0.58, 0.64)
    outer = [(0.3, 0.12), (0.42, 0.16), (0.47, 0.3), (0.485, top - 0.04), (0.5, top - 0.03), (0.5, top)]
    inner = [(0.46, top), (0.45, top - 0.04), (0.42, 0.3), (0.3, 0.2)]
    item.add(meshes.loft([meshes.ring(length * s, depth * s, z, 40, 2.5) for s, z in outer + inner]), white)
    feet = metal(rng)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(
                meshes.rod(
                    (x * length * 0.33, y * depth * 0.36, 0), (x * length * 0.3, y * depth * 0.28, 0.2), 0.03, 8
                ),
                feet,
            )
    return item


@design("bathtub", held_out=True)
def round_tub(rng: np.random.Generator) -> Item:
    """A deep round tub with a broad rim."""
    item, white = Item("bathtub", against_wall=True), ceramic(rng)
    radius, top = rng.uniform(0.55, 0.68), rng.uniform(0.55, 0.66)
    outer = [(0.88, 0.0), (0.92, top - 0.07), (1.0, top - 0.06), (1.0, top)]
    inner = [(0.84, top), (0.8, top - 0.06), (0.68, 0.2), (0.5, 0.13)]
    item.add(meshes.loft([meshes.ring(radius * s, radius * s, z, 44) for s, z in outer + inner]), white)
    _bath_tap(item, rng, 2 * radius * 0.96, top)
    return item
