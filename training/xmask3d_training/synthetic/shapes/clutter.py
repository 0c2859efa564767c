# SPDX-License-Identifier: Apache-2.0
"""Clutter on the floor, outside the 19 classes and without a label: plants, lamps, boxes, balls, bins, bags."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker, paint
from ..item import Item
from ..materials import fabric, metal, plain, plastic, wood
from .registry import design

ON_FLOOR = (
    *("plant", "plant", "box", "box", "lamp", "ball", "bin", "suitcase", "basket"),
    *("fan", "stool", "heater", "ladder", "guitar", "backpack", "coat rack"),
)
"""Words of clutter that stands on floors, common ones repeated."""


def _pot(item: Item, rng: np.random.Generator, radius: float, height: float) -> None:
    profile = [(radius * 0.7, 0), (radius, height), (radius * 0.9, height), (radius * 0.85, height - 0.03)]
    item.add(meshes.lathe(profile), plastic(rng))
    item.color = "green"


@design("plant")
def bushy(rng: np.random.Generator) -> Item:
    """Small leaves on stems in a pot."""
    item, pot = Item("plant"), rng.uniform(0.18, 0.3)
    _pot(item, rng, rng.uniform(0.1, 0.16), pot)
    green = paint(rng, ("green",))
    for _ in range(int(rng.integers(16, 28))):
        angle, lift, reach = rng.uniform(0, 6.28), rng.uniform(0.2, 0.65), rng.uniform(0.06, 0.26)
        end = np.array([np.cos(angle) * reach, np.sin(angle) * reach, pot + lift])
        item.add(meshes.rod((0, 0, pot - 0.02), end, 0.005, 5), plain(green))
        item.add(meshes.ellipsoid((0.06, 0.06, 0.025), end, 1), plain(darker(green, rng.uniform(0.7, 1.3))))
    return item


@design("plant", held_out=True)
def palm(rng: np.random.Generator) -> Item:
    """Long arching leaves in a pot."""
    item, pot = Item("plant"), rng.uniform(0.22, 0.32)
    _pot(item, rng, rng.uniform(0.12, 0.17), pot)
    green, along = paint(rng, ("green",)), np.linspace(0, 1, 9)
    for angle in np.arange(11) * 2.4 + rng.uniform(0, 1):
        reach, lift = rng.uniform(0.25, 0.42), rng.uniform(0.5, 0.9)
        out, up = reach * along, pot + lift * along - 0.5 * along**3 * reach
        half = 0.04 * np.sin(np.pi * np.clip(along, 0.08, 0.97))
        middle = np.stack([out * np.cos(angle), out * np.sin(angle), up], 1)
        side = np.array([-np.sin(angle), np.cos(angle), 0.0])
        item.add(
            meshes.sheet(np.stack([middle - half[:, None] * side, middle + half[:, None] * side], 1)),
            plain(darker(green, rng.uniform(0.75, 1.25))),
        )
    return item


@design("box")
def carton(rng: np.random.Generator) -> Item:
    """A closed cardboard box with tape."""
    item, board = Item("box"), plain(paint(rng, ("brown", "beige", "beige", "white")))
    size = rng.uniform(0.2, 0.5, 3) * (1, 0.8, 0.8)
    item.add(meshes.box(size), board)
    item.add(meshes.box((size[0] * 1.004, 0.05, size[2] * 1.004)), plain(darker(board.color, 0.8), 0.3))
    return item


@design("box", held_out=True)
def open_carton(rng: np.random.Generator) -> Item:
    """An open cardboard box, flaps up."""
    item, board = Item("box"), plain(paint(rng, ("brown", "beige")))
    width, depth, height = rng.uniform(0.25, 0.45), rng.uniform(0.22, 0.36), rng.uniform(0.18, 0.32)
    for x in (-1, 1):
        item.add(meshes.box((0.008, depth, height), (x * width / 2, 0, 0)), board)
        item.add(meshes.box((width, 0.008, height), (0, x * depth / 2, 0)), board)
        item.add(meshes.box((width, 0.008, depth * 0.45), (0, x * depth / 2, height), tilt=x * 0.9), board)
    item.add(meshes.box((width, depth, 0.01)), plain(darker(board.color, 0.7)))
    return item


@design("lamp")
def floor_lamp(rng: np.random.Generator) -> Item:
    """A shade on a pole."""
    item, pole = Item("lamp"), metal(rng)
    height, radius = rng.uniform(1.35, 1.65), rng.uniform(0.15, 0.22)
    item.add(
        meshes.lathe(
            [(radius, height - 0.28), (radius * 0.7, height), (radius * 0.68, height), (radius * 0.97, height - 0.28)]
        ),
        plain(paint(rng, ("white", "beige", "yellow", "red", "grey")), glow=0.5),
    )
    item.add(meshes.cylinder(0.14, 0.025), pole)
    item.add(meshes.cylinder(0.012, height - 0.1), pole)
    return item


@design("lamp", held_out=True)
def tripod_lamp(rng: np.random.Generator) -> Item:
    """A drum shade on three wooden legs."""
    item, frame = Item("lamp"), wood(rng)
    height, radius = rng.uniform(1.3, 1.55), rng.uniform(0.18, 0.24)
    item.add(
        meshes.cylinder(radius, 0.26, (0, 0, height - 0.26), 30),
        plain(paint(rng, ("white", "beige", "black")), glow=0.4),
    )
    for angle in np.arange(3) * 2 * np.pi / 3:
        foot = (0.28 * np.cos(angle), 0.28 * np.sin(angle), 0)
        item.add(meshes.rod(foot, (0, 0, height - 0.25), 0.016), frame)
    return item


@design("ball")
def toy_ball(rng: np.random.Generator) -> Item:
    """A ball of one colour."""
    radius = rng.uniform(0.09, 0.16)
    return Item("ball").add(meshes.ellipsoid((radius,) * 3, subdivisions=3), plastic(rng))


@design("ball", held_out=True)
def big_ball(rng: np.random.Generator) -> Item:
    """A large striped exercise ball."""
    radius = rng.uniform(0.24, 0.3)
    return Item("ball").add(meshes.ellipsoid((radius,) * 3, subdivisions=3), fabric(rng))


@design("bin")
def pedal_bin(rng: np.random.Generator) -> Item:
    """A round bin with a domed lid."""
    item, radius, height = Item("bin"), rng.uniform(0.13, 0.18), rng.uniform(0.35, 0.6)
    item.add(meshes.cylinder(radius * 0.95, height, top=radius), metal(rng))
    item.add(
        meshes.lathe([(radius, height), (radius, height + 0.02), (radius * 0.5, height + 0.07), (0.01, height + 0.08)]),
        metal(rng),
    )
    return item


@design("bin", held_out=True)
def open_bin(rng: np.random.Generator) -> Item:
    """An open waste-paper bin."""
    radius, height = rng.uniform(0.13, 0.17), rng.uniform(0.26, 0.36)
    profile = [(radius * 0.75, 0), (radius, height), (radius * 0.94, height), (radius * 0.7, 0.02)]
    return Item("bin").add(meshes.lathe(profile), plastic(rng))


@design("suitcase")
def trolley(rng: np.random.Generator) -> Item:
    """An upright case with ribs and a pulled-out handle."""
    item, shell = Item("suitcase"), plastic(rng)
    width, depth, height = rng.uniform(0.36, 0.48), rng.uniform(0.22, 0.28), rng.uniform(0.5, 0.68)
    item.add(meshes.rounded_box((width, depth, height), 0.05, (0, 0, 0.04)), shell)
    for x in (-0.3, -0.1, 0.1, 0.3):
        item.add(
            meshes.box((0.02, depth + 0.012, height * 0.8), (x * width, 0, 0.04 + height * 0.1)),
            plain(darker(shell.color, 0.75)),
        )
    for x in (-0.1, 0.1):
        item.add(meshes.rod((x, depth * 0.3, height), (x, depth * 0.3, height + 0.3), 0.01, 6), metal(rng))
    item.add(meshes.box((0.24, 0.03, 0.025), (0, depth * 0.3, height + 0.29)), plain(paint(rng, ("black",))))
    return item


@design("suitcase", held_out=True)
def flat_case(rng: np.random.Generator) -> Item:
    """A leather case lying on its side, with corner caps and straps."""
    item, shell = Item("suitcase"), plain(paint(rng, ("brown", "red", "green", "blue", "black")))
    width, depth, height = rng.uniform(0.5, 0.7), rng.uniform(0.36, 0.45), rng.uniform(0.16, 0.22)
    item.add(meshes.rounded_box((width, depth, height), 0.03), shell)
    for x in (-0.28, 0.28):
        item.add(
            meshes.box((0.04, depth + 0.01, height + 0.01), (x * width, 0, -0.002)), plain(darker(shell.color, 0.55))
        )
    item.add(meshes.box((0.16, 0.03, 0.03), (0, -depth / 2 - 0.02, height * 0.55)), plain(darker(shell.color, 0.5)))
    return item


@design("basket")
def hamper(rng: np.random.Generator) -> Item:
    """A woven basket."""
    radius, height = rng.uniform(0.16, 0.24), rng.uniform(0.25, 0.5)
    profile = [(radius * 0.85, 0), (radius, height), (radius * 0.9, height), (radius * 0.8, 0.03)]
    return Item("basket").add(meshes.lathe(profile), wood(rng, ("beige", "brown"), 2))


@design("basket", held_out=True)
def square_basket(rng: np.random.Generator) -> Item:
    """A square cloth basket with handles."""
    half, height, cloth = rng.uniform(0.15, 0.2), rng.uniform(0.25, 0.35), fabric(rng)
    rings = [
        meshes.ring(half * s, half * s, z, 28, 6) for s, z in ((0.9, 0), (1, height), (0.92, height), (0.85, 0.03))
    ]
    item = Item("basket").add(meshes.loft(rings), cloth)
    for x in (-1, 1):
        item.add(meshes.box((0.02, 0.12, 0.05), (x * half, 0, height)), cloth)
    return item


@design("backpack")
def rucksack(rng: np.random.Generator) -> Item:
    """A bag with a front pocket and straps."""
    item, cloth = Item("backpack"), fabric(rng)
    width, high = rng.uniform(0.28, 0.34), rng.uniform(0.4, 0.5)
    item.add(meshes.rounded_box((width, 0.18, high), 0.07, tilt=0.08), cloth)
    item.add(
        meshes.rounded_box((width * 0.7, 0.08, high * 0.4), 0.035, (0, -0.1, 0.05)), plain(darker(cloth.color, 0.7))
    )
    for x in (-0.07, 0.07):
        item.add(meshes.beam((x, 0.12, 0.1), (x, 0.14, high * 0.9), 0.045, 0.02), plain(darker(cloth.color, 0.5)))
    return item
