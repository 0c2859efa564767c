# SPDX-License-Identifier: Apache-2.0
"""Intrinsics, distortion and resizing, against OpenCV and the reference's numbers."""

import cv2
import numpy as np
import pytest
import torch

from xmask3d_ros.geometry import Camera
from xmask3d_ros.geometry.camera import ray_grid

LENSES = {
    "none": (),
    "plumb_bob": (0.12, -0.25, 0.001, -0.002, 0.08),
    "rational_polynomial": (0.4, -2.5, 0.0006, -0.0003, 1.5, 0.3, -2.3, 1.4),
    "equidistant": (0.03, -0.01, 0.004, -0.001),
}


def camera_with(model: str) -> Camera:
    return Camera(320, 240, 250.0, 252.0, 161.3, 118.2, model, LENSES[model])


@pytest.mark.parametrize("model", LENSES)
def test_projection_equals_opencv(model):
    camera = camera_with(model)
    generator = np.random.default_rng(1)
    points = np.column_stack([generator.uniform(-0.6, 0.6, (500, 2)), generator.uniform(1, 4, 500)])
    points[:, :2] *= points[:, 2:]
    coefficients = np.array(LENSES[model])
    if model == "equidistant":
        want, _ = cv2.fisheye.projectPoints(points[:, None], np.zeros(3), np.zeros(3), camera.matrix, coefficients)
    else:
        want, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), camera.matrix, coefficients)
    np.testing.assert_allclose(camera.project(points), want[:, 0], atol=1e-9)


@pytest.mark.parametrize("model", LENSES)
def test_rays_undo_projection_over_the_whole_image(model):
    camera = camera_with(model)
    columns, rows = np.meshgrid(np.arange(320), np.arange(240))
    pixels = np.column_stack([columns.ravel(), rows.ravel()])
    rays = camera.rays(pixels)
    assert np.isfinite(rays).all()
    np.testing.assert_allclose(camera.project(3.0 * rays), pixels, atol=1e-7)
    np.testing.assert_array_equal(ray_grid(camera).reshape(-1, 2), rays[:, :2])


@pytest.mark.parametrize("model", LENSES)
def test_tensors_project_as_arrays_do(model):
    camera = camera_with(model)
    x, y = np.random.default_rng(2).uniform(-2, 2, (2, 400))
    want = camera.project_normalised(x, y)
    got = camera.project_normalised(torch.from_numpy(x), torch.from_numpy(y))
    for one, other in zip(want, got, strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=1e-9)


def test_points_behind_the_camera_have_no_pixel():
    pixels = camera_with("none").project([[0.1, 0.1, -1.0], [0.1, 0.1, 0.0], [0.0, 0.0, 1.0]])
    assert np.isnan(pixels[:2]).all()
    np.testing.assert_allclose(pixels[2], (161.3, 118.2))


def test_points_far_outside_the_lens_do_not_fold_back_into_the_image():
    camera = Camera(320, 240, 250.0, 250.0, 160.0, 120.0, "plumb_bob", (-0.35, 0.0, 0.0, 0.0))
    # r (1 - 0.35 r^2) rises to r = sqrt(1 / 1.05) = 0.976 and is back at zero at r = 1.69.
    assert camera.largest_radius == pytest.approx(0.976, abs=1e-3)
    assert np.isfinite(camera.project([[0.9, 0.0, 1.0]])).all()
    assert np.isnan(camera.project([[1.6, 0.0, 1.0]])).all()


def test_pixels_that_no_ray_reaches_are_nan():
    camera = Camera(320, 240, 100.0, 100.0, 160.0, 120.0, "plumb_bob", (-0.35, 0.0, 0.0, 0.0))
    rays = camera.rays([[0.0, 0.0], [160.0, 120.0]])
    assert np.isnan(rays[0, :2]).all()
    np.testing.assert_allclose(rays[1], (0, 0, 1), atol=1e-12)


def test_resizing_gives_the_reference_intrinsics():
    camera = Camera(640, 480, 577.870605, 577.870605, 319.5, 239.5).resized(320, 240)
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx((288.9353025, 288.9353025, 159.5, 119.5))
    assert (camera.width, camera.height) == (320, 240)
    assert camera.resized(320, 240) is camera


def test_a_model_with_zeros_is_no_distortion_but_an_equidistant_lens_stays_one():
    zeros = Camera(4, 3, 2.0, 2.0, 1.5, 1.0, "plumb_bob", (0, 0, 0, 0, 0))
    assert zeros == Camera(4, 3, 2.0, 2.0, 1.5, 1.0)
    fisheye = Camera(4, 3, 2.0, 2.0, 1.5, 1.0, "equidistant", (0, 0, 0, 0))
    assert fisheye.project([[1.0, 0.0, 1.0]])[0, 0] == pytest.approx(2 * np.pi / 4 + 1.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 0}, "size 0x3"),
        ({"fx": 0.0}, "all-zero K"),
        ({"fy": float("nan")}, "all-zero K"),
        ({"fx": -1.0}, "positive"),
        ({"cx": float("inf")}, "principal point"),
        ({"distortion_model": "kannala", "distortion": (0.1,)}, "unknown distortion model 'kannala'"),
        ({"distortion_model": "plumb_bob", "distortion": (0.1, 0.2)}, "4 or 5 coefficients, got 2"),
        ({"distortion_model": "plumb_bob", "distortion": (0.1, 0.2, 0, float("nan"))}, "not finite"),
    ],
)
def test_impossible_cameras_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Camera(**({"width": 4, "height": 3, "fx": 2.0, "fy": 2.0, "cx": 1.5, "cy": 1.0} | change))
