# SPDX-License-Identifier: Apache-2.0
"""Back-projection against computations that share no code with it."""

import json

import cv2
import numpy as np
import pytest

from xmask3d_ros.geometry import Camera, RgbdFrame, back_project, rigid_from_quaternion


@pytest.mark.parametrize("name", ["000000", "000420", "000987"])
def test_real_frames_against_plain_float64(test_data, name):
    folder = test_data / "rgbd" / "7scenes_redkitchen"
    given = json.loads((folder / "manifest.json").read_text())["color_camera"]
    camera = Camera(640, 480, given["fx"], given["fy"], given["cx"], given["cy"])
    millimetres = cv2.imread(str(folder / "depth_registered" / f"{name}.png"), cv2.IMREAD_UNCHANGED)
    color = cv2.imread(str(folder / "color" / f"{name}.jpg"))[..., ::-1].copy()
    pose = np.loadtxt(folder / "pose_color" / f"{name}.txt")
    frame = RgbdFrame(color, millimetres.astype(np.float32) / np.float32(1000), camera, pose, 0)
    got = back_project(frame, 0.1, 6.0)

    inverse = np.linalg.inv(np.array([[given["fx"], 0, given["cx"]], [0, given["fy"], given["cy"]], [0, 0, 1]]))
    depth = millimetres.astype(np.float64) / 1000
    v, u = np.nonzero((millimetres >= 100) & (millimetres <= 6000))
    at_camera = np.einsum("ij,nj->ni", inverse, np.stack([u, v, np.ones_like(u)], 1).astype(float)) * depth[v, u, None]
    want = np.einsum("ij,nj->ni", pose, np.column_stack([at_camera, np.ones(len(u))]))[:, :3]
    np.testing.assert_array_equal(got.rows, v)
    np.testing.assert_array_equal(got.columns, u)
    np.testing.assert_array_equal(got.colors, color[v, u])
    # float32 holds a depth of 6 m to 0.24 micrometres
    np.testing.assert_allclose(got.points, want, atol=1e-6)
    assert got.points.dtype == np.float64


def test_only_readings_within_the_range_give_points():
    depth = np.array([[0.0, np.nan, np.inf, -1.0], [0.05, 0.1, 6.0, 6.1]], np.float32)
    camera = Camera(4, 2, 3.0, 3.0, 1.5, 0.5)
    frame = RgbdFrame(np.zeros((2, 4, 3), np.uint8), depth, camera, np.eye(4), 0)
    got = back_project(frame, np.float32(0.1), 6.0)
    assert list(zip(got.rows, got.columns, strict=True)) == [(1, 1), (1, 2)]
    np.testing.assert_allclose(got.points[:, 2], (0.1, 6.0), atol=1e-6)


def test_without_a_lower_bound_no_reading_is_still_no_point():
    depth = np.array([[0.0, np.nan, -1.0, 1e-3]], np.float32)
    frame = RgbdFrame(np.zeros((1, 4, 3), np.uint8), depth, Camera(4, 1, 3.0, 3.0, 1.5, 0.0), np.eye(4), 0)
    assert back_project(frame, 0.0, np.inf).columns.tolist() == [3]


def test_distortion_is_removed():
    """Points projected by OpenCV come back to where they were."""
    lens = (0.12, -0.25, 0.001, -0.002, 0.08)
    camera = Camera(320, 240, 250.0, 252.0, 161.0, 118.0, "plumb_bob", lens)
    pose = rigid_from_quaternion((1.0, -2.0, 0.5), (0.1, 0.2, -0.3, 0.9))
    frame = RgbdFrame(np.zeros((240, 320, 3), np.uint8), np.full((240, 320), 2.0, np.float32), camera, pose, 0)
    got = back_project(frame)
    assert len(got.points) == 320 * 240
    at_camera = (got.points - pose[:3, 3]) @ pose[:3, :3]
    pixels, _ = cv2.projectPoints(at_camera, np.zeros(3), np.zeros(3), camera.matrix, np.array(lens))
    np.testing.assert_allclose(pixels[:, 0], np.column_stack([got.columns, got.rows]), atol=1e-6)


def test_no_reading_no_points():
    camera = Camera(4, 2, 3.0, 3.0, 1.5, 0.5)
    got = back_project(RgbdFrame(np.zeros((2, 4, 3), np.uint8), np.zeros((2, 4), np.float32), camera, np.eye(4), 0))
    assert got.points.shape == (0, 3) and got.colors.shape == (0, 3)
