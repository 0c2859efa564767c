# SPDX-License-Identifier: Apache-2.0
"""What walls and floors are covered with; some finishes are kept for held-out rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .colors import darker, paint
from .materials import Material, pattern_seed, plain, stone, tiles, wood

_PALE = ("white", "beige", "grey")
_WALLS = (*_PALE * 5, "white", "yellow", "blue", "green", "pink", "orange", "purple", "red", "brown")
"""Colour words of walls, pale ones repeated."""

Maker = Callable[[np.random.Generator], Material]


@dataclass(frozen=True)
class Finish:
    """A covering of a wall or a floor."""

    name: str
    """What it covers: "wall" or "floor"."""
    style: str
    held_out: bool
    maker: Maker
    weight: float = 1.0
    """How common it is among the coverings it is drawn from."""


_FINISHES: list[Finish] = []


def _finish(name: str, held_out: bool = False, weight: float = 1.0) -> Callable[[Maker], Maker]:
    """Register a function as a covering of "wall" or "floor"; its own name is the style."""

    def register(maker: Maker) -> Maker:
        _FINISHES.append(Finish(name, maker.__name__.strip("_"), held_out, maker, weight))
        return maker

    return register


def finishes(name: str, held_out: bool) -> tuple[Finish, ...]:
    """Coverings of "wall" or "floor" for training or held-out rooms; the two share none."""
    return tuple(entry for entry in _FINISHES if entry.name == name and entry.held_out == held_out)


def choose(name: str, held_out: bool, rng: np.random.Generator) -> Finish:
    """A random covering of "wall" or "floor", common ones more often."""
    choices = finishes(name, held_out)
    weights = np.array([entry.weight for entry in choices])
    return choices[rng.choice(len(choices), p=weights / weights.sum())]


@_finish("wall", weight=3)
def _painted(rng: np.random.Generator) -> Material:
    color = paint(rng, _WALLS)
    return Material(color, darker(color, 0.93), "mottled", 0.5, seed=pattern_seed(rng))


@_finish("wall")
def _striped_paper(rng: np.random.Generator) -> Material:
    color = paint(rng, _WALLS)
    other = darker(color, 0.85) if rng.random() < 0.6 else paint(rng, _PALE)
    return Material(color, other, "stripes", rng.uniform(0.08, 0.3), 0, rng.uniform(0.4, 0.9))


@_finish("wall")
def _tiled(rng: np.random.Generator) -> Material:
    return tiles(rng)


@_finish("wall", weight=2)
def _rough_plaster(rng: np.random.Generator) -> Material:
    color = paint(rng, _WALLS)
    return Material(color, darker(color, 0.8), "mottled", rng.uniform(0.03, 0.08), seed=pattern_seed(rng))


@_finish("wall")
def _boarded(rng: np.random.Generator) -> Material:
    color = paint(rng, (*_PALE, "brown", "orange", "green", "blue"))
    return Material(color, darker(color, 0.75), "planks", rng.uniform(0.08, 0.16), 2, 0.5, pattern_seed(rng))


@_finish("wall")
def _plaid_paper(rng: np.random.Generator) -> Material:
    color = paint(rng, _WALLS)
    return Material(color, darker(color, 0.8), "plaid", rng.uniform(0.15, 0.4), strength=rng.uniform(0.3, 0.7))


@_finish("wall", weight=2)
def _washed(rng: np.random.Generator) -> Material:
    color = paint(rng, _WALLS)
    return Material(color, darker(color, 0.9), "marble", rng.uniform(0.6, 1.5), strength=0.6, seed=pattern_seed(rng))


@_finish("wall", held_out=True)
def _bricks(rng: np.random.Generator) -> Material:
    color = paint(rng, ("red", "brown", "white", "beige", "grey", "orange"))
    return Material(
        color, paint(rng, ("grey", "white", "beige")), "bricks", rng.uniform(0.2, 0.26), seed=pattern_seed(rng)
    )


@_finish("wall", held_out=True, weight=4)
def _smooth(rng: np.random.Generator) -> Material:
    return plain(paint(rng, _WALLS))


@_finish("wall", held_out=True)
def _dotted_paper(rng: np.random.Generator) -> Material:
    color = paint(rng, _WALLS)
    return Material(color, darker(color, 0.85), "dots", rng.uniform(0.12, 0.25), strength=0.6)


@_finish("floor")
def _floorboards(rng: np.random.Generator) -> Material:
    color = paint(rng, ("brown", "beige", "orange", "grey"))
    return Material(color, darker(color, 0.7), "planks", rng.uniform(0.1, 0.18), 0, 0.6, pattern_seed(rng), gloss=0.2)


@_finish("floor")
def _tile_floor(rng: np.random.Generator) -> Material:
    return tiles(rng, scale=float(rng.choice([0.3, 0.4, 0.6])))


@_finish("floor")
def _carpet(rng: np.random.Generator) -> Material:
    color = paint(rng, ("grey", "beige", "blue", "green", "red", "brown", "purple"))
    return Material(color, darker(color, 0.72), "mottled", rng.uniform(0.01, 0.03), seed=pattern_seed(rng))


@_finish("floor")
def _stone_slabs(rng: np.random.Generator) -> Material:
    return stone(rng)


@_finish("floor")
def _narrow_boards(rng: np.random.Generator) -> Material:
    board = wood(rng, ("brown", "beige", "orange", "grey", "white", "black"), 0)
    return Material(board.color, board.second, "planks", rng.uniform(0.05, 0.09), 1, 0.7, pattern_seed(rng), gloss=0.25)


@_finish("floor")
def _striped_carpet(rng: np.random.Generator) -> Material:
    color = paint(rng, ("grey", "beige", "blue", "green", "red", "brown", "white", "black"))
    other = darker(color, 0.75) if rng.random() < 0.5 else paint(rng, ("grey", "beige", "brown", "blue"))
    return Material(color, other, "stripes", rng.uniform(0.05, 0.3), int(rng.integers(2)), rng.uniform(0.4, 0.9))


@_finish("floor")
def _plaid_carpet(rng: np.random.Generator) -> Material:
    color = paint(rng, ("grey", "beige", "blue", "green", "red", "brown", "purple"))
    return Material(color, darker(color, 0.7), "plaid", rng.uniform(0.2, 0.6), strength=rng.uniform(0.4, 0.8))


@_finish("floor")
def _mosaic(rng: np.random.Generator) -> Material:
    return tiles(rng, scale=rng.uniform(0.06, 0.16))


@_finish("floor", held_out=True)
def _checkered(rng: np.random.Generator) -> Material:
    color = paint(rng, ("white", "beige", "grey"))
    other = paint(rng, ("black", "brown", "red", "blue", "green", "grey"))
    return Material(color, other, "checker", rng.uniform(0.25, 0.4), strength=0.9, seed=pattern_seed(rng), gloss=0.25)


@_finish("floor", held_out=True)
def _concrete(rng: np.random.Generator) -> Material:
    color = paint(rng, ("grey", "beige"))
    return Material(color, darker(color, 0.8), "mottled", 0.4, seed=pattern_seed(rng))


@_finish("floor", held_out=True)
def _parquet(rng: np.random.Generator) -> Material:
    board = wood(rng, ("brown", "beige", "orange"), 1)
    return Material(
        board.color, darker(board.color, 0.6), "bricks", rng.uniform(0.3, 0.45), seed=pattern_seed(rng), gloss=0.2
    )
