# SPDX-License-Identifier: Apache-2.0
"""One picture to judge prepared data by: views, their label images, and the points' labels projected into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.vocabulary import UNLABELLED_COLOR, color_of
from xmask3d_training.prepare.layout import IMAGE_SIZE, UNLABELLED
from xmask3d_training.prepare.reprojection import Reprojection

_CAPTION = 18
_FONT = cv2.FONT_HERSHEY_SIMPLEX


class SheetRow(NamedTuple):
    """One view."""

    title: str
    color: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    label: NDArray[np.uint8] | None
    """(H, W) labels of the pixels, if there are any."""
    points: Reprojection


def contact_sheet(rows: Sequence[SheetRow], names: Sequence[str], columns: int = 2) -> NDArray[np.uint8]:
    """An RGB picture: for each view its colours, its label image and its points' labels, and a legend below."""
    palette = np.full((256, 3), UNLABELLED_COLOR, np.uint8)
    palette[: len(names)] = [color_of(name) for name in names]
    tiles = [_tile(row, palette) for row in rows]
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % columns)
    sheet = np.vstack([np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)])
    shown = {int(label) for row in rows for label in np.unique(row.points.labels)}
    shown |= {int(label) for row in rows if row.label is not None for label in np.unique(row.label)}
    return np.vstack([sheet, _legend(sorted(shown - {UNLABELLED}), names, palette, sheet.shape[1])])


def _tile(row: SheetRow, palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    gray = cv2.cvtColor(row.color, cv2.COLOR_RGB2GRAY)
    dimmed = np.repeat((gray // 3)[..., None], 3, axis=2)
    projected = dimmed.copy()
    # Two pixels wide, so that single points show.
    for down, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        projected[row.points.rows + down, row.points.columns + right] = palette[row.points.labels]
    pixels = palette[row.label] if row.label is not None else dimmed
    images = np.hstack([row.color, pixels, projected])
    head = np.full((_CAPTION, images.shape[1], 3), 255, np.uint8)
    cv2.putText(head, row.title, (4, _CAPTION - 5), _FONT, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([head, images])


def _legend(labels: list[int], names: Sequence[str], palette: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    cell = IMAGE_SIZE[0] // 2
    across = max(width // cell, 1)
    legend = np.full((_CAPTION * (len(labels) // across + 1) + 8, width, 3), 255, np.uint8)
    for place, label in enumerate(labels):
        x, y = place % across * cell + 4, place // across * _CAPTION + 4
        legend[y : y + 12, x : x + 12] = palette[label]
        name = names[label] if label < len(names) else f"label {label}"
        cv2.putText(legend, name, (x + 18, y + 11), _FONT, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    return legend
