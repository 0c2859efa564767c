# SPDX-License-Identifier: Apache-2.0
"""Several views as one batch of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xmask3d_ros.sparse.voxelise import batched
from xmask3d_training.data.datasets import Constants, Item
from xmask3d_training.data.problems import Problem


@dataclass(frozen=True)
class NoViews:
    """What a batch becomes when none of its items has a view."""

    problems: tuple[Problem, ...]

    def __len__(self) -> int:
        return 0

    def to(self, device: torch.device | str, non_blocking: bool = False) -> NoViews:
        """There is nothing to move."""
        return self


@dataclass(frozen=True)
class Batch:
    """B views of N points in V voxels, all in all; views follow each other, points and voxels likewise."""

    keys: list[int]
    """What each view was drawn with."""
    scenes: list[str]
    """Scene of each view."""
    frames: list[str]
    """Frame of each view."""
    captions: list[str]
    """Caption of each view; empty outside training."""
    problems: tuple[Problem, ...]
    """What was skipped while they were made."""
    grid_size: tuple[int, int]
    """Height and width of the mask grid."""
    constants: list[Constants]
    """What is known of each view's frame from before; on the CPU."""
    images: Tensor
    """(B, 3, S, S) uint8 RGB."""
    label_images: Tensor | None
    """(B, S, S) int64 base labels; None outside training."""
    coordinates: Tensor
    """(V, 4) int64: view, x, y, z."""
    features: Tensor
    """(V, 3) float32 colour in [-1, 1]."""
    voxel_of_point: Tensor
    """(N,) int64 in [0, V)."""
    view_of_point: Tensor
    """(N,) int64 in [0, B)."""
    points: Tensor
    """(N, 3) float32 metres, not augmented."""
    point_of_scene: Tensor
    """(N,) int64, which point of its scene."""
    rows: Tensor
    """(N,) int64 on the mask grid."""
    columns: Tensor
    """(N,) int64 on the mask grid."""
    labels: Tensor
    """(N,) int64, see ``DataView``."""
    binary_labels: Tensor
    """(N,) int64, see ``DataView``."""

    def __len__(self) -> int:
        return len(self.scenes)

    def to(self, device: torch.device | str, non_blocking: bool = False) -> Batch:
        """The batch with its tensors on a device."""
        return self._mapped(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> Batch:
        """The batch with its tensors in pinned memory (what a loader with ``pin_memory`` calls)."""
        return self._mapped(lambda tensor: tensor.pin_memory())

    def _mapped(self, function: Callable[[Tensor], Tensor]) -> Batch:
        changed: dict[str, Any] = {
            name: function(value) for name, value in vars(self).items() if isinstance(value, Tensor)
        }
        return replace(self, **changed)


class Collate:
    """Joins items; ``offset`` > 0 moves all their voxels together by up to so many along each axis, as in training."""

    def __init__(self, seed: int = 0, offset: int = 0) -> None:
        self._seed, self._offset = seed, offset

    def __call__(self, items: Sequence[Item]) -> Batch | NoViews:
        """A batch of those items that have a view."""
        problems = tuple(problem for item in items for problem in item.problems)
        views = [item.view for item in items if item.view is not None]
        if not views:
            return NoViews(problems)
        coordinates = batched([torch.from_numpy(view.coordinates) for view in views])
        if self._offset:
            generator = np.random.default_rng((self._seed, views[0].key))
            coordinates[:, 1:] += torch.from_numpy(generator.integers(0, self._offset, 3))
        voxels, points = [len(view.coordinates) for view in views], [len(view.labels) for view in views]
        first_voxel = np.cumsum([0, *voxels])
        label_images = [view.label_image for view in views if view.label_image is not None]
        return Batch(
            keys=[view.key for view in views],
            scenes=[view.scene for view in views],
            frames=[view.frame for view in views],
            captions=[view.caption for view in views],
            problems=problems,
            grid_size=views[0].seen.grid_size,
            constants=[item.constants for item in items if item.view is not None],
            images=torch.from_numpy(np.stack([view.image for view in views])).permute(0, 3, 1, 2).contiguous(),
            label_images=torch.from_numpy(np.stack(label_images)) if label_images else None,
            coordinates=coordinates,
            features=_joined(view.features for view in views),
            voxel_of_point=_joined(view.voxel_of_point + first_voxel[number] for number, view in enumerate(views)),
            view_of_point=torch.arange(len(views)).repeat_interleave(torch.tensor(points)),
            points=_joined(view.points for view in views),
            point_of_scene=_joined(view.seen.indices for view in views),
            rows=_joined(view.seen.rows for view in views),
            columns=_joined(view.seen.columns for view in views),
            labels=_joined(view.labels for view in views),
            binary_labels=_joined(view.binary_labels for view in views),
        )


def _joined(arrays: Iterable[NDArray[Any]]) -> Tensor:
    return torch.from_numpy(np.concatenate(list(arrays)))
