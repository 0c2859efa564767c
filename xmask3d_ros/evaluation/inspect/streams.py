# SPDX-License-Identifier: Apache-2.0
"""The recording as messages: what is in it, how it was offered, by which clock it was stamped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection

from xmask3d_ros.evaluation.bag_error import BagError
from xmask3d_ros.evaluation.bag_messages import IMAGE_TYPES, TRANSFORM_TYPES, explained, open_reader, stamp_of

from .finding import Finding, Level

_LOOKED_AT = 200
"""Messages of a topic whose stamps are compared with the time of recording."""
_FUTURE_SECONDS, _PAST_SECONDS = 1.0, 30.0
"""A stamp this much after, or before, its message was recorded is of another clock."""


@dataclass(frozen=True)
class TopicSummary:
    """One topic."""

    name: str
    kind: str
    """Message type."""
    messages: int
    rate: float
    """Messages a second over the whole recording; 0 for fewer than two."""


def inspect_streams(path: Path) -> tuple[list[TopicSummary], list[Finding]]:
    """Topics and findings. Raises BagError."""
    with open_reader(path) as reader:
        seconds = max((reader.end_time - reader.start_time) / 1e9, 0.0) if reader.message_count else 0.0
        counts: dict[tuple[str, str], int] = {}
        for connection in reader.connections:
            key = connection.topic, connection.msgtype
            counts[key] = counts.get(key, 0) + connection.msgcount
        topics = [
            TopicSummary(name, kind, count, (count - 1) / seconds if seconds and count > 1 else 0.0)
            for (name, kind), count in sorted(counts.items())
        ]
        if not any(topic.messages for topic in topics):
            raise BagError(
                f"{path} holds no messages; was anything published while it was recorded? 'ros2 topic hz' tells, and "
                "'ros2 bag record' lists what it subscribed to"
            )
        with explained(path):
            clock = _clock(reader)
        return topics, [*_static_transforms(reader.connections), *clock]


def _static_transforms(connections: Iterable[Connection]) -> list[Finding]:
    """The static transforms are latched: replayed volatile, a node that starts later never hears them."""
    topics = [connection for connection in connections if connection.msgtype in TRANSFORM_TYPES]
    static = [connection for connection in topics if connection.topic.endswith("tf_static")]
    if not topics:
        return []  # the transforms' own check says so
    if not static:
        message = "the recording has no /tf_static"
        return [Finding("qos", Level.NOTE, message, "nothing to do if every transform is on /tf; else record it too")]
    durabilities = {_durability(connection) for connection in static} - {None}
    if not durabilities:
        return [Finding("qos", Level.NOTE, "the recording does not say with which QoS /tf_static was offered")]
    if durabilities == {"TRANSIENT_LOCAL"}:
        return [Finding("qos", Level.GOOD, "/tf_static was offered as transient local")]
    return [
        Finding(
            "qos",
            Level.WARNING,
            "/tf_static was offered as volatile: in playback, whoever starts late misses it",
            "play with --qos-profile-overrides-path and '/tf_static: {durability: transient_local, reliability: "
            "reliable, history: keep_all}'; evaluation reads it either way",
        )
    ]


def _durability(connection: Connection) -> str | None:
    profiles = getattr(connection.ext, "offered_qos_profiles", None)
    return profiles[0].durability.name if profiles else None


def _clock(reader: AnyReader) -> list[Finding]:
    """Stamps against the time of recording."""
    images = [connection for connection in reader.connections if connection.msgtype in IMAGE_TYPES]
    offsets: dict[str, list[float]] = {connection.topic: [] for connection in images}
    if not images:
        return []
    for connection, recorded_ns, raw in _few(reader, images):
        message: Any = reader.deserialize(raw, connection.msgtype)
        offsets[connection.topic].append((stamp_of(message.header) - recorded_ns) / 1e9)
    findings = []
    for topic, values in offsets.items():
        middle = float(np.median(values)) if values else 0.0
        if middle > _FUTURE_SECONDS:
            remedy = "synchronise the clocks of camera and recorder (chrony, PTP), or let the driver stamp by host time"
            message = f"images of {topic} are stamped {middle:.1f} s after they were recorded, in the future"
            findings.append(Finding("clock", Level.FAULT, message, remedy))
        elif middle < -_PAST_SECONDS:
            message = f"images of {topic} are stamped {-middle:.1f} s before they were recorded"
            remedy = "fine for a recording made of another one; live, the stamps are of another clock: synchronise it"
            findings.append(Finding("clock", Level.NOTE, message, remedy))
    return findings or [Finding("clock", Level.GOOD, "images are stamped by the recorder's clock")]


def _few(reader: AnyReader, connections: list[Connection]) -> Iterable[tuple[Connection, int, Any]]:
    """The first messages of each topic."""
    left = dict.fromkeys((connection.topic for connection in connections), _LOOKED_AT)
    for connection, recorded_ns, raw in reader.messages(connections):
        if left[connection.topic]:
            left[connection.topic] -= 1
            yield connection, recorded_ns, raw
        elif not any(left.values()):
            return
