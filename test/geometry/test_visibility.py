# SPDX-License-Identifier: Apache-2.0
"""Visibility against a loop over points, and against the official code's output."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xmask3d_ros.geometry import Camera, rigid_from_quaternion, visible_points


def by_hand(points, depth, camera, world_from_camera, tolerance, border):
    """METHODS 1.4 read aloud, a point at a time."""
    camera_from_world = np.linalg.inv(world_from_camera)
    found = []
    for index, point in enumerate(points):
        at_camera = camera_from_world @ np.array([*point, 1.0])
        if not at_camera[2] > 0:
            continue
        ((u, v),) = camera.project(at_camera[None, :3])
        if not (np.isfinite(u) and np.isfinite(v)):
            continue
        column, row = round(u), round(v)
        if not (border <= column < camera.width - border and border <= row < camera.height - border):
            continue
        reading = float(depth[row, column])
        if np.isfinite(reading) and reading > 0 and abs(reading - at_camera[2]) <= tolerance * reading:
            found.append((index, row, column))
    return np.array(found, np.int64).reshape(-1, 3)


@settings(max_examples=40, deadline=None)
@given(
    size=st.sampled_from([(32, 24), (24, 40), (64, 17)]),
    lens=st.sampled_from([("none", ()), ("plumb_bob", (-0.3, 0.1, 0.001, 0.002)), ("equidistant", (0.01, 0, 0, 0))]),
    seed=st.integers(0, 2**32 - 1),
    border=st.sampled_from([0, 1, 4]),
    tolerance=st.sampled_from([0.0, 0.1, 0.25]),
)
def test_against_a_loop_over_points(size, lens, seed, border, tolerance):
    generator = np.random.default_rng(seed)
    width, height = size
    camera = Camera(width, height, 0.8 * width, 0.9 * width, width / 2.1, height / 1.9, *lens)
    pose = rigid_from_quaternion(generator.uniform(-1, 1, 3), generator.uniform(0.1, 1, 4))
    points = generator.uniform(-3, 3, (300, 3))
    depth = generator.uniform(0, 3, (height, width)).astype(np.float32)
    depth[generator.random(depth.shape) < 0.1] = 0
    depth[generator.random(depth.shape) < 0.1] = np.nan
    depth[generator.random(depth.shape) < 0.1] = np.inf
    points[0] = np.nan
    got = visible_points(points, depth, camera, pose, tolerance, border)
    want = by_hand(points, depth, camera, pose, tolerance, border)
    np.testing.assert_array_equal(np.stack(got, axis=-1), want)


def test_equals_the_official_mapping(test_data):
    view = np.load(test_data / "golden" / "view_common.npz")
    camera = Camera(640, 480, 577.870605, 577.870605, 319.5, 239.5).resized(320, 240)
    got = visible_points(view["coords"], view["depth"] / 1000.0, camera, view["pose"])
    np.testing.assert_array_equal(got.indices, np.flatnonzero(view["visible"]))
    np.testing.assert_array_equal(got.rows, view["mapping"][view["visible"], 0])
    np.testing.assert_array_equal(got.columns, view["mapping"][view["visible"], 1])
    assert len(got.indices) > 5000


def test_tensors_in_tensors_out():
    camera = Camera(32, 24, 30.0, 30.0, 15.5, 11.5)
    points = torch.rand(500, 3, generator=torch.Generator().manual_seed(0)) * 2 + torch.tensor([-1.0, -1.0, 0.5])
    depth = np.full((24, 32), 1.5, np.float32)
    got = visible_points(points, torch.from_numpy(depth), camera, np.eye(4), border=2)
    want = visible_points(points.numpy(), depth, camera, np.eye(4), border=2)
    assert len(want.indices) > 50
    for one, other in zip(got, want, strict=True):
        assert isinstance(one, torch.Tensor) and one.dtype == torch.int64
        assert isinstance(other, np.ndarray) and other.dtype == np.int64
        np.testing.assert_array_equal(one.numpy(), other)


def test_depth_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"camera\.resized"):
        visible_points(np.zeros((1, 3)), np.zeros((24, 32)), Camera(64, 48, 1.0, 1.0, 1.0, 1.0), np.eye(4))


def test_no_points_see_nothing():
    got = visible_points(np.zeros((0, 3)), np.ones((24, 32)), Camera(32, 24, 30.0, 30.0, 15.5, 11.5), np.eye(4))
    assert [part.shape for part in got] == [(0,), (0,), (0,)]


def test_is_fast_enough_for_every_frame():
    """300,000 points take some 15 ms of one core; the bound leaves room for a busy machine."""
    generator = np.random.default_rng(0)
    points = generator.uniform(-2, 2, (300_000, 3)).astype(np.float32)
    depth = generator.uniform(0, 4, (240, 320)).astype(np.float32)
    camera = Camera(640, 480, 577.870605, 577.870605, 319.5, 239.5).resized(320, 240)
    spent = []
    for _ in range(5):
        begin = time.thread_time()
        visible_points(points, depth, camera, np.eye(4))
        spent.append(time.thread_time() - begin)
    assert min(spent) < 0.06
