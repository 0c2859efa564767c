# SPDX-License-Identifier: Apache-2.0
"""What an RGB-D camera makes of an ideal image: noise, holes, exposure, millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .renderer import Rendering


@dataclass(frozen=True)
class Sensor:
    """One camera's temper."""

    noise: float = 0.0015
    """Depth noise in metres at 1 m; grows with the square of the range (structured light and active stereo alike)."""
    step: float = 0.0015
    """Step of the readings in metres at 1 m, from whole steps of disparity; grows likewise."""
    far: float = 6.0
    """Metres beyond which readings are lost."""
    edge_loss: float = 0.5
    """Share of readings lost at depth edges."""
    color_noise: float = 0.012
    """Noise of a channel in the display range 0-1, in the dark twice that."""
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """White balance error, by channel."""
    brightness: float = 0.42
    """Mean the automatic exposure aims at."""

    def depth(self, view: Rendering, rng: np.random.Generator) -> np.ndarray:
        """(H,W) uint16 millimetres, 0 where nothing is read."""
        ideal = view.depth
        grain = rng.standard_normal(ideal.shape, np.float32)
        grain = 0.5 * grain + 2.2 * cv2.GaussianBlur(grain[::-1], (0, 0), 1.5)
        range_squared = np.maximum(ideal, 0.5) ** 2
        noisy = np.maximum(ideal + grain * self.noise * range_squared, 0.1)
        noisy = 1 / (self.step * np.maximum(np.round(1 / (self.step * noisy)), 1))
        lost = (ideal <= 0.25) | (ideal > self.far)
        lost |= rng.random(ideal.shape, np.float32) < np.clip((ideal - 0.75 * self.far) / (0.5 * self.far), 0, 1)
        spread = cv2.dilate(ideal, np.ones((3, 3))) - cv2.erode(ideal, np.ones((3, 3)))
        edge = (spread > 0.06 * np.maximum(ideal, 0.3)) & (view.slant < 0.9) | (spread > 0.15)
        lost |= edge & (rng.random(ideal.shape, np.float32) < self.edge_loss)
        lost |= rng.random(ideal.shape, np.float32) > np.clip((view.slant - 0.06) / 0.12, 0, 1)
        patches = cv2.resize(rng.random((12, 16), np.float32), ideal.shape[::-1], interpolation=cv2.INTER_CUBIC)
        lost |= patches < np.clip(view.gloss - 0.35, 0, 1) * 0.9
        return np.where(lost, 0, np.clip(noisy * 1000, 0, 65535).round()).astype(np.uint16)

    def color(self, view: Rendering, rng: np.random.Generator) -> np.ndarray:
        """(H,W,3) uint8 RGB."""
        light = view.color * np.asarray(self.gain, np.float32)
        mean = float(np.clip(light, 0, 1.5).mean())
        exposed = light * np.clip((self.brightness**2.2 * 1.25 / max(mean, 1e-3)) ** 0.7, 0.4, 2.5)
        shown = np.clip(exposed / (1 + 0.18 * exposed**2), 0, 1) ** (1 / 2.2)
        strength = self.color_noise * (1 + (1 - shown))
        grain = rng.standard_normal(view.depth.shape, np.float32)[..., None]
        grain = 0.7 * grain + 0.5 * rng.standard_normal(shown.shape, np.float32)
        return (np.clip(shown + grain * strength, 0, 1) * 255).round().astype(np.uint8)


def random_sensor(rng: np.random.Generator) -> Sensor:
    """A camera somewhere between a good and a tired one."""
    red, blue = rng.normal(1, 0.03, 2)
    return Sensor(
        rng.uniform(0.0008, 0.0025),
        rng.uniform(0.0006, 0.0028),
        rng.uniform(4.5, 7.0),
        rng.uniform(0.3, 0.7),
        rng.uniform(0.006, 0.02),
        (float(red), 1.0, float(blue)),
        rng.uniform(0.36, 0.48),
    )
