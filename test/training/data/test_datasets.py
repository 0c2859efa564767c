# SPDX-License-Identifier: Apache-2.0
"""Draws, rules and determinism of the three datasets."""

import dataclasses
import os
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
import torch

from xmask3d_ros.geometry.augmentation import plain_transform, random_transform
from xmask3d_training.data.batch import Collate
from xmask3d_training.data.config import DataConfig, ViewLimits, evaluation_limits, training_limits
from xmask3d_training.data.datasets import EvaluationViews, TrainingViews, ValidationViews
from xmask3d_training.data.sampler import EpochSampler
from xmask3d_training.data.views import Unsuitable, Visibility, check_limits
from xmask3d_training.engine.loader_workers import worker_settings


def same(first, second):
    for field in dataclasses.fields(first):
        one, two = getattr(first, field.name), getattr(second, field.name)
        if field.name == "seen":
            same(one, two)
        elif isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, two, err_msg=field.name)
        else:
            assert one == two, field.name


def test_a_training_sample(root):
    views = TrainingViews(DataConfig(root))
    assert len(views) == 3 * 16
    view = views[1].view
    assert view.scene == "scene0001_00" and view.caption == f"a wall of scene0001_00 in frame {view.frame}"
    points, voxels = len(view.points), len(view.coordinates)
    assert 401 <= points < 65_000 and 0 < voxels <= points
    assert view.coordinates.min(axis=0).tolist() == [0, 0, 0]
    assert view.voxel_of_point.max() == voxels - 1 and set(view.voxel_of_point) == set(range(voxels))
    assert view.image.shape == (512, 512, 3) and view.label_image.shape == (512, 512)
    assert view.seen.rows.min() >= 10 and view.seen.rows.max() < 230 and view.seen.columns.max() < 310
    # The stripes of points and of pixels are the same: labels agree where both are annotated.
    scene = views.scene(view.scene)
    pixel = view.label_image[view.seen.rows * 512 // 240, view.seen.columns * 512 // 320]
    annotated = scene.labels[view.seen.indices] < 20
    assert (pixel == view.labels)[annotated].mean() > 0.9
    assert set(view.labels) <= set(range(13)) and {0, 1} <= set(view.binary_labels)


def test_a_sample_is_a_function_of_seed_epoch_and_index(root):
    config = DataConfig(root)
    views, again = TrainingViews(config), TrainingViews(config)
    for key in (5, len(views) + 5):
        same(views[key].view, again[key].view)
    draws = {views[epoch * len(views) + 5].view.frame for epoch in range(12)}
    assert len(draws) > 1, "another epoch draws another frame"
    other = TrainingViews(dataclasses.replace(config, seed=1))
    assert not np.array_equal(views[5].view.coordinates, other[5].view.coordinates)


def test_workers_make_the_same_samples(root):
    views = TrainingViews(DataConfig(root))
    sampler = EpochSampler(len(views), seed=0)
    sampler.set_epoch(3)
    keys = list(sampler)[:6]
    loader = torch.utils.data.DataLoader(
        views, batch_size=3, sampler=keys, collate_fn=Collate(0, 100), **worker_settings(1)
    )
    batches = list(loader)
    parents = {int(Path(f"/proc/{worker.pid}/stat").read_text().split()[3]) for worker in active_children()}
    assert parents and os.getpid() not in parents, "workers are not forked from a process that has threads"
    assert [key for batch in batches for key in batch.keys] == keys
    alone = Collate(0, 100)([views[key] for key in keys[:3]])
    torch.testing.assert_close(batches[0].coordinates, alone.coordinates)
    torch.testing.assert_close(batches[0].images, alone.images)


def test_frames_are_drawn_evenly(root):
    views = TrainingViews(dataclasses.replace(DataConfig(root), repeats=100, image_size=16))
    frames = [views[index].view.frame for index in range(0, 240, 3)]
    counts = [frames.count(frame) for frame in ("0", "20", "40", "100")]
    assert sum(counts) == 80 and min(counts) > 8, counts


def test_the_validation_frame_moves_with_the_epoch(root):
    views = ValidationViews(DataConfig(root))
    assert len(views) == 2
    frames = [views[epoch * 2].view.frame for epoch in range(6)]
    assert frames == ["0", "20", "40", "100", "0", "20"], "by number, not by name"
    view = views[1].view
    assert view.label_image is None and view.caption == "" and view.labels.max() == 20


def test_the_validation_frame_goes_on_by_two(root):
    for frame in ("0", "40"):
        (root / "scannet_2d" / "scene0003_00" / "pose" / f"{frame}.txt").unlink()
    views = ValidationViews(DataConfig(root))
    item = views[0]
    assert item.view is None and [problem.frame for problem in item.problems] == ["0", "40", "0", "40"]
    assert views[2].view.frame == "20"


def test_evaluation_sees_every_frame_and_does_not_augment(root):
    config = DataConfig(root)
    views = EvaluationViews(config)
    assert views.frames[:5] == [("scene0003_00", frame) for frame in ("0", "20", "40", "100")] + [("scene0004_00", "0")]
    view = views[4].view
    same(view, EvaluationViews(dataclasses.replace(config, seed=9))[4].view)
    cells = np.floor(view.points.astype(np.float64) * (1 / 0.02))
    np.testing.assert_array_equal(view.coordinates[view.voxel_of_point], cells - cells.min(axis=0))
    reference = EvaluationViews(dataclasses.replace(config, augment_evaluation=True))
    assert not np.array_equal(reference[4].view.coordinates, view.coordinates)


def test_scannet200_and_base_points_only(root):
    views = TrainingViews(DataConfig(root, benchmark="scannet200_b150n50", image_size=64))
    view = views[0].view
    assert view.labels.max() == 150 and view.label_image.max() <= 150
    assert len(set(view.labels)) > 5, "raw ids become labels"
    assert TrainingViews(DataConfig(root, usable_points="base"))[0].view is not None


def test_limits_are_the_references():
    """More than 400, fewer than 65,000, more than 10 in training; below 400, below 10, above the most: skipped."""
    assert training_limits() == ViewLimits(401, 64_999, 11)
    assert evaluation_limits(65_000) == ViewLimits(400, 65_000, 10)


@pytest.mark.parametrize(
    ("visible", "usable", "reason"),
    [(401, 11, None), (400, 400, "too few visible"), (64_999, 11, None), (65_000, 65_000, "too many"),
     (5000, 10, "too few labelled")],
)  # fmt: skip
def test_training_limits(visible, usable, reason):
    class Maps:
        @staticmethod
        def usable(labels, which):
            assert which == "base" and len(labels) == visible
            return usable

    seen = Visibility(np.arange(visible), np.zeros(0), np.zeros(0), (240, 320))
    if reason is None:
        check_limits(seen, np.zeros(70_000), Maps, training_limits(), "base")
    else:
        with pytest.raises(Unsuitable, match=reason):
            check_limits(seen, np.zeros(70_000), Maps, training_limits(), "base")


def test_augmentation_is_a_scaled_rotation_about_z_mostly():
    generator = np.random.default_rng(0)
    matrices = np.stack([random_transform(0.02, generator) for _ in range(400)])
    scale = np.cbrt(np.linalg.det(matrices))
    assert scale.min() > 45 and scale.max() < 55 and scale.std() > 2
    rotations = matrices / scale[:, None, None]
    np.testing.assert_allclose(
        rotations @ rotations.transpose(0, 2, 1), np.broadcast_to(np.eye(3), (400, 3, 3)), atol=1e-12
    )
    tilt = np.arccos(rotations[:, 2, 2])
    assert 0.05 < tilt.max() <= 2 * np.pi / 64 + 1e-9
    angle = np.arctan2(rotations[:, 1, 0], rotations[:, 0, 0])
    assert angle.min() < -3 and angle.max() > 3
    np.testing.assert_allclose(plain_transform(0.02), 50 * np.eye(3))
