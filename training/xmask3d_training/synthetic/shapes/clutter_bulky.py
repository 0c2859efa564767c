# SPDX-License-Identifier: Apache-2.0
"""More clutter on the floor: fans, stools, heaters, ladders, guitars, coat racks."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import fabric, metal, plain, wood
from .chairs import legs
from .registry import design


@design("fan")
def standing_fan(rng: np.random.Generator) -> Item:
    """Blades in a ring on a pole."""
    item, frame = Item("fan"), plain(paint(rng, ("white", "grey", "black", "blue")))
    high = rng.uniform(1.0, 1.3)
    item.add(meshes.cylinder(0.19, 0.03), frame)
    item.add(meshes.cylinder(0.018, high), frame)
    item.add(meshes.rod((0, -0.02, high), (0, 0.1, high), 0.05), frame)
    for angle in np.arange(0, 6.2, 0.35):
        a, b = (np.array([0.2 * np.cos(t), -0.06, high + 0.2 * np.sin(t)]) for t in (angle, angle + 0.37))
        item.add(meshes.rod(a, b, 0.008, 5), frame)
    for angle in np.arange(4) * np.pi / 2:
        item.add(
            meshes.beam((0, -0.04, high), (0.17 * np.cos(angle), -0.05, high + 0.17 * np.sin(angle)), 0.07, 0.006),
            frame,
        )
    return item


@design("fan", held_out=True)
def tower_fan(rng: np.random.Generator) -> Item:
    """A slim tower with a slotted front."""
    item, frame, high = Item("fan"), plain(paint(rng, ("white", "grey", "black"))), rng.uniform(0.75, 0.95)
    item.add(meshes.cylinder(0.14, 0.03), frame)
    item.add(meshes.loft([meshes.ring(0.09, 0.08, z, 24, 3) for z in (0.03, high)]), frame)
    for z in np.arange(0.2, high - 0.1, 0.035):
        item.add(meshes.box((0.1, 0.008, 0.012), (0, -0.082, z)), plain(darker(frame.color, 0.4)))
    return item


@design("stool")
def round_stool(rng: np.random.Generator) -> Item:
    """A round seat on three legs."""
    item, frame, high = Item("stool"), wood(rng), rng.uniform(0.42, 0.65)
    item.add(meshes.cylinder(rng.uniform(0.15, 0.19), 0.04, (0, 0, high - 0.04), 28), frame)
    for angle in np.arange(3) * 2 * np.pi / 3:
        direction = np.array([np.cos(angle), np.sin(angle), 0])
        item.add(meshes.rod(direction * 0.19, direction * 0.1 + (0, 0, high - 0.03), 0.018), frame)
    return item


@design("stool", held_out=True)
def square_stool(rng: np.random.Generator) -> Item:
    """A padded square seat on four legs."""
    item, high = Item("stool"), rng.uniform(0.42, 0.5)
    item.add(meshes.rounded_box((0.36, 0.36, 0.08), 0.03, (0, 0, high - 0.08)), fabric(rng))
    legs(item, 0.34, 0.34, high - 0.07, 0.035, wood(rng))
    return item


@design("heater")
def radiator(rng: np.random.Generator) -> Item:
    """A ribbed radiator on feet."""
    item, body = Item("heater", against_wall=True), plain(paint(rng, ("white", "white", "grey", "beige")), 0.2)
    count, high = int(rng.integers(8, 16)), rng.uniform(0.5, 0.65)
    for index in range(count):
        x = (index - (count - 1) / 2) * 0.065
        item.add(meshes.rounded_box((0.05, 0.12, high), 0.022, (x, 0, 0.08)), body)
    item.add(meshes.box((count * 0.065, 0.04, 0.04), (0, 0, 0.14)), body)
    for x in (-1, 1):
        item.add(meshes.box((0.03, 0.12, 0.1), (x * count * 0.028, 0, 0)), body)
    return item


@design("ladder")
def stepladder(rng: np.random.Generator) -> Item:
    """A folding ladder, open."""
    item, frame = Item("ladder"), metal(rng) if rng.random() < 0.5 else wood(rng)
    high = rng.uniform(1.1, 1.6)
    for x in (-1, 1):
        item.add(meshes.beam((x * 0.24, -0.32, 0), (x * 0.17, 0, high), 0.035, 0.06), frame)
        item.add(meshes.beam((x * 0.24, 0.32, 0), (x * 0.17, 0.02, high), 0.03, 0.03), frame)
    for share in np.arange(0.15, 1.0, 0.19):
        item.add(meshes.box((0.48 - 0.14 * share, 0.1, 0.025), (0, -0.32 * (1 - share), high * share)), frame)
    return item


@design("guitar", held_out=True)
def acoustic(rng: np.random.Generator) -> Item:
    """A guitar leaning back on its stand."""
    item, body = Item("guitar"), wood(rng, ("brown", "orange", "beige"), 2)
    parts = [
        meshes.cylinder(0.19, 0.1, (0, 0, 0), 30),
        meshes.cylinder(0.14, 0.1, (0, 0.24, 0), 30),
        meshes.box((0.055, 0.5, 0.03), (0, 0.6, 0.06)),
        meshes.box((0.08, 0.14, 0.025), (0, 0.9, 0.06)),
    ]
    dark = plain(paint(rng, ("black",)))
    materials = [body, body, dark, dark]
    parts.append(meshes.cylinder(0.05, 0.004, (0, 0.17, 0.1), 20))
    materials.append(dark)
    turn = np.array([[1, 0, 0], [0, 0.17, -0.985], [0, 0.985, 0.17]])
    for part, material in zip(parts, materials, strict=True):
        part.vertices = np.asarray(part.vertices) @ turn.T + (0, -0.05, 0.24)
        item.add(part, material)
    item.color = body.color.name
    item.add(meshes.rod((-0.15, -0.1, 0), (0, 0.05, 0.5), 0.012, 6), dark)
    item.add(meshes.rod((0.15, -0.1, 0), (0, 0.05, 0.5), 0.012, 6), dark)
    item.add(meshes.rod((0, 0.25, 0), (0, 0.05, 0.5), 0.012, 6), dark)
    return item


@design("coat rack", held_out=True)
def stand(rng: np.random.Generator) -> Item:
    """A pole with hooks and a coat."""
    item, frame = Item("coat rack"), wood(rng)
    high = rng.uniform(1.6, 1.8)
    item.add(meshes.cylinder(0.022, high), frame)
    for angle in np.arange(4) * np.pi / 2 + 0.3:
        direction = np.array([np.cos(angle), np.sin(angle), 0])
        item.add(meshes.beam(direction * 0.26, (0, 0, 0.08), 0.03, 0.03), frame)
        item.add(meshes.rod((0, 0, high - 0.08), direction * 0.13 + (0, 0, high), 0.012, 6), frame)
    coat = [
        meshes.ring(a, 0.1, z, 20, 2.5) for a, z in ((0.24, 0.75), (0.2, 1.1), (0.22, high - 0.3), (0.08, high - 0.12))
    ]
    item.add(meshes.loft(coat, (0.06, 0, 0)), fabric(rng))
    return item
