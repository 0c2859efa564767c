# SPDX-License-Identifier: Apache-2.0
"""Opening a recording of any kind, and its messages one by one, with every fault of the file told as a BagError."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection
from rosbags.typesys import Stores, get_typestore

from .bag_error import BagError

IMAGE_TYPES = ("sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage")
INFO_TYPES = ("sensor_msgs/msg/CameraInfo",)
_PLAINER = {
    "File end magic is invalid": "the .mcap file ends without its index: its recorder never closed it, or it was cut"
}
"""What faults mean that the reader tells in its own terms."""
TRANSFORM_TYPES = ("tf2_msgs/msg/TFMessage", "tf/msg/tfMessage")


@contextmanager
def open_reader(path: str | Path) -> Iterator[AnyReader]:
    """A reader of a ROS 2 bag (folder, .mcap or .db3) or a ROS 1 .bag. Raises BagError for what is none."""
    file = _storage(Path(path))
    with explained(path):
        # Folders of ROS 2 before Iron carry no message definitions; the standard messages have not changed since.
        reader = AnyReader([file], default_typestore=get_typestore(Stores.ROS2_JAZZY))
        reader.open()
    try:
        yield reader
    finally:
        reader.close()


def read_messages(
    reader: AnyReader, path: str | Path, connections: Collection[Connection]
) -> Iterator[tuple[str, str, Any]]:
    """Topic, type and message of the connections' messages, in the order of recording. Raises BagError on damage."""
    if not connections:
        return  # to rosbags, no connection means all of them
    messages = reader.messages(connections)
    while True:
        with explained(path):
            item = next(messages, None)
            if item is None:
                return
            connection, _, raw = item
            message: Any = reader.deserialize(raw, connection.msgtype)
        yield connection.topic, connection.msgtype, message


def stamp_of(header: Any) -> int:
    """Nanoseconds of a std_msgs/Header."""
    return int(header.stamp.sec) * 1_000_000_000 + int(header.stamp.nanosec)


def frame_of(name: str) -> str:
    """A frame name without the leading slash that ROS 1 allowed."""
    return name.lstrip("/")


def _storage(path: Path) -> Path:
    """What rosbags is to open: the folder, or the one storage file in a folder that lost its metadata."""
    if not path.exists():
        raise BagError(f"{path} does not exist; give a ROS 2 bag folder, an .mcap or .db3 file, or a ROS 1 .bag file")
    if path.is_dir() and not (path / "metadata.yaml").exists():
        files = sorted([*path.glob("*.mcap"), *path.glob("*.db3"), *path.glob("*.bag")])
        if len(files) != 1:
            raise BagError(
                f"{path} has no metadata.yaml and {len(files)} storage files, so it is no bag folder. "
                "If the recording was cut off, 'ros2 bag reindex' writes a new metadata.yaml; or name one file"
            )
        return files[0]
    if path.is_file() and path.suffix not in (".mcap", ".db3", ".bag"):
        raise BagError(f"{path} is no recording: .mcap, .db3 and .bag files and ROS 2 bag folders are read")
    return path


@contextmanager
def explained(path: str | Path) -> Iterator[None]:
    """Readers, decompressors and databases fail in many ways on a damaged file; users get one."""
    try:
        yield
    except (KeyboardInterrupt, MemoryError, BagError):
        raise
    except Exception as error:
        cause = str(error).rstrip(".") or type(error).__name__
        raise BagError(
            f"{path} cannot be read: {_PLAINER.get(cause, cause)}. The file is truncated, damaged or of an "
            "unknown version: copy it again; a recording that was cut off is repaired by 'mcap recover' (.mcap), "
            "'ros2 bag reindex' (folder) or 'rosbag reindex' (.bag)"
        ) from error
