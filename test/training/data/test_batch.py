# SPDX-License-Identifier: Apache-2.0
"""Batches and the order of samples."""

import numpy as np
import pytest
import torch

from xmask3d_training.data.batch import Collate, NoViews
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import EvaluationViews, Item, TrainingViews
from xmask3d_training.data.problems import Problem
from xmask3d_training.data.sampler import EpochSampler


def test_views_follow_each_other(root):
    views = TrainingViews(DataConfig(root, image_size=64))
    problem = Problem("scene", "frame", "reason")
    items = [views[0], Item(None, (problem,)), views[7]]
    batch = Collate()(items)
    made = [items[0].view, items[2].view]
    assert len(batch) == 2 and batch.problems == (problem,) and batch.grid_size == (240, 320)
    assert batch.images.shape == (2, 3, 64, 64) and batch.images.dtype == torch.uint8
    assert batch.label_images.shape == (2, 64, 64)
    for number, view in enumerate(made):
        mine = batch.view_of_point == number
        voxel = batch.voxel_of_point[mine]
        expected = view.coordinates[view.voxel_of_point]
        np.testing.assert_array_equal(batch.coordinates[voxel][:, 1:], expected)
        assert set(batch.coordinates[voxel][:, 0].tolist()) == {number}
        np.testing.assert_array_equal(batch.features[voxel], view.features[view.voxel_of_point])
        for name, array in (("rows", view.seen.rows), ("labels", view.labels), ("point_of_scene", view.seen.indices)):
            np.testing.assert_array_equal(getattr(batch, name)[mine], array)
        np.testing.assert_array_equal(batch.images[number].permute(1, 2, 0), view.image)
    assert batch.captions == [view.caption for view in made]


def test_one_offset_for_the_whole_batch(root):
    views = TrainingViews(DataConfig(root, image_size=64))
    items = [views[0], views[1]]
    plain, moved, again = Collate()(items), Collate(1, 100)(items), Collate(1, 100)(items)
    shift = (moved.coordinates - plain.coordinates).unique(dim=0)
    assert shift.shape == (1, 4) and shift[0, 0] == 0 and shift.min() >= 0 and shift.max() < 100 and shift.sum() > 0
    assert torch.equal(moved.coordinates, again.coordinates)
    assert not torch.equal(moved.coordinates, Collate(2, 100)(items).coordinates)


def test_evaluation_batches_and_empty_ones(root):
    batch = Collate()([EvaluationViews(DataConfig(root, image_size=64))[0]])
    assert batch.label_images is None and batch.captions == [""]
    assert torch.equal(batch.to("cpu").rows, batch.rows)
    problem = Problem("scene", "", "reason")
    nothing = Collate()([Item(None, (problem,)), Item(None)])
    assert isinstance(nothing, NoViews) and len(nothing) == 0 and nothing.problems == (problem,)


def test_every_sample_once_an_epoch_and_another_order_each():
    sampler = EpochSampler(10, seed=0)
    first = list(sampler)
    assert sorted(first) == list(range(10)) == sorted(set(first)) and first != sorted(first)
    sampler.set_epoch(1)
    second = list(sampler)
    assert sorted(second) == list(range(10, 20)) and [key - 10 for key in second] != first
    assert second == list(sampler), "asking again changes nothing"


@pytest.mark.parametrize("processes", [2, 3])
def test_processes_share_what_one_would_see(processes):
    alone = list(EpochSampler(11, seed=3))
    shares = [list(EpochSampler(11, 3, rank, processes)) for rank in range(processes)]
    together = [key for step in zip(*shares, strict=True) for key in step]
    assert together == alone[: len(together)] and len(together) == 11 - 11 % processes


def test_resuming_in_the_middle_goes_on_where_it_was():
    sampler = EpochSampler(10, seed=0, rank=1, processes=2)
    sampler.set_epoch(2)
    everything = list(sampler)
    resumed = EpochSampler(10, seed=0, rank=1, processes=2)
    resumed.set_epoch(2, done=3)
    assert list(resumed) == everything[3:] and len(resumed) == 2
