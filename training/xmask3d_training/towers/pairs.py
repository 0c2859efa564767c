# SPDX-License-Identifier: Apache-2.0
"""Image-text pairs as a file: all that the towers are trained on.

``<data root>/towers/{train,val}.jsonl`` has a line a view: the path of its image, captions of the whole view, and
windows of it (a rectangle, or several together) with a caption each. Nothing in it is a label: no mask, no class, no
depth. Only windows of held-out rooms say which class their caption is about, for measuring zero-shot accuracy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xmask3d_ros.files import whole_file
from xmask3d_training.engine.errors import SettingsError

Box = tuple[int, int, int, int]
"""Columns from, to, rows from, to (ends excluded), in pixels of the 320x240 image."""

MOST_BOXES = 6
"""Rectangles that a window has at most."""


@dataclass(frozen=True)
class Window:
    """A rectangle of a view, or several, with a caption."""

    box: Box
    caption: str
    name: str = ""
    """Class that the caption is about; held-out rooms only, for measuring."""
    more: tuple[Box, ...] = ()
    """Further rectangles that belong to it: together they have an outline as irregular as a mask's."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All its rectangles."""
        return (self.box, *self.more)


@dataclass(frozen=True)
class ViewPairs:
    """A view's pairs."""

    image: str
    """Path of the image below the data root."""
    captions: tuple[str, ...]
    """Of the whole view, each incomplete in its own way."""
    windows: tuple[Window, ...]


def pairs_folder(root: Path) -> Path:
    """Where a data root keeps its pairs and the word list."""
    return root / "towers"


def write_pairs(root: Path, split: str, views: Iterable[ViewPairs]) -> Path:
    """Write the pairs of a split."""
    path = pairs_folder(root) / f"{split}.jsonl"
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for view in views:
            file.write(json.dumps(asdict(view)) + "\n")
    return path


def read_pairs(root: Path, split: str) -> list[ViewPairs]:
    """The pairs of a split.

    Raises:
        SettingsError: there are none.
    """
    path = pairs_folder(root) / f"{split}.jsonl"
    if not path.is_file():
        raise SettingsError(f"{path} is missing: make it with `xmask3d train towers pairs --data {root}`")
    views = []
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        windows = tuple(_window(entry) for entry in values["windows"])
        views.append(ViewPairs(values["image"], tuple(values["captions"]), windows))
    if not views:
        raise SettingsError(f"{path} is empty: the data root has no rooms of the {split} split")
    return views


def _window(entry: dict[str, Any]) -> Window:
    more = tuple((box[0], box[1], box[2], box[3]) for box in entry["more"])
    return Window(tuple(entry["box"]), entry["caption"], entry["name"], more)
