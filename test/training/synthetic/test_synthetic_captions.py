# SPDX-License-Identifier: Apache-2.0
"""Captions are true, incomplete and made of known words."""

import re

import numpy as np
import pytest

from xmask3d_training.synthetic import SyntheticRoom
from xmask3d_training.synthetic.captions import caption_object
from xmask3d_training.synthetic.catalogue import CLUTTER, STYLE_NAMES, SYNONYMS
from xmask3d_training.synthetic.colors import PALETTE
from xmask3d_training.synthetic.phrases import NUMBERS, ROOMS, held_out_nouns, plural, vocabulary
from xmask3d_training.synthetic.visible import NOTICED


@pytest.fixture(scope="module")
def told(bedroom, kitchen) -> list[tuple[SyntheticRoom, np.ndarray, list]]:
    """Rooms, instance images and twelve captions of each."""
    entries = []
    for room in (bedroom, kitchen):
        for index in range(len(room.poses)):
            view = room.view(index)
            entries.append((room, view.instance, room.captions(index, view, 12)))
    return entries


def nouns_in(text: str) -> list[tuple[str, int]]:
    """Class and clutter words in a sentence, found without the generator's help: (name, how many)."""
    words = {name: name for name in (*SYNONYMS, *CLUTTER)} | {w: name for name, ws in SYNONYMS.items() for w in ws}
    words |= {word: style.split("/")[0] for style, word in STYLE_NAMES.items()}
    for room in ROOMS:
        text = text.replace(room, " ")
    found = []
    for word in sorted(words, key=len, reverse=True):
        for form in (plural(word), word):
            pattern = rf"(?:\b({'|'.join(NUMBERS.values())}) )?\b{form}\b"
            for match in re.finditer(pattern, text):
                counts = [count for count, number in NUMBERS.items() if number == match[1]]
                found.append((words[word], counts[0] if counts else 1))
            text = re.sub(pattern, " ", text)
    return found


def visible(room: SyntheticRoom, instance: np.ndarray, name: str) -> list:
    share = np.bincount(instance.ravel(), minlength=len(room.room.placed) + 1) / instance.size
    return [p for p in room.room.placed if p.item.name == name and share[p.instance] >= NOTICED]


def test_captions_name_only_what_is_visible(told):
    for room, instance, captions in told:
        for caption in captions:
            mentioned = nouns_in(caption.text)
            assert {name for name, _ in mentioned} == set(caption.names), caption.text
            for name, count in mentioned:
                assert len(visible(room, instance, name)) >= count, caption.text


def test_colors_belong_to_the_named_objects(told):
    for room, instance, captions in told:
        for caption in captions:
            for color, noun in re.findall(
                rf"({'|'.join(PALETTE)}) ([a-z]+(?: (?:curtain|desk|cabinet|chair|table|bed|of drawers))?)",
                caption.text,
            ):
                names = [name for name, _ in nouns_in(noun)]
                assert any(p.item.color == color for name in names for p in visible(room, instance, name)), caption.text


def test_captions_leave_things_out_at_random_and_differ_in_form(told):
    left_out = views = 0
    for room, instance, captions in told:
        classes = {p.item.name for p in room.room.placed if visible(room, instance, p.item.name)} - {"ceiling"}
        if len(classes) >= 3:
            views += len(captions)
            left_out += sum(set(caption.names) < classes for caption in captions)
    assert views > 50 and left_out / views > 0.6
    everything = " ".join(caption.text for _, _, captions in told for caption in captions)
    forms = ["there is", "photo of", " with ", "on the left", "next to|to the left of|behind|in front of| on a "]
    assert sum(bool(re.search(form, everything)) for form in forms) >= 4


def test_vocabulary_knows_every_word_and_object_captions_name_their_object(told, bedroom):
    known = {word for phrase in (*vocabulary(), *held_out_nouns()) for word in phrase.split()}
    assert {word for _, _, captions in told for caption in captions for word in caption.text.split()} <= known
    rng = np.random.default_rng(0)
    for placed in bedroom.room.placed:
        if placed.item.name != "ceiling":
            caption = caption_object(placed, rng)
            assert [name for name, _ in nouns_in(caption.text)] == [placed.item.name]
            assert set(caption.text.split()) <= known
