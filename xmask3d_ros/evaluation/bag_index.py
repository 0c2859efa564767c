# SPDX-License-Identifier: Apache-2.0
"""The first pass over a recording: everything but pixels. Transforms, cameras, and the stamps of the images."""

from __future__ import annotations

import bisect
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rosbags.highlevel import AnyReader

from xmask3d_ros.geometry import Camera, TransformTree
from xmask3d_ros.geometry.camera_info import camera_from_info

from .bag_error import BagError
from .bag_messages import (
    IMAGE_TYPES,
    INFO_TYPES,
    TRANSFORM_TYPES,
    frame_of,
    open_reader,
    read_messages,
    stamp_of,
)
from .bag_topics import ImageTopic, Topics, find_topics


@dataclass
class CameraTimeline:
    """The cameras of one camera_info topic over time; one entry unless the calibration changes on the way."""

    stamps: list[int] = field(default_factory=list)
    cameras: list[Camera] = field(default_factory=list)
    frame: str = ""
    fault: str = ""
    """Why messages gave no camera, if any did."""

    def add(self, info: Any, rectified: bool) -> None:
        """Takes in one message."""
        try:
            camera = camera_from_info(info, rectified)
        except ValueError as error:
            self.fault = self.fault or str(error)
            return
        if not self.cameras or camera != self.cameras[-1]:
            self.stamps.append(stamp_of(info.header))
            self.cameras.append(camera)
            self.frame = frame_of(info.header.frame_id)

    def at(self, stamp_ns: int) -> Camera:
        """The camera announced last before the stamp; before the first, the first."""
        return self.cameras[max(bisect.bisect_right(self.stamps, stamp_ns) - 1, 0)]


@dataclass
class BagIndex:
    """What the first pass found."""

    topics: Topics
    tree: TransformTree
    color_cameras: CameraTimeline
    depth_cameras: CameraTimeline | None
    color_frames: dict[int, str] = field(default_factory=dict)
    """Stamp in nanoseconds to frame of each colour image."""
    depth_frames: dict[int, str] = field(default_factory=dict)
    """The same for depth."""
    received: dict[str, int] = field(default_factory=lambda: {"color": 0, "depth": 0})
    dropped: Counter[str] = field(default_factory=Counter)
    ignored_transforms: int = 0
    """Transforms with impossible numbers or names, left out."""


def index_bag(path: str | Path, wanted: Topics) -> BagIndex:
    """Reads the recording once. Raises BagError for what makes it unusable as a whole."""
    with open_reader(path) as reader:
        by_type: dict[str, list[str]] = {}
        for connection in reader.connections:
            if connection.msgcount and connection.topic not in by_type.setdefault(connection.msgtype, []):
                by_type[connection.msgtype].append(connection.topic)
        if not by_type:
            raise BagError(f"{path} holds no messages; was anything published while it was recorded?")
        infos = [topic for kind in INFO_TYPES for topic in by_type.get(kind, [])]
        topics = find_topics(_image_topics(reader, path, by_type), infos, wanted)
        index = BagIndex(topics, TransformTree(cache_seconds=None), CameraTimeline(), None)
        if topics.depth_info is not None:
            index.depth_cameras = CameraTimeline()
        transforms = [topic for kind in TRANSFORM_TYPES for topic in by_type.get(kind, [])]
        _read(reader, path, index, transforms)
    if not index.color_cameras.cameras:
        raise BagError(f"{topics.color_info} describes no usable camera: {index.color_cameras.fault or 'no message'}")
    if index.depth_cameras is not None and not index.depth_cameras.cameras:
        raise BagError(f"{topics.depth_info} describes no usable camera: {index.depth_cameras.fault or 'no message'}")
    return index


def _image_topics(reader: AnyReader, path: str | Path, by_type: dict[str, list[str]]) -> list[ImageTopic]:
    found = []
    for kind in IMAGE_TYPES:
        for topic in by_type.get(kind, []):
            connections = [connection for connection in reader.connections if connection.topic == topic]
            for _, _, message in read_messages(reader, path, connections):
                compressed = kind.endswith("CompressedImage")
                found.append(ImageTopic(topic, message.format if compressed else message.encoding, compressed))
                break
    return found


def _read(reader: AnyReader, path: str | Path, index: BagIndex, transforms: list[str]) -> None:
    topics = index.topics
    used = {topics.color, topics.depth, topics.color_info, topics.depth_info, *transforms}
    connections = [connection for connection in reader.connections if connection.topic in used]
    for topic, _, message in read_messages(reader, path, connections):
        if topic in transforms:
            _add_transforms(index, message, static=topic.endswith("tf_static"))
        elif topic == topics.color:
            _add_image(index, "color", index.color_frames, message)
        elif topic == topics.depth:
            _add_image(index, "depth", index.depth_frames, message)
        if topic == topics.color_info:
            index.color_cameras.add(message, _rectified(topics.color))
        if topic == topics.depth_info and index.depth_cameras is not None:
            index.depth_cameras.add(message, _rectified(topics.depth))


def _add_transforms(index: BagIndex, message: Any, static: bool) -> None:
    for stamped in message.transforms:
        move, turn = stamped.transform.translation, stamped.transform.rotation
        try:
            index.tree.set(
                frame_of(stamped.header.frame_id),
                frame_of(stamped.child_frame_id),
                ((move.x, move.y, move.z), (turn.x, turn.y, turn.z, turn.w)),
                stamp_of(stamped.header),
                static,
            )
        except ValueError:
            index.ignored_transforms += 1


def _add_image(index: BagIndex, kind: str, frames: dict[int, str], message: Any) -> None:
    index.received[kind] += 1
    stamp = stamp_of(message.header)
    if stamp in frames:
        index.dropped["repeated stamp"] += 1
    else:
        frames[stamp] = frame_of(message.header.frame_id)


def _rectified(topic: str | None) -> bool:
    return topic is not None and any(part.startswith("image_rect") for part in topic.split("/"))
