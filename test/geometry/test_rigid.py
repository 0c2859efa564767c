# SPDX-License-Identifier: Apache-2.0
"""Rotations and rigid transforms against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from xmask3d_ros.geometry import (
    inverse_rigid,
    quaternion_from_rotation,
    rigid_from_quaternion,
    rotation_from_quaternion,
)
from xmask3d_ros.geometry.rigid import check_rigid, slerp

quaternions = st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 0.1)


@given(quaternions)
def test_rotation_equals_scipy_and_comes_back(quaternion):
    rotation = rotation_from_quaternion(quaternion)
    np.testing.assert_allclose(rotation, Rotation.from_quat(quaternion).as_matrix(), atol=1e-12)
    again = quaternion_from_rotation(rotation)
    assert again[3] >= 0
    np.testing.assert_allclose(rotation_from_quaternion(again), rotation, atol=1e-12)


@given(quaternions, st.lists(st.floats(-100, 100), min_size=3, max_size=3))
def test_inverse_undoes(quaternion, translation):
    matrix = rigid_from_quaternion(translation, quaternion)
    np.testing.assert_allclose(inverse_rigid(matrix) @ matrix, np.eye(4), atol=1e-11)


@pytest.mark.parametrize("degrees", [0.0, 1e-9, 1e-6, 1e-3, 1.0, 120.0, 179.9])
def test_slerp_keeps_precision_at_every_angle(degrees):
    axis = np.array([0.36, 0.48, 0.8])
    first = Rotation.from_euler("xyz", [0.3, -0.2, 0.9])
    second = Rotation.from_rotvec(np.radians(degrees) * axis) * first
    for sign in (1, -1):  # both quaternions of one rotation
        got = Rotation.from_quat(slerp(first.as_quat(), sign * second.as_quat(), 0.3))
        want = Rotation.from_rotvec(np.radians(0.3 * degrees) * axis) * first
        assert (got.inv() * want).magnitude() < 1e-12


@pytest.mark.parametrize("quaternion", [(0, 0, 0, 0), (0, 0, 0, float("nan")), (0, 0, 1)])
def test_quaternions_without_direction_are_refused(quaternion):
    with pytest.raises(ValueError, match="has no direction"):
        rotation_from_quaternion(quaternion)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.eye(3), "shape"),
        (np.full((4, 4), np.nan), "not finite"),
        (np.diag([2.0, 2.0, 2.0, 1.0]), "scale or shear"),
        (np.diag([1.0, 1.0, -1.0, 1.0]), "mirror"),
        (rigid_from_quaternion((1, 2, 3), (0, 0, 0, 1)).T, "transposed"),
    ],
)
def test_matrices_that_are_not_rigid_are_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        check_rigid(matrix)
