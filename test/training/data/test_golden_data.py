# SPDX-License-Identifier: Apache-2.0
"""Samples of the reference's own loaders, reproduced exactly (j_data_loader)."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_training.data import datasets
from xmask3d_training.data.config import REFERENCE_CAPTIONER, DataConfig
from xmask3d_training.data.datasets import EvaluationViews, TrainingViews
from xmask3d_training.data.frames import FrameFiles
from xmask3d_training.data.labels import LabelMaps
from xmask3d_training.data.views import square_labels
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.poses import pose_text


@pytest.fixture(scope="module")
def recorded_root(golden_data, tmp_path_factory) -> Path:
    """The recorded scene as prepared files. Colour is stored without loss, whatever the file's name says."""
    layout = Layout(tmp_path_factory.mktemp("golden"), "scannet")
    for split in ("train", "val"):
        path = layout.points(split, "scene0000_00")
        path.parent.mkdir(parents=True)
        torch.save((golden_data["scene_coords"], golden_data["scene_colors"], golden_data["scene_labels"]), path)
    for number in (0, 1):
        contents = {
            "color/{}.jpg": golden_data["images"][number][..., ::-1],
            "depth/{}.png": golden_data["depths"][number],
            "label/{}.png": golden_data["label_images"][number],
        }
        for name, image in contents.items():
            path = layout.views("scene0000_00") / name.format(20 * number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cv2.imencode(".png", image)[1].tobytes())
        path = layout.views("scene0000_00") / "pose" / f"{20 * number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pose_text(golden_data["poses"][number]))
    path = layout.captions(REFERENCE_CAPTIONER)
    path.parent.mkdir()
    path.write_text(json.dumps({"scene0000_00": {"0": "a room", "20": "a room"}}))
    return layout.root


def transform(golden, name):
    return (golden[f"{name}_M_r"] @ golden[f"{name}_M_v"])[:3, :3]


def sorted_voxels(coordinates, features, voxel_of_point):
    order = np.lexsort(coordinates.T)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return coordinates[order], features[order], rank[voxel_of_point]


def check(view, golden, name):
    np.testing.assert_array_equal(view.seen.rows, golden[f"{name}_row"])
    np.testing.assert_array_equal(view.seen.columns, golden[f"{name}_col"])
    np.testing.assert_array_equal(view.labels, golden[f"{name}_labels"])
    np.testing.assert_array_equal(view.binary_labels, golden[f"{name}_binary"])
    np.testing.assert_array_equal(view.image[::8, ::8], golden[f"{name}_img512_s8"])
    np.testing.assert_allclose(view.image.reshape(-1, 3).mean(axis=0), golden[f"{name}_img512_mean"], rtol=1e-5)
    found = sorted_voxels(view.coordinates, np.round((view.features + 1) * 127.5), view.voxel_of_point)
    expected = (golden[f"{name}_voxel_coords"], golden[f"{name}_voxel_rgb"], golden[f"{name}_inverse"])
    for ours, theirs in zip(found, sorted_voxels(*expected), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("number", [0, 1])
def test_evaluation_frames(number, recorded_root, golden_data, monkeypatch):
    monkeypatch.setattr(datasets, "plain_transform", lambda _: transform(golden_data, f"val{number}"))
    views = EvaluationViews(DataConfig(recorded_root))
    assert len(views) == 2
    item = views[number]
    assert not item.problems
    check(item.view, golden_data, f"val{number}")
    mask = np.zeros(len(golden_data["scene_coords"]), bool)
    mask[item.view.seen.indices] = True
    np.testing.assert_array_equal(mask, golden_data[f"val{number}_mask"])
    np.testing.assert_array_equal(views.scene("scene0000_00").labels, golden_data["val_scene_label"])


@pytest.mark.parametrize("number", [0, 1])
def test_label_images_of_all_classes(number, recorded_root, golden_data):
    files = FrameFiles(Layout(recorded_root, "scannet"), "scene0000_00", str(20 * number))
    labels = square_labels(LabelMaps(benchmark("scannet_b12n7")).of_pixels(files.label_ids("label")), 512)
    np.testing.assert_array_equal(labels[::8, ::8], golden_data[f"val{number}_label2d_s8"])
    np.testing.assert_array_equal(np.unique(labels, return_counts=True), golden_data[f"val{number}_label2d_hist"])


def test_training_sample(recorded_root, golden_data, monkeypatch):
    monkeypatch.setattr(datasets, "random_transform", lambda *_: transform(golden_data, "train"))
    views = TrainingViews(DataConfig(recorded_root))
    assert len(views) == 16
    frame = str(20 * int(golden_data["train_frame"]))
    view = next(item.view for item in (views[key] for key in range(20)) if item.view.frame == frame)
    check(view, golden_data, "train")
    np.testing.assert_array_equal(view.label_image[::8, ::8], golden_data["train_label2d_s8"])
    np.testing.assert_array_equal(np.unique(view.label_image, return_counts=True), golden_data["train_label2d_hist"])
    assert view.caption == "a room"
