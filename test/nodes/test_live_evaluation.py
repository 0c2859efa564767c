# SPDX-License-Identifier: Apache-2.0
"""``xmask3d evaluate --live``: the node in a process of its own, scored beside the offline run of the same bag."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from bag_writing import write
from room_recording import TRUTH, room_events
from scipy.spatial import cKDTree

from xmask3d_ros.cli import main
from xmask3d_ros.evaluation.scoring.tally import Groups, Tally
from xmask3d_ros.evaluation.truth.cloud import read_truth_cloud
from xmask3d_ros.ply import read_comments, read_vertices

pytestmark = pytest.mark.ros
FRAMES = 6
NAMES = ("wall", "floor", "sofa", "table", "window")


def confusion_of(path):
    """Of a map against the room, counted anew: each point of the truth has the nearest label within 5 cm."""
    cloud = read_vertices(path, ("x", "y", "z", "label"))
    names = {int(line.split()[1]): line.split()[2] for line in read_comments(path) if line.startswith("class ")}
    classes = np.array([NAMES.index(names[label]) if names.get(label) in NAMES else -1 for label in cloud["label"]])
    positions = np.stack([cloud[axis] for axis in "xyz"], axis=1)[classes >= 0]
    truth = read_truth_cloud(TRUTH)
    scored = np.isin(truth.names_of_points, [truth.names.index(name) for name in NAMES])
    expected = np.array([NAMES.index(truth.names[number]) for number in truth.names_of_points[scored]])
    _, index = cKDTree(positions).query(truth.points[scored], distance_upper_bound=0.05)
    tally = Tally(Groups(NAMES, None))
    tally.add(expected, np.append(classes[classes >= 0], -1)[index], np.ones(len(expected)))
    return tally.result()["confusion"]


def test_a_node_without_time_is_scored_beside_the_offline_run(ros, model_folder, tmp_path, monkeypatch, capsys):
    """All frames within some milliseconds: newer ones overtake, and labels come when it is over."""
    monkeypatch.setattr("rclpy.init", lambda **_: None)  # done once, for all tests
    monkeypatch.setattr("rclpy.shutdown", lambda: None)
    bag = write(tmp_path / "room", room_events(0.0, 0.5 * FRAMES - 0.4))
    arguments = ["evaluate", str(bag), "--ground-truth", str(TRUTH), "--vocabulary", ",".join(NAMES), "--quiet"]
    arguments += ["--model", str(model_folder), "--out", str(tmp_path)]
    assert main([*arguments, "--live", "--live-rate", "1000"]) == 0
    said = capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text())
    live = report["timings"].pop("live")

    frames = live["frames"]
    assert frames["published"] == {"color": FRAMES, "depth": FRAMES} and frames["published pairs"] == FRAMES
    assert frames["paired"] == frames["integrated"] == FRAMES and not frames["dropped"]
    assert frames["segmented"] + sum(frames["not segmented"].values()) == FRAMES
    assert 1 <= frames["segmented"] < FRAMES == report["frames"]["segmented"], "offline, every frame has its time"
    assert f"{FRAMES} pairs published, {FRAMES} received" in said and "superseded by a newer frame" in said
    assert len(live["latency_ms"]["frame_each"]) == FRAMES
    assert 0 < live["latency_ms"]["frame"]["median"] <= live["latency_ms"]["frame"]["p95"]

    # Live labels: of the same frames, at the same points, and late.
    stamps = [[frame["stamp_ns"] for frame in part["scored_frames"]] for part in (report, live)]
    assert stamps[0] == stamps[1] and len(stamps[0]) == FRAMES
    offline, over_dds = report["scores"]["live"], live["scores"]["live"]
    assert over_dds["points"] == offline["points"] > 1000
    lost = live["lost_to_time"]["live labels"]
    assert lost["coverage"] == pytest.approx(offline["coverage"] - over_dds["coverage"])
    assert lost["coverage"] > 0.05, "no label was there when the next frame came"

    # The final map: all frames are in it, also those that were overtaken; it is scored as the offline one.
    clouds = {name: tmp_path / f"{name}.ply" for name in ("labelled", "labelled_live")}
    positions = [read_vertices(path, ("x",))["x"] for path in clouds.values()]
    np.testing.assert_array_equal(*positions)
    assert report["scores"]["final_map"]["all"]["confusion"] == confusion_of(clouds["labelled"])
    assert live["scores"]["final_map"]["all"]["confusion"] == confusion_of(clouds["labelled_live"])

    # Beside a run of the same bag that was not live.
    (tmp_path / "offline").mkdir()
    (tmp_path / "offline" / "report.json").write_text(json.dumps(report))  # "live" was taken out above
    assert main(["evaluate", "--compare", str(tmp_path), str(tmp_path / "offline")]) == 0
    said = capsys.readouterr().out
    assert f"frames.segmented: {frames['segmented']} | -" in said
    assert "live labels, over DDS A" in said
