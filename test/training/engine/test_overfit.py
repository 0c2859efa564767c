# SPDX-License-Identifier: Apache-2.0
"""The loop learns: four views by heart, by each of the network's outputs."""

import lightning
import pytest
import torch
from small_model import small_model

from xmask3d_ros.model.checkpoint import save_model
from xmask3d_training.data.batch import Collate
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import TrainingViews
from xmask3d_training.engine.config import CacheConfig, OptimiserConfig
from xmask3d_training.engine.data_module import XMask3DData
from xmask3d_training.engine.module import XMask3DModule
from xmask3d_training.losses.config import LossConfig
from xmask3d_training.protocol.branches import BRANCHES

STEPS = 110


@pytest.fixture(scope="module")
def overfitted(tmp_path_factory):
    """Share of base-class points with the right label, by output, after training on four views of a scene."""
    from room_fixture import write_root

    folder = tmp_path_factory.mktemp("overfit")
    root = write_root(folder / "data", train=1, frames=4, step=0.07)
    save_model(small_model(), folder / "start", include_frozen=True)
    module = XMask3DModule(
        network=str(folder / "start"),
        losses=LossConfig(sampled_points=256, mask_3d=0.0),
        optimiser=OptimiserConfig(learning_rate=4e-3, learning_rate_3d=6e-3),
        cache=CacheConfig(folder / "cache", latent="taps"),
    )
    data = XMask3DData(
        root, batch_size=4, repeats=4 * STEPS, workers=0, augment_training=False, random_offset=0
    )  # fmt: skip
    trainer = lightning.Trainer(
        max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, limit_val_batches=0, use_distributed_sampler=False,
    )  # fmt: skip
    trainer.fit(module, data)
    assert trainer.global_step == STEPS

    network = module.network.config
    views = TrainingViews(
        DataConfig(root, voxel_size=network.voxel_size, image_size=network.diffusion.image_size, repeats=40,
                   augment_training=False)
    )  # fmt: skip
    items = {item.view.frame: item for item in map(views.__getitem__, range(40))}
    assert len(items) == 4
    batch = Collate()(list(items.values()))
    module.eval()
    module.start_scoring()
    with torch.no_grad():
        found = module.label_views(batch)
    truth = torch.tensor([*module.benchmark.base, -1])[batch.labels]
    return {
        branch: (torch.cat([labels[branch] for labels in found]) == truth)[truth >= 0].double().mean().item()
        for branch in BRANCHES
    }


@pytest.mark.parametrize("branch", BRANCHES)
def test_four_views_are_learned_by_heart(overfitted, branch):
    assert overfitted[branch] > 0.95, overfitted
