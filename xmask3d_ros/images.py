# SPDX-License-Identifier: Apache-2.0
"""The bytes of image messages to arrays, without cv_bridge (which binds to one numpy version).

Arguments are the fields of sensor_msgs/Image or CompressedImage; ``data`` is anything with the buffer protocol (bytes,
array.array, numpy array). Results are contiguous, and views of ``data`` where the layout allows it (then not writeable
if ``data`` is not), so keep the message if you mean to change them.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_COLOR_CHANNELS = {"rgb8": 3, "bgr8": 3, "rgba8": 4, "bgra8": 4, "mono8": 1}
_ALIASES = {"8UC3": "bgr8", "8UC4": "bgra8", "8UC1": "mono8", "mono16": "16UC1"}
_TO_RGB = {
    "bgr8": cv2.COLOR_BGR2RGB,
    "rgba8": cv2.COLOR_RGBA2RGB,
    "bgra8": cv2.COLOR_BGRA2RGB,
    "mono8": cv2.COLOR_GRAY2RGB,
}
COLOR_ENCODINGS = (*_COLOR_CHANNELS, "8UC3", "8UC4", "8UC1")
"""Encodings that ``decode_color`` reads; 8UCn is taken as OpenCV's order (bgr, bgra, mono)."""
DEPTH_ENCODINGS = ("16UC1", "32FC1", "mono16")
"""Encodings that ``decode_depth`` reads: millimetres, metres, and mono16 taken as 16UC1 (REP-118)."""
_PNG_MAGIC = b"\x89PNG"
_COMPRESSED_DEPTH_HEADER = 12


class ImageError(ValueError):
    """An image that cannot be read; the message names encoding, sizes and the remedy."""


def decode_color(
    encoding: str, height: int, width: int, step: int, data: Any, is_bigendian: bool | int = False
) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of a colour image message; grey becomes three equal channels. Zero-copy for plain rgb8."""
    encoding = _ALIASES.get(encoding, encoding)
    if encoding not in _COLOR_CHANNELS:
        kind = " (a depth encoding: are the topics exchanged?)" if encoding in DEPTH_ENCODINGS else ""
        raise ImageError(
            f"colour encoding '{encoding}'{kind} is not read; read are {', '.join(COLOR_ENCODINGS)}. "
            "Convert the images (image_proc debayers), or name the topic of a colour image"
        )
    channels = _COLOR_CHANNELS[encoding]
    pixels = _rows(encoding, height, width * channels, step, data, np.dtype(np.uint8)).reshape(height, width, channels)
    return pixels if encoding == "rgb8" else np.asarray(cv2.cvtColor(pixels, _TO_RGB[encoding]), np.uint8)


def decode_depth(
    encoding: str, height: int, width: int, step: int, data: Any, is_bigendian: bool | int = False
) -> NDArray[np.float32]:
    """(H, W) float32 metres of a depth image message; no reading stays 0 or NaN. Zero-copy for native 32FC1."""
    if encoding not in DEPTH_ENCODINGS:
        kind = " (a colour encoding: are the topics exchanged?)" if encoding in COLOR_ENCODINGS else ""
        raise ImageError(
            f"depth encoding '{encoding}'{kind} is not read; read are 16UC1, mono16 (millimetres) and 32FC1 (metres). "
            "Publish one of them, or name the topic of the depth image"
        )
    order = ">" if is_bigendian else "<"
    if encoding == "32FC1":
        return _rows(encoding, height, width, step, data, np.dtype(f"{order}f4")).astype(np.float32, copy=False)
    return _metres(_rows(encoding, height, width, step, data, np.dtype(f"{order}u2")))


def decode_compressed_color(image_format: str, data: Any) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of a CompressedImage (jpeg or png, as image_transport's ``compressed`` writes them)."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    return np.asarray(cv2.cvtColor(_decode(image_format, data, flags), cv2.COLOR_BGR2RGB), np.uint8)


def decode_compressed_depth(image_format: str, data: Any) -> NDArray[np.float32]:
    """(H, W) float32 metres of a CompressedImage: png behind ``compressedDepth``'s header of 12 bytes, or bare.

    32FC1 is stored there as quantised inverse depth; the header holds the two constants. No reading becomes NaN.
    """
    content = np.frombuffer(data, np.uint8)
    bare = content[:4].tobytes() == _PNG_MAGIC
    behind_header = content[_COMPRESSED_DEPTH_HEADER:]
    if not bare and behind_header[:4].tobytes() != _PNG_MAGIC:
        raise ImageError(
            f"compressed depth of format '{image_format}' holds no png; set the publisher's compressedDepth format to "
            "png (rvl and jpeg are not read), or record the raw depth topic"
        )
    stored = _decode(image_format, content if bare else behind_header, cv2.IMREAD_UNCHANGED)
    if stored.ndim != 2 or stored.dtype != np.uint16:
        raise ImageError(
            f"compressed depth of format '{image_format}' holds a {stored.dtype} image of shape {stored.shape}; "
            "one channel of 16 bits is needed. Name the topic of the depth image, not of a picture of it"
        )
    if bare or not image_format.startswith("32FC1"):
        return _metres(stored)
    scale, offset = content[4:_COMPRESSED_DEPTH_HEADER].view("<f4").astype(np.float32)
    with np.errstate(divide="ignore"):
        depth = scale / (stored.astype(np.float32) - offset)
    return np.where(stored > 0, depth, np.float32(np.nan)).astype(np.float32)


def _rows(encoding: str, height: int, width: int, step: int, data: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """(height, width) values of ``dtype``, padding at the end of rows cut off."""
    content = np.frombuffer(data, np.uint8)
    if height <= 0 or width <= 0 or step < width * dtype.itemsize or content.size != height * step:
        raise ImageError(
            f"image of encoding '{encoding}' with {height} rows of {width} values ({width * dtype.itemsize} bytes): "
            f"step is {step} and the data {content.size} bytes, where step x rows is {height * step}. "
            "The publisher fills in step, height or encoding wrongly"
        )
    values = np.ascontiguousarray(content.reshape(height, step)[:, : width * dtype.itemsize]).view(dtype)
    return np.require(values, requirements="A")  # a message's bytes may start anywhere


def _metres(millimetres: NDArray[Any]) -> NDArray[np.float32]:
    return millimetres.astype(np.float32) / np.float32(1000)


def _decode(image_format: str, data: Any, flags: int) -> NDArray[Any]:
    content = np.frombuffer(data, np.uint8)
    try:
        image = cv2.imdecode(content, flags) if content.size else None
    except cv2.error:
        image = None
    if image is None:
        raise ImageError(
            f"compressed image of format '{image_format}' and {content.size} bytes cannot be decoded: "
            "it is truncated, or neither jpeg nor png. Set the transport to one of them, or record the raw topic"
        )
    return np.asarray(image)
