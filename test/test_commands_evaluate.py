# SPDX-License-Identifier: Apache-2.0
"""``xmask3d evaluate`` on the bundled room and on the real kitchen."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from bag_writing import write
from room_recording import ROOM, TRUTH, room_events

from xmask3d_ros.cli import main
from xmask3d_ros.commands.evaluate_bag import choose_groups
from xmask3d_ros.commands.evaluate_live import PLY_FILE
from xmask3d_ros.evaluation.metrics import absent_classes, score
from xmask3d_ros.evaluation.truth.cloud import read_truth_cloud
from xmask3d_ros.model.checkpoint import BUNDLED, read_config, save_model
from xmask3d_ros.vocabulary import make_vocabulary

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
    (tmp_path / PLY_FILE).write_bytes(b"of an earlier run with --live")
    assert evaluate(model_folder, tmp_path, "--stride", "8", truth=runs[0] / "labelled.ply") == 0
    assert not (tmp_path / PLY_FILE).exists()
    scores = report_of(tmp_path)["scores"]["final_map"]["all"]
    assert scores["miou"] == pytest.approx(1.0, abs=1e-9)
    assert scores["accuracy"] == scores["coverage"] == 1.0
    assert "final map, all points" in capsys.readouterr().out


def test_the_room_scores_as_by_the_training_packages_protocol(runs):
    """Where the two coincide: each voxel votes once, points of the truth take the label of the nearest that has voted
    (METHODS 1.14.4)."""
    scenes = pytest.importorskip("xmask3d_training.protocol.scenes")
    from xmask3d_training.data.scenes import Scene
    from xmask3d_training.protocol.branches import BRANCHES

    names = WORDS.split(",")
    voxels, truth = read_truth_cloud(runs[0] / "labelled.ply"), read_truth_cloud(TRUTH)
    known = np.array([names.index(name) if name in names else len(names) for name in truth.names])
    labels = np.array([names.index(name) if name in names else -1 for name in voxels.names])[voxels.names_of_points]
    positions, labels = voxels.points[labels >= 0], labels[labels >= 0]
    assert len(labels) > 1000
    scene = Scene(
        "room",
        np.concatenate([positions, truth.points]),
        np.zeros((len(positions) + len(truth.points), 3)),
        np.concatenate([np.full(len(positions), len(names)), known[truth.names_of_points]]),
    )
    theirs = scenes.SceneEvaluation(len(names))
    theirs.begin(scene)
    theirs.vote(torch.arange(len(labels)), dict.fromkeys(BRANCHES, torch.from_numpy(labels)))
    theirs.finish()
    confusion = theirs.confusions()["fused"]
    report = report_of(runs[0])
    ours = report["scores"]["final_map"]["filled"]
    assert ours["confusion"] == confusion.tolist()
    novel = [names.index(name) for name in report["split"]["novel"]]
    expected = score(confusion, novel, absent_classes(confusion))
    for name in ("miou", "miou_base", "miou_novel", "hiou", "accuracy"):
        assert ours[name] == pytest.approx(getattr(expected, name))


def test_the_real_kitchen(model_folder, tmp_path, test_data):
    """Twice: what is written is the same bytes but for times and memory."""
    (tmp_path / "map.yaml").write_text("shelves: bookshelf\nobjects_on_table: null\n")
    more = ["--label-map", str(tmp_path / "map.yaml"), "--stride", "6", "--evidence", "compact"]
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        status = evaluate(
            model_folder, folder, *more,
            bag=test_data / "bag" / "7scenes_redkitchen_rosbag2",
            truth=test_data / "labelled" / "7scenes_redkitchen_room.npz",
            vocabulary="wall,floor,cabinet,counter,table,chair,bookshelf",
        )  # fmt: skip
        assert status == 0
    first, second = (json.dumps({**report_of(folder), "timings": None}) for folder in folders)
    assert first == second
    assert (folders[0] / "labelled.ply").read_bytes() == (folders[1] / "labelled.ply").read_bytes()
    report = report_of(folders[0])
    assert report["ground_truth"]["ignored"] == ["unlabelled", "objects_on_table"]
    assert report["ground_truth"]["unknown"] == {}
    assert report["ground_truth"]["seen_share"] > 0.9, "the camera's poses and the ground truth are in one frame"
    assert report["scores"]["live"]["points"] > 1000


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--split", "b1n1"], "no split 'b1n1'"),
        (["--stride", "0"], "must be at least 1"),
        (["--ground-truth-frame", "nowhere"], "'nowhere' is unknown"),
        (["--label-map", "nothing.yaml"], "nothing.yaml cannot be read"),
        (["--ground-truth", "nothing.ply"], "no file nothing.ply"),
        (["--vocabulary", "teapot"], "--label-map"),
        (["--model", "no-such-model"], "no model 'no-such-model'"),
        (["--live-rate", "0"], "--live-rate must be above 0"),
        (["--live", "--stride", "2"], "--live needs --stride 1"),
        (["--live", "--random-weights"], "leave --random-weights out"),
    ],
)
def test_faulty_input_is_refused_and_leaves_nothing(model_folder, tmp_path, capsys, more, message):
    assert evaluate(model_folder, tmp_path / "out", *more) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("out", ["file", "file/inside", "/proc/nothing"])
def test_results_that_cannot_be_written_are_refused_before_the_work(tmp_path, capsys, out):
    """Before the bag is opened even, which is not there."""
    (tmp_path / "file").write_text("of somebody else")
    assert evaluate("tiny", tmp_path / out, bag=tmp_path / "nowhere") == 2
    assert f"cannot write to {tmp_path / out}: " in capsys.readouterr().err
    assert evaluate("tiny", tmp_path / "out", "--rerun", str(tmp_path / out / "run.rrd"), bag=tmp_path / "nowhere") == 2
    assert f"cannot write to {tmp_path / out}: " in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_fails_while_it_is_written_is_told(model_folder, bags, tmp_path, capsys):
    (tmp_path / "report.html" / "in the way").mkdir(parents=True)
    arguments = {"bag": bags / "begin", "truth": bags / "begin.npz"}
    assert evaluate(model_folder, tmp_path, "--stride", "4", "--quiet", **arguments) == 2
    assert f"cannot write to {tmp_path}: Is a directory" in capsys.readouterr().err


def test_base_is_what_the_models_gate_takes_for_base():
    config = read_config(BUNDLED / "tiny")
    vocabulary = make_vocabulary(["wall", "Cupboard", "fridge", "teapot", "bin", "store"], {"store": ["wardrobe"]})
    assert choose_groups(None, vocabulary, config).novel == (3, 4)
    assert choose_groups("b15n4", vocabulary, config).novel == (1, 2, 3, 4, 5), "a benchmark's split has names alone"
    assert choose_groups(None, vocabulary, replace(config, base_classes=())).novel is None


def test_a_live_run_without_ros_is_refused_with_the_remedy(model_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rclpy", None)
    for name in ("live", "playing"):
        monkeypatch.delitem(sys.modules, f"xmask3d_ros.nodes.{name}", raising=False)
    assert evaluate(model_folder, tmp_path / "out", "--live") == 2
    said = capsys.readouterr().err
    assert "--live runs the node, which needs ROS 2 (" in said and "source its set-up file" in said
    assert not (tmp_path / "out").exists()


def test_one_bag_may_be_named_with_a_slash_at_its_end(model_folder, bags, tmp_path):
    """As shells complete it. Its results are in the folder itself, not as those of many bags."""
    arguments = {"bag": f"{bags}/begin/", "truth": bags / "begin.npz"}
    assert evaluate(model_folder, tmp_path, "--stride", "4", "--quiet", **arguments) == 0
    assert report_of(tmp_path)["bag"] == str(bags / "begin")
    assert (tmp_path / "report.html").is_file()


def test_one_bag_is_evaluated_by_one_process(model_folder, bags, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    assert evaluate(model_folder, tmp_path / "out", bag=bags / "begin", truth=bags / "begin.npz") == 0
    assert not (tmp_path / "out").exists()


def test_a_live_run_is_of_one_bag_and_one_process(model_folder, bags, tmp_path, capsys, monkeypatch):
    assert many(model_folder, bags, tmp_path, "--stride", "1", "--live") == 2
    assert "--live takes one bag" in capsys.readouterr().err
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert evaluate(model_folder, tmp_path, "--live") == 2
    assert "run it without torchrun" in capsys.readouterr().err


def test_a_broken_bag_is_refused(model_folder, tmp_path, capsys):
    shutil.copytree(ROOM, tmp_path / "room")
    storage = next((tmp_path / "room").glob("*.mcap"))
    storage.write_bytes(storage.read_bytes()[:100_000])
    assert evaluate(model_folder, tmp_path / "out", bag=tmp_path / "room") == 2
    assert "mcap recover" in capsys.readouterr().err


@pytest.fixture(scope="module")
def bags(tmp_path_factory):
    """Two short bags, their ground truth, and what is no bag."""
    folder = tmp_path_factory.mktemp("bags")
    for name, first in (("begin", 0.0), ("end", 8.0)):
        write(folder / name, room_events(first, first + 1.6))
        shutil.copy(TRUTH, folder / f"{name}.npz")
    (folder / "notes.txt").write_text("no bag")
    return folder


def many(model_folder, bags, out, *more):
    arguments = ["evaluate", str(bags), "--ground-truth", str(bags / "{bag}.npz"), "--vocabulary", WORDS]
    return main([*arguments, "--out", str(out), "--model", str(model_folder), "--stride", "2", *more])


def test_many_bags_in_processes_are_summed_up_and_taken_up_again(model_folder, bags, tmp_path, capsys):
    assert many(model_folder, bags, tmp_path, "--jobs", "2") == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    reports = [report_of(tmp_path / name) for name in ("begin", "end")]
    assert list(summary["bags"]) == ["begin", "end"]
    assert summary["missing"] == []
    points = [report["scores"]["live"]["points"] for report in reports]
    assert summary["all"]["live labels"]["points"] == sum(points)
    right = sum(count * report["scores"]["live"]["accuracy"] for count, report in zip(points, reports, strict=True))
    assert summary["all"]["live labels"]["accuracy"] == pytest.approx(right / sum(points))
    assert "all together" in capsys.readouterr().out
    # Only what is missing is evaluated again, unless settings change.
    times = {name: (tmp_path / name / "report.json").stat().st_mtime_ns for name in ("begin", "end")}
    shutil.rmtree(tmp_path / "end")
    assert many(model_folder, bags, tmp_path) == 0
    assert (tmp_path / "begin" / "report.json").stat().st_mtime_ns == times["begin"]
    assert report_of(tmp_path / "end")["scores"] == reports[1]["scores"], "one process or two: the same"
    assert many(model_folder, bags, tmp_path, "--radius", "0.04") == 0
    assert (tmp_path / "begin" / "report.json").stat().st_mtime_ns != times["begin"]


def test_a_bag_is_evaluated_again_where_its_inputs_have_changed(model_folder, bags, tmp_path):
    """As after a look at the names that the label map lacks."""
    (tmp_path / "map.yaml").write_text("{}")
    more = ["--stride", "4", "--label-map", str(tmp_path / "map.yaml")]
    assert many(model_folder, bags, tmp_path / "out", *more) == 0
    reports = [tmp_path / "out" / name / "report.json" for name in ("begin", "end")]
    first = [report.stat().st_mtime_ns for report in reports]
    assert "bookshelf" in report_of(tmp_path / "out" / "begin")["ground_truth"]["unknown"]

    (tmp_path / "map.yaml").write_text("bookshelf: table\n")
    # As if the other bag had been evaluated since.
    later = (tmp_path / "map.yaml").stat().st_mtime_ns + 1
    os.utime(reports[1], ns=(later, later))
    assert many(model_folder, bags, tmp_path / "out", *more) == 0
    assert report_of(tmp_path / "out" / "begin")["ground_truth"]["mapped"]["bookshelf"] == "table"
    assert [report.stat().st_mtime_ns for report in reports][1] == later
    assert reports[0].stat().st_mtime_ns > first[0]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert list(summary["bags"]) == ["begin", "end"]


def test_ranks_share_the_bags_and_the_last_one_sums_up(model_folder, bags, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank in ("0", "1"):
        monkeypatch.setenv("RANK", rank)
        assert many(model_folder, bags, tmp_path, "--quiet") == 0
        missing = json.loads((tmp_path / "summary.json").read_text())["missing"]
        assert missing == (["end"] if rank == "0" else [])


def test_under_torchrun_a_bag_that_fails_ends_no_other_process(model_folder, bags, tmp_path):
    """Rank 1 fails at once; torchrun would end rank 0, which has begun, if rank 1 told of it before both are done."""
    lines = [
        f"{{bag: {bags}/begin, ground_truth: {bags}/begin.npz}}",
        f"{{bag: nowhere, ground_truth: {bags}/end.npz}}",
    ]
    (tmp_path / "list.yaml").write_text("".join(f"- {line}\n" for line in lines))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += [
        "-m",
        "xmask3d_ros.cli",
        "evaluate",
        str(tmp_path / "list.yaml"),
        "--vocabulary",
        WORDS,
        "--stride",
        "4",
    ]
    command += ["--out", str(tmp_path / "out"), "--model", str(model_folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0 and "bags that failed:" in said and "nowhere: " in said
    assert "1 of 2 bags" in said and said.count("all together") == 1, "one table, by rank 0"
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["missing"] == ["nowhere"]


def test_a_bag_that_fails_is_named_and_the_others_go_on(model_folder, bags, tmp_path, capsys):
    (tmp_path / "list.yaml").write_text(
        f"- {{bag: {bags}/begin, ground_truth: {bags}/begin.npz}}\n- {{bag: nowhere, ground_truth: {bags}/end.npz}}\n"
    )
    arguments = ["evaluate", str(tmp_path / "list.yaml"), "--vocabulary", WORDS, "--out", str(tmp_path / "out")]
    assert main([*arguments, "--model", str(model_folder), "--stride", "4"]) == 2
    captured = capsys.readouterr()
    assert "nowhere: " in captured.err and "does not exist" in captured.err
    assert "1 of 2 bags" in captured.out
    assert (tmp_path / "out" / "begin" / "report.html").is_file()


def test_two_runs_side_by_side(runs, model_folder, tmp_path, capsys):
    more = ["--stride", "12", "--split", "b15n4", "--quiet"]
    assert evaluate(model_folder, tmp_path / "other", *more, vocabulary=WORDS + ",door") == 0
    arguments = ["evaluate", "--compare", str(runs[0]), str(tmp_path / "other"), "--out", str(tmp_path)]
    capsys.readouterr()
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "settings.stride: 8 | 12" in said
    page = (tmp_path / "compare.html").read_text()
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])["comparison"]
    first, second = (report_of(folder)["scores"]["live"] for folder in (runs[0], tmp_path / "other"))
    assert data["scores"]["live labels"]["difference"]["miou"] == pytest.approx(second["miou"] - first["miou"])
    assert next(row for row in data["classes"] if row["name"] == "door")["difference"] is None
    assert main(["evaluate", "--compare", str(runs[0]), str(runs[1])]) == 0
    assert "settings" not in capsys.readouterr().out, "equal runs differ in nothing"
    assert main(["evaluate", "--compare", str(runs[0]), str(tmp_path / "nothing")]) == 2
    assert "cannot be read as the report" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "--out", "x"], "give a BAG"),
        (["evaluate", str(ROOM), "--vocabulary", "wall", "--out", "x"], "no ground truth"),
        (["evaluate", str(ROOM.parent.parent / "docs"), "--vocabulary", "wall", "--out", "x"], "nor a folder of bags"),
    ],
)
def test_incomplete_commands_say_what_is_missing(arguments, message, capsys):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
