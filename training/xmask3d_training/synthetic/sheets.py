# SPDX-License-Identifier: Apache-2.0
"""Pictures of designs: a row a design, a few objects of each, as they would come to stand in a room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from xmask3d_ros.geometry.camera import Camera

from . import meshes
from .camera_path import look_at
from .colors import Paint
from .item import Item
from .lighting import Lamp, Lighting
from .materials import plain
from .renderer import render
from .scene import Placed, Scene
from .shapes import Design, designs

_CAMERA = Camera(width=260, height=220, fx=290.0, fy=290.0, cx=129.5, cy=109.5)
_LIGHT = Lighting((0.5, 0.5, 0.5), (Lamp((-1.5, -2.5, 2.6), (0.9, 0.9, 0.85)),))
_SIDES = np.radians([-125, -60, -90, -40, -140, -75])
"""From where the objects of a row are seen: turns about the vertical, rad; -90 degrees is from the front."""


def draw_designs(name: str, held_out: bool, folder: Path) -> Path:
    """Write ``NAME.png``: the designs of a class or clutter word, held out or to train on, six objects of each.

    There must be some. Returns the file's path.
    """
    sheet = np.concatenate([np.concatenate(list(_row(entry)), axis=1) for entry in designs(name, held_out)])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace(' ', '_')}.png"
    cv2.imwrite(str(path), sheet[..., ::-1])
    return path


def _row(entry: Design) -> Iterator[np.ndarray]:
    """(H,W,3) uint8 pictures of a design's objects, the first with its name."""
    for number, side in enumerate(_SIDES):
        image = _portrait(entry.furnish(np.random.default_rng(number)), side)
        if number == 0:
            cv2.putText(image, entry.style, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (200, 0, 0), 1, cv2.LINE_AA)
        yield image


def _portrait(item: Item, side: float) -> np.ndarray:
    """(H,W,3) uint8: the object on a floor, a wall behind it, its extras where they belong."""
    bounds, lift = item.bounds(), np.array([0.0, 0.0, item.hangs_at or 0.0])
    floor = Item("floor").add(meshes.box((12, 12, 0.1), (0, 0, -0.1)), plain(Paint("grey", (0.62, 0.6, 0.56))))
    wall = Item("wall").add(meshes.box((12, 0.1, 3.0)), plain(Paint("grey", (0.8, 0.8, 0.76))))
    places = [(floor, np.zeros(3)), (wall, np.array([0.0, bounds[1, 1] + 0.07, 0.0])), (item, lift)]
    places += [(extra, lift) for extra in item.extras]
    placed = [Placed(thing, tuple(place), 0.0, number) for number, (thing, place) in enumerate(places, start=1)]
    middle, distance = bounds.mean(axis=0) + lift, 1.5 * np.linalg.norm(np.ptp(bounds, axis=0)) + 0.4
    eye = middle + distance * np.array([0.87 * np.cos(side), 0.87 * np.sin(side), 0.45])
    color = render(Scene(placed), _LIGHT, _CAMERA, look_at(eye, middle)).color
    return np.ascontiguousarray((np.clip(color, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8))
