# SPDX-License-Identifier: Apache-2.0
"""A whole synthetic room from a seed: furniture, light, camera, views, cloud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xmask3d_ros.geometry.camera import Camera

from .camera_path import walk
from .captions import Caption, caption_view
from .cloud import Cloud, Sight, scan
from .furnishing import furnish
from .lighting import random_lighting
from .renderer import Rendering, render
from .scene import Scene
from .sensor import Sensor, random_sensor
from .visible import seen_objects

SCANNET_CAMERA = Camera(320, 240, 288.9353025, 288.9353025, 159.5, 119.5)
"""The camera of the prepared ScanNet layout (METHODS 1.4)."""
_TRAIN, _HELD_OUT = 0, 1
_ROOM, _LIGHT, _WALK, _SENSOR, _SCAN, _VIEW, _CAPTION = range(7)


@dataclass(frozen=True)
class View:
    """One RGB-D frame with its truth. Pixels of all images correspond."""

    color: np.ndarray
    """(H,W,3) uint8 RGB, as the sensor gives it."""
    depth: np.ndarray
    """(H,W) uint16 millimetres, 0 = no reading."""
    label: np.ndarray
    """(H,W) uint8 class 0-18, 255 unlabelled; true in holes of the depth too."""
    instance: np.ndarray
    """(H,W) int32 object number, 0 = nothing."""
    pose: np.ndarray
    """(4,4) float64 room from camera (optical frame), metres."""
    ideal: Rendering
    """The same view without noise."""


class SyntheticRoom:
    """A furnished room with a walk through it. Equal arguments give equal bytes.

    Training and held-out rooms draw from different random streams (a seed never gives the same numbers to both) and
    from designs that have none in common.
    """

    def __init__(
        self,
        seed: int,
        held_out: bool = False,
        views: int = 25,
        camera: Camera = SCANNET_CAMERA,
        kind: str | None = None,
        sensor: Sensor | None = None,
    ) -> None:
        self.seed, self.held_out, self.camera = seed, held_out, camera
        self.named_kind = kind
        """The kind that was asked for; None: drawn."""
        self.room = furnish(self._random(_ROOM), held_out, kind)
        self.scene = Scene(self.room.placed)
        self.lighting = random_lighting(self._random(_LIGHT), self.room.width, self.room.depth, self.room.height)
        self.sensor = sensor or random_sensor(self._random(_SENSOR))
        self.walk = walk(self.room, self.scene, self._random(_WALK), views)
        self.poses = self.walk.views

    def _random(self, *stream: int) -> np.random.Generator:
        side = _HELD_OUT if self.held_out else _TRAIN
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence((side, self.seed, *stream))))

    def view(self, index: int) -> View:
        """Render view ``index`` of the walk."""
        rng, pose = self._random(_VIEW, index), self.poses[index]
        ideal = render(self.scene, self.lighting, self.camera, pose)
        color, depth = self.sensor.color(ideal, rng), self.sensor.depth(ideal, rng)
        return View(color, depth, self.scene.label_of_instance[ideal.instance], ideal.instance, pose, ideal)

    def captions(self, index: int, view: View, count: int = 1) -> list[Caption]:
        """``count`` different tellings of view ``index``, rendered before."""
        rng = self._random(_CAPTION, index)
        noticed = seen_objects(view.instance, view.ideal.depth, self.room.placed)
        return [caption_view(noticed, self.camera.width, self.room.kind, rng) for _ in range(count)]

    def cloud(self, spacing: float = 0.02) -> Cloud:
        """The labelled cloud of everything that the camera saw on its walk."""
        sight = Sight(self.camera, self.sensor.far, np.array(self.walk.frames))
        return scan(self.scene, self.lighting, sight, self._random(_SCAN), spacing)
