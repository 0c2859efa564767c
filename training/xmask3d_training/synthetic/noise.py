# SPDX-License-Identifier: Apache-2.0
"""Smooth and per-cell noise, the same on every machine."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates

_SIZE = 32
_VOLUME = np.random.Generator(np.random.PCG64(7)).random((_SIZE, _SIZE, _SIZE)).astype(np.float32)


def smooth(points: np.ndarray, seed: np.ndarray | int = 0) -> np.ndarray:
    """Value noise with cells of size 1: points (N,3) -> (N,) float32 in [0, 1], mean one half."""
    offset = np.stack([np.asarray(seed) * factor % 31.0 for factor in (0.37, 0.71, 1.13)], axis=-1)
    return map_coordinates(_VOLUME, (points + offset).T, order=1, mode="grid-wrap", prefilter=False)


def cell(*indices: np.ndarray) -> np.ndarray:
    """A number in [0, 1) for every tuple of integer indices, unrelated between neighbours: (N,) float32."""
    mixed = np.zeros(np.shape(indices[0]), np.uint32)
    for index, prime in zip(indices, (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F), strict=False):
        mixed = (mixed ^ (np.asarray(index).astype(np.int64) & 0xFFFFFFFF).astype(np.uint32)) * np.uint32(prime)
        mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(12)
    return (mixed >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)
