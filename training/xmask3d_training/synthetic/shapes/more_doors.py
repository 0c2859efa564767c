# SPDX-License-Identifier: Apache-2.0
"""More doors to train on: glazing bars, louvres, office steel, frame and panels, side lights, glass, folding leaves."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import Material, metal, outdoors, plain, wood
from .registry import design
from .tubes import tube

Span = tuple[float, float, float, float]
"""Left, right, bottom, top, metres."""
_COLORS = ("white", "white", "white", "beige", "grey", "brown", "green", "blue", "red", "black", "yellow", "pink")


def _leaf(rng: np.random.Generator) -> Material:
    return wood(rng, axis=2) if rng.random() < 0.5 else plain(paint(rng, _COLORS), rng.uniform(0.02, 0.2))


def _size(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(0.72, 0.98), rng.uniform(1.93, 2.1)


def _casing(item: Item, rng: np.random.Generator, width: float, height: float, leaf: Material) -> None:
    """Trim around the opening: slim steel, broad boards or boards with a head piece."""
    material = leaf if rng.random() < 0.4 else _leaf(rng)
    broad, deep = rng.uniform(0.04, 0.12), rng.uniform(0.045, 0.08)
    for x in (-1, 1):
        item.add(meshes.box((broad, deep, height + 0.003), (x * (width + broad) / 2, -deep / 2, 0)), material)
    item.add(meshes.box((width + 2 * broad, deep, broad), (0, -deep / 2, height + 0.003)), material)
    if rng.random() < 0.3:
        item.add(
            meshes.box((width + 2 * broad + 0.06, deep + 0.03, 0.03), (0, -deep / 2 - 0.015, height + broad)), material
        )
    if rng.random() < 0.3:
        item.add(meshes.box((width, deep + 0.02, 0.015), (0, -deep / 2 - 0.01, 0)), metal(rng))


def _grip(item: Item, rng: np.random.Generator, side: float, width: float, y: float = -0.038) -> None:
    """A lever, a knob or a bow handle near the edge at ``side``, on a rose or a plate, perhaps with a lock above."""
    steel, x, z = metal(rng), side * (width / 2 - rng.uniform(0.05, 0.08)), rng.uniform(0.95, 1.1)
    if rng.random() < 0.6:
        item.add(meshes.rod((x, y, z), (x, y - 0.01, z), 0.027, 14), steel)
    else:
        item.add(meshes.box((0.04, 0.01, 0.22), (x, y - 0.005, z - 0.14)), steel)
    kind = rng.integers(3)
    if kind == 0:
        item.add(meshes.rod((x, y, z), (x, y - 0.05, z), 0.011, 8), steel)
        item.add(meshes.ellipsoid((0.03, 0.024, 0.03), (x, y - 0.06, z - 0.03), 2), steel)
    elif kind == 1:
        path = [(x, y, z), (x, y - 0.045, z), (x - side * 0.02, y - 0.055, z), (x - side * 0.13, y - 0.055, z)]
        item.add(tube(path, 0.01), steel)
    else:
        item.add(
            tube([(x, y, z - 0.1), (x, y - 0.045, z - 0.08), (x, y - 0.045, z + 0.08), (x, y, z + 0.1)], 0.01), steel
        )
    if rng.random() < 0.3:
        item.add(meshes.rod((x, y, z + 0.16), (x, y - 0.015, z + 0.16), 0.025, 12), steel)


def _frame(item: Item, span: Span, bar: float, foot: float, y: float, deep: float, material: Material) -> None:
    """Stiles and rails: bars ``bar`` wide around ``span``, the lowest ``foot`` high; back at ``y``."""
    left, right, low, high = span
    for x in (left + bar / 2, right - bar / 2):
        item.add(meshes.box((bar, deep, high - low), (x, y - deep / 2, low)), material)
    for z, tall in ((low, foot), (high - bar, bar)):
        item.add(meshes.box((right - left - 2 * bar, deep, tall), ((left + right) / 2, y - deep / 2, z)), material)


def _glass(rng: np.random.Generator, span: Span) -> Material:
    """A view outdoors, a lit or a dark room beyond, or frosted glass."""
    if rng.random() < 0.4:
        return outdoors(rng, span)
    return plain(paint(rng, ("white", "grey", "blue", "beige", "green", "black")), 0.8, rng.uniform(0.1, 0.4))


@design("door")
def glazing_bars(rng: np.random.Generator) -> Item:
    """Glass from top to foot, divided by bars into many panes or a few."""
    item, leaf, (width, height) = Item("door", against_wall=True), _leaf(rng), _size(rng)
    bar, foot = rng.uniform(0.08, 0.13), rng.uniform(0.15, 0.4)
    _frame(item, (-width / 2, width / 2, 0, height), bar, foot, -0.003, 0.035, leaf)
    span = (-width / 2 + bar, width / 2 - bar, foot, height - bar)
    pane = _glass(rng, span)
    item.add(meshes.box((width - 2 * bar, 0.008, height - bar - foot), (0, -0.014, foot)), pane)
    columns, rows, thin = int(rng.integers(1, 4)), int(rng.integers(3, 6)), rng.uniform(0.018, 0.03)
    for x in np.linspace(span[0], span[1], columns + 1)[1:-1]:
        item.add(meshes.box((thin, 0.03, height - bar - foot), (x, -0.018, foot)), leaf)
    for z in np.linspace(foot, height - bar, rows + 1)[1:-1]:
        item.add(meshes.box((width - 2 * bar, 0.028, thin), (0, -0.018, z - thin / 2)), leaf)
    _casing(item, rng, width, height, leaf)
    _grip(item, rng, float(rng.choice([-1, 1])), width)
    return item


@design("door")
def louvred(rng: np.random.Generator) -> Item:
    """Slanted slats in a frame, over the whole leaf or only below or above a panel."""
    item, leaf, (width, height) = Item("door", against_wall=True), _leaf(rng), _size(rng)
    bar, middle = rng.uniform(0.07, 0.1), height * rng.uniform(0.42, 0.55)
    _frame(item, (-width / 2, width / 2, 0, height), bar, 0.14, -0.003, 0.036, leaf)
    item.add(meshes.box((width - 2 * bar, 0.036, 0.1), (0, -0.021, middle - 0.05)), leaf)
    fields = ((0.14, middle - 0.05), (middle + 0.05, height - bar))
    panel = int(rng.integers(-1, 2))
    shade = Material(darker(leaf.color, 0.85), leaf.second, leaf.texture, leaf.scale, 0, leaf.strength, leaf.seed)
    item.add(meshes.box((width - 2 * bar, 0.006, height - 0.2), (0, -0.006, 0.1)), plain(darker(leaf.color, 0.5)))
    for index, (low, high) in enumerate(fields):
        if index == panel:
            item.add(meshes.box((width - 2 * bar, 0.014, high - low), (0, -0.018, low)), shade)
            continue
        pitch = rng.uniform(0.035, 0.055)
        for z in np.arange(low, high - pitch * 0.6, pitch):
            item.add(meshes.box((width - 2 * bar, 0.007, pitch * 1.15), (0, -0.033, z), tilt=0.5), shade)
    _casing(item, rng, width, height, leaf)
    _grip(item, rng, float(rng.choice([-1, 1])), width, -0.039)
    return item


@design("door")
def office_steel(rng: np.random.Generator) -> Item:
    """A plain leaf in a steel frame with a narrow vision panel, a kick plate, a closer above and sometimes a bar."""
    item, (width, height) = Item("door", against_wall=True), _size(rng)
    paints = ("grey", "white", "beige", "brown", "blue", "red", "green", "yellow")
    leaf = wood(rng, axis=2) if rng.random() < 0.4 else plain(paint(rng, paints), 0.2)
    frame = plain(paint(rng, ("grey", "black", "white", "brown", "beige")), 0.2)
    item.add(meshes.box((width, 0.035, height), (0, -0.02, 0)), leaf)
    slim = rng.uniform(0.045, 0.06)
    for end in (-1, 1):
        item.add(meshes.box((slim, 0.05, height + slim), (end * (width + slim) / 2, -0.025, 0)), frame)
    item.add(meshes.box((width, 0.05, slim), (0, -0.025, height)), frame)
    side = float(rng.choice([-1, 1]))
    if rng.random() < 0.75:
        x, wide, low = side * width * rng.uniform(0.1, 0.28), rng.uniform(0.1, 0.2), rng.uniform(0.95, 1.15)
        tall = rng.uniform(0.5, 0.75)
        span = (x - wide / 2, x + wide / 2, low, low + tall)
        _frame(item, (span[0] - 0.02, span[1] + 0.02, low - 0.02, low + tall + 0.02), 0.02, 0.02, -0.036, 0.01, frame)
        item.add(meshes.box((wide, 0.004, tall), (x, -0.039, low)), _glass(rng, span))
    steel = metal(rng)
    if rng.random() < 0.5:
        item.add(meshes.box((width - 0.06, 0.004, rng.uniform(0.15, 0.28)), (0, -0.0395, 0.02)), steel)
    if rng.random() < 0.6:
        item.add(meshes.box((0.24, 0.05, 0.055), (-side * width * 0.28, -0.062, height - 0.09)), steel)
        item.add(meshes.box((0.2, 0.015, 0.015), (-side * width * 0.2, -0.075, height - 0.03), yaw=side * 0.25), steel)
    if rng.random() < 0.35:
        item.add(meshes.box((width * 0.9, 0.03, 0.05), (0, -0.075, 0.98)), steel)
        for end in (-1, 1):
            item.add(meshes.box((0.07, 0.06, 0.09), (end * width * 0.43, -0.067, 0.96)), steel)
    else:
        _grip(item, rng, side, width)
    if rng.random() < 0.4:
        sign = plain(paint(rng, ("white", "blue", "black", "yellow")), 0.2)
        item.add(meshes.box((rng.uniform(0.12, 0.25), 0.004, rng.uniform(0.06, 0.18)), (0, -0.0395, 1.5)), sign)
    return item


@design("door")
def recessed_panels(rng: np.random.Generator) -> Item:
    """Broad stiles and rails around three to six recessed panels, one above the other; the top one may be glass."""
    item, leaf, (width, height) = Item("door", against_wall=True), _leaf(rng), _size(rng)
    bar, foot, count = rng.uniform(0.09, 0.13), rng.uniform(0.15, 0.24), int(rng.integers(3, 7))
    _frame(item, (-width / 2, width / 2, 0, height), bar, foot, -0.003, 0.04, leaf)
    inner = width - 2 * bar
    field = Material(darker(leaf.color, 0.92), leaf.second, leaf.texture, leaf.scale, 0, leaf.strength, leaf.seed + 1)
    item.add(meshes.box((inner, 0.01, height - bar - foot), (0, -0.016, foot)), field)
    weights = np.ones(count)
    if rng.random() < 0.5:
        weights[0 if rng.random() < 0.5 else -1] = rng.uniform(1.5, 2.2)
    rail = rng.uniform(0.06, 0.1)
    heights = weights / weights.sum() * (height - bar - foot - rail * (count - 1))
    z = foot
    for index, tall in enumerate(heights):
        if index == count - 1 and rng.random() < 0.3:
            span = (-inner / 2, inner / 2, z, z + float(tall))
            item.add(meshes.box((inner, 0.012, tall), (0, -0.02, z)), _glass(rng, span))
        elif index < count - 1:
            item.add(meshes.box((inner, 0.04, rail), (0, -0.023, z + tall)), leaf)
        z += float(tall) + rail
    _casing(item, rng, width, height, leaf)
    _grip(item, rng, float(rng.choice([-1, 1])), width, -0.043)
    return item


@design("door")
def side_light(rng: np.random.Generator) -> Item:
    """An entrance: a leaf beside a narrow pane of full height, often with another pane above both."""
    item, leaf = Item("door", against_wall=True), _leaf(rng)
    width, height, bar = rng.uniform(0.78, 0.92), rng.uniform(1.9, 1.98), rng.uniform(0.05, 0.07)
    light, side = rng.uniform(0.22, 0.4), float(rng.choice([-1, 1]))
    above = rng.uniform(0.14, 0.2) if rng.random() < 0.5 else 0.0
    total = width + light + 3 * bar
    frame = leaf if rng.random() < 0.5 else _leaf(rng)
    left = -total / 2
    door = left + bar + width / 2 if side < 0 else -left - bar - width / 2
    glass = -left - bar - light / 2 if side < 0 else left + bar + light / 2
    split = door - side * (width + bar) / 2
    top = height + (above + bar if above else 0.0)
    for x in (left + bar / 2, split, -left - bar / 2):
        item.add(meshes.box((bar, 0.06, height if x == split else top), (x, -0.03, 0)), frame)
    for z in sorted({height, top}):
        item.add(meshes.box((total, 0.06, bar), (0, -0.03, z)), frame)
    span = (-total / 2, total / 2, 0.0, top)
    view = _glass(rng, span)
    low = rng.uniform(0.0, 0.6) if rng.random() < 0.5 else 0.06
    item.add(meshes.box((light, 0.03, low), (glass, -0.02, 0)), frame)
    item.add(meshes.box((light, 0.008, height - low), (glass, -0.014, low)), view)
    if above:
        item.add(meshes.box((total - 2 * bar, 0.008, above), (0, -0.014, height + bar)), view)
    item.add(meshes.box((width, 0.035, height), (door, -0.02, 0)), leaf)
    shade = plain(darker(leaf.color, 0.85))
    kind = rng.integers(3)
    if kind == 0:
        for z in np.linspace(0.25, height - 0.35, int(rng.integers(3, 6))):
            item.add(meshes.box((width * 0.6, 0.014, 0.12), (door, -0.043, z)), shade)
    elif kind == 1:
        for x in np.linspace(-0.4, 0.4, 6):
            item.add(meshes.box((0.012, 0.006, height - 0.1), (door + x * width, -0.039, 0.05)), shade)
    handle = Item("door")
    _grip(handle, rng, side * float(rng.choice([-1, 1])), width)
    for part in handle.parts:
        part.vertices[:, 0] += door
    item.parts += handle.parts
    return item


@design("door")
def all_glass(rng: np.random.Generator) -> Item:
    """Frosted or tinted glass in a slim metal frame or held by clamps, with a long upright bar to pull."""
    item, (width, height), steel = Item("door", against_wall=True), _size(rng), metal(rng)
    pane = plain(paint(rng, ("white", "grey", "blue", "green", "black")), 0.7, rng.uniform(0.05, 0.35))
    slim = rng.uniform(0.03, 0.06) if rng.random() < 0.6 else 0.0
    item.add(meshes.box((width - 2 * slim, 0.014, height - 2 * slim), (0, -0.03, slim)), pane)
    side = float(rng.choice([-1, 1]))
    if slim:
        _frame(item, (-width / 2, width / 2, 0, height), slim, slim, -0.012, 0.036, steel)
        if rng.random() < 0.4:
            for z in np.linspace(0, height, int(rng.integers(3, 5)))[1:-1]:
                item.add(meshes.box((width - 2 * slim, 0.03, slim), (0, -0.03, z)), steel)
    else:
        for z in (0.0, height - 0.06):
            item.add(meshes.box((0.16, 0.034, 0.06), (-side * (width / 2 - 0.08), -0.03, z)), steel)
    if rng.random() < 0.5:
        stripe = plain(paint(rng, ("white", "grey", "blue")), 0.2)
        for z in rng.uniform(0.9, 1.4, 2):
            item.add(meshes.box((width - 2 * slim, 0.018, rng.uniform(0.03, 0.15)), (0, -0.03, z)), stripe)
    x, low = side * (width / 2 - max(slim, 0.02) - 0.04), rng.uniform(0.75, 0.95)
    high = low + rng.uniform(0.3, 0.9)
    item.add(meshes.rod((x, -0.085, low), (x, -0.085, high), 0.014), steel)
    for z in (low + 0.04, high - 0.04):
        item.add(meshes.rod((x, -0.03, z), (x, -0.085, z), 0.009, 8), steel)
    broad = rng.uniform(0.03, 0.07)
    for end in (-1, 1):
        item.add(meshes.box((broad, 0.05, height + 0.01), (end * (width + broad) / 2, -0.025, 0)), steel)
    item.add(meshes.box((width + 2 * broad, 0.05, broad), (0, -0.025, height + 0.01)), steel)
    item.color = pane.color.name
    return item


@design("door")
def folding(rng: np.random.Generator) -> Item:
    """Narrow leaves hinged to each other that fold in zigzag, as before closets; slightly or half open."""
    item, leaf = Item("door", against_wall=True), _leaf(rng)
    count, each, height = int(rng.integers(1, 3)) * 2, rng.uniform(0.3, 0.42), rng.uniform(1.95, 2.08)
    angle, side = rng.uniform(0.06, 0.6), float(rng.choice([-1, 1]))
    width = count * each
    shade, slats = plain(darker(leaf.color, 0.85)), rng.integers(3)
    step, x = each * np.cos(angle), 0.0
    for index in range(count):
        turn = side * angle if index % 2 == 0 else -side * angle
        panel = Item("door")
        panel.add(meshes.box((each - 0.006, 0.028, height - 0.03), (0, 0, 0.015)), leaf)
        if slats == 1:
            for z in (0.12, height * 0.52):
                panel.add(meshes.box((each * 0.6, 0.01, height * 0.38), (0, -0.018, z)), shade)
        elif slats == 2:
            for z in np.arange(0.12, height - 0.15, 0.07):
                panel.add(meshes.box((each * 0.7, 0.012, 0.045), (0, -0.016, z), tilt=0.25), shade)
        if index % 2:
            panel.add(meshes.ellipsoid((0.018, 0.018, 0.018), (-side * each * 0.38, -0.032, 1.0), 1), metal(rng))
        cosine, sine = np.cos(turn), np.sin(turn)
        for part in panel.parts:
            across, deep = part.vertices[:, 0].copy(), part.vertices[:, 1].copy()
            middle = -width / 2 + x + step / 2
            part.vertices[:, 0] = side * middle + cosine * across + sine * deep
            part.vertices[:, 1] = -0.05 - each * np.sin(angle) / 2 - sine * across + cosine * deep
        item.parts += panel.parts
        x += step
    item.color = leaf.color.name
    _casing(item, rng, width, height, leaf)
    item.add(meshes.box((width, 0.006, height), (0, -0.006, 0)), plain(paint(rng, ("black", "grey", "brown", "beige"))))
    return item
