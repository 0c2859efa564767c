# SPDX-License-Identifier: Apache-2.0
"""What is prepared is what training reads; and a synthetic room comes out the same by way of ScanNet's raw files."""

import io
import json
import zipfile
import zlib
from functools import lru_cache

import cv2
import numpy as np
import pytest
import torch
from training.prepare import raw_s3dis, raw_scannet

from xmask3d_ros.evaluation.label_sets import SCANNET20
from xmask3d_ros.model.checkpoint import save_model
from xmask3d_training.cli import main as train
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import EvaluationViews, TrainingViews
from xmask3d_training.prepare.command import main as prepare
from xmask3d_training.prepare.inspect_command import main as inspect
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.points_file import read_points_file
from xmask3d_training.prepare.poses import read_pose
from xmask3d_training.synthetic.generate import SyntheticRoom
from xmask3d_training.synthetic.writers.prepared import scene_name, write_room

SCENE = "scene0000_00"


def write_captions(layout, captioner):
    captions = {scene: dict.fromkeys(layout.frames(scene), "a room") for scene in layout.scenes("train")}
    layout.captions(captioner).parent.mkdir(exist_ok=True)
    layout.captions(captioner).write_text(json.dumps(captions))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Both data sets prepared, captioned and found sound."""
    raw, out = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("data")
    arguments = raw_scannet.write_release(raw, {SCENE: "train", "scene0001_00": "val"}, steps=2)
    assert prepare(["scannet200", *arguments, "--out", str(out), "--every", "1", "--workers", "1"]) == 0
    raw_s3dis.write_labels(raw / "images")
    for area, half in ((1, "1"), (5, "5b")):
        raw_s3dis.write_room(raw / "points", area, "office_1")
        raw_s3dis.write_image(raw / "images", half, "office_1", 1)
    images, points = f"--images={raw / 'images'}", f"--points={raw / 'points'}"
    assert prepare(["s3dis", points, images, "--out", str(out), "--areas", "1", "5", "--workers", "1"]) == 0
    for dataset in ("scannet", "s3dis"):
        write_captions(Layout(out, dataset), "blip")
    assert inspect([str(out)]) == 0
    return out


@pytest.mark.parametrize("benchmark", ["scannet_b15n4", "scannet_b12n7", "scannet200_b170n30", "s3dis_b8n4"])
def test_the_data_module_reads_it(root, benchmark):
    config = DataConfig(root, benchmark, "blip", image_size=64, augment_training=False)
    training, evaluation = TrainingViews(config), EvaluationViews(config)
    names = training.benchmark.base_names
    for item in (training[0], evaluation[0]):
        assert item.problems == () and len(item.view.points) > 400
    view = training[0].view
    assert view.caption == "a room" and view.label_image.shape == (64, 64)
    # Points and pixels speak of the same classes, by name.
    expected = {"scannet_b15n4": {"wall", "floor", "chair"}, "scannet_b12n7": {"wall", "floor"},
                "scannet200_b170n30": {"wall", "floor", "office chair", "trash can"},
                "s3dis_b8n4": {"wall", "floor", "chair", "clutter"} & set(names)}[benchmark]  # fmt: skip
    for labels in (view.labels, view.label_image):
        found = {names[label] for label in np.unique(labels) if label < len(names)}
        assert expected & set(names) <= found | {"ceiling"}, found


def test_labels_mean_the_same_in_points_and_pixels(root):
    config = DataConfig(root, "s3dis_b8n4", "blip", image_size=64)
    view = EvaluationViews(config)[0].view
    layout = Layout(root, "s3dis")
    pixels = cv2.imread(str(layout.views("Area_5_office_1") / "label" / "0.png"), cv2.IMREAD_UNCHANGED)
    seen = pixels[view.seen.rows, view.seen.columns]
    assert (seen == view.labels)[seen < 255].mean() > 0.9


def test_a_training_step_is_taken_on_it(root, model, tmp_path):
    save_model(model, tmp_path / "start", include_frozen=True)
    values = {
        "model.network": tmp_path / "start",
        "model.benchmark": "scannet_b15n4",
        "model.losses.sampled_points": 256,
        "data.root": root,
        "data.captioner": "blip",
        "data.batch_size": 2,
        "data.workers": 0,
        "trainer.max_steps": 1,
        "trainer.limit_val_batches": 0,
        "trainer.accelerator": "cpu",
        "trainer.enable_progress_bar": "false",
        "trainer.enable_model_summary": "false",
        "trainer.default_root_dir": tmp_path / "run",
    }
    assert train(["fit", *(f"--{name}={value}" for name, value in values.items())]) == 0
    state = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=False)
    assert state["global_step"] == 1


@pytest.fixture(scope="module")
def room():
    """A furnished synthetic room of three views, its cloud scanned once."""
    room = SyntheticRoom(5, views=3)
    room.cloud = lru_cache(room.cloud)
    return room


def write_raw(room, folder):
    """The room as ScanNet would release it; its raw ids are NYU40 ids. Only every 20th frame has content."""
    folder.mkdir(parents=True)
    views = [room.view(index) for index in range(len(room.poses))]
    nyu40 = np.append(np.array(SCANNET20.raw_ids), np.zeros(256 - 20, int))
    frames, stream = [], io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for index, view in enumerate(views):
            png = cv2.imencode(".png", view.color[..., ::-1])[1].tobytes()
            frames.append(raw_scannet.sens_frame(view.pose, png, zlib.compress(view.depth.astype("<u2").tobytes(), 1)))
            frames += [raw_scannet.sens_frame(np.full((4, 4), -np.inf), b"", b"")] * 19
            ids = nyu40[view.label].astype(np.uint16)
            archive.writestr(f"label-filt/{20 * index}.png", cv2.imencode(".png", ids)[1].tobytes())
    size = (320, 240)
    header = raw_scannet.sens_header(len(frames), color_kind=1, color_size=size, depth_size=size)
    (folder / f"{SCENE}.sens").write_bytes(header + b"".join(frames))
    (folder / f"{SCENE}_2d-label-filt.zip").write_bytes(stream.getvalue())
    cloud = room.cloud()
    (folder / f"{SCENE}_vh_clean_2.ply").write_bytes(raw_scannet.ply(cloud.points, cloud.colors))
    labels = nyu40[cloud.labels]
    (folder / f"{SCENE}_vh_clean_2.labels.ply").write_bytes(raw_scannet.ply(cloud.points, cloud.colors, labels))
    rows = ["id\traw_category\tnyu40id", *(f"{number}\tnyu {number}\t{number}" for number in range(1, 41))]
    (folder.parents[1] / "scannetv2-labels.combined.tsv").write_text("\n".join(rows))


def test_a_synthetic_room_comes_out_the_same(room, tmp_path):
    write_room(room, tmp_path / "direct")
    write_raw(room, tmp_path / "raw" / "scans" / SCENE)
    (tmp_path / "train.txt").write_text(SCENE)
    arguments = ["--raw", str(tmp_path / "raw"), "--train-list", str(tmp_path / "train.txt"), "--workers", "1"]
    assert prepare(["scannet", *arguments, "--out", str(tmp_path / "prepared")]) == 0
    direct, prepared = Layout(tmp_path / "direct", "scannet"), Layout(tmp_path / "prepared", "scannet")
    name = scene_name(room.seed, room.held_out)
    ours, theirs = (read_points_file(path) for path in (prepared.points("train", SCENE), direct.points("train", name)))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert prepared.frames(SCENE) == direct.frames(name) == ["0", "20", "40"]
    clutter = 0
    for frame in direct.frames(name):
        for kind in ("color", "depth", "label"):
            a, b = (cv2.imread(str(next((folder / kind).glob(f"{frame}.*"))), cv2.IMREAD_UNCHANGED)
                    for folder in (prepared.views(SCENE), direct.views(name)))  # fmt: skip
            if kind == "label":
                # Clutter has ids of its own in the direct layout; neither is a class.
                other = ~np.isin(b, SCANNET20.raw_ids[:19])
                clutter += int(other.sum())
                a, b = np.where(other, 0, a), np.where(other, 0, b)
            np.testing.assert_array_equal(a, b)
        poses = [read_pose((folder / "pose" / f"{frame}.txt").read_bytes())
                 for folder in (prepared.views(SCENE), direct.views(name))]  # fmt: skip
        np.testing.assert_allclose(poses[0], poses[1], atol=1e-6)
    assert clutter < 0.9 * 3 * 240 * 320
    matrices = [np.loadtxt(folder / "intrinsics.txt") for folder in (prepared.views(SCENE), direct.views(name))]
    np.testing.assert_allclose(matrices[0], matrices[1], rtol=1e-6)
