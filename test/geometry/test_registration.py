# SPDX-License-Identifier: Apache-2.0
"""Depth registration against a loop over pixels, known planes, and the real pairs."""

import json

import cv2
import numpy as np
import pytest

from xmask3d_ros.geometry import Camera, inverse_rigid, register_depth, rigid_from_quaternion

DEPTH_CAMERA = Camera(40, 30, 38.0, 38.0, 19.5, 14.5)


def by_hand(depth, depth_camera, color_camera, color_from_depth):
    """The nearest pixel of each reading, nearest surface wins; no footprints."""
    buffer = np.zeros((color_camera.height, color_camera.width), np.float64)
    for row, column in np.ndindex(depth.shape):
        z = float(depth[row, column])
        if not (np.isfinite(z) and z > 0):
            continue
        ray = np.linalg.inv(depth_camera.matrix) @ (column, row, 1.0)
        point = color_from_depth @ np.array([*(z * ray), 1.0])
        if point[2] <= 0:
            continue
        u, v, _ = color_camera.matrix @ point[:3] / point[2]
        u, v = round(u), round(v)
        if 0 <= u < color_camera.width and 0 <= v < color_camera.height:
            buffer[v, u] = min(buffer[v, u] or np.inf, point[2])
    return buffer


def test_a_coarser_colour_grid_equals_the_loop():
    """Where the colour pixel is larger than the footprint, the nearest pixel is all that a reading covers."""
    generator = np.random.default_rng(4)
    depth = generator.uniform(1, 3, (30, 40)).astype(np.float32)
    depth[generator.random(depth.shape) < 0.2] = 0
    depth[generator.random(depth.shape) < 0.1] = np.nan
    depth[0, 0] = np.inf
    color_camera = Camera(30, 20, 19.0, 19.0, 14.0, 9.0)
    transform = rigid_from_quaternion((0.05, -0.02, 0.1), (0.02, -0.01, 0.03, 1.0))
    got = register_depth(depth, DEPTH_CAMERA, color_camera, transform)
    want = by_hand(depth, DEPTH_CAMERA, color_camera, transform)
    assert (want > 0).sum() > 200
    np.testing.assert_allclose(got, want, atol=1e-6)


@pytest.mark.parametrize("scale", [1, 1.5, 2, 3.3])
def test_a_plane_stays_a_plane_without_holes(scale):
    """Up-sampling leaves no empty pixel inside what the depth camera saw."""
    width, height = round(40 * scale), round(30 * scale)
    color_camera = Camera(width, height, 38.0 * scale, 38.0 * scale, (width - 1) / 2, (height - 1) / 2)
    transform = rigid_from_quaternion((0.1, 0.0, 0.0), (0, 0, 0, 1))
    got = register_depth(np.full((30, 40), 2.0, np.float32), DEPTH_CAMERA, color_camera, transform)
    shift = round(0.1 * 38.0 * scale / 2.0)
    seen = got[2 : height - 2, shift + 2 : width - 2]
    np.testing.assert_allclose(seen, 2.0, atol=1e-6)
    assert (got[:, : max(shift - 2, 0)] == 0).all(), "nothing is invented where the depth camera did not look"


@pytest.mark.parametrize("slope", [-1.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("scale", [1, 2])
def test_slanted_surfaces_have_no_holes(slope, scale):
    """Seen from the side, neighbouring readings of a slanted surface lie farther apart than their footprint."""
    depth_camera = Camera(640, 120, 585.0, 585.0, 320.0, 60.0)
    rays_x = (np.arange(640) - 320.0) / 585.0
    z = 2.0 / (1.0 - slope * rays_x)
    depth = np.tile(np.where((z > 0) & (z < 8), z, 0).astype(np.float32), (120, 1))
    color_camera = depth_camera.resized(640 * scale, 120 * scale)
    got = register_depth(depth, depth_camera, color_camera, rigid_from_quaternion((-0.034, 0.004, 0), (0, 0, 0, 1)))
    filled = np.flatnonzero(got[60 * scale])
    assert len(filled) > 300 * scale
    assert (np.diff(filled) == 1).all()


def test_the_nearest_surface_wins_and_no_footprint_grows_past_its_edge():
    depth = np.full((30, 40), 3.0, np.float32)
    depth[10:20, 15:25] = 1.0
    color_camera = DEPTH_CAMERA.resized(80, 60)
    got = register_depth(depth, DEPTH_CAMERA, color_camera, rigid_from_quaternion((-0.2, 0, 0), (0, 0, 0, 1)))
    assert set(np.unique(got)) <= {0.0, 1.0, 3.0}
    # 100 readings of four colour pixels each
    assert (got == 1.0).sum() == 400


def test_identity_on_the_same_grid_changes_nothing():
    depth = np.random.default_rng(5).uniform(0.5, 4, (30, 40)).astype(np.float32)
    depth[3, 4] = 0
    np.testing.assert_array_equal(register_depth(depth, DEPTH_CAMERA, DEPTH_CAMERA, np.eye(4)), depth)


def test_points_behind_the_colour_camera_vanish():
    turned = rigid_from_quaternion((0, 0, 0), (0, 1, 0, 0))
    assert not register_depth(np.ones((30, 40), np.float32), DEPTH_CAMERA, DEPTH_CAMERA, turned).any()


def test_sizes_must_agree():
    with pytest.raises(ValueError, match="must be of one size"):
        register_depth(np.ones((3, 4), np.float32), DEPTH_CAMERA, DEPTH_CAMERA, np.eye(4))


@pytest.mark.parametrize("name", ["000000", "000420", "000987"])
def test_real_raw_depth_equals_the_registered_files(test_data, name):
    """The files were registered by someone else's code, with other rounding at the edges of things."""
    folder = test_data / "rgbd" / "7scenes_redkitchen"
    given = json.loads((folder / "manifest.json").read_text())["color_camera"]
    color_camera = Camera(640, 480, given["fx"], given["fy"], given["cx"], given["cy"])
    depth_camera = Camera(640, 480, 585.0, 585.0, 320.0, 240.0)
    raw, want = (
        cv2.imread(str(folder / kind / f"{name}.png"), cv2.IMREAD_UNCHANGED).astype(np.float32) / 1000
        for kind in ("depth", "depth_registered")
    )
    color_from_depth = inverse_rigid(np.loadtxt(folder / "pose_color" / f"{name}.txt")) @ np.loadtxt(
        folder / "pose" / f"{name}.txt"
    )
    got = register_depth(raw, depth_camera, color_camera, color_from_depth)
    both, either = (got > 0) & (want > 0), (got > 0) | (want > 0)
    assert both.sum() / either.sum() > 0.97
    difference = np.abs(got - want)[both]
    assert np.median(difference) < 0.001
    assert (difference < 0.02).mean() > 0.96
