# SPDX-License-Identifier: Apache-2.0
"""The list of designs: each class has several, some of them kept for held-out rooms only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..item import Item
from ..stretching import stretched

Maker = Callable[[np.random.Generator], Item]


@dataclass(frozen=True)
class Design:
    """One way to build an object of a class; sizes, colours and details are drawn anew each time."""

    name: str
    """Class or clutter word."""
    style: str
    held_out: bool
    maker: Maker

    def make(self, rng: np.random.Generator) -> Item:
        """A new object."""
        item = self.maker(rng)
        item.name, item.design = self.name, f"{self.name}/{self.style}"
        return item

    def furnish(self, rng: np.random.Generator) -> Item:
        """A new object as it stands in rooms: to train on, of any proportions."""
        item = self.make(rng)
        return item if self.held_out else stretched(item, rng)


_DESIGNS: dict[str, list[Design]] = {}


def design(name: str, held_out: bool = False) -> Callable[[Maker], Maker]:
    """Register a function as a design of a class (or clutter word); its own name is the style."""

    def register(maker: Maker) -> Maker:
        _DESIGNS.setdefault(name, []).append(Design(name, maker.__name__, held_out, maker))
        return maker

    return register


def designs(name: str, held_out: bool) -> tuple[Design, ...]:
    """The designs of a class for training rooms, or those kept for held-out rooms; the two share none."""
    return tuple(entry for entry in _DESIGNS.get(name, ()) if entry.held_out == held_out)


def make(name: str, rng: np.random.Generator, held_out: bool = False) -> Item:
    """A random object of a class or clutter word, from the designs of that side."""
    choices = designs(name, held_out)
    return choices[rng.integers(len(choices))].furnish(rng)
