# SPDX-License-Identifier: Apache-2.0
"""``xmask3d evaluate`` on the bundled room and on the real kitchen."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from xmask3d_ros.cli import main
from xmask3d_ros.model.checkpoint import save_model

ROOM = Path(__file__).resolve().parent.parent / "sample" / "room"
TRUTH = ROOM.parent / "room_truth.npz"
WORDS = "wall,floor,sofa,table,window"


@pytest.fixture(scope="module")
def model_folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    save_model(model, folder, include_frozen=True)
    return folder


def evaluate(model_folder, out, *more, bag=ROOM, truth=TRUTH, vocabulary=WORDS):
    arguments = ["evaluate", str(bag), "--ground-truth", str(truth), "--vocabulary", vocabulary, "--out", str(out)]
    return main([*arguments, "--model", str(model_folder), *more])


@pytest.fixture(scope="module")
def runs(model_folder, tmp_path_factory):
    """The same evaluation twice."""
    folders = [tmp_path_factory.mktemp("run") for _ in range(2)]
    for folder in folders:
        assert evaluate(model_folder, folder, "--stride", "8", "--split", "b15n4") == 0
    return folders


def report_of(folder):
    return json.loads((folder / "report.json").read_text())


def test_two_runs_are_the_same_bytes_but_for_timings(runs):
    documents = [report_of(folder) for folder in runs]
    for document in documents:
        assert set(document.pop("timings")) == {"latency_ms", "frame_ms", "frame_ms_each", "memory_mib"}
    assert json.dumps(documents[0]) == json.dumps(documents[1])
    assert (runs[0] / "labelled.ply").read_bytes() == (runs[1] / "labelled.ply").read_bytes()


def test_the_report_is_complete_and_consistent(runs):
    report = report_of(runs[0])
    assert set(report["scores"]) == {"final_map", "live", "single_views"}
    assert report["frames"]["integrated"] == 24
    assert len(report["scored_frames"]) == report["frames"]["segmented"] == 3
    everything = report["scores"]["final_map"]["all"]
    assert np.sum(everything["confusion"]) == everything["points"] == report["ground_truth"]["scored_points"]
    assert sum(frame["points"] for frame in report["scored_frames"]) == report["scores"]["live"]["points"]
    assert report["scores"]["live"]["points"] == report["scores"]["single_views"]["points"] > 1000
    assert everything["coverage"] <= report["ground_truth"]["seen_share"] <= 1.0
    assert set(report["ground_truth"]["mapped"].values()) == {"wall", "floor", "sofa", "table", "window"}
    assert "bookshelf" in report["ground_truth"]["unknown"]
    assert report["split"]["novel"] == ["sofa"]
    assert len(report["timings"]["frame_ms_each"]) == 24


def test_the_map_scores_100_against_itself(runs, model_folder, tmp_path, capsys):
    """The labelled cloud of one run as the ground truth of the next: read, matched and counted without a loss."""
    assert evaluate(model_folder, tmp_path, "--stride", "8", truth=runs[0] / "labelled.ply") == 0
    scores = report_of(tmp_path)["scores"]["final_map"]["all"]
    assert scores["miou"] == pytest.approx(1.0, abs=1e-9)
    assert scores["accuracy"] == scores["coverage"] == 1.0
    assert "final map, all points" in capsys.readouterr().out


def test_the_real_kitchen(model_folder, tmp_path, test_data):
    (tmp_path / "map.yaml").write_text("shelves: bookshelf\nobjects_on_table: null\n")
    more = ["--label-map", str(tmp_path / "map.yaml"), "--stride", "4", "--evidence", "compact"]
    status = evaluate(
        model_folder, tmp_path, *more,
        bag=test_data / "bag" / "7scenes_redkitchen_rosbag2",
        truth=test_data / "labelled" / "7scenes_redkitchen_room.npz",
        vocabulary="wall,floor,cabinet,counter,table,chair,bookshelf",
    )  # fmt: skip
    assert status == 0
    report = report_of(tmp_path)
    assert report["ground_truth"]["ignored"] == ["unlabelled", "objects_on_table"]
    assert report["ground_truth"]["unknown"] == {}
    assert report["ground_truth"]["seen_share"] > 0.9, "the camera's poses and the ground truth are in one frame"
    assert report["scores"]["live"]["points"] > 1000


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--split", "b1n1"], "no split 'b1n1'"),
        (["--stride", "0"], "--stride must be at least 1"),
        (["--ground-truth-frame", "nowhere"], "'nowhere' is unknown"),
        (["--label-map", "nothing.yaml"], "nothing.yaml cannot be read"),
        (["--ground-truth", "nothing.ply"], "no file nothing.ply"),
        (["--vocabulary", "teapot"], "--label-map"),
        (["--model", "no-such-model"], "no model 'no-such-model'"),
    ],
)
def test_faulty_input_is_refused_and_leaves_nothing(model_folder, tmp_path, capsys, more, message):
    assert evaluate(model_folder, tmp_path / "out", *more) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_broken_bag_is_refused(model_folder, tmp_path, capsys):
    shutil.copytree(ROOM, tmp_path / "room")
    storage = next((tmp_path / "room").glob("*.mcap"))
    storage.write_bytes(storage.read_bytes()[:100_000])
    assert evaluate(model_folder, tmp_path / "out", bag=tmp_path / "room") == 2
    assert "mcap recover" in capsys.readouterr().err
