# SPDX-License-Identifier: Apache-2.0
"""Materials: a colour, a procedural texture and how a depth sensor likes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .colors import Paint, darker, paint

WOODS = ("brown", "brown", "beige", "black", "white", "grey", "orange")
"""Colour words of furniture wood, common ones repeated."""
FABRICS = ("grey", "beige", "blue", "red", "green", "brown", "black", "purple", "white", "orange", "yellow", "pink")
"""Colour words of cloth."""
CERAMICS = ("white", "white", "white", "white", "beige", "pink", "grey", "green", "blue")
"""Colour words of sanitary ware."""


@dataclass(frozen=True)
class Material:
    """How a surface looks. Textures are functions of the object's own coordinates in metres (see ``textures``)."""

    color: Paint
    second: Paint
    """The texture's other colour; without a texture, unused."""
    texture: str = "plain"
    scale: float = 0.1
    """Size of the texture's pattern, metres."""
    axis: int = 0
    """Object axis (0 x, 1 y, 2 z) the pattern runs along."""
    strength: float = 1.0
    """Weight of the second colour, 0-1."""
    seed: int = 0
    """Draws the pattern."""
    extent: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)
    """For pictures and panes: x from, x to, z from, z to in object coordinates, metres."""
    glow: float = 0.0
    """Light given off, as a share of the colour (screens, panes, lamp shades)."""
    gloss: float = 0.0
    """0 matt to 1 mirror-like: highlights, and readings that the depth sensor loses."""


def plain(color: Paint, gloss: float = 0.05, glow: float = 0.0) -> Material:
    """One colour."""
    return Material(color, color, gloss=gloss, glow=glow)


def pattern_seed(rng: np.random.Generator) -> int:
    """A number that draws a texture's pattern."""
    return int(rng.integers(1 << 20))


def wood(rng: np.random.Generator, names: Sequence[str] | None = None, axis: int | None = None) -> Material:
    """Furniture wood: grain along an axis; lacquered white and black show it less."""
    color = paint(rng, names or WOODS)
    along = int(rng.integers(3)) if axis is None else axis
    strength = 0.25 if color.name in ("white", "black", "grey") else rng.uniform(0.5, 0.9)
    return Material(
        color,
        darker(color, rng.uniform(0.6, 0.8)),
        "wood",
        rng.uniform(0.03, 0.07),
        along,
        float(strength),
        pattern_seed(rng),
        gloss=rng.uniform(0.05, 0.25),
    )


def fabric(rng: np.random.Generator, names: Sequence[str] | None = None) -> Material:
    """Cloth: mostly mottled, sometimes striped, checked, plaid or dotted."""
    color = paint(rng, names or FABRICS)
    kind = rng.choice(["mottled", "stripes", "plaid", "dots", "checker"], p=[0.66, 0.1, 0.1, 0.07, 0.07])
    if kind == "mottled":
        return Material(color, darker(color, 0.78), "mottled", rng.uniform(0.01, 0.05), seed=pattern_seed(rng))
    other = darker(color, rng.choice([0.6, 1.5])) if rng.random() < 0.5 else paint(rng, FABRICS)
    return Material(
        color, other, str(kind), rng.uniform(0.05, 0.16), int(rng.integers(2)), rng.uniform(0.4, 0.8), pattern_seed(rng)
    )


def leather(rng: np.random.Generator) -> Material:
    """Smooth, a little shiny."""
    color = paint(rng, ("black", "brown", "white", "red", "beige", "grey"))
    return Material(color, darker(color, 0.85), "mottled", 0.12, seed=pattern_seed(rng), gloss=0.3)


def upholstery(rng: np.random.Generator, cloth: float = 0.7) -> Material:
    """Fabric with probability ``cloth``, else leather."""
    return fabric(rng) if rng.random() < cloth else leather(rng)


def metal(rng: np.random.Generator) -> Material:
    """Steel, chrome or black powder coat."""
    color = paint(rng, ("grey", "grey", "black", "white"))
    return Material(color, darker(color, 1.15), "mottled", 0.2, seed=pattern_seed(rng), gloss=0.6)


def steel_sheet(rng: np.random.Generator, names: Sequence[str]) -> Material:
    """The brushed or enamelled sheet of an appliance's case, in colours of ``names``."""
    color = paint(rng, names)
    return Material(color, darker(color, 1.12), "mottled", 0.25, seed=pattern_seed(rng), gloss=0.5)


def ceramic(rng: np.random.Generator) -> Material:
    """Glazed sanitary ware."""
    color = paint(rng, CERAMICS)
    return Material(color, color, gloss=0.4)


def plastic(rng: np.random.Generator, names: Sequence[str] | None = None) -> Material:
    """One bright colour, somewhat shiny."""
    return plain(paint(rng, names), gloss=0.2)


def stone(rng: np.random.Generator) -> Material:
    """Worktop stone: marble veins or speckle."""
    color = paint(rng, ("white", "grey", "black", "beige", "brown"))
    kind = "marble" if rng.random() < 0.5 else "mottled"
    return Material(
        color,
        darker(color, 0.55 if color.name != "black" else 2.2),
        kind,
        0.35 if kind == "marble" else 0.012,
        strength=0.7,
        seed=pattern_seed(rng),
        gloss=0.3,
    )


def tiles(rng: np.random.Generator, names: Sequence[str] | None = None, scale: float | None = None) -> Material:
    """Square glazed tiles with joints."""
    color = paint(rng, names or ("white", "beige", "grey", "blue", "green", "pink", "brown"))
    joint = paint(rng, ("white", "grey"))
    return Material(
        color, joint, "tiles", scale or float(rng.choice([0.1, 0.15, 0.2, 0.3])), seed=pattern_seed(rng), gloss=0.3
    )


def picture(rng: np.random.Generator, extent: tuple[float, float, float, float]) -> Material:
    """Something worth hanging on a wall: a landscape, shapes, a portrait or a chart-like grid."""
    kind = rng.choice(["landscape", "shapes", "portrait", "mosaic"])
    return Material(paint(rng), paint(rng), f"picture_{kind}", extent=extent, seed=pattern_seed(rng), gloss=0.1)


def outdoors(rng: np.random.Generator, extent: tuple[float, float, float, float]) -> Material:
    """The view through a pane: sky, clouds, trees or houses."""
    kind = rng.choice(["trees", "houses", "sky"])
    color = Paint("blue", (0.62, 0.76, 0.92))
    return Material(
        color,
        Paint("green", (0.25, 0.4, 0.2)),
        f"outdoors_{kind}",
        extent=extent,
        seed=pattern_seed(rng),
        glow=0.75,
        gloss=1.0,
    )
