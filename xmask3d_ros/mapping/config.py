# SPDX-License-Identifier: Apache-2.0
"""Bounds of the voxel map, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MapConfig:
    """How large and how old the local map may grow."""

    voxel_size: float = 0.02
    """Edge of a voxel, metres."""
    radius: float = 10.0
    """Voxels farther than this from the newest camera position are forgotten, metres; 0 keeps all."""
    max_age: float = 300.0
    """Voxels not seen for this long are forgotten, seconds of image stamps; 0 keeps all."""
    max_voxels: int = 2_000_000
    """Most voxels held; beyond, those unseen for longest are forgotten."""
    min_support: float = 0.5
    """Share of a voxel's face that its readings must cover, over all frames, before the voxel is published. Readings
    at depth edges and at the far end of the sensor's range spread over voxels that no surface fills; 0 keeps all."""
    max_views: int = 200
    """Most views whose evidence is kept whole; beyond, the view is forgotten that fewest voxels depend on."""

    def __post_init__(self) -> None:
        if not 0.001 <= self.voxel_size <= 10.0:
            raise ValueError(f"voxel_size must lie in [0.001, 10] metres, not {self.voxel_size}")
        if min(self.radius, self.max_age, self.min_support) < 0:
            raise ValueError("radius, max_age and min_support must not be negative; 0 switches the bound off")
        if self.max_voxels < 1 or self.max_views < 1:
            raise ValueError("max_voxels and max_views must be at least 1")
