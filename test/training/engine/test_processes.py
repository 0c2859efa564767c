# SPDX-License-Identifier: Apache-2.0
"""Two processes with two views each learn what one with four learns, through the whole network."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import torch
import torch.distributed as distributed

from xmask3d_training.data.batch import Collate
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import TrainingViews
from xmask3d_training.engine.module import XMask3DModule
from xmask3d_training.losses.config import LossConfig


def fixed_rand(*size, device=None):
    """The same points for every mask, so that sampling does not depend on the batch."""
    generator = torch.Generator().manual_seed(size[1])
    return torch.empty(1, *size[1:]).uniform_(generator=generator).expand(size)


def gradients(start: Path, root: Path, indices: list[int]) -> dict[str, torch.Tensor]:
    """Gradient of every trained parameter for a batch of these samples, in double precision."""
    module = XMask3DModule(network=str(start), losses=LossConfig(sampled_points=128, mask_3d_start=0)).double()
    module.eval()  # batch norm by its running statistics: synchronised ones need a GPU
    module.on_fit_start()
    config = module.network.config
    views = TrainingViews(DataConfig(root, voxel_size=config.voxel_size, image_size=config.diffusion.image_size))
    batch = Collate()([views[index] for index in indices])
    terms = module.terms(dataclasses.replace(batch, features=batch.features.double()))
    assert "loss_3d_contra" in terms
    sum(terms.values()).backward()
    return {name: value.grad for name, value in module.network.named_parameters() if value.grad is not None}


def process(rank: int, store: str, start: str, root: str) -> None:
    """One of two processes: the first one saves the gradient averaged over both."""
    torch.set_num_threads(1)
    torch.rand = fixed_rand
    distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=2)
    found = gradients(Path(start), Path(root), [rank, rank + 2])
    for value in found.values():
        distributed.all_reduce(value)
    if rank == 0:
        torch.save({name: value / 2 for name, value in found.items()}, f"{store}.pt")
    distributed.destroy_process_group()


def test_two_processes_equal_one(tmp_path, monkeypatch, start, room_root):
    path = os.pathsep.join(entry for entry in sys.path if entry)
    store = tmp_path / "store"
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, str(rank), str(store), str(start), str(room_root)],
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        )
        for rank in (0, 1)
    ]
    monkeypatch.setattr(torch, "rand", fixed_rand)
    expected = gradients(start, room_root, [0, 1, 2, 3])
    assert [worker.wait(timeout=200) for worker in workers] == [0, 0]
    found = torch.load(f"{store}.pt")
    assert found.keys() == expected.keys() and len(found) > 150
    assert not [name for name in found if name.startswith(("diffusion.", "clip."))]
    largest = max(value.abs().max() for value in expected.values())
    assert largest > 0.1
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-6, atol=1e-9, msg=lambda text, name=name: name + text)


if __name__ == "__main__":
    process(int(sys.argv[1]), *sys.argv[2:])
