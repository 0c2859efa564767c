# SPDX-License-Identifier: Apache-2.0
"""From a pair of image messages to an RGB-D frame, in two steps: what may have to wait, and what is only work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.bag_images import color_of, depth_of, has_reading, same_grid
from xmask3d_ros.geometry import Camera, RgbdFrame, register_depth
from xmask3d_ros.images import ImageError
from xmask3d_ros.nodes.cameras import Cameras
from xmask3d_ros.nodes.frame_queue import LostFrameError, NotReadyError
from xmask3d_ros.nodes.pairing import Pair
from xmask3d_ros.nodes.transforms import Transforms


@dataclass(frozen=True)
class Resolved:
    """A pair with its cameras and poses."""

    pair: Pair[Any]
    camera: Camera
    depth_camera: Camera | None
    """``None``: the depth image is on the colour image's grid, and has no camera_info of its own."""
    world_from_camera: NDArray[np.float64]
    color_from_depth: NDArray[np.float64]
    same_frame: bool
    """Whether both images are of one frame."""


class FrameMaker:
    """Makes frames out of pairs."""

    def __init__(self, color: Cameras, depth: Cameras, transforms: Transforms, fixed_frame: str) -> None:
        self._color, self._depth = color, depth
        self._transforms = transforms
        self._fixed_frame = fixed_frame
        self.depth_info_expected = lambda: False
        """Whether somebody publishes a camera_info of the depth image: then it is waited for."""

    def resolve(self, pair: Pair[Any]) -> Resolved:
        """Find cameras and poses. Quick. Raises NotReadyError for what may still come, LostFrameError otherwise."""
        camera, info_frame = self._color.at(pair.color_ns, pair.color)
        color_frame = pair.color.header.frame_id.lstrip("/") or info_frame
        depth_camera, depth_frame = None, pair.depth.header.frame_id.lstrip("/")
        if self._depth or self.depth_info_expected():
            depth_camera, info_frame = self._depth.at(pair.depth_ns, pair.depth)
            depth_frame = depth_frame or info_frame
        depth_frame = depth_frame or color_frame
        if depth_camera is None and depth_frame != color_frame:
            raise NotReadyError(
                "no camera info",
                f"{self._depth.image_topic} is in '{depth_frame}', colour in '{color_frame}': registering it needs "
                f"{self._depth.topic}, which nobody publishes; remap it, or use aligned depth",
            )
        return Resolved(
            pair,
            camera,
            depth_camera,
            self._transforms.lookup(self._fixed_frame, color_frame, pair.color_ns),
            self._transforms.lookup(color_frame, depth_frame, pair.color_ns),
            depth_frame == color_frame,
        )

    def make(self, resolved: Resolved) -> RgbdFrame:
        """Decode and register. Raises LostFrameError."""
        try:
            color, depth = color_of(resolved.pair.color), depth_of(resolved.pair.depth)
        except ImageError as error:
            raise LostFrameError("bad encoding", str(error)) from None
        if not has_reading(depth):
            raise LostFrameError(
                "empty depth", f"no pixel of {self._depth.image_topic} has a reading: check the depth sensor"
            )
        if resolved.depth_camera is not None:
            self._check_size(depth, resolved.depth_camera, self._depth)
        elif depth.shape != (resolved.camera.height, resolved.camera.width):
            raise LostFrameError(
                "no camera info",
                f"{self._depth.image_topic} is {depth.shape[1]}x{depth.shape[0]} and so not on the grid of "
                f"{self._color.image_topic}, {resolved.camera.width}x{resolved.camera.height}: registering it needs "
                f"{self._depth.topic}, of which nothing is heard; publish or remap it, or use aligned depth",
            )
        if not self._aligned(resolved):
            depth = register_depth(depth, resolved.depth_camera, resolved.camera, resolved.color_from_depth)
            if not depth.any():
                raise LostFrameError(
                    "empty depth",
                    f"no reading of {self._depth.image_topic} falls into {self._color.image_topic}: check the "
                    "transform between the two (optical frames look along z)",
                )
        self._check_size(color, resolved.camera, self._color)
        try:
            return RgbdFrame(color, depth, resolved.camera, resolved.world_from_camera, resolved.pair.color_ns)
        except ValueError as error:
            raise LostFrameError("bad frame", str(error)) from None

    @staticmethod
    def _aligned(resolved: Resolved) -> bool:
        return resolved.depth_camera is None or (
            resolved.same_frame and same_grid(resolved.depth_camera, resolved.camera)
        )

    @staticmethod
    def _check_size(image: NDArray[Any], camera: Camera, cameras: Cameras) -> None:
        """Compressed images tell their size only now."""
        if image.shape[:2] != (camera.height, camera.width):
            raise LostFrameError(
                "bad camera info",
                f"{cameras.image_topic} is {image.shape[1]}x{image.shape[0]}, but {cameras.topic} says "
                f"{camera.width}x{camera.height}: remap it to the camera_info of this image stream",
            )
