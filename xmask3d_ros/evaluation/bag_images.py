# SPDX-License-Identifier: Apache-2.0
"""The image messages of a recording: streamed by stamp, decoded, checked against their camera."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry import Camera
from xmask3d_ros.images import decode_color, decode_compressed_color, decode_compressed_depth, decode_depth

from .bag_error import BagError
from .bag_messages import open_reader, read_messages, stamp_of


class DroppedPairError(Exception):
    """A pair of images that gives no frame; ``cause`` is the name it is counted under."""

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(reason)
        self.cause, self.reason = cause, reason


class ImageStream:
    """The messages of one topic by stamp, read forward; holds what was passed over and is needed later."""

    def __init__(self, stack: ExitStack, path: Path, topic: str | None, needed: set[int]) -> None:
        """Opens the recording until ``stack`` closes. ``needed`` are the stamps that will be asked for."""
        reader = stack.enter_context(open_reader(path))
        connections = [connection for connection in reader.connections if connection.topic == topic]
        self._path = path
        self._messages = read_messages(reader, path, connections)
        self._needed = needed
        self._held: dict[int, Any] = {}

    def take(self, stamp_ns: int) -> Any:
        """The first message with this stamp."""
        while stamp_ns not in self._held:
            item = next(self._messages, None)
            if item is None:
                raise BagError(f"{self._path} changed while it was read; wait until the recording is complete")
            _, _, message = item
            stamp = stamp_of(message.header)
            if stamp in self._needed:
                self._needed.discard(stamp)
                self._held[stamp] = message
        return self._held.pop(stamp_ns)


def color_of(message: Any) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of an Image or CompressedImage. Raises ImageError."""
    if hasattr(message, "format"):
        return decode_compressed_color(message.format, message.data)
    return decode_color(*_layout(message))


def depth_of(message: Any) -> NDArray[np.float32]:
    """(H, W) float32 metres of an Image or CompressedImage. Raises ImageError."""
    if hasattr(message, "format"):
        return decode_compressed_depth(message.format, message.data)
    return decode_depth(*_layout(message))


def has_reading(depth: NDArray[np.float32]) -> bool:
    """Whether any pixel is neither 0, NaN nor infinite."""
    with np.errstate(invalid="ignore"):
        return bool(((depth > 0) & np.isfinite(depth)).any())


def check_size(image: NDArray[Any], camera: Camera, image_topic: str | None, info_topic: str | None) -> None:
    """Raises DroppedPairError for an image of another size than its camera_info says."""
    if image.shape[:2] != (camera.height, camera.width):
        raise DroppedPairError(
            "bad camera info",
            f"{image_topic} is {image.shape[1]}x{image.shape[0]}, but {info_topic} says "
            f"{camera.width}x{camera.height}; record the camera_info of this image stream, or name it",
        )


def same_grid(first: Camera, second: Camera) -> bool:
    """Equal sizes and distortion, and intrinsics that move no pixel by more than about a tenth."""
    numbers = [np.array([camera.fx, camera.fy, camera.cx, camera.cy]) for camera in (first, second)]
    sizes = (first.width, first.height) == (second.width, second.height)
    lens = (first.distortion_model, first.distortion) == (second.distortion_model, second.distortion)
    return sizes and lens and bool(np.abs(numbers[0] - numbers[1]).max() <= 0.1)


def _layout(message: Any) -> tuple[str, int, int, int, Any, int]:
    return message.encoding, message.height, message.width, message.step, message.data, message.is_bigendian
