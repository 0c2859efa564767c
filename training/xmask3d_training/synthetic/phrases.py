# SPDX-License-Identifier: Apache-2.0
"""Words and noun phrases of captions, and the list of all words captions can hold."""

from __future__ import annotations

import numpy as np

from xmask3d_ros.model.config import SCANNET_CLASSES

from .catalogue import CLUTTER, STYLE_NAMES, SYNONYMS
from .colors import PALETTE
from .scene import Placed
from .shapes import designs

NUMBERS = {2: "two", 3: "three", 4: "four"}
"""Of things of a class that one caption can name."""
_PLURALS = {
    "bookshelf": "bookshelves",
    "shelf": "shelves",
    "box": "boxes",
    "couch": "couches",
    "drapes": "drapes",
    "chest of drawers": "chests of drawers",
}
_TYPICAL_SIZE = {
    "table": (1.1, 1.9), "bed": (2.3, 2.75), "sofa": (1.9, 2.3), "picture": (0.65, 1.0), "cabinet": (1.3, 2.1),
    "bookshelf": (1.6, 2.0), "window": (1.5, 2.1), "desk": (1.55, 1.85), "counter": (1.7, 2.1), "plant": (0.9, 1.1),
    "box": (0.4, 0.6), "ball": (0.35, 0.6), "refrigerator": (1.8, 2.0),
}  # fmt: skip
"""Diagonals in metres below which an object is called small, above which large."""
SIZES = ("small", "large")
ROOMS = ("bedroom", "living room", "kitchen", "bathroom", "office", "room")
RELATIONS = ("on", "next to", "in front of", "behind", "to the left of", "to the right of")
SIDES = ("on the left", "in the middle", "on the right")
GLUE = "a an and with there is are the photo of view some in side close up image this"
"""Words between the others."""


def plural(noun: str) -> str:
    """More than one of a noun ("bookshelves", "shower curtains")."""
    return _PLURALS.get(noun, noun + "s")


def article(words: str) -> str:
    """The words with "a" or "an" before them; plural nouns take "some"."""
    if words.split()[-1] == "drapes":
        return f"some {words}"
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def noun(name: str, rng: np.random.Generator, style: str = "") -> str:
    """A class or clutter word, now and then one of its synonyms or the name of its ``style`` ("chair/armchair")."""
    others = SYNONYMS.get(name, ()) + ((STYLE_NAMES[style],) if style in STYLE_NAMES else ())
    return others[rng.integers(len(others))] if others and rng.random() < 0.25 else name


def adjectives(placed: Placed, rng: np.random.Generator) -> list[str]:
    """Colour and size, each only sometimes."""
    words = []
    low, high = placed.item.bounds()
    small, large = _TYPICAL_SIZE.get(placed.item.name, (0.0, np.inf))
    diagonal = float(np.linalg.norm(high - low))
    if rng.random() < 0.35 and (diagonal < small or diagonal > large):
        words.append(SIZES[0] if diagonal < small else SIZES[1])
    if rng.random() < 0.6 and placed.item.color:
        words.append(placed.item.color)
    return words


def noun_phrase(placed: Placed, rng: np.random.Generator) -> str:
    """ "a large brown sofa" """
    return article(" ".join([*adjectives(placed, rng), noun(placed.item.name, rng, placed.item.design)]))


def nouns() -> list[str]:
    """Every name of a thing, in the singular."""
    synonyms = (word for words in SYNONYMS.values() for word in words)
    return [*SCANNET_CLASSES, *CLUTTER, *STYLE_NAMES.values(), *synonyms]


def held_out_nouns() -> set[str]:
    """Names that no caption of a training room can say: all designs of such things are held out."""
    kinds = {name for name in CLUTTER if not designs(name, held_out=False)}
    trained = {f"{entry.name}/{entry.style}" for name in nouns() for entry in designs(name, held_out=False)}
    return kinds | {word for style, word in STYLE_NAMES.items() if style not in trained}


def vocabulary() -> list[str]:
    """Every word that a caption of a training room can hold, sorted: what a text tower can learn from captions."""
    never = held_out_nouns()
    things = [name for name in nouns() if name not in never]
    # Things of a class are counted under its name or a synonym; of walls and floors a caption tells one.
    counted = [name for name in things if name not in ("wall", "floor", *STYLE_NAMES.values())]
    phrases = [*things, *map(plural, counted), *ROOMS, *RELATIONS, *SIDES, *SIZES, *PALETTE, *NUMBERS.values(), GLUE]
    return sorted({word for phrase in phrases for word in phrase.split()})
