# SPDX-License-Identifier: Apache-2.0
"""``xmask3d segment``: results on a small recording, and clear refusals of bad input."""

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
from bag_writing import COLOR, DEPTH, recording, replaced, without, write
from bag_writing import image as image_message

from xmask3d_ros.cli import main
from xmask3d_ros.commands import COMMANDS, module_of
from xmask3d_ros.model.checkpoint import save_model
from xmask3d_ros.ply import read_comments, read_vertices

WORDS = "chair,wall,shower curtain"


@pytest.fixture(scope="module")
def model_folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    save_model(model, folder, include_frozen=True)
    return folder


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    return write(tmp_path_factory.mktemp("bag") / "recording", recording(3))


def segment(bag, out, model_folder, *more, vocabulary=WORDS):
    arguments = ["segment", str(bag), "--vocabulary", vocabulary, "--out", str(out), "--model", str(model_folder)]
    return main([*arguments, *more])


def test_a_bag_becomes_cloud_picture_and_report(bag, tmp_path, model_folder):
    assert segment(bag, tmp_path / "out", model_folder) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["labelled.ply", "labelled.png", "report.json"]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["frames"]["received"] == {"color": 3, "depth": 3}
    assert report["frames"]["paired"] == report["frames"]["integrated"] == 3
    assert report["frames"]["integrated"] == report["frames"]["segmented"] + sum(report["frames"]["dropped"].values())
    assert report["vocabulary"] == {"version": 1, "classes": ["chair", "wall", "shower curtain"], "unknown_words": []}
    assert set(report["map"]) >= {"voxels", "bytes", "extent_m"}
    assert report["latency_ms"]["of"] == "frame"
    assert 0 < report["latency_ms"]["median"] <= report["latency_ms"]["p95"]
    assert {"median", "p95"} == set(report["latency_ms"]["stages"]["back_project"])
    vertices = read_vertices(tmp_path / "out" / "labelled.ply", ("x",))
    assert vertices.dtype.names == ("x", "y", "z", "red", "green", "blue", "label", "confidence")
    assert "class 2 shower curtain" in read_comments(tmp_path / "out" / "labelled.ply")
    assert len(vertices) == sum(report["labels"].values()) <= report["map"]["voxels"]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as end:
        sys.exit(main([command, "--help"] if command else ["--help"]))
    assert not end.value.code
    shown = capsys.readouterr().out
    expected = {"": [*COMMANDS], "train": ["prepare scannet", "fit --config"]}.get(command)
    for text in expected or (module_of(command).__doc__ or "").splitlines():
        assert text in shown


def test_help_imports_no_network():
    code = "import sys, xmask3d_ros.cli as cli\ntry: cli.main(['--help'])\nfinally: print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.endswith("False\n"), result.stderr


def test_twice_the_same_bytes(bag, tmp_path, model_folder):
    for name in ("first", "second"):
        assert segment(bag, tmp_path / name, model_folder) == 0
    assert (tmp_path / "first" / "labelled.ply").read_bytes() == (tmp_path / "second" / "labelled.ply").read_bytes()


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        ("", "is empty"),
        ("chair,Chair", "already stands for"),
        ("x" * 300, "300 characters"),
        ("Stühle", "non-ASCII"),
        ("nothing.yaml", "cannot read"),
    ],
)
def test_faulty_vocabularies_are_refused(bag, tmp_path, model_folder, capsys, vocabulary, message):
    assert segment(bag, tmp_path / "out", model_folder, vocabulary=vocabulary) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def bad_encoding(message, number):
    message.encoding = "yuv422"
    return message


def bad_step(message, number):
    message.step = 7
    return message


def no_reading(message, number):
    depth = np.full((message.height, message.width), np.nan, np.float32)
    stamp = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
    return image_message(stamp, depth, "32FC1", message.header.frame_id)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda events: replaced(events, COLOR, bad_encoding), "yuv422"),
        (lambda events: replaced(events, COLOR, bad_step), "step"),
        (lambda events: replaced(events, DEPTH, no_reading), "no pixel"),
        (lambda events: without(events, DEPTH), "depth"),
        (lambda events: without(events, "/tf", "/tf_static"), "transform"),
    ],
)
def test_faulty_bags_are_refused_and_leave_nothing(tmp_path, model_folder, capsys, change, message):
    bag = write(tmp_path / "bag", change(recording(2)))
    assert segment(bag, tmp_path / "out", model_folder) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_a_truncated_bag_is_refused(tmp_path, model_folder, capsys):
    bag = write(tmp_path / "bag", recording(2))
    storage = next(bag.glob("*.mcap"))
    storage.write_bytes(storage.read_bytes()[: storage.stat().st_size // 2])
    assert segment(bag, tmp_path / "out", model_folder) == 2
    assert "xmask3d segment:" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_bag_model_or_gpu_is_named(bag, tmp_path, model_folder, capsys):
    assert segment(tmp_path / "nowhere", tmp_path / "out", model_folder) == 2
    assert "nowhere" in capsys.readouterr().err
    assert segment(bag, tmp_path / "out", "no-such-model") == 2
    assert "no model 'no-such-model'" in capsys.readouterr().err
    assert segment(bag, tmp_path / "out", model_folder, "--device", "toaster") == 2
    assert "no device" in capsys.readouterr().err
    assert segment(bag, tmp_path / "out", "xmask3d") == 2
    assert "import-checkpoint" in capsys.readouterr().err


def test_results_that_cannot_be_written_are_refused(bag, tmp_path, model_folder, capsys):
    """A bad folder before any work, the bag is not even looked for; a bad file when it is written."""
    (tmp_path / "file").write_text("of somebody else")
    for out in ("file", "file/inside"):
        assert segment(tmp_path / "nowhere", tmp_path / out, model_folder) == 2
        assert f"cannot write to {tmp_path / out}: " in capsys.readouterr().err
    (tmp_path / "out" / "labelled.png" / "in the way").mkdir(parents=True)
    assert segment(bag, tmp_path / "out", model_folder) == 2
    assert f"cannot write to {tmp_path / 'out'}: Is a directory" in capsys.readouterr().err


@pytest.mark.skipif(importlib.util.find_spec("MinkowskiEngine") is not None, reason="MinkowskiEngine is installed")
def test_an_absent_sparse_backend_is_named(bag, tmp_path, model_folder, capsys):
    assert segment(bag, tmp_path / "out", model_folder, "--sparse-backend", "minkowski") == 2
    assert "MinkowskiEngine" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_stride_integrates_every_frame(bag, tmp_path, model_folder):
    assert segment(bag, tmp_path / "out", model_folder, "--stride", "2") == 0
    frames = json.loads((tmp_path / "out" / "report.json").read_text())["frames"]
    assert frames["integrated"] == 3
    assert frames["segmented"] + sum(frames["dropped"].values()) == 2
