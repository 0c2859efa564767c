# SPDX-License-Identifier: Apache-2.0
"""Keys of batches, wherever a run stands and however many processes there are."""

import pytest
import torch

from xmask3d_training.data.batch import Batch, Collate, NoViews
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import NO_SAMPLE, TrainingViews
from xmask3d_training.data.sampler import EpochSampler
from xmask3d_training.engine.data_module import DealtKeys, KeyBatches, XMask3DData


def test_batches_go_on_in_the_middle_of_an_epoch():
    place = [(3, 0)]
    batches = KeyBatches(EpochSampler(23, seed=1), 4, 1, lambda: place[0])
    everything = list(batches)
    assert len(everything) == len(batches) == 5 and all(len(keys) == 4 for keys in everything)
    place[0] = (3, 2)
    assert list(batches) == everything[2:] and len(batches) == 5, "the length is that of the epoch"
    place[0] = (4, 0)
    assert {key // 23 for keys in batches for key in keys} == {4}


def test_only_whole_accumulated_steps_are_taken():
    batches = KeyBatches(EpochSampler(23, seed=1), 2, 4, lambda: (0, 0))
    assert len(batches) == len(list(batches)) == 8


def test_processes_see_what_one_would_see():
    alone = list(KeyBatches(EpochSampler(24, 5), 6, 1, lambda: (1, 0)))
    shares = [list(KeyBatches(EpochSampler(24, 5, rank, 3), 2, 1, lambda: (1, 0))) for rank in range(3)]
    for step, keys in enumerate(alone):
        assert sorted(keys) == sorted(key for share in shares for key in share[step])


@pytest.mark.parametrize(("length", "processes"), [(7, 3), (1, 2), (4, 2)])
def test_validation_leaves_nothing_out_and_counts_nothing_twice(length, processes):
    shares = [list(DealtKeys(length, rank, processes, lambda: 2)) for rank in range(processes)]
    assert len({len(share) for share in shares}) == 1 and shares[0], "each takes part in each step"
    dealt = [key for share in shares for key in share if key != NO_SAMPLE]
    assert sorted(dealt) == list(range(2 * length, 3 * length))


def test_batches_are_moved_as_they_are_and_to_a_gpu_without_waiting(room_root, monkeypatch):
    data, device = XMask3DData(room_root), torch.device("cpu")
    batch = Collate()([TrainingViews(DataConfig(room_root))[0]])
    moved = data.transfer_batch_to_device(batch, device, 0)
    assert type(moved) is Batch and vars(moved).keys() == vars(batch).keys()
    for name, value in vars(batch).items():
        found = getattr(moved, name)
        assert torch.equal(found, value) if isinstance(value, torch.Tensor) else found == value, name
    nothing = NoViews(())
    assert data.transfer_batch_to_device(nothing, device, 0) is nothing
    monkeypatch.setattr(Batch, "to", lambda _, device, non_blocking=False: (device.type, non_blocking))
    assert data.transfer_batch_to_device(batch, device, 0) == ("cpu", False)
    assert data.transfer_batch_to_device(batch, torch.device("cuda"), 0) == ("cuda", True)
