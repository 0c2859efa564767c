# SPDX-License-Identifier: Apache-2.0
"""Cameras, RGB-D frames, points and pixels, and the transform tree. Needs numpy, OpenCV and PyTorch; never ROS."""

from .back_projection import PointsFromFrame, back_project
from .camera import Camera
from .frame import RgbdFrame
from .registration import register_depth
from .rigid import inverse_rigid, quaternion_from_rotation, rigid, rigid_from_quaternion, rotation_from_quaternion
from .transform_errors import ExtrapolationError, TransformError, UnconnectedError, UnknownFrameError
from .transform_tree import TransformTree
from .visibility import Visible, visible_points

__all__ = [
    "Camera",
    "ExtrapolationError",
    "PointsFromFrame",
    "RgbdFrame",
    "TransformError",
    "TransformTree",
    "UnconnectedError",
    "UnknownFrameError",
    "Visible",
    "back_project",
    "inverse_rigid",
    "quaternion_from_rotation",
    "register_depth",
    "rigid",
    "rigid_from_quaternion",
    "rotation_from_quaternion",
    "visible_points",
]
