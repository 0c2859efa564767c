# SPDX-License-Identifier: Apache-2.0
"""The live demonstration: node in a process of its own, a recording over DDS, and the offline map again."""

from __future__ import annotations

import json

import bag_writing
import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from live_rig import wait_until
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image
from tf2_msgs.msg import TFMessage

from xmask3d_ros.evaluation.bag import open_bag
from xmask3d_ros.nodes.conversions import nanoseconds
from xmask3d_ros.nodes.demo import DemoOptions, run_demo
from xmask3d_ros.nodes.play_bag import BagPlayer
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.nodes.spinning import Spinner
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig
from xmask3d_ros.ply import read_comments, read_vertices
from xmask3d_ros.vocabulary import make_vocabulary

pytestmark = pytest.mark.ros
FIRST, SECOND = make_vocabulary(["furniture", "wall"]), make_vocabulary(["chair", "wall", "toilet"])


def coloured(frames: int) -> list[bag_writing.Event]:
    """A recording whose wall has steps, so that there is something to tell apart."""
    events = bag_writing.recording(frames)
    for event in events:
        if event.topic == bag_writing.DEPTH:
            depth = event.message.data.view(np.uint16).reshape(bag_writing.HEIGHT, bag_writing.WIDTH)
            depth[8:] -= 500 * (depth[8:] > 0).astype(np.uint16)
    return events


def test_the_live_map_is_the_offline_map(ros, model, model_folder, tmp_path, monkeypatch):
    monkeypatch.setattr("rclpy.init", lambda **_: None)  # done once, for all tests
    monkeypatch.setattr("rclpy.shutdown", lambda: None)
    bag = bag_writing.write(tmp_path / "bag", coloured(6))
    parameters = {"model": str(model_folder), "device": "cpu", "min_view_points": 20, "threads": 1}
    out = tmp_path / "out"
    report = run_demo(DemoOptions(open_bag(bag), FIRST, SECOND, out, parameters, {}, frame_seconds=60.0))

    assert report["frames"]["integrated"] == report["frames"]["segmented"] == 6 and not report["frames"]["dropped"]
    assert json.loads((out / "report.json").read_text()) == report
    assert (out / "labelled.png").stat().st_size > 10_000

    segmenter = Segmenter(model, SECOND, SegmenterConfig(min_view_points=20))
    for frame in open_bag(bag):
        segmenter.process(frame)
    offline = segmenter.labelled_cloud()
    vertices = read_vertices(out / "labelled.ply", ("x", "y", "z", "label"))
    comments = read_comments(out / "labelled.ply")
    names = dict(line.split()[1:3] for line in comments if line.startswith("class"))
    np.testing.assert_array_equal(np.stack([vertices[axis] for axis in "xyz"], axis=1), offline.positions)
    np.testing.assert_array_equal(
        np.stack([vertices[name] for name in ("red", "green", "blue")], axis=1), offline.colors
    )
    offline_names = offline.names | {65535: "unlabelled"}
    same = [
        names[str(one)] == offline_names[other] for one, other in zip(vertices["label"], offline.labels, strict=True)
    ]
    assert np.mean(same) >= 0.999

    clouds = json.loads((out / "clouds.json").read_text())
    assert [cloud["stamp_ns"] for cloud in clouds] == sorted(cloud["stamp_ns"] for cloud in clouds)
    assert len({cloud["stamp_ns"] for cloud in clouds}) == 6 and len(clouds) == 7
    # The vocabulary was changed after the third frame: the same map, in other words.
    before, after = clouds[2], clouds[3]
    assert before["stamp_ns"] == after["stamp_ns"] and before["geometry"] == after["geometry"]
    assert before["points"] == after["points"]
    assert set(before["label_names"]) <= set(FIRST.names) and set(after["label_names"]) <= set(SECOND.names)
    assert set(before["label_ids"]) != set(after["label_ids"])


@pytest.mark.parametrize("storage", ["mcap", "sqlite3", "ros1"])
def test_recordings_of_all_kinds_are_played_whole(ros, tmp_path, storage):
    """Every message that the node needs is heard as it was recorded; transforms come before the images they serve."""
    frames = open_bag(bag_writing.write(tmp_path / "bag", bag_writing.recording(4), storage))
    node = ros.create_node("player", namespace=storage)
    heard: list[tuple[str, int]] = []
    spinner = Spinner(node, Reporter(print, print))
    try:
        player = BagPlayer(node, frames)
        for topic, kind in (
            (bag_writing.COLOR, Image),
            (bag_writing.DEPTH, Image),
            (bag_writing.COLOR_INFO, CameraInfo),
            (bag_writing.DEPTH_INFO, CameraInfo),
        ):
            node.create_subscription(
                kind, topic, lambda message, topic=topic: heard.append((topic, nanoseconds(message.header.stamp))), 10
            )
        for topic, durability in (("/tf", DurabilityPolicy.VOLATILE), ("/tf_static", DurabilityPolicy.TRANSIENT_LOCAL)):
            node.create_subscription(
                TFMessage,
                topic,
                lambda message, topic=topic: heard.extend(
                    (topic, nanoseconds(one.header.stamp)) for one in message.transforms
                ),
                QoSProfile(depth=10, durability=durability),
            )
        wait_until(lambda: not player.unheard(), what=f"{player.unheard()}")
        paired = []

        def after_pair(number: int, stamp_ns: int) -> None:
            paired.append((number, stamp_ns))
            wait_until(lambda: heard.count((bag_writing.COLOR, stamp_ns)) and ("/tf", stamp_ns) in heard)

        player.play(after_pair)
        stamps = [bag_writing.START + number * bag_writing.PERIOD for number in range(4)]
        assert paired == list(enumerate(stamps))
        for topic in (bag_writing.COLOR, bag_writing.DEPTH, bag_writing.COLOR_INFO, bag_writing.DEPTH_INFO):
            wait_until(lambda topic=topic: [stamp for name, stamp in heard if name == topic] == stamps)
        assert len([stamp for name, stamp in heard if name == "/tf_static"]) == 2
    finally:
        spinner.stop()
        node.destroy_node()
