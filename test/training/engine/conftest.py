# SPDX-License-Identifier: Apache-2.0
"""A data set and an untrained model small enough to train in a test."""

import sys
from pathlib import Path

import pytest
from small_model import small_model

from xmask3d_ros.model.checkpoint import save_model

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


@pytest.fixture(scope="session")
def room_root(tmp_path_factory) -> Path:
    """Two training scenes and a validation scene of three views each."""
    from room_fixture import write_root

    return write_root(tmp_path_factory.mktemp("rooms"))


@pytest.fixture(scope="session")
def start(tmp_path_factory) -> Path:
    """Folder of the small model: sizes and frozen parts to train from."""
    folder = tmp_path_factory.mktemp("start") / "model"
    save_model(small_model(), folder, include_frozen=True)
    return folder


@pytest.fixture(scope="session")
def settings(room_root, start):
    """Command-line settings of a run of two epochs with four steps each, in a folder of its own."""

    def of(run: Path, **changes: object) -> list[str]:
        values = {
            "model.network": start,
            "model.losses.sampled_points": 256,
            "model.losses.mask_3d_start": 1,
            "data.root": room_root,
            "data.batch_size": 2,
            "data.repeats": 4,
            "data.workers": 0,
            "trainer.max_epochs": 2,
            "trainer.accelerator": "cpu",
            "trainer.num_sanity_val_steps": 0,
            "trainer.log_every_n_steps": 1,
            "trainer.enable_progress_bar": "false",
            "trainer.enable_model_summary": "false",
            "trainer.default_root_dir": run,
            "model_folder.include_frozen": "true",
            **{name.replace("__", "."): value for name, value in changes.items()},
        }
        return [f"--{name}={value}" for name, value in values.items()]

    return of
