# SPDX-License-Identifier: Apache-2.0
"""The cameras that camera_info messages announce, by stamp."""

from __future__ import annotations

from typing import Any

from sensor_msgs.msg import CameraInfo

from xmask3d_ros.geometry import Camera
from xmask3d_ros.geometry.camera_info import camera_from_info
from xmask3d_ros.nodes.conversions import nanoseconds
from xmask3d_ros.nodes.frame_queue import LostFrameError, NotReadyError

KEPT = 60
"""camera_info messages kept; an image that has waited for longer is taken to be of the newest."""


class Cameras:
    """The camera_info of one image stream. Messages come in one thread and are asked for in another."""

    def __init__(self, topic: str, image_topic: str) -> None:
        """The resolved names, for messages to the user; images of a topic ``image_rect...`` are undistorted."""
        self.topic, self.image_topic = topic, image_topic
        self.rectified = any(part.startswith("image_rect") for part in image_topic.split("/"))
        self._messages: dict[int, CameraInfo] = {}  # oldest first

    def add(self, message: CameraInfo) -> None:
        """Take in a message."""
        stamp = nanoseconds(message.header.stamp)
        self._messages.pop(stamp, None)
        self._messages[stamp] = message
        if len(self._messages) > KEPT:
            del self._messages[next(iter(self._messages))]

    def __bool__(self) -> bool:
        return bool(self._messages)

    def at(self, stamp_ns: int, image: Any) -> tuple[Camera, str]:
        """The camera of an image message and its frame: by the image's own stamp, otherwise the newest.

        Raises:
            NotReadyError: none came yet, or only ones of another size than the image.
            LostFrameError: it describes no camera.
        """
        messages = self._messages.copy()  # one step: the other thread may add meanwhile
        if not messages:
            raise NotReadyError(
                "no camera info", f"no message on {self.topic} yet: is the driver publishing it, is the topic remapped?"
            )
        info = messages.get(stamp_ns, messages[next(reversed(messages))])
        size = (getattr(image, "width", info.width), getattr(image, "height", info.height))
        try:
            camera = camera_from_info(info, self.rectified)
        except ValueError as error:
            raise LostFrameError("bad camera info", f"{self.topic}: {error}") from None
        if size != (info.width, info.height):
            raise NotReadyError(
                "bad camera info",
                f"{self.image_topic} is {size[0]}x{size[1]}, but {self.topic} says {info.width}x{info.height}: "
                "remap it to the camera_info of this image stream",
            )
        return camera, info.header.frame_id.lstrip("/")
