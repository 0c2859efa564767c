# SPDX-License-Identifier: Apache-2.0
"""The frames whose live labels were the worst, with pictures to see why."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.vocabulary import UNLABELLED_COLOR, color_of

_WIDTH = 320


@dataclass(order=True)
class WorstFrame:
    """One frame; the greatest is the worst."""

    share_wrong: float
    """Of the points of known class."""
    number: int
    """Of the frame, from 0 on."""
    stamp_ns: int = field(compare=False)
    pictures: dict[str, bytes] = field(compare=False)
    """JPEG by name: color, truth, prediction."""


class WorstFrames:
    """Keeps the worst few of any number of frames."""

    def __init__(self, names: tuple[str, ...], most: int) -> None:
        # One row more, so that index -1 is "no class".
        self._colors = np.array([*(color_of(name) for name in names), UNLABELLED_COLOR], np.uint8)
        self._most = most
        self._heap: list[WorstFrame] = []

    def offer(
        self,
        number: int,
        stamp_ns: int,
        accuracy: float,
        color: NDArray[np.uint8],
        pixels: tuple[NDArray[np.int64], NDArray[np.int64], tuple[int, int]],
        truth: NDArray[np.int64],
        prediction: NDArray[np.int64],
    ) -> None:
        """Consider a frame.

        Args:
            number: of the frame.
            stamp_ns: of its image.
            accuracy: share of points that were right; NaN is not considered.
            color: (H, W, 3) RGB.
            pixels: rows and columns (N,) of the points in a grid, and its (height, width).
            truth: (N,) class or -1.
            prediction: (N,) class or -1.
        """
        wrong = 1.0 - accuracy
        if np.isnan(wrong) or not self._most or (len(self._heap) == self._most and wrong <= self._heap[0].share_wrong):
            return
        size = _WIDTH, round(_WIDTH * color.shape[0] / color.shape[1])
        small = cv2.resize(color, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        pictures: dict[str, NDArray[np.uint8]] = {"color": small, "truth": self._painted(small, pixels, truth)}
        pictures["prediction"] = self._painted(small, pixels, prediction)
        entry = WorstFrame(wrong, number, stamp_ns, {name: _jpeg(picture) for name, picture in pictures.items()})
        (heapq.heappush if len(self._heap) < self._most else heapq.heapreplace)(self._heap, entry)

    def worst_first(self) -> list[WorstFrame]:
        """The frames kept."""
        return sorted(self._heap, key=lambda frame: (-frame.share_wrong, frame.number))

    def _painted(self, picture: NDArray[np.uint8], pixels: Any, classes: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The image, greyed, with a dot a point in the colour of its class."""
        rows, columns, (height, width) = pixels
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB) // 3
        painted = np.zeros((height, width, 4), np.uint8)
        painted[rows, columns, :3] = self._colors[classes]
        painted[rows, columns, 3] = 255
        # A dot covers its neighbours in the grid, so that sparse points make an area.
        painted = cv2.dilate(painted, np.ones((3, 3), np.uint8)) if len(rows) * 3 < height * width else painted
        painted = cv2.resize(painted, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        return np.where(painted[..., 3:] > 0, painted[..., :3], grey)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
    assert done  # memory alone could fail an 8-bit image
    return data.tobytes()
