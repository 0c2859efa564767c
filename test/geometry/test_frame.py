# SPDX-License-Identifier: Apache-2.0
"""The RGB-D frame refuses what does not fit and keeps geometry when resized."""

import numpy as np
import pytest

from xmask3d_ros.geometry import Camera, RgbdFrame, back_project

CAMERA = Camera(64, 48, 50.0, 50.0, 31.5, 23.5)


def frame(**change) -> RgbdFrame:
    fields = {
        "color": np.zeros((48, 64, 3), np.uint8),
        "depth": np.ones((48, 64), np.float32),
        "camera": CAMERA,
        "world_from_camera": np.eye(4),
        "stamp_ns": 1,
    }
    return RgbdFrame(**(fields | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"color": np.zeros((48, 64, 4), np.uint8)}, "color is uint8"),
        ({"color": np.zeros((48, 64, 3), np.float32)}, "color is float32"),
        ({"depth": np.ones((24, 32), np.float32)}, "register_depth"),
        ({"depth": np.ones((48, 64), np.uint16)}, "in metres"),
        ({"world_from_camera": np.full((4, 4), np.nan)}, "world_from_camera"),
        ({"world_from_camera": np.diag([1.0, 1.0, -1.0, 1.0])}, "mirror"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        frame(**change)


def test_a_smaller_frame_shows_the_same_plane():
    """A slanted plane: every point of the small frame must lie on it, to the half pixel that nearest depth costs."""
    columns, _ = np.meshgrid(np.arange(64), np.arange(48))
    slope = 0.3
    rays_x = (columns - 31.5) / 50.0
    depth = (2.0 / (1.0 - slope * rays_x)).astype(np.float32)  # z = 2 + slope x
    color = np.repeat((4 * columns[:, :, None]).astype(np.uint8), 3, axis=2)
    small = frame(depth=depth, color=color).resized(32)
    assert small.depth.shape == (24, 32) and small.camera.width == 32 and small.camera.height == 24
    points = back_project(small).points
    assert np.abs(points[:, 2] - 2.0 - slope * points[:, 0]).max() < slope * 3.0 / 50.0 + 1e-6
    assert set(np.unique(small.depth)) <= set(np.unique(depth)), "depth must be picked, not averaged"
    np.testing.assert_array_equal(small.color[0, :, 0], 8 * np.arange(32) + 2)


def test_resizing_to_the_same_width_is_no_copy():
    same = frame()
    assert same.resized(64) is same
