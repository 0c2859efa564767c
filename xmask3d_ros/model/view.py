# SPDX-License-Identifier: Apache-2.0
"""The network's input: the points that one posed image sees (METHODS 1.4)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import torch
from torch import Tensor


@dataclass
class View:
    """One image and the points visible in it, each with the pixel it falls on."""

    points: Tensor
    """(N, 3) float64 metres, any frame whose z axis points up."""
    colors: Tensor
    """(N, 3) uint8 RGB of the points."""
    rows: Tensor
    """(N,) int64 pixel rows in the mask grid."""
    columns: Tensor
    """(N,) int64 pixel columns in the mask grid."""
    grid_size: tuple[int, int]
    """Height and width of the mask grid."""
    image: Tensor
    """(H, W, 3) uint8 RGB, any size of the grid's aspect ratio."""

    def __len__(self) -> int:
        return len(self.points)

    def to(self, device: torch.device | str) -> View:
        """The same view with its points on another device; the image stays where it is."""
        return View(
            self.points.to(device),
            self.colors.to(device),
            self.rows.to(device),
            self.columns.to(device),
            self.grid_size,
            self.image,
        )

    def square_image(self, size: int) -> Tensor:
        """(1, 3, size, size) float32 in [0, 1]: squashed to a square by OpenCV's bilinear resize (METHODS 1.4)."""
        squashed = cv2.resize(self.image.cpu().numpy(), (size, size), interpolation=cv2.INTER_LINEAR)
        return self._scaled(torch.from_numpy(squashed))

    def whole_image(self) -> Tensor:
        """(1, 3, H, W) float32 in [0, 1]: the image in its own shape."""
        return self._scaled(self.image)

    def _scaled(self, image: Tensor) -> Tensor:
        return image.to(self.points.device).permute(2, 0, 1)[None].to(torch.float32) / 255.0


def color_features(colors: Tensor) -> Tensor:
    """Point features of the 3D networks: (N, 3) uint8 RGB -> (N, 3) float32 in [-1, 1]."""
    return colors.to(torch.float32) / 127.5 - 1.0
