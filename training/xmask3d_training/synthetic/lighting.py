# SPDX-License-Identifier: Apache-2.0
"""Light in a room: a soft ambient part and one to three lamps that cast shadows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .scene import Scene, Surfels


@dataclass(frozen=True)
class Lamp:
    """A point light whose strength falls off gently with distance."""

    position: tuple[float, float, float]
    color: tuple[float, float, float]
    """Linear light; the power is in it."""


@dataclass(frozen=True)
class Lighting:
    """All light of a room."""

    ambient: tuple[float, float, float]
    lamps: tuple[Lamp, ...]

    def shade(self, scene: Scene, surfels: Surfels, eye: np.ndarray | None = None) -> np.ndarray:
        """Linear radiance (N,3) leaving the surfels; highlights only when an ``eye`` (3,) looks."""
        up = surfels.normals[:, 2:3]
        light = np.asarray(self.ambient, np.float32) * (0.85 + 0.15 * up)
        shine = np.zeros_like(surfels.points)
        lifted = surfels.points + 0.004 * surfels.normals
        for lamp in self.lamps:
            place = np.asarray(lamp.position, np.float32)
            toward = place - surfels.points
            distance = _length(toward)
            toward /= np.maximum(distance, 1e-6)
            facing = np.einsum("nk,nk->n", toward, surfels.normals)[:, None]
            lit = np.flatnonzero(facing[:, 0] > 0)
            free = np.zeros((len(facing), 1), np.float32)
            free[lit, 0] = ~scene.blocked(lifted[lit], np.broadcast_to(place, (len(lit), 3)))
            power = np.asarray(lamp.color, np.float32) * free / (1 + (distance / 3) ** 2)
            light = light + power * np.maximum(facing, 0)
            if eye is not None:
                shiny = np.flatnonzero(surfels.gloss * free[:, 0] > 0.1)
                view = np.asarray(eye, np.float32) - surfels.points[shiny]
                half = toward[shiny] + view / np.maximum(_length(view), 1e-6)
                half /= np.maximum(_length(half), 1e-6)
                glint = np.maximum(np.einsum("nk,nk->n", half, surfels.normals[shiny]), 0) ** 40
                shine[shiny] += power[shiny] * (0.5 * glint * surfels.gloss[shiny])[:, None]
        glow = surfels.glow[:, None]
        return surfels.albedo * (light * (1 - 0.6 * glow) + glow) + shine


def _length(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("nk,nk->n", vectors, vectors))[:, None]


def random_lighting(rng: np.random.Generator, width: float, depth: float, height: float) -> Lighting:
    """Daylight or lamplight for a room of the given size (centred on the origin), metres."""
    warm = rng.uniform(-0.1, 0.12)
    tone = np.array([1 + warm, 1.0, 1 - warm])
    count = int(rng.integers(1, 4))
    lamps = []
    for _ in range(count):
        place = (rng.uniform(-0.35, 0.35) * width, rng.uniform(-0.35, 0.35) * depth, height - rng.uniform(0.15, 0.5))
        power = tone * rng.uniform(0.9, 1.3) / np.sqrt(count)
        lamps.append(Lamp(place, (float(power[0]), float(power[1]), float(power[2]))))
    ambient = tone * rng.uniform(0.4, 0.6)
    return Lighting((float(ambient[0]), float(ambient[1]), float(ambient[2])), tuple(lamps))
