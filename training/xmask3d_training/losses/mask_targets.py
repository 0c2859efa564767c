# SPDX-License-Identifier: Apache-2.0
"""Binary target masks of a batch, kept as label images (METHODS 1.4).

Every distinct value of an image is one target mask. At paper size the masks themselves would be a gigabyte of zeros and
ones; a label image and a way to sample it hold the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor


@dataclass(frozen=True)
class MaskTargets:
    """Target masks of B images; T is the largest number in one of them."""

    number_of_pixel: Tensor
    """(B, H, W) int64, which of its image's targets a pixel belongs to."""
    classes: Tensor
    """(B, T) int64 class of each target, ascending; the null class B for what is not base; padded with -1."""
    counts: list[int]
    """Targets of each image."""

    @classmethod
    def from_labels(cls, label_images: Tensor, classes: int) -> MaskTargets:
        """Of (B, H, W) int64 images with values in [0, classes]; ``classes`` is the null class."""
        flat = label_images.flatten(1)
        present = torch.zeros(len(flat), classes + 1, dtype=torch.bool, device=flat.device).scatter_(1, flat, True)
        counts = present.sum(dim=1).tolist()
        number = present.long().cumsum(dim=1) - 1
        labels = torch.arange(classes + 1, device=flat.device).expand_as(present)
        # Absent classes are written to a column past the end.
        padded = torch.full((len(flat), max(counts) + 1), -1, dtype=torch.int64, device=flat.device)
        padded.scatter_(1, torch.where(present, number, max(counts)), labels)
        return cls(number.gather(1, flat).view_as(label_images), padded[:, :-1], counts)

    def sample_all(self, points: Tensor) -> Tensor:
        """All targets at P points of each image, bilinearly.

        Args:
            points: (B, P, 2) x, y in [0, 1].

        Returns:
            (B, T, P) float: 0 to 1.
        """
        values = points.new_zeros(len(points), self.classes.shape[1], points.shape[1])
        numbers = self.number_of_pixel.flatten(1)
        for index, weight in _corners(points, *self.number_of_pixel.shape[1:]):
            values.scatter_add_(1, numbers.gather(1, index)[:, None], weight[:, None])
        return values

    def sample(self, image: Tensor, target: Tensor, points: Tensor) -> Tensor:
        """Single targets, each at points of its own.

        Args:
            image: (M,) int64 image of each target.
            target: (M,) int64 its number in the image.
            points: (M, P, 2) x, y in [0, 1].

        Returns:
            (M, P) float: 0 to 1.
        """
        height, width = self.number_of_pixel.shape[1:]
        numbers = self.number_of_pixel.flatten()
        values = torch.zeros_like(points[..., 0])
        for index, weight in _corners(points, height, width):
            here = numbers[index + image[:, None] * (height * width)]
            values += torch.where(here == target[:, None], weight, 0.0)
        return values


def _corners(points: Tensor, height: int, width: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The four pixels around points (..., 2) in [0, 1] as flat indices and bilinear weights, zero outside the image.

    The convention is that of grid_sample without aligned corners.
    """
    x, y = points[..., 0] * width - 0.5, points[..., 1] * height - 0.5
    left, top = x.floor(), y.floor()
    for right in (0, 1):
        for below in (0, 1):
            column, row = left + right, top + below
            weight = (1 - (x - column).abs()) * (1 - (y - row).abs())
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            index = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
            yield index.long(), torch.where(inside, weight, 0.0)


def sample_logits(logits: Tensor, points: Tensor) -> Tensor:
    """(M, h, w) mask logits at (M, P, 2) points in [0, 1], bilinearly -> (M, P)."""
    grid = (2.0 * points - 1.0)[:, None].to(logits)
    return functional.grid_sample(logits[:, None], grid, mode="bilinear", align_corners=False)[:, 0, 0]
