# SPDX-License-Identifier: Apache-2.0
"""Taking over what OpenScene and XMask3D published."""

import json
import shutil

import cv2
import numpy as np
import pytest
import torch
from training.prepare import corner_room, raw_scannet

from xmask3d_training.prepare.command import main
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.points_file import read_points_file

OPENSCENE_INTRINSICS = [288.935302734375, 288.935302734375, 159.5, 119.5]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """As the published archives unpack: numpy arrays in float64, frames with lost poses among them, no intrinsics."""
    root = tmp_path_factory.mktemp("published")
    coordinates, colors, owner = corner_room.points()
    for scene, split in (("scene0000_00", "train"), ("scene0011_00", "val")):
        path = root / "scannet_3d" / split / f"{scene}_vh_clean_2.pth"
        path.parent.mkdir(parents=True)
        labels = np.where(owner == 0, 1.0, 255.0)
        torch.save((coordinates.astype(np.float32), colors / 127.5 - 1, labels), path)
        ids = root / "scannet_3d_200" / split / f"{scene}.txt"
        ids.parent.mkdir(parents=True)
        np.savetxt(ids, corner_room.ids_of(owner, corner_room.RAW_IDS), fmt="%d")
        views = root / "scannet_2d" / scene
        for kind in ("color", "depth", "pose", "label", "label_200"):
            (views / kind).mkdir(parents=True)
        for frame in (0, 20, 40, 60):
            pose = corner_room.pose(frame / 20)
            view = raw_scannet.see(frame / 20, (320, 240))
            cv2.imwrite(str(views / "color" / f"{frame}.jpg"), view.color[..., ::-1])
            cv2.imwrite(str(views / "depth" / f"{frame}.png"), (view.depth * 1000).astype(np.uint16))
            np.savetxt(views / "pose" / f"{frame}.txt", pose if frame != 20 else np.full((4, 4), -np.inf), fmt="%f")
            for kind, table in (("label", corner_room.NYU40), ("label_200", corner_room.RAW_IDS)):
                ids = corner_room.ids_of(view.rectangle, table)
                cv2.imwrite(str(views / kind / f"{frame}.png"), ids.astype(np.uint8 if kind == "label" else np.uint16))
    return root


def run(published, out, *more, dataset="scannet"):
    return main([dataset, "--from-prepared", str(published), "--out", str(out), "--workers", "1", *more])


def summary(out):
    return json.loads((out / "prepared" / "scannet.json").read_text())


@pytest.mark.parametrize("how", ["symlink", "hardlink", "copy"])
def test_sound_scenes_are_taken_over(published, tmp_path, how):
    assert run(published, tmp_path, "--how", how) == 0
    given, layout = Layout(published, "scannet"), Layout(tmp_path, "scannet")
    assert layout.scenes("train") == ["scene0000_00"] and layout.scenes("val") == ["scene0011_00"]
    path = layout.points("train", "scene0000_00")
    assert path.is_symlink() == (how == "symlink")
    assert path.samefile(given.points("train", "scene0000_00")) == (how != "copy")
    assert set(np.unique(read_points_file(path).labels)) == {1, 255}
    # The frame of the lost pose is left out.
    assert layout.frames("scene0000_00") == ["0", "40", "60"]
    for kind in ("depth", "pose", "label", "label_200"):
        assert len(list((layout.views("scene0000_00") / kind).iterdir())) == 3
    assert summary(tmp_path)["left_out"] == {"frames: pose is not finite": 2}
    matrix = np.loadtxt(layout.views("scene0000_00") / "intrinsics.txt")
    np.testing.assert_allclose(
        [matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2]], OPENSCENE_INTRINSICS, rtol=1e-6
    )
    assert len(np.loadtxt(layout.point_ids_200("train", "scene0000_00"))) == len(corner_room.points()[0])
    assert run(published, tmp_path, "--how", how) == 0
    assert summary(tmp_path)["scenes"]["unchanged"] == 2


def spoil_points(root):
    (root / "scannet_3d" / "train" / "scene0000_00_vh_clean_2.pth").write_bytes(b"cut")


def spoil_folder(root):
    shutil.rmtree(root / "scannet_2d" / "scene0000_00" / "pose")


def spoil_ids(root):
    (root / "scannet_3d_200" / "train" / "scene0000_00.txt").write_text("1\n2\n")


def spoil_depths(root):
    for path in (root / "scannet_2d" / "scene0000_00" / "depth").iterdir():
        path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(spoil_points, "no readable points file"), (spoil_folder, "lacks pose"), (spoil_ids, "one id for each of"),
     (spoil_depths, "no usable frame")],
)  # fmt: skip
def test_an_unsound_scene_is_named_and_not_used(published, tmp_path, spoil, message):
    root = tmp_path / "published"
    shutil.copytree(published, root)
    spoil(root)
    assert run(root, tmp_path / "out") == 1
    assert message in summary(tmp_path / "out")["failures"]["scene0000_00"]
    layout = Layout(tmp_path / "out", "scannet")
    assert layout.scenes("train") == [] and layout.scenes("val") == ["scene0011_00"]


def test_ids_that_come_later_are_taken_over(published, tmp_path):
    root, out = tmp_path / "published", tmp_path / "out"
    shutil.copytree(published, root)
    shutil.rmtree(root / "scannet_3d_200")
    assert run(root, out, "--how", "copy") == 0
    taken = Layout(out, "scannet").point_ids_200("train", "scene0000_00")
    assert not taken.exists()
    shutil.copytree(published / "scannet_3d_200", root / "scannet_3d_200")
    assert run(root, out, "--how", "copy") == 0
    given = Layout(root, "scannet").point_ids_200("train", "scene0000_00")
    assert taken.read_bytes() == given.read_bytes()
    given.write_text("12.0\n" * len(given.read_text().split()))
    assert run(root, out, "--how", "copy") == 0
    assert taken.read_bytes() == given.read_bytes()
    assert summary(out)["scenes"] == {"prepared": 1, "unchanged": 1, "failed": 0}
    given.unlink()
    assert run(root, out, "--how", "copy") == 0
    assert not taken.exists()


def test_scannet200_requires_its_labels(published, tmp_path, capsys):
    root, out = tmp_path / "published", tmp_path / "out"
    shutil.copytree(published, root)
    layout = Layout(out, "scannet")
    assert run(root, out, dataset="scannet200") == 0
    # What was taken over and is gone is taken over again.
    layout.point_ids_200("train", "scene0000_00").unlink()
    shutil.rmtree(layout.views("scene0011_00") / "label_200")
    assert run(root, out, dataset="scannet200") == 0
    assert layout.point_ids_200("train", "scene0000_00").exists()
    assert (layout.views("scene0011_00") / "label_200").is_dir()

    (root / "scannet_3d_200" / "train" / "scene0000_00.txt").unlink()
    shutil.rmtree(root / "scannet_2d" / "scene0011_00" / "label_200")
    assert run(root, out, dataset="scannet200") == 1
    failures = summary(out)["failures"]
    assert "scene0000_00.txt" in failures["scene0000_00"]
    assert "lacks label_200" in failures["scene0011_00"] and "--no-2d-labels" in failures["scene0011_00"]
    assert run(root, out, "--no-2d-labels", dataset="scannet200") == 1
    assert summary(out)["failures"].keys() == {"scene0000_00"}

    # A download with nothing of ScanNet200 is refused before anything is withdrawn.
    assert run(root, out) == 0
    shutil.rmtree(root / "scannet_2d" / "scene0000_00" / "label_200")
    assert run(root, out, dataset="scannet200") == 1
    assert "label_200" in capsys.readouterr().err
    shutil.rmtree(root / "scannet_3d_200")
    assert run(root, out, "--no-2d-labels", dataset="scannet200") == 1
    assert "scannet_3d_200/train/*.txt" in capsys.readouterr().err
    assert layout.scenes("train") == ["scene0000_00"] and layout.scenes("val") == ["scene0011_00"]


def test_unsound_frames_are_counted(published, tmp_path):
    root = tmp_path / "published"
    shutil.copytree(published, root)
    views = root / "scannet_2d" / "scene0000_00"
    (views / "pose" / "0.txt").unlink()
    cv2.imwrite(str(views / "depth" / "40.png"), np.zeros((240, 320), np.uint8))
    assert run(root, tmp_path / "out") == 0
    assert Layout(tmp_path / "out", "scannet").frames("scene0000_00") == ["60"]
    assert summary(tmp_path / "out")["left_out"] == {
        "frames: pose is not finite": 2, "frames: no pose file": 1, "frames: depth image is not 16 bit": 1,
    }  # fmt: skip


def test_lists_choose(published, tmp_path):
    (tmp_path / "val.txt").write_text("scene0011_00\nscene0500_00\n")
    assert run(published, tmp_path / "out", "--val-list", str(tmp_path / "val.txt")) == 1
    assert Layout(tmp_path / "out", "scannet").scenes("train") == []
    assert "scene0500_00" in summary(tmp_path / "out")["failures"]


def test_another_folder_is_refused(tmp_path, capsys):
    assert run(tmp_path, tmp_path / "out") == 1
    assert "were unpacked" in capsys.readouterr().err


def test_a_download_is_not_taken_over_onto_itself(published, capsys):
    before = sorted(published.rglob("*"))
    assert run(published, published) == 1
    assert "is the folder to write as well" in capsys.readouterr().err
    assert sorted(published.rglob("*")) == before
