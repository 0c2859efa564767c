# SPDX-License-Identifier: Apache-2.0
"""ScanNet from its raw release to the prepared layout, by the command."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from training.prepare import corner_room, raw_scannet

from xmask3d_ros.evaluation.label_sets import SCANNET20
from xmask3d_training.prepare.command import main
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.points_file import read_points_file
from xmask3d_training.prepare.poses import read_pose

SCENES = {"scene0000_00": "train", "scene0001_01": "val"}


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """A raw release, which tests copy before they spoil it."""
    root = tmp_path_factory.mktemp("release")
    raw_scannet.write_release(root, SCENES, steps=5)
    return root


@pytest.fixture(scope="module")
def prepared(release, tmp_path_factory):
    """The release prepared."""
    out = tmp_path_factory.mktemp("prepared")
    assert main(["scannet200", *options(release), "--out", str(out), "--every", "2", "--workers", "1"]) == 0
    return Layout(out, "scannet")


def options(root):
    lists = [f"--{split}-list={root}/scannetv2_{split}.txt" for split in ("train", "val")]
    return ["--raw", str(root), *lists]


def copy(release, tmp_path):
    return Path(shutil.copytree(release, tmp_path / "release"))


def run(root, out, *more):
    return main(["scannet", *options(root), "--out", str(out), "--every", "2", "--workers", "1", *more])


def summary(out, name="scannet"):
    return json.loads((out / "prepared" / f"{name}.json").read_text())


def expected_labels(owner, unlabelled=255):
    nyu40 = corner_room.ids_of(owner, corner_room.NYU40)
    table = {number: label for label, number in enumerate(SCANNET20.raw_ids)}
    return np.vectorize(lambda number: table.get(number, unlabelled))(nyu40)


def test_points_are_the_mesh(prepared):
    coordinates, colors, owner = corner_room.points()
    for scene, split in SCENES.items():
        points = read_points_file(prepared.points(split, scene))
        np.testing.assert_array_equal(points.coordinates, coordinates.astype(np.float32))
        np.testing.assert_allclose(points.colors, colors / 127.5 - 1, atol=1e-6)
        np.testing.assert_array_equal(points.labels, expected_labels(owner))
        ids = np.loadtxt(prepared.point_ids_200(split, scene), dtype=int)
        np.testing.assert_array_equal(ids, corner_room.ids_of(owner, corner_room.RAW_IDS))


def test_frames_are_the_recording(prepared):
    assert prepared.frames("scene0000_00") == ["0", "2", "4"]
    views = prepared.views("scene0000_00")
    for frame in (0, 2, 4):
        pose = corner_room.pose(frame)
        np.testing.assert_allclose(read_pose((views / "pose" / f"{frame}.txt").read_bytes()), pose, atol=1e-6)
        truth = raw_scannet.see(frame, (320, 240))
        depth = cv2.imread(str(views / "depth" / f"{frame}.png"), cv2.IMREAD_UNCHANGED)
        assert depth.dtype == np.uint16
        np.testing.assert_allclose(depth, truth.depth * 1000, atol=1.1)
        color = cv2.imread(str(views / "color" / f"{frame}.jpg"))[..., ::-1]
        assert color.shape == (240, 320, 3)
        assert np.median(np.abs(color.astype(int) - truth.color)) <= 3
        label = cv2.imread(str(views / "label" / f"{frame}.png"), cv2.IMREAD_UNCHANGED)
        ids = cv2.imread(str(views / "label_200" / f"{frame}.png"), cv2.IMREAD_UNCHANGED)
        assert label.dtype == np.uint8 and ids.dtype == np.uint16
        assert (label == corner_room.ids_of(truth.rectangle, corner_room.NYU40)).mean() > 0.98
        assert (ids == corner_room.ids_of(truth.rectangle, corner_room.RAW_IDS)).mean() > 0.98
    matrix = np.loadtxt(views / "intrinsics.txt")
    np.testing.assert_allclose(matrix, raw_scannet.intrinsics((320, 240)), rtol=1e-6)


def test_nothing_else_is_left_behind(prepared):
    top = sorted(path.name for path in prepared.root.iterdir())
    assert top == [".lock", "prepared", "scannet_2d", "scannet_3d", "scannet_3d_200"]
    assert not [path for path in prepared.root.rglob("*.partial")]
    counts = summary(prepared.root)["counts"]
    assert counts["frames recorded"] == 10 and counts["frames prepared"] == 6
    assert summary(prepared.root)["left_out"] == {} and summary(prepared.root)["remarks"] == {}
    assert summary(prepared.root, "scannet_200")["counts"]["label images"] == 6


def test_the_next_run_has_nothing_to_do(release, prepared, monkeypatch):
    monkeypatch.setattr("xmask3d_training.prepare.scannet.ScanNetScene.prepare", None)
    monkeypatch.setattr("xmask3d_training.prepare.scannet200.ScanNet200Scene.prepare", None)
    assert main(["scannet200", *options(release), "--out", str(prepared.root), "--every", "2"]) == 0
    assert summary(prepared.root)["scenes"] == {"prepared": 0, "unchanged": 2, "failed": 0}


def test_ascii_meshes_and_unpacked_labels_do_as_well(tmp_path):
    arguments = raw_scannet.write_release(tmp_path / "raw", {"scene0000_00": "val"}, steps=2, form="ascii")
    folder = tmp_path / "raw" / "scans" / "scene0000_00"
    shutil.unpack_archive(folder / "scene0000_00_2d-label-filt.zip", folder)
    (folder / "scene0000_00_2d-label-filt.zip").unlink()
    (folder / "scene0000_00_vh_clean_2.labels.ply").unlink()
    assert main(["scannet", *arguments, "--out", str(tmp_path / "out"), "--color-resize", "nearest"]) == 0
    layout = Layout(tmp_path / "out", "scannet")
    labels = read_points_file(layout.points("val", "scene0000_00")).labels
    np.testing.assert_array_equal(labels, expected_labels(corner_room.points()[2]))
    assert (layout.views("scene0000_00") / "label" / "0.png").exists()
    assert summary(tmp_path / "out")["remarks"] == {
        "scene0000_00": ["no labels.ply: labels made from the aggregation and the segmentation"]
    }


def test_frames_without_a_pose_are_left_out_by_name(tmp_path):
    bad = {0: -np.inf, 2: np.nan, 4: 0.0}
    arguments = raw_scannet.write_release(tmp_path / "raw", {"scene0000_00": "train"}, steps=7, bad_poses=bad)
    out = tmp_path / "out"
    assert main(["scannet", *arguments, "--out", str(out), "--every", "2"]) == 0
    assert Layout(out, "scannet").frames("scene0000_00") == ["6"]
    assert summary(out)["left_out"] == {"frames: pose is not finite": 2, "frames: pose is not a rigid motion": 1}
    record = json.loads((out / "prepared" / "scannet" / "scene0000_00.json").read_text())
    assert record["examples"]["frames: pose is not finite"] == ["scene0000_00 0", "scene0000_00 2"]


def test_no_usable_frame_fails_the_scene(tmp_path, capsys):
    bad = dict.fromkeys(range(3), -np.inf)
    arguments = raw_scannet.write_release(tmp_path / "raw", {"scene0000_00": "train"}, steps=3, bad_poses=bad)
    out = tmp_path / "out"
    assert main(["scannet", *arguments, "--out", str(out), "--every", "1"]) == 1
    assert "no usable frame (3 frames: pose is not finite)" in summary(out)["failures"]["scene0000_00"]
    assert "no usable frame" in capsys.readouterr().out
    assert Layout(out, "scannet").scenes("train") == [] and not (out / "scannet_2d" / "scene0000_00").exists()


def test_a_truncated_recording_is_not_used_and_the_next_run_completes(release, tmp_path):
    root, out = copy(release, tmp_path), tmp_path / "out"
    recording = root / "scans" / "scene0000_00" / "scene0000_00.sens"
    whole = recording.read_bytes()
    recording.write_bytes(whole[: len(whole) * 3 // 4])
    assert run(root, out) == 1
    layout = Layout(out, "scannet")
    assert layout.scenes("train") == [] and layout.scenes("val") == ["scene0001_01"]
    assert not layout.views("scene0000_00").exists()
    assert "scene0000_00.sens is truncated at byte" in summary(out)["failures"]["scene0000_00"]
    recording.write_bytes(whole)
    assert run(root, out) == 0
    assert summary(out)["scenes"] == {"prepared": 1, "unchanged": 1, "failed": 0}
    assert layout.frames("scene0000_00") == ["0", "2", "4"]


def test_a_scene_that_goes_bad_later_is_withdrawn(release, tmp_path):
    root, out = copy(release, tmp_path), tmp_path / "out"
    assert run(root, out) == 0
    recording = root / "scans" / "scene0000_00" / "scene0000_00.sens"
    recording.write_bytes(recording.read_bytes()[:-1000])
    assert run(root, out) == 1
    assert Layout(out, "scannet").scenes("train") == []


def test_a_scene_without_labels_is_named(release, tmp_path):
    root, out = copy(release, tmp_path), tmp_path / "out"
    folder = root / "scans" / "scene0001_01"
    (folder / "scene0001_01_vh_clean_2.labels.ply").unlink()
    (folder / "scene0001_01.aggregation.json").unlink()
    (root / "scans" / "scene0000_00" / "scene0000_00_2d-label-filt.zip").unlink()
    assert run(root, out) == 1
    failures = summary(out)["failures"]
    assert (
        failures["scene0001_01"].startswith("no labels:") and "take the scene off the list" in failures["scene0001_01"]
    )
    assert failures["scene0000_00"].startswith("no 2D labels:") and "--no-2d-labels" in failures["scene0000_00"]
    assert run(root, out, "--no-2d-labels") == 1
    layout = Layout(out, "scannet")
    assert layout.scenes("train") == ["scene0000_00"]
    assert not (layout.views("scene0000_00") / "label").exists()


def test_raw_files_that_come_later_are_noticed(release, tmp_path):
    root, out = copy(release, tmp_path), tmp_path / "out"
    folder = root / "scans" / "scene0000_00"
    shutil.unpack_archive(folder / "scene0000_00_2d-label-filt.zip", folder)
    (folder / "scene0000_00_2d-label-filt.zip").unlink()
    late = folder / "label-filt" / "4.png"
    content = late.read_bytes()
    late.unlink()
    assert run(root, out) == 0
    layout = Layout(out, "scannet")
    assert layout.frames("scene0000_00") == ["0", "2"]
    late.write_bytes(content)
    assert run(root, out) == 0
    assert summary(out)["scenes"] == {"prepared": 1, "unchanged": 1, "failed": 0}
    assert layout.frames("scene0000_00") == ["0", "2", "4"]
    segments = folder / "scene0000_00_vh_clean_2.0.010000.segs.json"
    segments.write_text(segments.read_text() + "\n")
    assert run(root, out) == 0
    assert summary(out)["scenes"] == {"prepared": 1, "unchanged": 1, "failed": 0}


def test_unknown_ids_are_counted_by_name_and_unlabelled(tmp_path):
    arguments = raw_scannet.write_release(tmp_path / "raw", {"scene0000_00": "train"}, steps=2)
    table = tmp_path / "raw" / "scannetv2-labels.combined.tsv"
    lines = [line for line in table.read_text().splitlines() if "office chair" not in line]
    table.write_text("\n".join(lines) + "\n")
    out = tmp_path / "out"
    assert main(["scannet200", *arguments, "--out", str(out), "--every", "1"]) == 0
    owner = corner_room.points()[2]
    chairs = int((corner_room.ids_of(owner, corner_room.RAW_IDS) == 10).sum())
    assert summary(out, "scannet_200")["left_out"]["vertices of unknown raw name 'office chair'"] == chairs
    assert summary(out)["left_out"].keys() == {"pixels of unknown raw id 10"}
    layout = Layout(out, "scannet")
    ids = np.loadtxt(layout.point_ids_200("train", "scene0000_00"), dtype=int)
    assert 10 not in ids and (ids[corner_room.ids_of(owner, corner_room.RAW_IDS) == 10] == 0).all()
    label = cv2.imread(str(layout.views("scene0000_00") / "label" / "0.png"), cv2.IMREAD_UNCHANGED)
    assert corner_room.NYU40["office chair"] not in label


def test_an_annotation_that_contradicts_the_labels_is_remarked(tmp_path):
    arguments = raw_scannet.write_release(tmp_path / "raw", {"scene0000_00": "train"}, steps=1)
    path = tmp_path / "raw" / "scans" / "scene0000_00" / "scene0000_00.aggregation.json"
    path.write_text(path.read_text().replace('"wall"', '"floor"'))
    out = tmp_path / "out"
    assert main(["scannet200", *arguments, "--out", str(out), "--every", "1"]) == 0
    assert "agree with the labels of the twenty classes" in str(summary(out, "scannet_200")["remarks"])


def test_a_missing_label_image_leaves_its_frame_out(release, tmp_path):
    root, out = copy(release, tmp_path), tmp_path / "out"
    (root / "scans" / "scene0000_00" / "scene0000_00_2d-label-filt.zip").write_bytes(raw_scannet.label_zip(3))
    assert run(root, out) == 0
    assert Layout(out, "scannet").frames("scene0000_00") == ["0", "2"]
    assert summary(out)["left_out"] == {"frames: no 2D label image": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda root: (root / "scans/scene0000_00/scene0000_00_vh_clean_2.ply").unlink(), "cannot read"),
        (lambda root: (root / "scans/scene0000_00/scene0000_00_2d-label-filt.zip").write_bytes(b"PK"), "no readable"),
        (lambda root: shutil.rmtree(root / "scans/scene0000_00"), "download it with the release"),
    ],
)
def test_whatever_is_missing_is_named(release, tmp_path, change, message):
    root, out = copy(release, tmp_path), tmp_path / "out"
    change(root)
    assert run(root, out) == 1
    assert message in summary(out)["failures"]["scene0000_00"]


def ragged_segments(folder):
    (folder / f"{folder.name}_vh_clean_2.labels.ply").unlink()
    (folder / f"{folder.name}_vh_clean_2.0.010000.segs.json").write_text('{"segIndices": [[1], [2, 3]]}')


def encrypted_labels(folder):
    path = folder / f"{folder.name}_2d-label-filt.zip"
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "message"), [(ragged_segments, "ValueError: "), (encrypted_labels, "RuntimeError: ")]
)
def test_an_unforeseen_fault_is_its_scenes_alone(release, tmp_path, spoil, message):
    root, out = copy(release, tmp_path), tmp_path / "out"
    spoil(root / "scans" / "scene0000_00")
    assert run(root, out) == 1
    assert message in summary(out)["failures"]["scene0000_00"]
    assert Layout(out, "scannet").scenes("train") == [] and Layout(out, "scannet").scenes("val") == ["scene0001_01"]


def test_a_missing_label_table_is_named_once(release, tmp_path, capsys):
    root, out = copy(release, tmp_path), tmp_path / "out"
    (root / "scannetv2-labels.combined.tsv").unlink()
    assert run(root, out) == 1
    assert capsys.readouterr().err.count("comes with the ScanNet release") == 1
    # The mesh's labels are NYU40 ids already: without 2D labels nothing needs the table.
    assert run(root, out, "--no-2d-labels") == 0


def test_lists_are_checked(release, tmp_path, capsys):
    root, out = copy(release, tmp_path), tmp_path / "out"
    assert main(["scannet", "--raw", str(root), "--out", str(out)]) == 1
    assert "--train-list" in capsys.readouterr().err
    (root / "scannetv2_val.txt").write_text("scene0000_00\n")
    assert run(root, out) == 1
    assert "in both lists: scene0000_00" in capsys.readouterr().err
    (root / "scannetv2_val.txt").write_text("<html>\n")
    assert run(root, out) == 1
    assert "is no list of scenes" in capsys.readouterr().err
    assert not out.exists()
