# SPDX-License-Identifier: Apache-2.0
"""Views looked at anew, so that few views teach more: nearer, mirrored, in other light; captions stay true."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xmask3d_training.towers.images import cut
from xmask3d_training.towers.pairs import Box, ViewPairs, Window

_NEARER = 0.5
"""Share of looks that see a part of the view, as from nearer by."""
_LEAST_PART = 0.5
"""Least share of the view's width and height in a part."""
_LEAST_INSIDE = 0.85
"""Share of a window's area that has to lie in the part for its caption to stay true."""
_FEWEST_WINDOWS = 3
_LIGHT, _CONTRAST = 0.15, 0.15
"""Largest changes; colours stay the ones that captions name."""


@dataclass(frozen=True)
class Look:
    """What a training step sees of a view."""

    image: NDArray[np.uint8]
    """(h, w, 3) RGB."""
    caption: str | None
    """Of the whole image; none for a part of a view."""
    windows: tuple[Window, ...]
    """Boxes in the pixels of ``image``."""


def as_it_is(image: NDArray[np.uint8], view: ViewPairs, rng: np.random.Generator) -> Look:
    """The whole view with one of its captions."""
    return Look(image, view.captions[rng.integers(len(view.captions))], view.windows)


def anew(image: NDArray[np.uint8], view: ViewPairs, rng: np.random.Generator) -> Look:
    """The view, or a part of it with the windows inside; mirrored half the time; lighter or darker."""
    look = as_it_is(image, view, rng)
    if rng.random() < _NEARER:
        look = _nearer(look, rng)
    if rng.random() < 0.5:
        look = mirrored(look)
    return replace(look, image=_in_other_light(look.image, rng))


def mirrored(look: Look) -> Look:
    """Left is right, in the captions too."""
    width = look.image.shape[1]
    windows = (
        _moved(window, [(width - right, width - left, top, bottom) for left, right, top, bottom in window.boxes])
        for window in look.windows
    )
    windows = (replace(window, caption=_mirrored_words(window.caption)) for window in windows)
    caption = None if look.caption is None else _mirrored_words(look.caption)
    return Look(np.ascontiguousarray(look.image[:, ::-1]), caption, tuple(windows))


def _nearer(look: Look, rng: np.random.Generator) -> Look:
    """A part of the view, unless it has too few windows."""
    height, width = look.image.shape[:2]
    share = rng.uniform(_LEAST_PART, 1)
    across, down = round(share * width), round(share * height)
    left, top = rng.integers(0, width - across + 1), rng.integers(0, height - down + 1)
    part: Box = (int(left), int(left) + across, int(top), int(top) + down)
    found = ((window, [box for whole in window.boxes if (box := _inside(whole, part))]) for window in look.windows)
    windows = [_moved(window, boxes) for window, boxes in found if boxes]
    return look if len(windows) < _FEWEST_WINDOWS else Look(cut(look.image, part), None, tuple(windows))


def _moved(window: Window, boxes: list[Box]) -> Window:
    return replace(window, box=boxes[0], more=tuple(boxes[1:]))


def _inside(box: Box, part: Box) -> Box | None:
    """The box in the part's pixels, if nearly all of it is there."""
    left, right = max(box[0], part[0]), min(box[1], part[1])
    top, bottom = max(box[2], part[2]), min(box[3], part[3])
    area = max(right - left, 0) * max(bottom - top, 0)
    if area < _LEAST_INSIDE * (box[1] - box[0]) * (box[3] - box[2]):
        return None
    return left - part[0], right - part[0], top - part[2], bottom - part[2]


def _mirrored_words(caption: str) -> str:
    return re.sub(r"\b(left|right)\b", lambda found: "right" if found[0] == "left" else "left", caption)


def _in_other_light(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    light, contrast = 1 + rng.uniform(-_LIGHT, _LIGHT), 1 + rng.uniform(-_CONTRAST, _CONTRAST)
    values = np.arange(256)
    table = np.clip((values * light - 128) * contrast + 128, 0, 255).astype(np.uint8)
    return np.asarray(table[image])
