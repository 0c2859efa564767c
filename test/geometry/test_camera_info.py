# SPDX-License-Identifier: Apache-2.0
"""CameraInfo messages of both ROS generations."""

from types import SimpleNamespace

import numpy as np
import pytest

from xmask3d_ros.geometry import Camera
from xmask3d_ros.geometry.camera_info import camera_from_info

K = [500.0, 0, 320, 0, 510, 240, 0, 0, 1]
P = [450.0, 0, 310, 0, 0, 450, 230, 0, 0, 0, 1, 0]


def info(**change) -> SimpleNamespace:
    fields = {"width": 640, "height": 480, "distortion_model": "plumb_bob", "d": [0.1, 0.0, 0, 0, 0], "k": K, "p": P}
    return SimpleNamespace(**(fields | change))


def test_raw_images_use_k_and_d():
    assert camera_from_info(info()) == Camera(640, 480, 500, 510, 320, 240, "plumb_bob", (0.1, 0, 0, 0, 0))


def test_rectified_images_use_p_and_no_distortion():
    assert camera_from_info(info(), rectified=True) == Camera(640, 480, 450, 450, 310, 230)


def test_rectified_images_without_p_use_k():
    assert camera_from_info(info(p=[0.0] * 12), rectified=True) == Camera(640, 480, 500, 510, 320, 240)


def test_capital_letters_of_ros_1():
    message = SimpleNamespace(width=640, height=480, distortion_model="", D=np.array([]), K=np.array(K), P=np.array(P))
    assert camera_from_info(message) == Camera(640, 480, 500, 510, 320, 240)


def test_unused_coefficients_of_long_vectors_are_cut():
    lens = [0.1, 0.2, 0, 0, 0.3, 0.4, 0.5, 0.6]
    camera = camera_from_info(info(distortion_model="rational_polynomial", d=[*lens, *[0.0] * 6]))
    assert camera.distortion == tuple(lens)
    with pytest.raises(ValueError, match="8 coefficients, got 12"):
        camera_from_info(info(distortion_model="rational_polynomial", d=[*lens, 0, 0, 0, 0.7]))


def test_fisheye_is_another_name_for_equidistant():
    assert camera_from_info(info(distortion_model="fisheye", d=[0.0] * 4)).distortion_model == "equidistant"


def test_an_uncalibrated_camera_is_refused():
    with pytest.raises(ValueError, match="uncalibrated"):
        camera_from_info(info(k=[0.0] * 9))
