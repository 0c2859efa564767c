# SPDX-License-Identifier: Apache-2.0
"""Clutter that stands on furniture."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import ceramic, metal, picture, plain, plastic, wood
from .registry import design

ON_TOP = ("monitor", "bottle", "vase", "bowl", "clock", "television", "bottle", "monitor")
"""Words of clutter that stands on furniture, common ones repeated."""


def _screen(rng: np.random.Generator, name: str, width: float, height: float, lift: float) -> Item:
    item, case = Item(name), plain(paint(rng, ("black", "black", "grey", "white")), 0.3)
    item.add(meshes.box((width, 0.035, height), (0, 0, lift)), case)
    area = (-width * 0.47, width * 0.47, lift + 0.02, lift + height - 0.02)
    on = rng.random() < 0.5
    glass = picture(rng, area) if on else plain(paint(rng, ("black",)), 0.6)
    item.add(meshes.box((width * 0.94, 0.006, height - 0.04), (0, -0.019, lift + 0.02)), glass)
    return item


@design("monitor")
def desktop_screen(rng: np.random.Generator) -> Item:
    """A computer screen on a foot."""
    item = _screen(rng, "monitor", rng.uniform(0.45, 0.6), rng.uniform(0.27, 0.35), 0.12)
    item.add(meshes.box((0.05, 0.03, 0.2), (0, 0.03, 0)), item.parts[0].material)
    item.add(meshes.box((0.22, 0.17, 0.015), (0, 0.02, 0)), item.parts[0].material)
    return item


@design("monitor", held_out=True)
def laptop(rng: np.random.Generator) -> Item:
    """An open laptop computer."""
    item, case = Item("monitor"), plain(paint(rng, ("grey", "black", "white")), 0.4)
    item.add(meshes.box((0.34, 0.23, 0.018)), case)
    item.add(meshes.box((0.29, 0.1, 0.003), (0, 0.03, 0.018)), plain(darker(case.color, 0.4)))
    item.add(meshes.box((0.34, 0.01, 0.22), (0, 0.12, 0.015), tilt=0.3), case)
    item.add(
        meshes.box((0.31, 0.003, 0.19), (0, 0.118, 0.03), tilt=0.3),
        plain(paint(rng, ("blue", "black", "grey")), 0.4, 0.3),
    )
    return item


@design("television")
def flat_television(rng: np.random.Generator) -> Item:
    """A wide screen on two feet."""
    width = rng.uniform(0.7, 1.1)
    item = _screen(rng, "television", width, width * 0.58, 0.06)
    for x in (-1, 1):
        item.add(meshes.box((0.03, 0.2, 0.07), (x * width * 0.35, 0, 0)), item.parts[0].material)
    return item


@design("television", held_out=True)
def tube_television(rng: np.random.Generator) -> Item:
    """An old deep set with knobs."""
    item, case = Item("television"), wood(rng, ("brown", "black", "grey"))
    width = rng.uniform(0.45, 0.6)
    item.add(meshes.rounded_box((width, 0.4, width * 0.75), 0.03), case)
    item.add(
        meshes.box((width * 0.65, 0.01, width * 0.55), (-width * 0.1, -0.2, width * 0.1)),
        plain(paint(rng, ("black", "grey")), 0.7),
    )
    for z in (0.45, 0.6):
        item.add(meshes.ellipsoid((0.025, 0.02, 0.025), (width * 0.37, -0.205, width * z - 0.025), 1), metal(rng))
    return item


@design("bottle")
def wine_bottle(rng: np.random.Generator) -> Item:
    """A bottle with a long neck."""
    high = rng.uniform(0.26, 0.34)
    profile = [(0.035, 0), (0.038, high * 0.55), (0.014, high * 0.75), (0.014, high), (0.001, high)]
    return Item("bottle").add(
        meshes.lathe(profile), plain(paint(rng, ("green", "brown", "black", "white", "blue")), 0.5)
    )


@design("bottle", held_out=True)
def squat_bottle(rng: np.random.Generator) -> Item:
    """A squat bottle with a cap."""
    item, high = Item("bottle"), rng.uniform(0.18, 0.26)
    item.add(meshes.lathe([(0.045, 0), (0.05, high * 0.6), (0.02, high * 0.85), (0.02, high)]), plastic(rng))
    item.add(meshes.cylinder(0.024, 0.03, (0, 0, high), 12), plastic(rng))
    return item


@design("vase")
def flowers(rng: np.random.Generator) -> Item:
    """A vase with flowers."""
    item, high = Item("vase"), rng.uniform(0.15, 0.25)
    item.add(
        meshes.lathe([(0.04, 0), (0.075, high * 0.4), (0.035, high * 0.85), (0.05, high), (0.03, high - 0.02)]),
        ceramic(rng),
    )
    bloom = plastic(rng, ("red", "yellow", "pink", "white", "purple", "orange"))
    for _ in range(6):
        end = np.append(rng.uniform(-0.1, 0.1, 2), high + rng.uniform(0.1, 0.2))
        item.add(meshes.rod((0, 0, high - 0.03), end, 0.004, 5), plain(paint(rng, ("green",))))
        item.add(meshes.ellipsoid((0.03, 0.03, 0.025), end, 1), bloom)
    return item


@design("vase", held_out=True)
def amphora(rng: np.random.Generator) -> Item:
    """A tall empty vase."""
    high = rng.uniform(0.28, 0.42)
    profile = [
        (0.05, 0),
        (0.1, high * 0.55),
        (0.09, high * 0.75),
        (0.04, high * 0.9),
        (0.06, high),
        (0.04, high - 0.01),
    ]
    return Item("vase").add(meshes.lathe(profile), plastic(rng))


@design("bowl")
def fruit_bowl(rng: np.random.Generator) -> Item:
    """A bowl with fruit."""
    item, radius = Item("bowl"), rng.uniform(0.11, 0.16)
    item.add(
        meshes.lathe(
            [(radius * 0.4, 0), (radius * 0.85, 0.05), (radius, 0.09), (radius * 0.93, 0.09), (radius * 0.3, 0.03)]
        ),
        ceramic(rng),
    )
    for angle in np.arange(5) * 1.26:
        at = (0.06 * np.cos(angle), 0.06 * np.sin(angle), 0.04)
        item.add(meshes.ellipsoid((0.04, 0.04, 0.038), at, 2), plastic(rng, ("red", "orange", "yellow", "green")))
    return item


@design("bowl", held_out=True)
def salad_bowl(rng: np.random.Generator) -> Item:
    """A large empty bowl."""
    radius = rng.uniform(0.13, 0.18)
    profile = [(radius * 0.5, 0), (radius * 0.95, 0.08), (radius, 0.12), (radius * 0.94, 0.12), (radius * 0.45, 0.02)]
    return Item("bowl").add(meshes.lathe(profile), wood(rng))


@design("clock")
def mantel_clock(rng: np.random.Generator) -> Item:
    """A round face in a standing case."""
    item, case = Item("clock"), wood(rng)
    item.add(meshes.rounded_box((0.24, 0.09, 0.26), 0.03), case)
    face, hand = meshes.cylinder(0.09, 0.01, sections=28), plain(paint(rng, ("black",)))
    face.vertices = np.asarray(face.vertices) @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]).T + (0, -0.045, 0.14)
    item.add(face, plain(paint(rng, ("white",))))
    item.add(meshes.box((0.012, 0.004, 0.06), (0, -0.058, 0.14)), hand)
    item.add(meshes.box((0.05, 0.004, 0.012), (0.02, -0.058, 0.134)), hand)
    return item
