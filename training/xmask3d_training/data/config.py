# SPDX-License-Identifier: Apache-2.0
"""What samples are made of, and which views count."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

REFERENCE_CAPTIONER = "vit-gpt2-image-captioning"
"""The captioner whose file the reference ships (METHODS 1.2)."""


@dataclass(frozen=True)
class DataConfig:
    """Settings of the data; the defaults are the reference's, but for ``augment_evaluation``."""

    root: Path
    """Folder of the prepared layout (METHODS 1.2)."""
    benchmark: str = "scannet_b12n7"
    """Label set and split, by name (``xmask3d_ros.evaluation.benchmarks``)."""
    captioner: str = REFERENCE_CAPTIONER
    """Whose captions to train with."""
    voxel_size: float = 0.02
    """Edge of a voxel, metres; as in the model's configuration."""
    image_size: int = 512
    """Side of the square image, pixels; as in the model's configuration."""
    repeats: int = 16
    """Samples of each training scene in an epoch (``loop``)."""
    seed: int = 5557
    """Decides, with epoch and index, everything random about a sample."""
    augment_training: bool = True
    """Random rotation and scale of the points before they become voxels."""
    augment_evaluation: bool = False
    """The same in validation and evaluation, as the reference does; then its results vary."""
    random_offset: int = 100
    """A batch's voxel coordinates are moved by up to this many voxels along each axis in training; 0: not."""
    usable_points: Literal["annotated", "base"] = "annotated"
    """Which points make a training view worth while. ``annotated``: those of base and novel classes, as in the
    reference, which looks at the novel annotation here; ``base``: those of base classes."""


@dataclass(frozen=True)
class ViewLimits:
    """How many points a view must hold to be used; all bounds belong to the range."""

    least: int
    """Visible points."""
    most: int
    """Visible points."""
    least_usable: int
    """Visible points with a label that counts."""


def training_limits(most_points: int = 65_000) -> ViewLimits:
    """More than 400 and fewer than ``most_points`` visible points, more than 10 usable ones."""
    return ViewLimits(401, most_points - 1, 11)


def evaluation_limits(most_points: int) -> ViewLimits:
    """400 to ``most_points`` visible points, 10 usable ones at least."""
    return ViewLimits(400, most_points, 10)
