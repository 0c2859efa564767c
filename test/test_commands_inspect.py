# SPDX-License-Identifier: Apache-2.0
"""``xmask3d inspect``: sound recordings pass, and the fault of every broken one is named."""

import json
import sqlite3
import struct

import numpy as np
import pytest
from bag_writing import (
    COLOR,
    COLOR_INFO,
    DEPTH,
    DEPTH_INFO,
    DEPTH_OPTICAL,
    PERIOD,
    SECOND,
    START,
    image,
    recording,
    replaced,
    store,
    transforms,
    without,
    write,
)
from room_recording import ROOM, room_events

from xmask3d_ros.cli import main
from xmask3d_ros.evaluation.inspect.finding import Level
from xmask3d_ros.evaluation.inspect.recording import inspect_bag


@pytest.fixture(scope="module")
def room():
    """The bundled room's messages of its first twelve frames, to be spoilt."""
    return room_events(0, 6)


def stamp_of(message):
    return message.header.stamp.sec * SECOND + message.header.stamp.nanosec


def pixels_of(message):
    kind = {"rgb8": np.uint8, "bgr8": np.uint8, "16UC1": np.uint16, "32FC1": np.float32}[message.encoding]
    return np.asarray(message.data).view(kind).reshape(message.height, message.width, -1).squeeze()


def again(message, pixels, encoding=None):
    return image(stamp_of(message), pixels, encoding or message.encoding, message.header.frame_id)


def in_metres_as_millimetres(message, number):
    """A driver that publishes 32FC1 in millimetres."""
    return again(message, pixels_of(message).astype(np.float32), "32FC1")


def in_quarters_of_a_millimetre(message, number):
    """An L515's depth unit."""
    return again(message, pixels_of(message) * np.uint16(4))


def shifted(message, number):
    return again(message, np.roll(pixels_of(message), 12, axis=1))


def strange(message, number):
    message = again(message, pixels_of(message))
    message.encoding = "yuv422"
    return message


def body_frame_for_optical(events):
    """Static transforms lose the optical rotation: the camera's body frame is used as if it were optical."""
    changed = []
    for event in events:
        if event.topic == "/tf_static":
            stamped = [
                (one.header.frame_id, one.child_frame_id, (0, 0, 0), (0, 0, 0, 1), stamp_of(one))
                for one in event.message.transforms
            ]
            event = event._replace(message=transforms(*stamped))
        changed.append(event)
    return changed


def one_of_two(events):
    """Of every third frame one image is lost, now of colour, now of depth."""
    events = replaced(events, COLOR, lambda message, number: None if number % 6 == 1 else message)
    return replaced(events, DEPTH, lambda message, number: None if number % 6 == 4 else message)


def inverted_poses(events):
    """camera-from-map published as map-from-camera."""
    changed = []
    for event in events:
        if event.topic == "/tf":
            stamped = []
            for one in event.message.transforms:
                turn, move = one.transform.rotation, one.transform.translation
                x, y, z, w = -turn.x, -turn.y, -turn.z, turn.w
                v = np.array([move.x, move.y, move.z])
                axis = np.array([x, y, z])
                moved = -(v + 2 * np.cross(axis, np.cross(axis, v) + w * v))
                stamped.append((one.header.frame_id, one.child_frame_id, tuple(moved), (x, y, z, w), stamp_of(one)))
            event = event._replace(message=transforms(*stamped))
        changed.append(event)
    return changed


def future(events):
    """Images stamped an hour ahead, as the transforms are not."""
    late = events
    for topic in (COLOR, DEPTH):
        late = replaced(
            late,
            topic,
            lambda message, _: image(stamp_of(message) + 3600 * SECOND, pixels_of(message), message.encoding),
        )
    return late


def found(path):
    """Level and text of what is said, by check; the worst of each."""
    order = list(Level)
    worst = {}
    for finding in inspect_bag(path).findings:
        if finding.check not in worst or order.index(finding.level) > order.index(worst[finding.check].level):
            worst[finding.check] = finding
    return worst


@pytest.mark.parametrize("name", ["room", "kitchen"])
def test_sound_recordings_pass(name, request):
    path = ROOM
    if name == "kitchen":
        path = request.getfixturevalue("test_data") / "bag" / "7scenes_redkitchen_rosbag2"
    worst = found(path)
    assert {check for check, finding in worst.items() if finding.level is not Level.GOOD} == set()
    assert {"topics", "qos", "clock", "pairing", "transforms", "camera info", "depth scale", "registration", "gravity",
            "walls", "views"} == set(worst)  # fmt: skip


SPOILT = {
    "no transforms": (lambda e: without(e, "/tf", "/tf_static"), "transforms", "Record /tf and /tf_static"),
    "no static transforms": (lambda e: without(e, "/tf_static"), "transforms", "no transform names"),
    "metres hold millimetres": (lambda e: replaced(e, DEPTH, in_metres_as_millimetres), "depth scale", "too large"),
    "quarter millimetres": (
        lambda e: replaced(e, DEPTH, in_quarters_of_a_millimetre),
        "depth scale",
        "depth times 0.25",
    ),
    "swapped axes": (body_frame_for_optical, "gravity", "optical frame has z forward"),
    "no camera info": (lambda e: without(e, COLOR_INFO, DEPTH_INFO), "camera info", "no camera_info"),
    "wrong encoding": (lambda e: replaced(e, COLOR, strange), "bad encoding", "yuv422"),
    "future stamps": (future, "clock", "3600.0 s after they were recorded"),
    "no depth": (lambda e: without(e, DEPTH), "topics", "no depth image topic"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_fault_of_a_spoilt_recording_is_named(room, tmp_path, name):
    spoil, check, message = SPOILT[name]
    worst = found(write(tmp_path / "bag", spoil(room)))
    assert worst[check].level is Level.FAULT
    assert message in f"{worst[check].message} {worst[check].remedy}"


@pytest.mark.parametrize(
    ("spoil", "check", "message"),
    [
        (lambda e: replaced(e, DEPTH, shifted), "registration", "moved by (-12, 0) px"),
        (inverted_poses, "views", "contradict each other"),
        (one_of_two, "pairing", "unpaired color"),
        (lambda e: [x for x in e if not (x.topic == "/tf" and x.recorded_ns < e[0].recorded_ns + SECOND)],
         "transforms", "after localisation runs"),
    ],
)  # fmt: skip
def test_what_costs_quality_is_a_warning(room, tmp_path, spoil, check, message):
    worst = found(write(tmp_path / "bag", spoil(room)))
    assert worst[check].level is Level.WARNING
    assert message in f"{worst[check].message} {worst[check].remedy}"


def test_depth_late_by_half_a_period_is_a_warning(tmp_path):
    late = replaced(recording(), DEPTH, lambda m, n: image(START + n * PERIOD + 40_000_000, pixels_of(m), "16UC1"))
    assert found(write(tmp_path / "bag", late))["pairing"].level is Level.WARNING


def test_images_are_looked_at_even_without_poses(room, tmp_path):
    worst = found(write(tmp_path / "bag", without(room, "/tf", "/tf_static")))
    assert worst["registration"].level is Level.GOOD
    assert worst["depth scale"].level is Level.GOOD
    assert "gravity" not in worst


def test_depth_of_a_frame_of_its_own_recorded_first_and_no_poses(tmp_path):
    """As of a camera without aligned depth whose transforms were forgotten."""
    own = replaced(recording(), DEPTH, lambda m, n: image(stamp_of(m), pixels_of(m), "16UC1", DEPTH_OPTICAL))
    events = without(own, "/tf", "/tf_static")
    first = next(number for number, event in enumerate(events) if event.topic == DEPTH)
    events.insert(0, events.pop(first)._replace(recorded_ns=START - SECOND))
    worst = found(write(tmp_path / "bag", events))
    assert worst["transforms"].level is Level.FAULT
    assert "Record /tf and /tf_static" in worst["transforms"].message


def looped(events):
    """Odometry that calls the robot's base the child of what stands on it."""
    for event in events:
        if event.topic == "/tf":
            for one in event.message.transforms:
                one.header.frame_id = "camera_link"
    return events


def test_a_loop_of_transforms_is_named_not_followed(tmp_path):
    worst = found(write(tmp_path / "bag", looped(recording())))
    assert worst["transforms"].level is Level.FAULT
    assert "loop: camera_color_optical_frame -> camera_link -> base -> camera_link" in worst["transforms"].message


def test_volatile_static_transforms_are_warned_of(tmp_path):
    from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime
    from rosbags.rosbag2 import StoragePlugin, Writer

    forever = QosTime(2147483647, 4294967295)
    volatile = Qos(
        QosHistory.KEEP_LAST, 10, QosReliability.RELIABLE, QosDurability.VOLATILE, forever, forever,
        QosLiveliness.AUTOMATIC, forever, False,
    )  # fmt: skip
    with Writer(tmp_path / "bag", version=8, storage_plugin=StoragePlugin.MCAP) as writer:
        known = {}
        for event in recording():
            kind = event.message.__msgtype__
            if event.topic not in known:
                offered = [volatile] if event.topic == "/tf_static" else ()
                known[event.topic] = writer.add_connection(
                    event.topic, kind, typestore=store, offered_qos_profiles=offered
                )
            writer.write(known[event.topic], event.recorded_ns, store.serialize_cdr(event.message, kind))
    worst = found(tmp_path / "bag")
    assert worst["qos"].level is Level.WARNING
    assert "transient_local" in worst["qos"].remedy


def test_files_that_cannot_be_read(tmp_path):
    empty = found(write(tmp_path / "empty", []))["file"]
    assert empty.level is Level.FAULT and "holds no messages" in empty.message
    whole = write(tmp_path / "whole", recording())
    storage = next(whole.glob("*.mcap"))
    content = storage.read_bytes()
    storage.write_bytes(content[: len(content) // 2])
    cut = found(whole)["file"]
    assert cut.level is Level.FAULT and "mcap recover" in cut.message
    # Unindexed: everything is there but the summary, to which the footer's first number points.
    summary = struct.unpack("<Q", content[-8 - 20 : -8 - 12])[0]
    storage.write_bytes(content[:summary])
    unindexed = found(whole)["file"]
    assert unindexed.level is Level.FAULT and "ends without its index" in unindexed.message
    assert "mcap recover" in unindexed.message
    assert "does not exist" in found(tmp_path / "nowhere")["file"].message


def test_a_message_that_is_damaged_inside_is_a_finding(tmp_path):
    path = write(tmp_path / "bag", recording(), "sqlite3")
    with sqlite3.connect(next(path.glob("*.db3"))) as database:
        topic = database.execute("SELECT id FROM topics WHERE name = ?", (COLOR,)).fetchone()[0]
        database.execute("UPDATE messages SET data = x'0001' WHERE topic_id = ?", (topic,))
    said = found(path)["file"]
    assert said.level is Level.FAULT
    assert "cannot be read" in said.message


def test_ros_1_without_connection_info(tmp_path):
    """The records that say what the topics are, overwritten."""
    path = write(tmp_path / "bag", recording(), "ros1")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"type=sensor_msgs/Image", b"tyqe=sensor_msgs/Image"))
    said = found(path)["file"]
    assert said.level is Level.FAULT
    assert "cannot be read" in said.message


def test_the_command_prints_and_its_status_says_whether_there_are_faults(room, tmp_path, capsys):
    assert main(["inspect", str(ROOM)]) == 0
    assert "0 faults, 0 warnings" in capsys.readouterr().out
    bag = write(tmp_path / "bag", without(room, "/tf", "/tf_static"))
    with pytest.raises(SystemExit) as exit_:
        main(["inspect", str(bag), "--json"])
    assert exit_.value.code == 1
    document = json.loads(capsys.readouterr().out)
    assert {"check": "transforms", "level": "fault"}.items() <= next(
        finding for finding in document["findings"] if finding["check"] == "transforms"
    ).items()
    assert {topic["name"] for topic in document["topics"]} >= {COLOR, DEPTH}
