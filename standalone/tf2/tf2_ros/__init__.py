# SPDX-License-Identifier: Apache-2.0
"""Stand-in for tf2_ros where there is no ROS distribution: the same names, on xmask3d_ros.geometry's transform tree.

Present are buffers, their action client, the listener and the broadcasters. Conversions of messages between frames
(`Buffer.transform`) are not: they come with further packages that PyPI does not carry either.
"""

from tf2_py import (
    BufferCore,
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TimeoutException,
    TransformException,
)

from .buffer import Buffer
from .buffer_client import BufferClient
from .buffer_interface import BufferInterface
from .static_transform_broadcaster import StaticTransformBroadcaster
from .transform_broadcaster import TransformBroadcaster
from .transform_listener import TransformListener

__all__ = [
    "Buffer",
    "BufferClient",
    "BufferCore",
    "BufferInterface",
    "ConnectivityException",
    "ExtrapolationException",
    "InvalidArgumentException",
    "LookupException",
    "StaticTransformBroadcaster",
    "TimeoutException",
    "TransformBroadcaster",
    "TransformException",
    "TransformListener",
]
