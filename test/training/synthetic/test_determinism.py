# SPDX-License-Identifier: Apache-2.0
"""Equal seeds give equal bytes, other seeds and the held-out side give other rooms."""

import hashlib

import numpy as np

from xmask3d_ros.geometry.camera import Camera
from xmask3d_training.synthetic import SyntheticRoom

CAMERA = Camera(96, 72, 80.0, 80.0, 47.5, 35.5)


def fingerprints(seed: int, held_out: bool = False) -> dict[str, str]:
    room = SyntheticRoom(seed, held_out, views=3, camera=CAMERA)
    view, cloud = room.view(2), room.cloud(0.05)
    layout = [(placed.item.design, placed.position, placed.yaw) for placed in room.room.placed]
    parts = {
        "layout": repr(layout).encode(),
        "geometry": room.scene.triangles.tobytes(),
        "poses": np.array(room.poses).tobytes(),
        "color": view.color.tobytes(),
        "depth": view.depth.tobytes(),
        "label": view.label.tobytes(),
        "cloud": cloud.points.tobytes() + cloud.colors.tobytes() + cloud.labels.tobytes(),
        "captions": repr([caption.text for caption in room.captions(2, view, 4)]).encode(),
    }
    return {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}


def test_same_seed_same_bytes_and_other_seeds_other_bytes():
    first = fingerprints(5)
    assert fingerprints(5) == first
    for other in (fingerprints(6), fingerprints(5, held_out=True)):
        assert all(first[name] != other[name] for name in ("layout", "geometry", "poses", "color", "depth", "cloud"))


def test_training_and_held_out_rooms_have_no_seed_in_common():
    """The same seeds on both sides start other streams: no room of one is furnished as one of the other."""
    rooms = {held_out: [SyntheticRoom(seed, held_out, 1, CAMERA).room for seed in range(6)] for held_out in (0, 1)}
    sizes = {held_out: {(room.width, room.depth, room.height) for room in made} for held_out, made in rooms.items()}
    assert len(sizes[0]) == len(sizes[1]) == 6 and not sizes[0] & sizes[1]


def test_a_view_does_not_depend_on_the_views_before_it():
    one, two = (SyntheticRoom(5, views=3, camera=CAMERA) for _ in range(2))
    one.view(0)
    np.testing.assert_array_equal(one.view(2).depth, two.view(2).depth)
