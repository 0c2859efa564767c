# SPDX-License-Identifier: Apache-2.0
"""Kitchen counters: worktops (counter) on base cabinets (cabinet), with a sink (sink) let in where there is one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .. import meshes
from ..item import Item, Surface
from ..materials import Material, metal, stone, wood
from .registry import design
from .sinks import tap
from .storage import drawers, fronts

Maker = Callable[[np.random.Generator, float, float, float], Item]


def _base(rng: np.random.Generator, width: float, depth: float, height: float) -> Item:
    """Base cabinets of hinged doors and drawers."""
    base, main = Item("cabinet", "cabinet/base_units"), wood(rng, axis=2)
    base.add(meshes.box((width - 0.02, depth - 0.03, height - 0.08), (0, 0.015, 0.08)), main)
    units = max(round(width / 0.5), 1)
    each = (width - 0.02) / units
    panelled = rng.random() < 0.4
    for index in range(units):
        face = (-(width - 0.02) / 2 + each * (index + 0.5), -depth / 2 + 0.03, 0.09)
        if rng.random() < 0.35:
            drawers(base, rng, each, height - 0.1, face, int(rng.integers(2, 5)), main)
        else:
            fronts(base, rng, each, height - 0.1, face, 1, main, panelled)
    return base


def _deep_drawers(rng: np.random.Generator, width: float, depth: float, height: float) -> Item:
    """Base cabinets of two broad drawers each, with a grip rail along the top."""
    base, main = Item("cabinet", "cabinet/deep_drawers"), wood(rng, axis=0)
    base.add(meshes.box((width - 0.02, depth - 0.03, height - 0.1), (0, 0.015, 0.1)), main)
    units = max(round(width / 0.8), 1)
    each = (width - 0.02) / units
    for index in range(units):
        face = (-(width - 0.02) / 2 + each * (index + 0.5), -depth / 2 + 0.03, 0.11)
        drawers(base, rng, each, height - 0.16, face, 2, main)
    base.add(
        meshes.rod((-width / 2, -depth / 2, height - 0.03), (width / 2, -depth / 2, height - 0.03), 0.012), metal(rng)
    )
    return base


def _slab(rng: np.random.Generator) -> Material:
    return stone(rng) if rng.random() < 0.6 else wood(rng, axis=0)


def worktop(
    item: Item, width: float, depth: float, top: float, slab: Material, hole: tuple[float, float, float] | None
) -> None:
    """The slab, in four pieces around a rectangular hole (x, half width, half depth)."""
    thick = 0.04
    if hole is None:
        item.add(meshes.box((width, depth, thick), (0, 0, top - thick)), slab)
        return
    x, half_x, half_y = hole
    for left, right in ((-width / 2, x - half_x), (x + half_x, width / 2)):
        item.add(meshes.box((right - left, depth, thick), ((left + right) / 2, 0, top - thick)), slab)
    strip = depth / 2 - half_y
    for side in (-1, 1):
        item.add(meshes.box((2 * half_x, strip, thick), (x, side * (half_y + strip / 2), top - thick)), slab)


def inset(rng: np.random.Generator, x: float, half_x: float, half_y: float, top: float, bowls: int) -> Item:
    sink, steel = Item("sink", ("sink/inset", "sink/inset_double")[bowls - 1]), metal(rng)
    deep, each = rng.uniform(0.14, 0.2), 2 * half_x / bowls
    for index in range(bowls):
        middle = x - half_x + each * (index + 0.5)
        rings = [
            meshes.ring(each / 2 * s, half_y * s, z, 28, 9)
            for s, z in (
                (1.06, top + 0.002),
                (1.06, top + 0.008),
                (0.9, top + 0.008),
                (0.86, top - deep * 0.9),
                (0.6, top - deep),
            )
        ]
        sink.add(meshes.loft(rings, (middle, 0, 0)), steel)
    tap(sink, rng, x, half_y + 0.03, top, 0.17)
    return sink


def _counter(rng: np.random.Generator, width: float, bowls: int, base: Maker = _base) -> Item:
    """A run of base cabinets under a worktop; without ``bowls`` there is no sink."""
    item, slab = Item("counter", against_wall=True), _slab(rng)
    depth, top = rng.uniform(0.58, 0.64), rng.uniform(0.86, 0.93)
    item.extras.append(base(rng, width, depth, top - 0.04))
    if bowls:
        half_x, half_y = 0.2 * bowls + rng.uniform(0.02, 0.06), 0.19
        room = width / 2 - half_x - 0.06
        x = float(rng.uniform(-room, room))
        worktop(item, width, depth, top, slab, (x, half_x, half_y))
        item.extras.append(inset(rng, x, half_x, half_y, top, bowls))
    else:
        worktop(item, width, depth, top, slab, None)
        item.surfaces.append(Surface((0, 0.05, top), (width, depth - 0.15)))
    if rng.random() < 0.6:
        item.add(meshes.box((width, 0.02, rng.uniform(0.08, 0.2)), (0, depth / 2 - 0.01, top)), slab)
    return item


@design("counter")
def run_with_sink(rng: np.random.Generator) -> Item:
    """A kitchen run with a single sink let in."""
    return _counter(rng, rng.uniform(1.4, 2.2), 1)


@design("counter")
def plain_run(rng: np.random.Generator) -> Item:
    """A kitchen run without a sink."""
    return _counter(rng, rng.uniform(1.0, 2.0), 0)


@design("counter")
def waterfall(rng: np.random.Generator) -> Item:
    """A slab that also goes down both ends, around base cabinets."""
    item = _counter(rng, rng.uniform(1.0, 1.8), 0)
    slab, (low, high) = item.parts[0].material, item.bounds()
    top = item.surfaces[0].center[2]
    for x in (low[0] - 0.02, high[0] + 0.02):
        item.add(meshes.box((0.04, 0.62, top), (float(x), 0, 0)), slab)
    return item


@design("counter", held_out=True)
def double_sink(rng: np.random.Generator) -> Item:
    """A long run with two bowls side by side."""
    return _counter(rng, rng.uniform(1.8, 2.4), 2, _deep_drawers)


@design("counter", held_out=True)
def bar(rng: np.random.Generator) -> Item:
    """A free-standing bar: a panelled front under an overhanging slab."""
    item, slab = Item("counter"), _slab(rng)
    width, depth, top = rng.uniform(1.2, 1.8), rng.uniform(0.55, 0.65), rng.uniform(0.98, 1.08)
    item.add(meshes.box((width + 0.1, depth + 0.12, 0.05), (0, 0, top - 0.05)), slab)
    body = wood(rng, axis=2)
    item.add(meshes.box((width - 0.06, depth - 0.16, top - 0.05), (0, 0.03, 0)), body)
    for x in np.linspace(-0.45, 0.45, 8):
        item.add(meshes.box((0.03, 0.02, top - 0.12), (x * width, -depth / 2 + 0.1, 0.04)), body)
    item.surfaces.append(Surface((0, 0, top), (width, depth)))
    return item
