# SPDX-License-Identifier: Apache-2.0
"""Resampling to the prepared size."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_training.prepare.layout import IMAGE_SIZE

ColorResize = Literal["area", "nearest"]


def resized_color(image: NDArray[np.uint8], how: ColorResize) -> NDArray[np.uint8]:
    """RGB (H, W, 3) at 320x240: ``area`` averages each target pixel's area, ``nearest`` is what OpenScene did."""
    method = cv2.INTER_AREA if how == "area" else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(image, IMAGE_SIZE, interpolation=method))


def resized_depth(image: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Depth (H, W) at 320x240; readings are picked, never mixed across an edge. The same pixels as OpenScene's."""
    return np.asarray(cv2.resize(image, IMAGE_SIZE, interpolation=cv2.INTER_NEAREST))


def resized_labels(image: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Ids (H, W) at 320x240: the id at the centre of each target pixel, as OpenScene's."""
    return np.asarray(cv2.resize(image, IMAGE_SIZE, interpolation=cv2.INTER_NEAREST_EXACT))
