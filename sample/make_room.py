# SPDX-License-Identifier: Apache-2.0
"""Make the bundled sample again: ``python sample/make_room.py [FOLDER]`` (FOLDER must not exist; default sample/room).

A held-out synthetic living room: ``room/`` is a ROS 2 bag of 24 RGB-D frames, ``room_truth.npz`` beside it the labelled
cloud in the bag's ``map`` frame. Needs the training distribution (``pip install ./training``).
"""

from __future__ import annotations

import sys
from pathlib import Path

from xmask3d_ros.geometry.camera import Camera
from xmask3d_training.synthetic.generate import SyntheticRoom
from xmask3d_training.synthetic.sensor import Sensor
from xmask3d_training.synthetic.writers.bag import write_bag, write_truth

SEED = 32
KIND = "living room"
VIEWS = 24
CAMERA = Camera(320, 240, 240.0, 240.0, 159.5, 119.5)
"""67 degrees across, like a RealSense's colour camera."""
SENSOR = Sensor(noise=0.0008, step=0.002, far=6.0, color_noise=0.002)
"""A quiet camera: noise does not compress, and the bag shall stay under 5 MB."""
SPACING = 0.03
"""Of the truth's points, metres: keeps the file under 1 MB."""


def room() -> SyntheticRoom:
    """The sample's room."""
    return SyntheticRoom(SEED, held_out=True, views=VIEWS, camera=CAMERA, kind=KIND, sensor=SENSOR)


def make(folder: Path) -> None:
    """Write the bag to ``folder`` and the truth to ``<folder>_truth.npz``."""
    made = room()
    write_bag(made, folder, rate=2.0)
    write_truth(made.cloud(SPACING), folder.with_name(folder.name + "_truth.npz"))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "room")
