# SPDX-License-Identifier: Apache-2.0
"""The inspection of prepared data, of both data sets."""

import json

import cv2
import numpy as np
import pytest
from training.prepare import corner_room, raw_s3dis, raw_scannet

from xmask3d_training.prepare.command import main as prepare
from xmask3d_training.prepare.inspect_command import main as inspect
from xmask3d_training.prepare.layout import Layout


@pytest.fixture
def prepared(tmp_path):
    """A scene of ScanNet and a room of S3DIS, prepared and captioned."""
    out = tmp_path / "data"
    arguments = raw_scannet.write_release(tmp_path / "raw", {"scene0000_00": "train"}, steps=3)
    assert prepare(["scannet200", *arguments, "--out", str(out), "--every", "1", "--workers", "1"]) == 0
    raw_s3dis.write_room(tmp_path / "points", 5, "office_1")
    raw_s3dis.write_labels(tmp_path / "images")
    raw_s3dis.write_image(tmp_path / "images", "5a", "office_1", 2)
    images, points = f"--images={tmp_path / 'images'}", f"--points={tmp_path / 'points'}"
    assert prepare(["s3dis", points, images, "--out", str(out), "--areas", "5", "--workers", "1"]) == 0
    for layout in (Layout(out, "scannet"), Layout(out, "s3dis")):
        captions = {scene: dict.fromkeys(layout.frames(scene), "a room") for scene in layout.scenes("train")}
        layout.captions("blip").parent.mkdir(exist_ok=True)
        layout.captions("blip").write_text(json.dumps(captions))
    return out


def report(out):
    return json.loads((out / "inspection" / "inspection.json").read_text())


def test_sound_data_are_counted_and_pictured(prepared, capsys):
    assert inspect([str(prepared)]) == 0
    printed = capsys.readouterr().out
    train = report(prepared)["scannet"]["train"]
    owner = corner_room.points()[2]
    assert train["scenes"] == 1 and train["frames"] == 3 and train["points"] == len(owner)
    walls = int((corner_room.ids_of(owner, corner_room.NYU40) == 1).sum())
    assert train["points by class"]["wall"] == walls and f"{walls:,}" in printed
    assert train["points by class"].keys() == {"wall", "floor", "chair", "otherfurniture", "unlabelled"}
    assert train["points by ScanNet200 class"].keys() == {
        "wall", "floor", "ceiling", "office chair", "trash can", "unlabelled",
    }  # fmt: skip
    assert train["checked views"] == 2 and train["points that carry their pixel's label"]["worst"] > 0.9
    assert report(prepared)["s3dis"]["val"]["points that carry their pixel's label"]["worst"] > 0.85
    assert train["notes"] == ["1 scenes; the published split has 1201"] and train["problems"] == []
    picture = cv2.imread(str(prepared / "inspection" / "scannet_views.png"))
    assert picture.shape[1] == 2 * 3 * 320
    # Beside the image, its labels; beside them, the projected points in the same colours where there are any.
    label, points = picture[18:258, 320:640], picture[18:258, 640:960]
    saturated = points.max(axis=2) > 85
    assert saturated.mean() > 0.2
    assert (label == points).all(axis=2)[saturated].mean() > 0.8


def test_a_wrong_pose_is_found(prepared, capsys):
    views = Layout(prepared, "scannet").views("scene0000_00")
    for path in (views / "pose").iterdir():
        pose = np.loadtxt(path)
        pose[:3, :3] = pose[:3, :3] @ np.diag([1, -1, -1])
        pose[:3, 3] += (0.2, 3.0, 0)
        np.savetxt(path, pose)
    assert inspect([str(prepared)]) == 1
    assert "check pose and labels" in capsys.readouterr().out


def test_what_is_missing_is_named(prepared, capsys):
    layout = Layout(prepared, "scannet")
    views = layout.views("scene0000_00")
    (views / "depth" / "0.png").unlink()
    (views / "color" / "1.jpg").unlink()
    (views / "pose" / "2.txt").write_text("nan " * 16)
    (prepared / "scannet_2d" / "scene0009_00").mkdir()
    layout.captions("blip").write_text("{}")
    layout.point_ids_200("train", "scene0000_00").write_text("1\n")
    (prepared / "s3dis_3d" / "val" / "Area_5_office_1.pth").write_bytes(b"")
    assert inspect([str(prepared)]) == 1
    printed = capsys.readouterr().out
    for fault in ("scene0000_00 0: no depth", "frames without colour: 1", "scene0000_00 2: pose is not finite",
                  "1 folders of frames without points: scene0009_00", "lacks captions in 1 training scenes",
                  "1 ids for", "Area_5_office_1.pth is no readable points file"):  # fmt: skip
        assert fault in printed, fault


def test_an_image_that_cannot_be_read_is_named(prepared):
    views = Layout(prepared, "scannet").views("scene0000_00")
    for path in (views / "depth").iterdir():
        path.write_bytes(b"cut")
    assert inspect([str(prepared)]) == 1
    assert "scene0000_00 0: depth image cannot be decoded" in report(prepared)["scannet"]["train"]["problems"]


def test_ids_with_decimal_points_count_the_same(prepared):
    assert inspect([str(prepared)]) == 0
    before = report(prepared)
    path = Layout(prepared, "scannet").point_ids_200("train", "scene0000_00")
    path.write_text("".join(f"{number}.0\n" for number in path.read_text().split()))
    assert inspect([str(prepared)]) == 0
    assert report(prepared) == before


def test_files_that_cannot_be_read_are_problems(prepared):
    layout = Layout(prepared, "scannet")
    layout.point_ids_200("train", "scene0000_00").write_text("wall\n")
    layout.captions("blip").write_text('{"scene0000_00": {"0": "a r')
    layout.captions("git").write_text("[]")
    assert inspect([str(prepared)]) == 1
    content = report(prepared)["scannet"]
    assert "scene0000_00.txt is no file of ScanNet200 ids" in content["train"]["problems"][0]
    assert ["is no caption file" in problem for problem in content["all"]["problems"]] == [True, True]


def test_an_empty_folder_is_an_error(tmp_path, capsys):
    assert inspect([str(tmp_path)]) == 1
    assert "holds no prepared data" in capsys.readouterr().err
