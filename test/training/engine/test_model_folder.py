# SPDX-License-Identifier: Apache-2.0
"""What the model's folder holds after an epoch."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from safetensors import safe_open
from small_model import small_config, small_model

from xmask3d_ros.model.config import DiffusionConfig
from xmask3d_training.engine.model_folder import ModelFolder

PUBLISHED = small_config().diffusion.pretrained


def written(
    folder, callback: ModelFolder, epoch: int, pretrained: str = "", clip: str = "", trial: int | bool = False
) -> set[str] | None:
    """First names of the tensors in the folder; None where nothing was written."""
    config = small_config()
    model = small_model(
        diffusion=replace(config.diffusion, pretrained=pretrained), clip=replace(config.clip, pretrained=clip)
    )
    trainer = SimpleNamespace(current_epoch=epoch, is_global_zero=True, default_root_dir=folder, fast_dev_run=trial)
    callback.on_train_epoch_end(trainer, SimpleNamespace(network=model))
    if trial:
        callback.on_train_end(trainer, SimpleNamespace(network=model))
    path = folder / "model" / "model.safetensors"
    if not path.exists():
        return None
    with safe_open(path, framework="pt") as file:
        return {name.split(".")[0] for name in list(file.keys())}


@pytest.mark.parametrize(
    ("asked", "pretrained", "clip", "frozen"),
    [
        (None, "", "", True),
        (None, PUBLISHED, "", True),
        (None, PUBLISHED, "openai", False),
        (True, PUBLISHED, "openai", True),
        (False, "", "", False),
    ],
)
def test_frozen_parts_are_written_where_nobody_publishes_them(tmp_path, asked, pretrained, clip, frozen):
    assert DiffusionConfig().pretrained == PUBLISHED
    names = written(tmp_path, ModelFolder(include_frozen=asked), 0, pretrained, clip)
    assert {"point_branch", "mask_head", "null_embedding"} <= names
    assert ({"diffusion", "clip"} <= names) == frozen


@pytest.mark.parametrize("trial", [True, 3])
def test_a_trial_leaves_a_trained_model_alone(tmp_path, trial):
    assert written(tmp_path, ModelFolder(), 0, trial=trial) is None


def test_every_second_epoch(tmp_path):
    callback = ModelFolder(every_n_epochs=2)
    assert written(tmp_path, callback, 0) is None
    assert written(tmp_path, callback, 1) is not None
