# SPDX-License-Identifier: Apache-2.0
"""What a run over DDS scores, and what time took, where every cloud and every moment is known."""

import numpy as np
import pytest

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.report.document import beside
from xmask3d_ros.evaluation.report.tables import live_table
from xmask3d_ros.evaluation.scoring.live import LiveRun, LiveScores
from xmask3d_ros.evaluation.scoring.tally import Groups, Tally

GROUPS = Groups(("a", "b"), None)
POSITIONS = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]], np.float32)
KEYS = np.array([10, 20, 30])
TRUTH = np.array([0, 1, 1])
FRAMES = {
    "published": {"color": 3, "depth": 3}, "published pairs": 3, "received": {"color": 3, "depth": 3}, "paired": 3,
    "integrated": 2, "segmented": 1, "not segmented": {"superseded by a newer frame": 1},
    "dropped": {"no transform": 1}, "images dropped": {"repeated color": 0},
}  # fmt: skip


def cloud(labels, stamp):
    """The first voxels, with these labels; ids are of the node's own counting."""
    count = len(labels)
    ids = np.array([{"a": 7, "b": 3, None: 65535}[label] for label in labels], np.uint16)
    return LabelledCloud(
        KEYS[:count], POSITIONS[:count], np.zeros((count, 3), np.uint8), ids, np.full(count, 0.5, np.float32),
        {7: "a", 3: "b"}, stamp,
    )  # fmt: skip


def run_of(heard, clouds, played=((100, 1.0), (200, 2.0), (300, 4.0))):
    read = [cloud(labels, stamp) for labels, (stamp, _) in zip(clouds, heard, strict=True)]
    return LiveRun(1.0, list(played), list(heard), lambda number: read[number], FRAMES, [0.0, 0.002])


def test_a_frame_gets_the_newest_cloud_of_before_the_next_frame():
    # The first frame's cloud comes too late for it; the second's in time; the third waits half of 1 s and 2 s longer.
    heard = [(100, 2.5), (200, 3.9), (300, 5.4), (300, 5.6)]
    scores = LiveScores(run_of(heard, [("b",), ("a", "a"), ("a", "b", None), ("a", "b", "b")]), GROUPS, 0.05)
    for stamp in (100, 200, 300):
        scores.see(stamp, KEYS, TRUTH)
    result = scores.result(POSITIONS.astype(np.float64), TRUTH)
    # Nothing yet: 3 misses; then a right, b called a, b missed; then a and b right, b unlabelled.
    assert result["scores"]["live"]["confusion"] == [[2, 0, 1], [1, 1, 4]]
    assert result["scores"]["live"]["coverage"] == pytest.approx(4 / 9)
    assert result["scores"]["final_map"]["all"]["miou"] == pytest.approx(1.0), "the last cloud of all"
    assert result["latency_ms"]["frame_each"] == [1500.0, 1900.0, 1400.0]
    assert result["latency_ms"]["cloud"] == {"median": 1500.0, "p95": 1860.0, "max": 1900.0}
    assert [line["cloud_stamp_ns"] for line in result["scored_frames"]] == [None, 200, 300]
    assert [line["live_accuracy"] for line in result["scored_frames"]] == pytest.approx([0, 1 / 3, 2 / 3])
    assert result["clouds"] == 4 and result["frames"] == FRAMES


def test_a_frame_without_a_cloud_waits_for_a_later_ones():
    run = run_of([(200, 2.2), (100_000, 9.0)], [("a",), ("a",)], played=((100, 1.0), (200, 2.0)))
    assert run.frame_seconds() == pytest.approx([1.2, 0.2])
    assert run.cloud_seconds() == pytest.approx([0.2]), "of stamps that were played"
    never = run_of([(100, 1.5)], [("a",)])
    assert never.frame_seconds() == pytest.approx([0.5])
    lone = run_of([(100, 900.0)], [("a",)], played=((100, 1.0),))
    assert lone.held_at(lone.next_frame()[100]) == 0, "there is no next frame: its cloud is waited for"


def test_what_time_took_is_the_difference_to_the_offline_run():
    offline = {"final_map": {}, "live": Tally(GROUPS), "single_views": Tally(GROUPS)}
    for name in ("live", "single_views"):
        offline[name].add(TRUTH, TRUTH, np.full(3, 0.5))
        offline[name] = offline[name].result()
    offline["final_map"] = dict.fromkeys(("all", "covered", "filled"), offline["live"])
    scores = LiveScores(run_of([(300, 4.5)], [("a", "b")]), GROUPS, 0.05)
    scores.see(300, KEYS, TRUTH)
    live = beside(scores.result(POSITIONS.astype(np.float64), TRUTH), offline)
    lost = live["lost_to_time"]
    assert set(lost) == {"final map, all points", "final map, covered", "final map, filled", "live labels"}
    assert lost["live labels"]["miou"] == pytest.approx(1 - (1 + 0.5) / 2)
    assert lost["final map, all points"]["coverage"] == pytest.approx(1 / 3)
    assert lost["final map, covered"]["miou"] == pytest.approx(0.0, abs=1e-9)
    assert lost["live labels"]["hiou"] is lost["live labels"]["calibration_error"] is None
    lines = live_table(offline, live).splitlines()
    assert lines[6].split()[:5] == ["lost", "to", "time", "25.0", "-"]
    assert "3 pairs published, 3 received, 2 integrated, 1 segmented, 1 superseded" in lines[7]
    assert lines[7].endswith("dropped: 1 no transform")
