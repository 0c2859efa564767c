# SPDX-License-Identifier: Apache-2.0
"""Views as the towers see them: read, cut, resized."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.towers.pairs import Box


def read_view(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) RGB.

    Raises:
        SettingsError: the image is missing or damaged.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SettingsError(f"{path} is missing or damaged: write the rooms again, then their pairs")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def square_tensor(image: NDArray[np.uint8], side: int) -> Tensor:
    """(H, W, 3) -> (3, side, side) uint8, the aspect ratio given up, as the network sees views (METHODS 1.4)."""
    shrinks = image.shape[0] * image.shape[1] > side * side
    resized = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return torch.from_numpy(np.ascontiguousarray(resized.transpose(2, 0, 1)))


def cut(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The window of an image."""
    left, right, top, bottom = box
    return image[top:bottom, left:right]


def relative_box(box: Box, image: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """The box in fractions of the image's width and height."""
    height, width = image.shape[:2]
    return box[0] / width, box[1] / width, box[2] / height, box[3] / height
