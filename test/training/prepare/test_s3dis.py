# SPDX-License-Identifier: Apache-2.0
"""S3DIS and 2D-3D-S from their raw releases to the prepared layout, by the command."""

import json

import cv2
import numpy as np
import pytest
from training.prepare import corner_room, raw_s3dis

from xmask3d_ros.evaluation.label_sets import S3DIS
from xmask3d_ros.sparse.voxelise import voxelise
from xmask3d_training.prepare.command import main
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.points_file import read_points_file
from xmask3d_training.prepare.poses import read_pose

LABELS = np.array([S3DIS.all_names.index(corner_room.S3DIS_NAMES[r[3]] if r[3] else "board")
                   for r in corner_room.RECTANGLES])  # fmt: skip


@pytest.fixture
def raw(tmp_path):
    """Two rooms: one of area 1, one of area 5 seen from both of its halves."""
    for area, room in ((1, "office_1"), (5, "hallway_2")):
        raw_s3dis.write_room(tmp_path / "points", area, room)
    raw_s3dis.write_labels(tmp_path / "images")
    for number in (0, 3, 10):
        raw_s3dis.write_image(tmp_path / "images", "1", "office_1", number)
    raw_s3dis.write_image(tmp_path / "images", "1", "office_10", 4)
    raw_s3dis.write_image(tmp_path / "images", "5a", "hallway_2", 1)
    raw_s3dis.write_image(tmp_path / "images", "5b", "hallway_2", 2, "b0")
    return tmp_path


def run(raw, *more):
    images, points = f"--images={raw / 'images'}", f"--points={raw / 'points'}"
    return main(["s3dis", points, images, "--out", str(raw / "out"), "--areas", "1", "5", "--workers", "1", *more])


def summary(raw):
    return json.loads((raw / "out" / "prepared" / "s3dis.json").read_text())


def test_rooms_become_scenes(raw):
    assert run(raw, "--voxel-size", "0") == 0
    layout = Layout(raw / "out", "s3dis")
    assert layout.scenes("train") == ["Area_1_office_1"] and layout.scenes("val") == ["Area_5_hallway_2"]
    points = read_points_file(layout.points("train", "Area_1_office_1"))
    coordinates, _, owner = corner_room.points(0.04)
    for label in range(13):
        mine, theirs = points.coordinates[points.labels == label], coordinates[LABELS[owner] == label]
        assert len(mine) == len(theirs)
        if len(mine):
            np.testing.assert_allclose(mine.min(0), theirs.min(0), atol=6e-4)
            np.testing.assert_allclose(mine.max(0), theirs.max(0), atol=6e-4)
    floor = points.labels == S3DIS.all_names.index("floor")
    np.testing.assert_allclose(points.colors[floor][0], np.array(corner_room.RECTANGLES[0][4]) / 127.5 - 1, atol=1e-6)


def test_images_become_frames(raw):
    assert run(raw) == 0
    layout = Layout(raw / "out", "s3dis")
    assert layout.frames("Area_1_office_1") == ["0", "1", "2"]
    record = json.loads((raw / "out" / "prepared" / "s3dis" / "Area_1_office_1.json").read_text())
    assert [name.split()[-1] for name in record["facts"]["frame names"].values()] == ["0", "3", "10"]
    assert record["facts"]["share of furnishings in images that points recover"] > 0.9
    views = layout.views("Area_1_office_1")
    for frame, number in (("0", 0), ("2", 10)):
        pose = corner_room.pose(number)
        np.testing.assert_allclose(read_pose((views / "pose" / f"{frame}.txt").read_bytes()), pose, atol=1e-6)
        matrix = np.loadtxt(views / "intrinsics" / f"{frame}.txt")
        scale = np.array([320, 240]) / raw_s3dis.SIZE
        np.testing.assert_allclose(matrix[[0, 1], [0, 1]], raw_s3dis.FOCAL * scale, rtol=1e-8)
        np.testing.assert_allclose(matrix[:2, 2], (159.5, 119.5), rtol=1e-8)
        depth = cv2.imread(str(views / "depth" / f"{frame}.png"), cv2.IMREAD_UNCHANGED)
        label = cv2.imread(str(views / "label" / f"{frame}.png"), cv2.IMREAD_UNCHANGED)
        truth = corner_room.see(pose, (raw_s3dis.SIZE,) * 2, raw_s3dis.FOCAL, (raw_s3dis.SIZE / 2 - 0.5,) * 2)
        assert depth.dtype == np.uint16 and depth.shape == label.shape == (240, 320)
        rows, columns = (np.arange(240) * raw_s3dis.SIZE // 240, np.arange(320) * raw_s3dis.SIZE // 320)
        np.testing.assert_allclose(depth, truth.depth[rows][:, columns] * 1000, atol=2)
        ids = np.append(LABELS, 255)[truth.rectangle[rows][:, columns]]
        ids[ids == S3DIS.all_names.index("board")] = 255  # its pixels are #0D0D0D
        assert (label == ids).mean() > 0.97


def test_area_5b_is_turned_into_the_world_of_the_points(raw):
    assert run(raw) == 0
    layout = Layout(raw / "out", "s3dis")
    views = layout.views("Area_5_hallway_2")
    for frame, number in (("0", 1), ("1", 2)):
        pose = read_pose((views / "pose" / f"{frame}.txt").read_bytes())
        np.testing.assert_allclose(pose, corner_room.pose(number), atol=1e-6)


def test_points_are_thinned_to_one_a_voxel(raw):
    assert run(raw, "--voxel-size", "0.2", "--areas", "1") == 0
    points = read_points_file(Layout(raw / "out", "s3dis").points("train", "Area_1_office_1"))
    count = len(points.labels)
    assert 500 < count < len(corner_room.points(0.04)[0]) / 4
    assert (
        count - len(voxelise(points.coordinates, 0.2).first_point) <= 0.01 * count
    )  # float32 moves a few to a neighbour
    assert summary(raw)["counts"]["points"] == count


def test_damaged_lines_and_odd_files_are_counted(raw):
    folder = raw / "points" / "Area_1" / "office_1" / "Annotations"
    path = next(folder.glob("floor_*.txt"))
    lines = path.read_bytes().splitlines()
    lines[10:13] = [b"1.0 1.0 0.0 185\x10187 180", b"1.0 1.\x000 0.0 1 2 3", b"1 2 3 4"]
    path.write_bytes(b"\n".join(lines))
    (folder / "wall_3 (1).txt").write_bytes(b"1 2 3 4 5 6\n")
    (folder / "Icon\r").write_bytes(b"")
    (folder / "stairs_1.txt").write_bytes(b"1 1 0.5 4 5 6\n")
    (folder / "tardis_1.txt").write_bytes(b"1 2 0.5 4 5 6\n1 2.5 0.5 4 5 6\n")
    assert run(raw, "--areas", "1", "--voxel-size", "0") == 0
    left_out = summary(raw)["left_out"]
    assert left_out == {
        "points whose line is not six numbers": 2,
        "files that are no object": 1,
        "points of unknown class 'tardis' (kept, unlabelled)": 2,
    }
    labels = read_points_file(Layout(raw / "out", "s3dis").points("train", "Area_1_office_1")).labels
    assert (labels == 255).sum() == 2
    clutter = (LABELS[corner_room.points(0.04)[2]] == 12).sum()
    assert (labels == 12).sum() == clutter + 1
    record = json.loads((raw / "out" / "prepared" / "s3dis" / "Area_1_office_1.json").read_text())
    assert record["examples"]["points whose line is not six numbers"] == [f"{path} line 12", f"{path} line 13"]


def test_frames_that_cannot_be_used_are_counted(raw):
    pose = raw_s3dis.write_image(raw / "images", "1", "office_1", 11)
    content = json.loads(pose.read_text())
    raw_s3dis.write_image(raw / "images", "1", "office_1", 12).unlink()
    changes = {
        13: {"camera_location": [9, 9, 9]},
        14: {"camera_rt_matrix": [[1, 2], [3, 4]]},
        15: {"camera_rt_matrix": [[float("nan")] * 4] * 3},
        16: {"camera_k_matrix": [[0] * 3] * 3},
        17: {"camera_location": None},
    }
    for number, change in changes.items():
        raw_s3dis.write_image(raw / "images", "1", "office_1", number).write_text(json.dumps(content | change))
    depth = raw_s3dis.write_image(raw / "images", "1", "office_1", 18).parents[1] / "depth"
    next(depth.glob("*frame_18_*")).write_bytes(b"")
    assert run(raw, "--areas", "1") == 0
    assert Layout(raw / "out", "s3dis").frames("Area_1_office_1") == ["0", "1", "2", "3"]
    assert summary(raw)["left_out"] == {
        "frames: no pose file": 1,
        "frames: pose contradicts its camera_location": 1,
        "frames: pose is not a 3x4 matrix": 1,
        "frames: pose is not finite": 1,
        "frames: camera_k_matrix is no camera's": 1,
        "frames: pose file cannot be read": 1,
        "frames: depth image cannot be decoded": 1,
    }


@pytest.mark.parametrize("domain", ["depth", "pose", "semantic"])
def test_images_that_are_unpacked_later_are_noticed(raw, domain):
    (late,) = (raw / "images" / "area_1" / "data" / domain).glob("*_office_1_frame_3_*")
    content = late.read_bytes()
    late.unlink()
    layout = Layout(raw / "out", "s3dis")
    assert run(raw) == 0
    assert layout.frames("Area_1_office_1") == ["0", "2"]
    late.write_bytes(content)
    assert run(raw) == 0
    assert summary(raw)["scenes"] == {"prepared": 1, "unchanged": 1, "failed": 0}
    assert layout.frames("Area_1_office_1") == ["0", "1", "2"]


def test_points_of_another_world_are_refused(raw):
    """As Stanford3dDataset_v1.2_Aligned_Version is."""
    folder = raw / "points" / "Area_1" / "office_1" / "Annotations"
    for path in folder.iterdir():
        values = np.loadtxt(path, ndmin=2)
        values[:, :2] = [3, 4] - values[:, :2]
        np.savetxt(path, values, fmt="%.3f")
    assert run(raw) == 1
    assert "Use Stanford3dDataset_v1.2, not its Aligned_Version" in summary(raw)["failures"]["Area_1_office_1"]
    assert Layout(raw / "out", "s3dis").scenes("train") == []


def test_what_is_missing_is_named(raw, capsys):
    (raw / "images" / "assets" / "semantic_labels.json").rename(raw / "elsewhere")
    assert run(raw, "--areas", "1") == 1
    assert capsys.readouterr().err.count("assets folder of the 2D-3D-S repository") == 1
    (raw / "elsewhere").rename(raw / "images" / "semantic_labels.json")
    assert run(raw, "--areas", "2") == 1
    assert "Area_2 holds no room" in capsys.readouterr().err
    assert run(raw, "--areas", "1") == 0


def test_a_room_without_images_is_named(raw):
    raw_s3dis.write_room(raw / "points", 1, "WC_1")
    assert run(raw, "--areas", "1") == 1
    assert "no usable image of Area_1_WC_1" in summary(raw)["failures"]["Area_1_WC_1"]
