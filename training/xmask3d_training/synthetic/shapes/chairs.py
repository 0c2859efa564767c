# SPDX-License-Identifier: Apache-2.0
"""Chairs: dining, office, armchair, tub, folding, bar-backed."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import fabric, metal, plastic, upholstery, wood
from .registry import design


def legs(item: Item, width: float, depth: float, height: float, thickness: float, material, splay: float = 0.0) -> None:
    """Four legs under a rectangle; ``splay`` moves the feet outwards, metres."""
    for x in (-1, 1):
        for y in (-1, 1):
            top = (x * (width / 2 - thickness), y * (depth / 2 - thickness), height)
            foot = (top[0] + x * splay, top[1] + y * splay, 0.0)
            item.add(meshes.beam(foot, top, thickness, thickness), material)


@design("chair")
def slatted(rng: np.random.Generator) -> Item:
    """A wooden dining chair with an open, slatted back."""
    item, frame = Item("chair"), wood(rng)
    width, depth, seat = rng.uniform(0.4, 0.48), rng.uniform(0.4, 0.46), rng.uniform(0.43, 0.48)
    back = rng.uniform(0.42, 0.58)
    bar = rng.uniform(0.032, 0.045)
    item.add(meshes.box((width, depth, 0.035), (0, 0, seat - 0.035)), frame)
    legs(item, width, depth, seat - 0.035, bar, frame, rng.uniform(0, 0.03))
    rear, lean = depth / 2 - bar / 2, 0.08
    for x in (-1, 1):
        item.add(
            meshes.beam(
                (x * (width - bar) / 2, rear, seat), (x * (width - bar) / 2, rear + lean, seat + back), bar, bar
            ),
            frame,
        )
    if rng.random() < 0.5:
        for share in np.linspace(0.3, 1, int(rng.integers(2, 5))):
            item.add(meshes.box((width - bar, 0.02, 0.06), (0, rear + lean * share, seat + back * share - 0.06)), frame)
    else:
        item.add(meshes.box((width, 0.03, 0.08), (0, rear + lean, seat + back - 0.07)), frame)
        for x in np.linspace(-0.36, 0.36, int(rng.integers(3, 6))):
            item.add(
                meshes.beam((x * width, rear, seat), (x * width, rear + lean, seat + back - 0.06), 0.025, 0.015), frame
            )
    if rng.random() < 0.5:
        item.add(meshes.rounded_box((width * 0.92, depth * 0.92, 0.05), 0.02, (0, 0, seat)), fabric(rng))
    return item


@design("chair")
def panel_back(rng: np.random.Generator) -> Item:
    """A padded dining chair with a solid back and thin legs."""
    item, cover = Item("chair"), upholstery(rng, 0.6)
    width, depth, seat = rng.uniform(0.42, 0.5), rng.uniform(0.42, 0.48), rng.uniform(0.44, 0.48)
    back = rng.uniform(0.4, 0.6)
    item.add(meshes.rounded_box((width, depth, 0.08), 0.03, (0, 0, seat - 0.08)), cover)
    item.add(meshes.rounded_box((width * 0.96, 0.06, back), 0.03, (0, depth / 2 - 0.04, seat - 0.02), tilt=0.14), cover)
    frame = metal(rng) if rng.random() < 0.5 else wood(rng)
    legs(item, width * 0.94, depth * 0.94, seat - 0.06, rng.uniform(0.025, 0.04), frame, rng.uniform(0, 0.05))
    return item


@design("chair")
def swivel(rng: np.random.Generator) -> Item:
    """An office chair: five-star base on castors, column, armrests."""
    item, cover = Item("chair"), fabric(rng, ("black", "grey", "blue", "red", "green", "white"))
    dark = plastic(rng, ("black", "grey", "white"))
    seat, width = rng.uniform(0.45, 0.52), rng.uniform(0.46, 0.52)
    item.add(meshes.rounded_box((width, width * 0.96, 0.09), 0.04, (0, 0, seat - 0.09)), cover)
    tall = rng.uniform(0.45, 0.7)
    item.add(meshes.rounded_box((width * 0.88, 0.07, tall), 0.04, (0, width / 2 - 0.02, seat + 0.07), tilt=0.16), cover)
    item.add(meshes.box((0.07, 0.03, 0.25), (0, width / 2 + 0.02, seat - 0.07)), dark)
    item.add(meshes.cylinder(0.03, seat - 0.18, (0, 0, 0.1)), metal(rng))
    for angle in np.arange(5) * 2 * np.pi / 5 + rng.uniform(0, 1):
        x, y = 0.3 * np.cos(angle), 0.3 * np.sin(angle)
        item.add(meshes.beam((0, 0, 0.11), (x, y, 0.07), 0.045, 0.03), dark)
        item.add(meshes.ellipsoid((0.03, 0.03, 0.03), (x, y, 0), 1), dark)
    if rng.random() < 0.7:
        for x in (-1, 1):
            side = x * (width / 2 + 0.02)
            item.add(meshes.box((0.03, 0.05, 0.24), (side, 0.05, seat - 0.05)), dark)
            item.add(meshes.rounded_box((0.06, 0.26, 0.035), 0.015, (side, 0.0, seat + 0.18)), dark)
    return item


@design("chair")
def armchair(rng: np.random.Generator) -> Item:
    """A small upholstered armchair for one."""
    item, cover = Item("chair"), upholstery(rng)
    width, depth, seat = rng.uniform(0.68, 0.82), rng.uniform(0.68, 0.8), rng.uniform(0.38, 0.44)
    arm, back = rng.uniform(0.1, 0.16), rng.uniform(0.38, 0.5)
    foot = 0.1
    item.add(meshes.rounded_box((width - 2 * arm, depth - 0.1, seat - foot), 0.05, (0, -0.03, foot)), cover)
    item.add(meshes.rounded_box((width, 0.18, seat + back - foot), 0.07, (0, depth / 2 - 0.1, foot), tilt=0.1), cover)
    for x in (-1, 1):
        item.add(
            meshes.rounded_box((arm, depth * 0.9, seat + 0.17 - foot), 0.05, (x * (width - arm) / 2, -0.02, foot)),
            cover,
        )
    legs(item, width * 0.9, depth * 0.9, foot + 0.03, 0.04, wood(rng))
    return item


@design("chair", held_out=True)
def shell(rng: np.random.Generator) -> Item:
    """A moulded shell on splayed legs."""
    item, cover = Item("chair"), plastic(rng)
    width, seat = rng.uniform(0.44, 0.5), rng.uniform(0.43, 0.47)
    across, along = np.meshgrid(np.linspace(-1, 1, 13), np.linspace(0, 1, 17))
    bend = np.clip((along - 0.5) * 2, 0, 1)
    y = np.where(along < 0.5, -0.22 + 0.8 * along * 0.5, -0.02 + 0.22 * np.sin(np.minimum(bend * 1.4, 1.57)))
    z = seat + 0.42 * bend**1.3 + 0.05 * across**2 + np.where(along < 0.1, -0.02, 0)
    half = width / 2 * np.where(bend > 0, 1 - 0.3 * bend**3, 1)
    item.add(meshes.sheet(np.stack([across * half, y - 0.05 * bend * across**2, z], axis=-1)), cover)
    legs(item, width * 0.6, 0.3, seat + 0.01, 0.03, wood(rng) if rng.random() < 0.6 else metal(rng), 0.09)
    return item


@design("chair", held_out=True)
def ladder_arms(rng: np.random.Generator) -> Item:
    """A wooden chair with armrests and crossbars."""
    item, frame = Item("chair"), wood(rng)
    width, depth, seat, bar = rng.uniform(0.5, 0.58), rng.uniform(0.46, 0.52), rng.uniform(0.43, 0.47), 0.045
    item.add(meshes.rounded_box((width, depth, 0.07), 0.025, (0, 0, seat - 0.05)), fabric(rng))
    rear, high, arm = depth / 2 - bar / 2, seat + rng.uniform(0.42, 0.5), seat + 0.22
    for x in (-1, 1):
        side = x * (width + bar) / 2
        item.add(meshes.beam((side, rear, 0), (side, rear + 0.07, high), bar, bar), frame)
        item.add(meshes.beam((side, -rear, 0), (side, -rear, arm), bar, bar), frame)
        item.add(meshes.box((bar * 1.3, depth + 0.04, 0.03), (side, 0, arm)), frame)
        item.add(meshes.box((bar * 0.7, depth, 0.03), (side, 0, seat * 0.4)), frame)
    for z in (seat + 0.12, seat + 0.25, high - 0.07):
        item.add(meshes.box((width, 0.02, 0.06), (0, rear + 0.07 * (z - 0.0) / high, z)), frame)
    return item
