# SPDX-License-Identifier: Apache-2.0
"""The bundled synthetic room as messages that a test may change and write again."""

from __future__ import annotations

from pathlib import Path

from bag_writing import SECOND, Event, store
from rosbags.highlevel import AnyReader

ROOM = Path(__file__).resolve().parent.parent / "sample" / "room"
TRUTH = ROOM.parent / "room_truth.npz"


def room_events(first: float, last: float) -> list[Event]:
    """The messages from ``first`` to ``last`` seconds after the recording's begin (two frames a second), static
    transforms always."""
    with AnyReader([ROOM], default_typestore=store) as reader:
        start = reader.start_time
        return [
            Event(connection.topic, reader.deserialize(raw, connection.msgtype), stamp)
            for connection, stamp, raw in reader.messages()
            if connection.topic == "/tf_static" or first * SECOND <= stamp - start <= last * SECOND
        ]
