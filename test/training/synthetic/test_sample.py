# SPDX-License-Identifier: Apache-2.0
"""The bundled sample is what its script makes, and small."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from rosbags.highlevel import AnyReader

SAMPLE = Path(__file__).resolve().parents[3] / "sample"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_room", SAMPLE / "make_room.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sample_is_small():
    assert sum(path.stat().st_size for path in (SAMPLE / "room").iterdir()) < 5e6
    assert (SAMPLE / "room_truth.npz").stat().st_size < 1e6


def test_sample_is_what_the_script_makes(script):
    """Where it was made the files are equal byte by byte; other processors may round otherwise in a few pixels."""
    room = script.room()
    with AnyReader([SAMPLE / "room"]) as reader:
        images = {}
        for connection, _, data in reader.messages():
            if connection.topic.endswith("image_raw"):
                images.setdefault(connection.topic, []).append(reader.deserialize(data, connection.msgtype))
    color, depth = images["/camera/color/image_raw"], images["/camera/aligned_depth_to_color/image_raw"]
    assert len(color) == len(depth) == len(room.poses)
    for index in (0, len(room.poses) - 1):
        view = room.view(index)
        assert np.mean(color[index].data.reshape(view.color.shape) == view.color) > 0.999
        assert np.mean(depth[index].data.view("<u2").reshape(view.depth.shape) == view.depth) > 0.999
    cloud = room.cloud(script.SPACING)
    with np.load(SAMPLE / "room_truth.npz") as truth:
        assert abs(len(truth["xyz"]) - len(cloud.points)) < 0.001 * len(cloud.points)
        assert np.unique(truth["labels"]).size >= 9
