# SPDX-License-Identifier: Apache-2.0
"""Captions of views and objects: true, incomplete, in several forms, as people write them.

A caption names only what is seen, with attributes that hold, and leaves out some of it at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .phrases import NUMBERS, SIDES, article, noun, noun_phrase, plural
from .scene import Placed
from .visible import Seen, gap, stands_on

_DROPPED = 0.4
"""Share of visible objects a caption leaves out."""
_MOST = 4
"""Most things one caption names."""


@dataclass(frozen=True)
class Caption:
    """A sentence and what it is about."""

    text: str
    instances: tuple[int, ...]
    """Objects that the caption names."""
    names: tuple[str, ...]
    """Their class or clutter words, without repetition."""


def caption_view(noticed: Sequence[Seen], width: int, kind: str, rng: np.random.Generator) -> Caption:
    """One caption of a view from what is noticed in it (``seen_objects``) in an image ``width`` pixels wide.

    ``kind`` is the room's kind, named sometimes. A view of nothing but walls is captioned by them.
    """
    noticed = [entry for entry in noticed if entry.placed.item.name != "ceiling"]
    shell = [entry for entry in noticed if entry.placed.item.name in ("wall", "floor")]
    objects = [entry for entry in noticed if entry.placed.item.name not in ("wall", "floor")]
    told = [entry for entry in objects if rng.random() > _DROPPED][:_MOST] or objects[: int(rng.random() < 0.85)]
    if len(told) < _MOST and shell and (not told or rng.random() < 0.2):
        told.append(shell[rng.integers(len(shell))])
    if not told:
        return Caption(f"a view of a {_room(kind, rng)}", (), ())
    forms = [_list, _scene, _there_is, _sides, _relation]
    return forms[rng.integers(len(forms))](told, _room(kind, rng), width, rng)


def caption_object(placed: Placed, rng: np.random.Generator) -> Caption:
    """A caption of a crop around one object."""
    phrase = noun_phrase(placed, rng)
    forms = (
        phrase,
        f"a photo of {phrase}",
        noun(placed.item.name, rng, placed.item.design),
        f"a close up of {phrase}",
        f"this is {phrase}",
    )
    return Caption(forms[rng.integers(len(forms))], (placed.instance,), (placed.item.name,))


def _room(kind: str, rng: np.random.Generator) -> str:
    return "room" if kind == "mixed room" or rng.random() < 0.4 else kind


def _made(text: str, told: Sequence[Seen]) -> Caption:
    names = dict.fromkeys(entry.placed.item.name for entry in told)
    return Caption(text, tuple(entry.placed.instance for entry in told), tuple(names))


def _phrases(told: Sequence[Seen], rng: np.random.Generator) -> list[str]:
    """Noun phrases; several objects of a class are counted together."""
    groups: dict[str, list[Seen]] = {}
    for entry in told:
        groups.setdefault(entry.placed.item.name, []).append(entry)
    phrases = []
    for name, members in groups.items():
        if len(members) == 1:
            phrases.append(noun_phrase(members[0].placed, rng))
        else:
            phrases.append(f"{NUMBERS[len(members)]} {plural(noun(name, rng))}")
    return phrases


def _joined(phrases: list[str]) -> str:
    return phrases[0] if len(phrases) == 1 else " ".join([*phrases[:-1], "and", phrases[-1]])


def _list(told: list[Seen], room: str, _: int, rng: np.random.Generator) -> Caption:
    start = ("", "a photo of ", "an image of ", "a view of ")[rng.integers(4)]
    return _made(start + _joined(_phrases(told, rng)), told)


def _scene(told: list[Seen], room: str, _: int, rng: np.random.Generator) -> Caption:
    start = (article(room), f"a photo of {article(room)}", f"a view of {article(room)}")[rng.integers(3)]
    return _made(f"{start} with {_joined(_phrases(told, rng))}", told)


def _there_is(told: list[Seen], room: str, _: int, rng: np.random.Generator) -> Caption:
    phrases = _phrases(told, rng)
    verb = "are" if phrases[0].split()[0] in (*NUMBERS.values(), "some") else "is"
    return _made(f"there {verb} {_joined(phrases)} in the {room}", told)


def _sides(told: list[Seen], room: str, width: int, rng: np.random.Generator) -> Caption:
    """ "a chair on the left and a red sofa in the middle" """
    shown = told[:2]
    parts = []
    for entry in shown:
        side = SIDES[min(int(3 * entry.middle / width), 2)]
        parts.append(f"{noun_phrase(entry.placed, rng)} {side}")
    return _made(" and ".join(parts), shown)


def _relation(told: list[Seen], room: str, width: int, rng: np.random.Generator) -> Caption:
    """ "a vase on a table", "a chair next to a desk" """
    for first in told:
        for second in told:
            if first is not second and (words := _relate(first, second, width)):
                text = f"{noun_phrase(first.placed, rng)} {words} {noun_phrase(second.placed, rng)}"
                return _made(text, [first, second])
    return _list(told, room, width, rng)


def _relate(first: Seen, second: Seen, width: int) -> str | None:
    names = {first.placed.item.name, second.placed.item.name}
    if names & {"wall", "floor"}:
        return None
    if stands_on(first.placed, second.placed):
        return "on"
    if stands_on(second.placed, first.placed) or first.share < second.share:
        return None
    apart = second.middle - first.middle
    if gap(first.placed, second.placed) < 0.4:
        return "next to"
    overlap = min(first.box[1], second.box[1]) - max(first.box[0], second.box[0])
    if overlap > 0 and abs(first.distance - second.distance) > 0.6:
        return "in front of" if first.distance < second.distance else "behind"
    if abs(apart) > 0.25 * width:
        return "to the left of" if apart > 0 else "to the right of"
    return None
