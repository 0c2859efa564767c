# SPDX-License-Identifier: Apache-2.0
"""Messages of ROS 1 recordings as ROS 2 writes them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from rosbags.typesys import Stores, get_typestore

_STORE = get_typestore(Stores.ROS2_JAZZY)
_RENAMED = {"tf/msg/tfMessage": "tf2_msgs/msg/TFMessage"}


def ros_2_name(kind: str) -> str:
    """The ROS 2 name of a message type."""
    return _RENAMED.get(kind, kind)


def ros_2_bytes(message: Any, kind: str) -> bytes:
    """A message of a ROS 1 recording, read by rosbags, serialised for ROS 2."""
    return bytes(_STORE.serialize_cdr(_ros_2(message, ros_2_name(kind)), ros_2_name(kind)))


def _ros_2(value: Any, kind: str | None = None) -> Any:
    """The same content in ROS 2's types: headers do not count, the matrices of CameraInfo are in lower case."""
    if isinstance(value, list):
        return [_ros_2(one) for one in value]
    kind = kind or getattr(value, "__msgtype__", None)
    if kind is None:
        return value
    made = _STORE.types[kind]
    names = [field.name for field in fields(made) if field.name != "__msgtype__"]
    return made(**{name: _ros_2(getattr(value, name if hasattr(value, name) else name.upper())) for name in names})
