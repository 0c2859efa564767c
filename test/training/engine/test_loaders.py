# SPDX-License-Identifier: Apache-2.0
"""Keys of batches, wherever a run stands and however many processes there are."""

from types import SimpleNamespace

import pytest
import torch

from xmask3d_training.data.batch import Batch, Collate, NoViews
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import NO_SAMPLE, TrainingViews
from xmask3d_training.data.sampler import EpochSampler
from xmask3d_training.engine.data_module import DealtKeys, KeyBatches, XMask3DData, training_keys
from xmask3d_training.engine.errors import SettingsError


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


def trainer(rank: int, processes: int, accumulated: int) -> SimpleNamespace:
    """What of Lightning's trainer says where a run stands: here at the beginning of epoch 1."""
    progress = SimpleNamespace(batch_progress=SimpleNamespace(current=SimpleNamespace(ready=0)))
    return SimpleNamespace(
        global_rank=rank, world_size=processes, accumulate_grad_batches=accumulated, current_epoch=1,
        fit_loop=SimpleNamespace(epoch_loop=progress),
    )  # fmt: skip


@pytest.mark.parametrize(("processes", "accumulated"), [(2, 1), (1, 2), (2, 2)])
def test_an_optimisers_step_has_as_many_samples_however_it_is_dealt_out(processes, accumulated):
    step = next(iter(training_keys(trainer(0, 1, 1), 25, 4, seed=5)))
    shares = [list(training_keys(trainer(rank, processes, accumulated), 25, 4, seed=5)) for rank in range(processes)]
    assert sorted(key for share in shares for keys in share[:accumulated] for key in keys) == sorted(step)


def test_a_batch_that_cannot_be_dealt_out_is_refused():
    with pytest.raises(SettingsError, match=r"batch_size 6 .* 2 processes with 2 .* make it a multiple of 4"):
        training_keys(trainer(0, 2, 2), 25, 6, seed=5)
    with pytest.raises(SettingsError, match=r"3 samples an epoch .* batch of 4: raise data.repeats"):
        training_keys(trainer(0, 1, 1), 3, 4, seed=5)


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
