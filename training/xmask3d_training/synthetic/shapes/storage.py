# SPDX-License-Identifier: Apache-2.0
"""Doors, drawers and handles, which many pieces of furniture share."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..colors import darker
from ..item import Item
from ..materials import Material, metal


def drawers(
    item: Item,
    rng: np.random.Generator,
    width: float,
    height: float,
    at: tuple[float, float, float],
    count: int,
    material: Material,
) -> None:
    """Drawer fronts with handles on a face looking to -y, whose bottom middle is ``at``."""
    grip, each = metal(rng), height / count
    round_knob = rng.random() < 0.4
    for index in range(count):
        z = at[2] + index * each
        item.add(meshes.box((width - 0.016, 0.018, each - 0.014), (at[0], at[1] - 0.009, z + 0.007)), material)
        if round_knob:
            item.add(meshes.ellipsoid((0.016, 0.016, 0.016), (at[0], at[1] - 0.034, z + each * 0.5 - 0.016), 1), grip)
        else:
            item.add(meshes.box((min(0.16, width * 0.4), 0.022, 0.014), (at[0], at[1] - 0.03, z + each * 0.6)), grip)


def fronts(
    item: Item,
    rng: np.random.Generator,
    width: float,
    height: float,
    at: tuple[float, float, float],
    count: int,
    material: Material,
    panelled: bool = False,
) -> None:
    """Hinged doors side by side on a face looking to -y, with handles where two meet."""
    grip, each = metal(rng), width / count
    for index in range(count):
        x = at[0] - width / 2 + each * (index + 0.5)
        item.add(meshes.box((each - 0.008, 0.02, height - 0.01), (x, at[1] - 0.01, at[2] + 0.005)), material)
        if panelled:
            inner = Material(
                darker(material.color, 0.85),
                material.second,
                material.texture,
                material.scale,
                material.axis,
                material.strength,
                material.seed,
            )
            item.add(
                meshes.box((each * 0.68, 0.006, height - each * 0.3), (x, at[1] - 0.022, at[2] + each * 0.15)), inner
            )
        side = 1 if index % 2 == 0 else -1
        grip_z = at[2] + height * (0.5 if height > 1.0 else 0.6)
        item.add(
            meshes.box((0.014, 0.03, min(0.16, height * 0.3)), (x + side * each * 0.4, at[1] - 0.035, grip_z)), grip
        )
