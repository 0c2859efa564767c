# SPDX-License-Identifier: Apache-2.0
"""Rooms on disk read back as they were, by the readers of the package."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.interfaces import QosDurability
from scipy.spatial.transform import Rotation

from xmask3d_training.cli import main as train
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import TrainingViews
from xmask3d_training.data.frames import Captions, FrameFiles
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.points_file import read_points_file
from xmask3d_training.synthetic import SyntheticRoom
from xmask3d_training.synthetic.catalogue import NYU40_IDS, UNLABELLED
from xmask3d_training.synthetic.command import main
from xmask3d_training.synthetic.writers.bag import write_bag, write_truth
from xmask3d_training.synthetic.writers.prepared import write_captions
from xmask3d_training.towers.pairs_command import pairs_of_scene


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A training and a held-out room, written by the command line."""
    root = tmp_path_factory.mktemp("rooms")
    for extra in ([], ["--held-out"]):
        main(["rooms", "--out", str(root), "--rooms", "1", "--views", "2", "--seed", "4", "--processes", "1", *extra])
    return root


def test_a_room_written_again_keeps_nothing_of_its_former_walk(tmp_path):
    for views in (3, 2):
        main(["rooms", "--out", str(tmp_path), "--rooms", "1", "--views", str(views), "--processes", "1"])
    layout = Layout(tmp_path, "scannet")
    assert layout.frames("room00000_00") == ["0", "20"]
    assert {path.stem for path in layout.views("room00000_00").glob("*/*.*")} == {"0", "20"}


@pytest.mark.parametrize("form", [[], ["--bag"]])
def test_the_same_seeds_write_the_same_bytes_in_any_process(tmp_path, form):
    written = []
    for processes in ("1", "2"):
        root = tmp_path / processes
        main(["rooms", "--out", str(root), "--rooms", "2", "--views", "1", "--processes", processes, *form])
        written.append({path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()})
    assert len(written[0]) > 4
    assert written[0] == written[1]


def test_a_bag_that_is_there_is_not_written_over(tmp_path, capsys):
    arguments = ["synthetic", "rooms", "--out", str(tmp_path), "--rooms", "1", "--views", "1", "--processes", "1"]
    assert train([*arguments, "--bag"]) == 0
    assert train([*arguments, "--bag"]) == 2
    assert "room00000_00 is there already: remove it" in capsys.readouterr().err


def test_rooms_of_one_kind(tmp_path):
    """The pairs of such a room are made from the same room."""
    arguments = ["--rooms", "2", "--views", "1", "--seed", "4", "--processes", "1"]
    main(["rooms", "--out", str(tmp_path), "--kind", "bathroom", *arguments])
    for seed in (4, 5):
        about = json.loads((Layout(tmp_path, "scannet").views(f"room{seed:05d}_00") / "objects.json").read_text())
        assert about["kind"] == about["named_kind"] == "bathroom"
        assert pairs_of_scene(tmp_path, 0, f"room{seed:05d}_00")
    assert {SyntheticRoom(seed, views=1).room.kind for seed in (4, 5)} != {"bathroom"}


def test_prepared_layout_reads_back(written):
    layout = Layout(written, "scannet")
    assert layout.scenes("train") == ["room00004_00"] and layout.scenes("val") == ["held00004_00"]
    assert layout.frames("room00004_00") == ["0", "20"]
    room = SyntheticRoom(4, views=2)
    view, files = room.view(1), FrameFiles(layout, "room00004_00", "20")
    np.testing.assert_allclose(files.camera().matrix, room.camera.matrix, atol=1e-5)
    np.testing.assert_allclose(files.pose(), view.pose, atol=1e-8)
    np.testing.assert_array_equal(np.round(files.depth() * 1000).astype(np.uint16), view.depth)
    assert np.abs(files.color().astype(int) - view.color).mean() < 6
    ids = files.label_ids("label")
    labels = np.full(256, UNLABELLED, np.uint8)
    labels[list(NYU40_IDS)] = range(19)
    np.testing.assert_array_equal(labels[ids], view.label)
    points = read_points_file(layout.points("train", "room00004_00"))
    cloud = room.cloud()
    np.testing.assert_array_equal(points.coordinates, cloud.points)
    np.testing.assert_array_equal(points.labels, cloud.labels)
    np.testing.assert_array_equal(np.round((points.colors + 1) * 127.5), cloud.colors)
    instances = cv2.imread(str(layout.views("room00004_00") / "instance" / "20.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(instances, view.instance)
    objects = json.loads((layout.views("room00004_00") / "objects.json").read_text())["objects"]
    assert {number: entry["name"] for number, entry in objects.items()} == {
        str(placed.instance): placed.item.name for placed in room.room.placed
    }


def test_a_killed_command_leaves_few_rooms_without_captions(tmp_path, monkeypatch):
    """Captions are written now and then, not at the end alone; a room in the making is no part of the test."""
    everything = tmp_path / "caption" / "caption_view_scannet_synthetic_all.json"
    there = []

    def results(jobs, _):
        for number in range(len(jobs)):
            there.append(len(json.loads(everything.read_text())) if everything.exists() else 0)
            yield f"room{number:05d}_00", {"0": ["a room"]}

    monkeypatch.setattr("xmask3d_training.synthetic.command._results", results)
    assert main(["rooms", "--out", str(tmp_path), "--rooms", "45", "--views", "1"]) == 0
    assert all(number - 20 <= written <= number for number, written in enumerate(there)) and there[-1] == 40
    assert len(json.loads(everything.read_text())) == 45
    assert len(Captions(Layout(tmp_path, "scannet").captions("synthetic"))._captions) == 45


def test_captions_are_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_captions({"room00000_00": {"0": ["a room"]}}, tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "caption").iterdir()}

    def half(path, text, **_):
        path.write_bytes(text[: len(text) // 2].encode())
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OSError, match="no space"):
        write_captions({"room00001_00": {"0": ["a room"]}}, tmp_path)
    assert {path: path.read_bytes() for path in (tmp_path / "caption").iterdir()} == before
    assert len(before) == 2


def test_both_sides_share_one_caption_file(written):
    layout = Layout(written, "scannet")
    captions = Captions(layout.captions("synthetic"))
    room = SyntheticRoom(4, views=2)
    view = room.view(1)
    assert captions.of("room00004_00", "20") == room.captions(1, view)[0].text
    assert captions.of("held00004_00", "0")


def test_the_data_module_makes_samples_of_it(written):
    views = TrainingViews(DataConfig(written, captioner="synthetic", image_size=256), 65_000)
    view = views[0].view
    assert view is not None and view.scene == "room00004_00"
    assert 400 < len(view.points) < 65_000 and view.caption


def test_bag_reads_back(tmp_path, bedroom):
    write_bag(bedroom, tmp_path / "bag", rate=10.0)
    with AnyReader([tmp_path / "bag"]) as reader:
        connections = {connection.topic: connection for connection in reader.connections}
        counts = {topic: connection.msgcount for topic, connection in connections.items()}
        frames = {"/tf", "/camera/color/image_raw", "/camera/color/camera_info",
                  "/camera/aligned_depth_to_color/image_raw", "/camera/aligned_depth_to_color/camera_info"}  # fmt: skip
        assert counts == {"/tf_static": 1, **dict.fromkeys(frames, 6)}
        assert connections["/tf_static"].ext.offered_qos_profiles[0].durability == QosDurability.TRANSIENT_LOCAL
        messages = {}
        for connection, _, data in reader.messages():
            messages.setdefault(connection.topic, []).append(reader.deserialize(data, connection.msgtype))
    view = bedroom.view(4)
    color, depth = (messages[f"/camera/{name}/image_raw"][4] for name in ("color", "aligned_depth_to_color"))
    assert (color.encoding, depth.encoding, color.step, depth.step) == ("rgb8", "16UC1", 480, 320)
    np.testing.assert_array_equal(color.data.reshape(120, 160, 3), view.color)
    np.testing.assert_array_equal(depth.data.view("<u2").reshape(120, 160), view.depth)
    info = messages["/camera/color/camera_info"][4]
    assert info.header == color.header == depth.header
    np.testing.assert_array_equal(info.k.reshape(3, 3), bedroom.camera.matrix)
    np.testing.assert_array_equal(info.p.reshape(3, 4)[:, :3], bedroom.camera.matrix)
    moving, fixed = messages["/tf"][4].transforms[0], messages["/tf_static"][0].transforms[0]
    assert (moving.header.frame_id, moving.child_frame_id) == ("map", "camera_link")
    assert (fixed.header.frame_id, fixed.child_frame_id) == ("camera_link", color.header.frame_id)
    assert moving.header.stamp == color.header.stamp
    np.testing.assert_allclose(_matrix(moving) @ _matrix(fixed), view.pose, atol=1e-9)
    np.testing.assert_allclose(_matrix(fixed)[:3, :3] @ (0, 0, 1), (1, 0, 0), atol=1e-12)


def test_truth_file_names_its_labels(tmp_path, bedroom):
    cloud = bedroom.cloud(0.05)
    write_truth(cloud, tmp_path / "truth.npz")
    with np.load(tmp_path / "truth.npz") as truth:
        names = truth["label_names"][truth["labels"]]
        assert truth["xyz"].dtype == np.float32 and np.abs(truth["xyz"] - cloud.points).max() <= 1 / 1024 + 1e-6
        np.testing.assert_array_equal(truth["rgb"], cloud.colors)
    assert (names[cloud.labels == 3] == "bed").all() and (cloud.labels == 3).any()
    assert (names[cloud.labels == UNLABELLED] == "unlabelled").all()


def _matrix(stamped) -> np.ndarray:
    moved, turned = stamped.transform.translation, stamped.transform.rotation
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_quat([turned.x, turned.y, turned.z, turned.w]).as_matrix()
    matrix[:3, 3] = moved.x, moved.y, moved.z
    return matrix
