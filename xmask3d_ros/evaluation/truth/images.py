# SPDX-License-Identifier: Apache-2.0
"""Label images: PNG files in a folder, or a topic of the recording."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.bag_error import BagError
from xmask3d_ros.evaluation.bag_messages import IMAGE_TYPES, open_reader, read_messages, stamp_of

from .error import GroundTruthError

_KINDS = {"mono8": "u1", "8UC1": "u1", "mono16": "u2", "16UC1": "u2", "32SC1": "i4"}


def folder_images(folder: Path, stamps: list[int]) -> dict[int, Path]:
    """The file of each colour image, of which ``stamps`` holds all, in order: those without depth or pose count too.

    Files are named by the stamp in nanoseconds, or by the image's number from 0 on.

    Raises:
        GroundTruthError: no PNG there, or none that belongs to a frame.
    """
    files = {int(path.stem): path for path in sorted(folder.glob("*.png")) if path.stem.isdigit()}
    if not files:
        raise GroundTruthError(f"{folder} has no label images: PNG files named by stamp in nanoseconds or frame number")
    found = {stamp: files[stamp] for stamp in stamps if stamp in files}
    if not found:
        found = {stamp: files[number] for number, stamp in enumerate(stamps) if number in files}
    if not found:
        raise GroundTruthError(
            f"no label image of {folder} belongs to a colour image: files are named {min(files)} to {max(files)}, "
            f"images have the stamps {stamps[0]} to {stamps[-1]} and the numbers 0 to {len(stamps) - 1}"
        )
    return found


def read_label_image(path: Path) -> NDArray[np.int64]:
    """(H, W) labels of an 8 or 16 bit grey PNG. Raises GroundTruthError."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 2:
        raise GroundTruthError(f"label image {path} is no grey PNG of 8 or 16 bits; colours are not labels")
    return image.astype(np.int64)


class LabelTopic:
    """Label images of a topic, streamed beside the frames: asked for in the order of their stamps."""

    def __init__(self, path: Path, topic: str) -> None:
        """Raises GroundTruthError where the recording has no such topic."""
        self._stack = ExitStack()
        reader = self._stack.enter_context(open_reader(path))
        connections = [connection for connection in reader.connections if connection.topic == topic]
        if not connections or connections[0].msgtype not in IMAGE_TYPES[:1]:
            images = sorted({one.topic for one in reader.connections if one.msgtype in IMAGE_TYPES[:1]})
            self.close()
            raise GroundTruthError(f"{path} has no image topic {topic!r}; it has {', '.join(images) or 'none'}")
        self._topic = topic
        self._messages: Iterator[tuple[str, str, Any]] = read_messages(reader, path, connections)
        self._held: dict[int, Any] = {}

    def close(self) -> None:
        """Close the recording."""
        self._stack.close()

    def at(self, stamp_ns: int) -> NDArray[np.int64] | None:
        """(H, W) labels with this stamp, or ``None``. Raises GroundTruthError for encodings that are no labels."""
        for stale in [stamp for stamp in self._held if stamp < stamp_ns]:
            del self._held[stale]
        # Labels may be recorded long after their image; those of later images wait here.
        while stamp_ns not in self._held and not any(stamp > stamp_ns for stamp in self._held):
            item = next(self._messages, None)
            if item is None:
                return None
            self._held[stamp_of(item[2].header)] = item[2]
        message = self._held.pop(stamp_ns, None)
        return None if message is None else self._decoded(message)

    def _decoded(self, message: Any) -> NDArray[np.int64]:
        if message.encoding not in _KINDS:
            raise GroundTruthError(
                f"{self._topic} is {message.encoding!r}; label images are {', '.join(_KINDS)} (colours are not labels)"
            )
        if not message.width or not message.height:
            raise GroundTruthError(
                f"{self._topic}: an image of {message.width}x{message.height} pixels: its publisher fills it wrongly"
            )
        kind = np.dtype((">" if message.is_bigendian else "<") + _KINDS[message.encoding])
        if message.step < message.width * kind.itemsize or len(message.data) != message.height * message.step:
            raise GroundTruthError(
                f"{self._topic}: an image of {message.width}x{message.height} pixels has {len(message.data)} bytes in "
                f"lines of {message.step}: its publisher fills it wrongly"
            )
        lines = np.frombuffer(bytes(message.data), np.uint8).reshape(message.height, message.step)
        pixels = np.ascontiguousarray(lines[:, : message.width * kind.itemsize]).view(kind)
        return pixels.astype(np.int64)


def labels_in(images: Collection[Path]) -> list[int]:
    """All labels that occur in the files, ascending."""
    return sorted(set().union(*(np.unique(read_label_image(path)).tolist() for path in images)))


def labels_of_topic(path: Path, topic: str) -> list[int]:
    """All labels that occur on a topic, ascending."""
    labels = LabelTopic(path, topic)
    found: set[int] = set()
    try:
        for _, _, message in labels._messages:
            found |= set(np.unique(labels._decoded(message)).tolist())
    except BagError as error:
        raise GroundTruthError(str(error)) from error
    finally:
        labels.close()
    return sorted(found)
