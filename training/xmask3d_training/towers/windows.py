# SPDX-License-Identifier: Apache-2.0
"""Windows of a view and their captions, told by the generator that made the view.

A crop's caption has to be true of what the crop shows, so it is told anew from the objects visible in it. Four kinds:

- around an object that is noticed, with some of its surroundings, told by a caption of that object;
- close-ups of such an object, one or several together, told likewise;
- anywhere, told like a whole view, names left out at random;
- of little but walls or floor, one or several together, told by it.

Several rectangles together have an outline as irregular as the masks that MaskCLIP reads later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from xmask3d_training.synthetic.captions import caption_object, caption_view
from xmask3d_training.synthetic.scene import Placed
from xmask3d_training.synthetic.visible import Seen, seen_objects
from xmask3d_training.towers.pairs import MOST_BOXES, Box, Window

SHELL = ("wall", "floor")
_LEAST_SIDE = 24
"""Pixels: what is smaller shows nothing at the towers' resolution."""
_OBJECT_SHARE = 0.25
"""Least share of its window that an object fills."""
_FILLED = 0.7
"""Least share of a rectangle that its wall, its floor or the object of a close-up fills."""
_TRIES = 12


def windows_of_view(
    instance: np.ndarray,
    depth: np.ndarray,
    placed: Sequence[Placed],
    kind: str,
    rng: np.random.Generator,
    tellings: int = 2,
    others: int = 4,
) -> list[Window]:
    """Windows of one view.

    Args:
        instance: (H, W) object numbers.
        depth: (H, W) metres.
        placed: the room's objects.
        kind: of the room.
        rng: chooses windows and words.
        tellings: windows around each object; as many windows of close-ups are tried of it.
        others: windows anywhere; as many are tried of wall and floor.

    Returns:
        windows whose ``name`` is set where the caption is about one object.
    """
    found = []
    for seen in seen_objects(instance, depth, placed):
        if seen.placed.item.name not in (*SHELL, "ceiling"):
            found += [_around(seen, instance, placed, rng) for _ in range(tellings)]
            found += [_close_ups(seen, instance, rng) for _ in range(tellings)]
    found += [_shell(instance, placed, rng) for _ in range(others)]
    for _ in range(others):
        box = _anywhere(instance.shape, rng, 0.35, 0.8)
        noticed = seen_objects(_part(instance, box), _part(depth, box), placed)
        found.append(Window(box, caption_view(noticed, box[1] - box[0], kind, rng).text))
    return [window for window in found if window is not None]


def _around(seen: Seen, instance: np.ndarray, placed: Sequence[Placed], rng: np.random.Generator) -> Window | None:
    """A window around an object, unless another one covers more of it."""
    left, right, top, bottom = seen.box
    margin = rng.uniform(0.0, 0.3, 4) * np.array([right - left, right - left, bottom - top, bottom - top])
    height, width = instance.shape
    box = _box(left - margin[0], right + margin[1], top - margin[2], bottom + margin[3], width, height)
    inside = _part(instance, box)
    counts = np.bincount(inside.ravel(), minlength=len(placed) + 1)
    shell = [entry.instance for entry in placed if entry.item.name in (*SHELL, "ceiling")]
    counts[shell] = 0
    counts[0] = 0
    if counts.argmax() != seen.placed.instance or counts.max() < _OBJECT_SHARE * inside.size:
        return None
    return Window(box, caption_object(seen.placed, rng).text, seen.placed.item.name)


def _close_ups(seen: Seen, instance: np.ndarray, rng: np.random.Generator) -> Window | None:
    """Rectangles that a part of an object fills, if a few tries find one."""
    left, right, top, bottom = seen.box

    def draw() -> Box:
        across, down = rng.uniform(0.2, 0.7, 2) * (right - left, bottom - top)
        column, row = rng.uniform(left, right - across), rng.uniform(top, bottom - down)
        return _box(column, column + across, row, row + down, instance.shape[1], instance.shape[0])

    boxes = _filled(instance == seen.placed.instance, draw, rng)
    return _window(boxes, seen.placed, rng) if boxes else None


def _shell(instance: np.ndarray, placed: Sequence[Placed], rng: np.random.Generator) -> Window | None:
    """Rectangles that walls fill, or that the floor fills, if a few tries find one."""
    name = SHELL[rng.integers(len(SHELL))]
    shell = [entry for entry in placed if entry.item.name == name]
    mask = np.isin(instance, [entry.instance for entry in shell])
    boxes = _filled(mask, lambda: _anywhere(instance.shape, rng, 0.1, 0.45), rng)
    if not boxes:
        return None
    inside = _part(instance, boxes[0])
    return _window(boxes, max(shell, key=lambda entry: int((inside == entry.instance).sum())), rng)


def _filled(mask: np.ndarray, draw: Callable[[], Box], rng: np.random.Generator) -> list[Box]:
    """A random number of the rectangles drawn that ``mask`` (H, W) fills; none where no try found one."""
    wanted = rng.integers(1, MOST_BOXES + 1)
    drawn = [draw() for _ in range(_TRIES)]
    return [box for box in drawn if _part(mask, box).mean() >= _FILLED][:wanted]


def _part(image: np.ndarray, box: Box) -> np.ndarray:
    return image[box[2] : box[3], box[0] : box[1]]


def _window(boxes: list[Box], about: Placed, rng: np.random.Generator) -> Window:
    return Window(boxes[0], caption_object(about, rng).text, about.item.name, tuple(boxes[1:]))


def _anywhere(shape: tuple[int, ...], rng: np.random.Generator, least: float, most: float) -> Box:
    height, width = shape[:2]
    across, down = rng.uniform(least, most, 2) * (width, height)
    left, top = rng.uniform(0, width - across), rng.uniform(0, height - down)
    return _box(left, left + across, top, top + down, width, height)


def _box(left: float, right: float, top: float, bottom: float, width: int, height: int) -> Box:
    """Whole pixels inside the image, at least the least side in both directions."""
    columns = _interval(left, right, width)
    rows = _interval(top, bottom, height)
    return (*columns, *rows)


def _interval(low: float, high: float, length: int) -> tuple[int, int]:
    missing = max(0.0, _LEAST_SIDE - (high - low))
    start = int(np.clip(low - missing / 2, 0, length - _LEAST_SIDE))
    return start, int(np.clip(high + missing / 2, start + _LEAST_SIDE, length))
