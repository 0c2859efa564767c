# SPDX-License-Identifier: Apache-2.0
"""More windows to train on: one large pane, fanlights, arches, sliders, high strips, tilted sashes, shutters."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, metal, outdoors, plain, wood
from .registry import design
from .tubes import along_y

Span = tuple[float, float, float, float]
"""Left, right, bottom, top, metres."""


def _material(rng: np.random.Generator) -> Material:
    return wood(rng, axis=2) if rng.random() < 0.35 else plain(paint(rng, ("white", "white", "grey", "black", "brown")))


def _border(item: Item, span: Span, bar: float, deep: float, y: float, material: Material) -> None:
    """A rectangular frame of bars inside ``span``; its front lies ``deep`` before ``y``."""
    left, right, low, high = span
    for x in (left + bar / 2, right - bar / 2):
        item.add(meshes.box((bar, deep, high - low), (x, y - deep / 2, low)), material)
    for z in (low, high - bar):
        item.add(meshes.box((right - left - 2 * bar, deep, bar), ((left + right) / 2, y - deep / 2, z)), material)


def _pane(item: Item, span: Span, y: float, view: Material) -> None:
    left, right, low, high = span
    item.add(meshes.box((right - left, 0.006, high - low), ((left + right) / 2, y - 0.003, low)), view)


def _handle(item: Item, rng: np.random.Generator, x: float, z: float, y: float) -> None:
    grip = metal(rng)
    item.add(meshes.box((0.025, 0.012, 0.07), (x, y - 0.006, z - 0.035)), grip)
    item.add(meshes.box((0.018, 0.018, 0.12), (x, y - 0.035, z - 0.11)), grip)


def _sill(item: Item, rng: np.random.Generator, width: float, deep: float, material: Material) -> None:
    board = material if rng.random() < 0.5 else plain(paint(rng, ("white", "grey", "beige")), 0.2)
    item.add(meshes.box((width, deep, rng.uniform(0.02, 0.045)), (0, -deep / 2, -0.03)), board)


@design("window")
def fixed_pane(rng: np.random.Generator) -> Item:
    """One large pane in a slim frame, with broad flat trim and a deep sill."""
    item, frame = Item("window", against_wall=True, hangs_at=rng.uniform(0.6, 0.95)), _material(rng)
    width, height = rng.uniform(1.0, 1.9), rng.uniform(0.95, 1.27)
    span, slim = (-width / 2, width / 2, 0.0, height), rng.uniform(0.025, 0.04)
    view = outdoors(rng, span)
    _border(item, span, slim, 0.03, 0.0, frame)
    _pane(item, (span[0] + slim, span[1] - slim, slim, height - slim), -0.005, view)
    if rng.random() < 0.7:
        broad = rng.uniform(0.06, 0.11)
        trim = frame if rng.random() < 0.5 else _material(rng)
        _border(item, (span[0] - broad, span[1] + broad, -broad, height + broad), broad, 0.018, 0.0, trim)
    else:
        _sill(item, rng, width + 0.08, rng.uniform(0.1, 0.14), frame)
    return item


@design("window")
def fanlight(rng: np.random.Generator) -> Item:
    """Tall sashes with handles below, a row of low panes above a thick transom."""
    item, frame = Item("window", against_wall=True, hangs_at=rng.uniform(0.65, 0.85)), _material(rng)
    columns, high = int(rng.integers(2, 4)), rng.uniform(0.28, 0.42)
    each, height, bar = rng.uniform(0.45, 0.65), rng.uniform(1.2, 1.45), rng.uniform(0.03, 0.045)
    width = columns * each
    outer = (-width / 2, width / 2, 0.0, height)
    view = outdoors(rng, outer)
    _border(item, outer, bar, 0.05, 0.0, frame)
    item.add(meshes.box((width, 0.06, bar * 1.6), (0, -0.03, height - high - bar)), frame)
    for index in range(columns):
        left = -width / 2 + index * each
        inner = bar if index == 0 else bar / 2
        outward = bar if index == columns - 1 else bar / 2
        for low, up in ((bar, height - high - bar), (height - high + bar * 0.6, height - bar)):
            span = (left + inner, left + each - outward, low, up)
            _border(item, span, bar, 0.042, 0.0, frame)
            _pane(item, (span[0] + bar, span[1] - bar, low + bar, up - bar), -0.012, view)
        if index:
            item.add(meshes.box((bar, 0.05, height), (left, -0.025, 0)), frame)
        side = left + inner + bar / 2 if index else left + each - outward - bar / 2
        _handle(item, rng, side, (height - high) / 2, -0.045)
    if rng.random() < 0.6:
        _sill(item, rng, width + rng.uniform(0.04, 0.2), rng.uniform(0.08, 0.13), frame)
    return item


@design("window")
def arched(rng: np.random.Generator) -> Item:
    """A window with a round or flattened top, bars fanning out in the arch."""
    item, frame = Item("window", against_wall=True, hangs_at=rng.uniform(0.6, 0.9)), _material(rng)
    half, straight = rng.uniform(0.35, 0.6), rng.uniform(0.6, 0.95)
    rise, bar = half * rng.uniform(0.5, 1.0), rng.uniform(0.045, 0.07)
    height = straight + rise
    angle = np.linspace(0, np.pi, 19)

    def arch(shrink: float) -> np.ndarray:
        curve = np.column_stack([(half - shrink) * np.cos(angle), straight + (rise - shrink) * np.sin(angle)])
        return np.concatenate([[(half - shrink, shrink)], curve, [(-half + shrink, shrink)]])

    outside, inside = arch(0.0), arch(bar)
    rings = []
    for out, within in zip(outside, inside, strict=True):
        corners = [(out[0], -0.002, out[1]), (out[0], -0.045, out[1]), (within[0], -0.045, within[1])]
        rings.append(np.array([*corners, (within[0], -0.002, within[1])]))
    item.add(meshes.loft([*rings, rings[0]], capped=False), frame)
    view = outdoors(rng, (-half, half, 0.0, height))
    pane = [(float(x), float(z)) for x, z in arch(bar * 0.8)]
    item.add(along_y(pane, 0.006, -0.008), view)
    thin = bar * 0.5
    item.add(meshes.box((half * 2 - bar, 0.03, bar * 0.7), (0, -0.025, straight - bar * 0.35)), frame)
    for x in ((0.0,), (0.0,), (-half / 3, half / 3))[rng.integers(3)]:
        item.add(meshes.box((thin, 0.028, straight), (x, -0.025, 0)), frame)
    for z in np.linspace(0, straight, int(rng.integers(1, 4)) + 1)[1:-1]:
        item.add(meshes.box((half * 2 - bar, 0.026, thin), (0, -0.025, z)), frame)
    for turn in np.linspace(0, np.pi, int(rng.integers(3, 7)))[1:-1]:
        end = ((half - bar / 2) * np.cos(turn), -0.025, straight + (rise - bar / 2) * np.sin(turn))
        item.add(meshes.beam((0, -0.025, straight), end, thin, 0.026), frame)
    if rng.random() < 0.6:
        _sill(item, rng, half * 2 + 0.14, rng.uniform(0.08, 0.13), frame)
    return item


@design("window")
def slider(rng: np.random.Generator) -> Item:
    """Two wide sashes, one gliding before the other, in a flat metal or plastic frame; sometimes left half open."""
    item = Item("window", against_wall=True, hangs_at=rng.uniform(0.75, 1.1))
    frame = metal(rng) if rng.random() < 0.5 else plain(paint(rng, ("white", "grey", "black", "brown")), 0.15)
    width, height, bar = rng.uniform(1.1, 1.8), rng.uniform(0.8, 1.2), rng.uniform(0.03, 0.05)
    outer = (-width / 2, width / 2, 0.0, height)
    view = outdoors(rng, outer)
    _border(item, outer, 0.03, 0.075, 0.0, frame)
    _pane(item, (outer[0] + 0.02, outer[1] - 0.02, 0.02, height - 0.02), -0.004, view)
    side, shift = float(rng.choice([-1, 1])), rng.uniform(0.1, 0.4) if rng.random() < 0.35 else 0.0
    for which, y, move in ((side, -0.012, 0.0), (-side, -0.042, shift)):
        edges = (which * (width / 2 - 0.03), -which * bar / 2)
        left, right = sorted(edge - which * move * width for edge in edges)
        left, right = max(left, -width / 2 + 0.03), min(right, width / 2 - 0.03)
        _border(item, (left, right, 0.03, height - 0.03), bar, 0.028, y, frame)
        _pane(item, (left + bar, right - bar, 0.03 + bar, height - 0.03 - bar), y - 0.01, view)
    edge = side * (bar / 2 + shift * width)
    item.add(meshes.box((0.02, 0.015, 0.16), (edge, -0.076, height * 0.42)), metal(rng))
    if rng.random() < 0.4:
        _sill(item, rng, width + 0.06, rng.uniform(0.09, 0.14), frame)
    return item


@design("window")
def high_strip(rng: np.random.Generator) -> Item:
    """A low, wide row of panes high up in the wall."""
    height, columns = rng.uniform(0.35, 0.6), int(rng.integers(2, 6))
    item, frame = Item("window", against_wall=True, hangs_at=rng.uniform(1.45, 1.7)), _material(rng)
    each, bar = rng.uniform(0.35, 0.55), rng.uniform(0.025, 0.05)
    width = columns * each
    view = outdoors(rng, (-width / 2, width / 2, 0, height))
    for index in range(columns):
        left = -width / 2 + index * each
        span = (left, left + each, 0.0, height)
        _border(item, span, bar, 0.04, 0.0, frame)
        _pane(item, (left + bar, left + each - bar, bar, height - bar), -0.01, view)
        if rng.random() < 0.4:
            item.add(meshes.box((0.08, 0.03, 0.02), (left + each / 2, -0.055, height - bar)), metal(rng))
    if rng.random() < 0.5:
        _sill(item, rng, width, rng.uniform(0.06, 0.12), frame)
    return item


@design("window")
def tilted(rng: np.random.Generator) -> Item:
    """A sash tipped into the room at its top, beside a closed one or alone; a bulky plastic frame and a lever."""
    item = Item("window", against_wall=True, hangs_at=rng.uniform(0.75, 1.0))
    frame = plain(paint(rng, ("white", "white", "white", "brown", "grey")), 0.15)
    columns, bar = int(rng.integers(1, 3)), rng.uniform(0.06, 0.08)
    each, height = rng.uniform(0.6, 0.9) if columns == 1 else rng.uniform(0.5, 0.7), rng.uniform(0.9, 1.35)
    width, lean, tipped = columns * each, rng.uniform(0.05, 0.11), int(rng.integers(columns))
    outer = (-width / 2, width / 2, 0.0, height)
    view = outdoors(rng, outer)
    _border(item, outer, bar, 0.04, 0.0, frame)
    _pane(item, (outer[0] + bar, outer[1] - bar, bar, height - bar), -0.004, view)
    for index in range(columns):
        left = -width / 2 + index * each
        if index:
            item.add(meshes.box((bar, 0.04, height), (left, -0.02, 0)), frame)
        sash = Item("window")
        span = (left + bar * 0.5, left + each - bar * 0.5, bar * 0.5, height - bar * 0.5)
        _border(sash, span, bar, 0.045, -0.035, frame)
        _pane(sash, (span[0] + bar, span[1] - bar, span[2] + bar, span[3] - bar), -0.05, view)
        _handle(sash, rng, span[1] - bar / 2 if index == 0 else span[0] + bar / 2, height / 2, -0.08)
        share = lean / height if index == tipped else 0.0
        for part in sash.parts:
            part.vertices[:, 1] -= share * (part.vertices[:, 2] - bar * 0.5)
        item.parts += sash.parts
    _sill(item, rng, width + 0.1, rng.uniform(0.1, 0.15), frame)
    return item


@design("window")
def shuttered(rng: np.random.Generator) -> Item:
    """Two sashes of a few panes each between solid wooden shutters folded back against the wall."""
    item, frame = Item("window", against_wall=True, hangs_at=rng.uniform(0.65, 0.95)), _material(rng)
    half, height, bar = rng.uniform(0.35, 0.5), rng.uniform(1.0, 1.4), rng.uniform(0.035, 0.05)
    leaf = wood(rng, axis=2) if rng.random() < 0.5 else plain(paint(rng, ("white", "green", "blue", "grey", "brown")))
    view = outdoors(rng, (-half, half, 0, height))
    rows = int(rng.integers(2, 4))
    _border(item, (-half - bar, half + bar, -bar, height + bar), bar, 0.05, 0.0, frame)
    for x in (-1, 1):
        left, right = sorted((0.0, x * half))
        _border(item, (left, right, 0.0, height), bar, 0.035, 0.0, frame)
        _pane(item, (left + bar, right - bar, bar, height - bar), -0.01, view)
        for z in np.linspace(0, height, rows + 1)[1:-1]:
            item.add(meshes.box((half - bar, 0.025, bar * 0.5), ((left + right) / 2, -0.02, z)), frame)
        broad = half * rng.uniform(0.75, 1.0)
        near, far = sorted((x * (half + bar + 0.01), x * (half + bar + 0.01 + broad)))
        low, high = -bar, height + bar
        item.add(meshes.box((broad, 0.014, high - low), ((near + far) / 2, -0.012, low)), leaf)
        for part in range(2):
            middle = low + (high - low) * part / 2
            _border(item, (near, far, middle, middle + (high - low) / 2), 0.06, 0.012, -0.019, leaf)
        for z in (0.15, height - 0.15):
            item.add(meshes.box((0.05, 0.01, 0.04), (x * (half + bar), -0.052, z)), metal(rng))
    return item
