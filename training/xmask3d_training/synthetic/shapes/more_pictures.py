# SPDX-License-Identifier: Apache-2.0
"""More pictures to train on: carved gilt frames, ovals, deep canvases, scrolls, hung on cords, glass, many in one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh

from .. import meshes
from ..colors import Paint, darker, paint
from ..item import Item
from ..materials import Material, metal, pattern_seed, picture, plain, wood
from .registry import design
from .tubes import along_y


def _hang(rng: np.random.Generator, height: float) -> float:
    return float(rng.uniform(1.35, 1.7) - height / 2)


def _gilt(rng: np.random.Generator) -> Material:
    tone = rng.uniform(0.75, 1.1)
    gold = Paint("yellow", (0.72 * tone, 0.56 * tone, 0.26 * tone))
    return Material(gold, darker(gold, 0.55), "mottled", 0.03, seed=pattern_seed(rng), gloss=0.4)


def _moulding(width: float, height: float, profile: Sequence[tuple[float, float]]) -> trimesh.Trimesh:
    """A mitred frame standing on z = 0; ``profile`` lists (inset from the outer edge, y) once around."""
    rings = []
    for x, z in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)):
        rings.append(np.array([(x * (width / 2 - t), y, height / 2 + z * (height / 2 - t)) for t, y in profile]))
    return meshes.loft(rings, capped=False)


def _loop(half_x: float, half_z: float, profile: Sequence[tuple[float, float]], count: int = 32) -> trimesh.Trimesh:
    """An oval frame about (0, half_z); ``profile`` as for a moulding."""
    rings = []
    for angle in np.linspace(0, 2 * np.pi, count + 1):
        x, z = np.cos(angle), np.sin(angle)
        rings.append(np.array([(x * (half_x - t), y, half_z + z * (half_z - t)) for t, y in profile]))
    return meshes.loft(rings, capped=False)


def _image(item: Item, rng: np.random.Generator, span: tuple[float, float, float, float], y: float) -> None:
    """A thin print that fills ``span`` (left, right, bottom, top), its back at ``y``."""
    left, right, low, high = span
    item.add(meshes.box((right - left, 0.006, high - low), ((left + right) / 2, y - 0.003, low)), picture(rng, span))


@design("picture")
def gilded(rng: np.random.Generator) -> Item:
    """A painting in a broad, stepped and rounded old frame, gilt or dark, with ornaments at the corners."""
    width, height = rng.uniform(0.45, 1.0), rng.uniform(0.45, 0.95)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    frame = _gilt(rng) if rng.random() < 0.65 else wood(rng, ("brown", "black", "brown"))
    broad, deep = rng.uniform(0.06, 0.12), rng.uniform(0.035, 0.06)
    lip = broad * rng.uniform(0.7, 0.85)
    profile = [
        (0.0, -0.002),
        (0.0, -deep * 0.5),
        (broad * 0.12, -deep),
        (broad * 0.3, -deep),
        (broad * 0.45, -deep * 0.6),
    ]
    profile += [(lip * 0.9, -deep * 0.45), (lip, -deep * 0.62), (broad, -deep * 0.3), (broad, -0.002)]
    item.add(_moulding(width, height, profile), frame)
    if rng.random() < 0.5:
        size = broad * 0.55
        for x in (-1, 1):
            for z in (broad * 0.5, height - broad * 0.5):
                at = (x * (width / 2 - broad * 0.5), -deep * 0.85, z - size)
                item.add(meshes.ellipsoid((size, deep * 0.3, size), at, 1), frame)
    _image(
        item, rng, (-width / 2 + broad * 0.97, width / 2 - broad * 0.97, broad * 0.97, height - broad * 0.97), -0.006
    )
    return item


@design("picture")
def oval(rng: np.random.Generator) -> Item:
    """A round or oval picture in a turned frame, sometimes with a pale mat."""
    half_x = rng.uniform(0.14, 0.34)
    half_z = half_x * (1.0 if rng.random() < 0.4 else rng.uniform(1.15, 1.45))
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, 2 * half_z))
    frame = (_gilt, metal, wood, wood)[rng.integers(4)](rng)
    bar, deep = rng.uniform(0.015, 0.05), rng.uniform(0.02, 0.04)
    profile = [(0.0, -0.002), (0.0, -deep * 0.6), (bar * 0.4, -deep), (bar, -deep * 0.5), (bar, -0.002)]
    item.add(_loop(half_x, half_z, profile), frame)
    angle = np.arange(32) * 2 * np.pi / 32

    def disc(inset: float, y: float) -> trimesh.Trimesh:
        outline = [((half_x - inset) * np.cos(a), half_z + (half_z - inset) * np.sin(a)) for a in angle]
        return along_y(outline, 0.004, y)

    mat = rng.uniform(0.03, 0.3 * half_x) if rng.random() < 0.4 else 0.0
    if mat:
        item.add(disc(bar * 0.9, -0.005), plain(paint(rng, ("white", "beige", "grey"))))
    inset = bar * 0.95 + mat
    extent = (inset - half_x, half_x - inset, inset, 2 * half_z - inset)
    item.add(disc(inset, -0.009), picture(rng, extent))
    return item


@design("picture")
def deep_canvas(rng: np.random.Generator) -> Item:
    """Canvas on a thick stretcher, about square or upright, its sides painted; bare or in a gap frame."""
    width = rng.uniform(0.3, 0.9)
    height, deep = width * rng.uniform(0.85, 1.45), rng.uniform(0.025, 0.05)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    span = (-width / 2, width / 2, 0.0, height)
    item.add(meshes.box((width, deep, height), (0, -0.002 - deep / 2, 0)), picture(rng, span))
    if rng.random() < 0.5:
        material = plain(paint(rng, ("white", "beige", "black", "grey", "brown")))
        _border(item, width, height, 0.0, deep * 0.995, material)
    elif rng.random() < 0.5:
        frame = wood(rng, ("black", "white", "brown", "beige"))
        gap, bar = rng.uniform(0.006, 0.012), rng.uniform(0.008, 0.015)
        _border(item, width + 2 * gap, height + 2 * gap, bar, deep + 0.006, frame, -gap)
        item.add(meshes.box((width + 3 * gap, 0.004, height + 3 * gap), (0, -0.003, -1.5 * gap)), plain(frame.color))
    return item


def _border(
    item: Item, width: float, height: float, bar: float, deep: float, material: Material, z: float = 0.0
) -> None:
    """Four strips ``bar`` thick (at least 1 mm) outside a rectangle that stands on ``z``."""
    thick, y = max(bar, 0.001), -0.002 - deep / 2
    for side in (-1, 1):
        item.add(meshes.box((thick, deep, height), (side * (width + thick) / 2, y, z)), material)
        at = (0, y, z + (height if side > 0 else -thick))
        item.add(meshes.box((width + 2 * thick, deep, thick), at), material)


@design("picture")
def scroll(rng: np.random.Generator) -> Item:
    """A long hanging scroll or map between two rods, on a cord from a nail."""
    width = rng.uniform(0.3, 0.75)
    height, radius = width * rng.uniform(1.3, 2.4), rng.uniform(0.009, 0.018)
    height = min(height, 1.25)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height) - 0.1)
    rod = wood(rng) if rng.random() < 0.8 else metal(rng)
    margin, ends = rng.uniform(0.0, 0.16) * width, rng.uniform(0.01, 0.04)
    if margin > 0.02:
        backing = plain(paint(rng, ("beige", "white", "grey", "green", "red", "blue", "brown")))
        item.add(meshes.box((width, 0.003, height), (0, -radius, 0)), backing)
        span = (-width / 2 + margin, width / 2 - margin, margin * 1.6, height - margin * 2)
    else:
        span = (-width / 2, width / 2, 0.0, height)
    _image(item, rng, span, -radius)
    for z in (0.0, height):
        item.add(
            meshes.rod((-width / 2 - ends, -radius - 0.002, z), (width / 2 + ends, -radius - 0.002, z), radius), rod
        )
    cord, peak = plain(paint(rng, ("brown", "black", "white", "red"))), height + width * rng.uniform(0.15, 0.3)
    for x in (-1, 1):
        item.add(meshes.rod((x * width * 0.4, -radius, height), (0, -0.008, peak), 0.003, 5), cord)
    item.add(meshes.ellipsoid((0.008, 0.008, 0.008), (0, -0.01, peak - 0.006), 1), metal(rng))
    return item


@design("picture")
def on_cord(rng: np.random.Generator) -> Item:
    """A small picture under glass that leans from the wall at its top, hung on a visible cord."""
    width = rng.uniform(0.18, 0.5)
    height, bar = width * rng.uniform(0.7, 1.45), rng.uniform(0.012, 0.035)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    frame = (wood, wood, metal, _gilt)[rng.integers(4)](rng)
    deep, lean = rng.uniform(0.015, 0.03), rng.uniform(0.01, 0.05)
    item.add(_moulding(width, height, [(0, 0), (0, -deep), (bar, -deep * 0.7), (bar, 0)]), frame)
    mat = rng.uniform(0.02, 0.2 * width) if rng.random() < 0.5 else 0.0
    item.add(
        meshes.box((width - bar, 0.004, height - bar), (0, -0.003, bar / 2)), plain(paint(rng, ("white", "beige")))
    )
    inset = bar + mat
    _image(item, rng, (inset - width / 2, width / 2 - inset, inset, height - inset), -0.006)
    for part in item.parts:
        part.vertices[:, 1] -= 0.003 + lean * part.vertices[:, 2] / height
    peak, cord = height + width * rng.uniform(0.2, 0.45), plain(paint(rng, ("black", "brown", "white", "beige")))
    for x in (-1, 1):
        item.add(meshes.rod((x * width * 0.42, -lean, height - 0.01), (0, -0.006, peak), 0.0025, 5), cord)
    item.add(meshes.ellipsoid((0.008, 0.008, 0.008), (0, -0.009, peak - 0.006), 1), metal(rng))
    return item


@design("picture")
def behind_glass(rng: np.random.Generator) -> Item:
    """A print between glossy plates kept off the wall by four steel pins, or held by clips; no frame."""
    width = rng.uniform(0.35, 0.95)
    height = width * rng.uniform(0.65, 1.4)
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    off, margin = rng.uniform(0.012, 0.03), rng.uniform(0.0, 0.12) * width
    plate, steel = plain(paint(rng, ("white", "grey", "white", "black")), 0.6), metal(rng)
    item.add(meshes.box((width, 0.008, height), (0, -off, 0)), plate)
    _image(item, rng, (margin - width / 2, width / 2 - margin, margin, height - margin), -off - 0.004)
    pins = rng.random() < 0.6
    for x in (-1, 1):
        for z in (0, 1):
            if pins:
                at = np.array([x * (width / 2 - 0.03), 0, 0.03 + z * (height - 0.06)])
                item.add(meshes.rod(at - (0, 0.001, 0), at - (0, off + 0.018, 0), 0.011, 12), steel)
            else:
                at = np.array([x * width * 0.25, -off - 0.002, z * height - 0.012])
                item.add(meshes.box((0.02, 0.02, 0.024), at), steel)
    item.color = item.parts[1].material.color.name
    return item


@design("picture")
def many_in_one(rng: np.random.Generator) -> Item:
    """One frame whose mat has several openings, a photograph in each."""
    columns, rows = ((2, 2), (3, 2), (2, 3), (3, 3), (1, 3), (4, 2))[rng.integers(6)]
    each = rng.uniform(0.1, 0.18)
    tall, gap, bar = each * rng.uniform(0.75, 1.35), rng.uniform(0.02, 0.05), rng.uniform(0.012, 0.035)
    rim = bar + gap * rng.uniform(1.0, 1.8)
    width, height = columns * each + (columns - 1) * gap + 2 * rim, rows * tall + (rows - 1) * gap + 2 * rim
    item = Item("picture", against_wall=True, hangs_at=_hang(rng, height))
    frame = wood(rng, ("brown", "black", "white", "beige", "grey")) if rng.random() < 0.75 else metal(rng)
    item.add(_moulding(width, height, [(0, -0.001), (0, -0.025), (bar, -0.022), (bar, -0.001)]), frame)
    mat = plain(paint(rng, ("white", "white", "beige", "black", "grey")))
    item.add(meshes.box((width - bar, 0.006, height - bar), (0, -0.005, bar / 2)), mat)
    merged = int(rng.integers(columns * rows)) if rng.random() < 0.4 else -1
    for row in range(rows):
        for column in range(columns):
            index = row * columns + column
            if index == merged + 1 and merged >= 0 and column:
                continue
            left, low = rim - width / 2 + column * (each + gap), rim + row * (tall + gap)
            right = left + each
            if index == merged and column + 1 < columns:
                right += each + gap
            _image(item, rng, (left, right, low, low + tall), -0.009)
    return item
