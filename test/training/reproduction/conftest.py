# SPDX-License-Identifier: Apache-2.0
"""Scenes of coloured blocks, frozen networks of a few channels, and the settings that make a run take seconds."""

import sys
from pathlib import Path

import pytest
from small_model import small_model

from xmask3d_ros.model.checkpoint import save_model

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


@pytest.fixture(scope="session")
def blocks(tmp_path_factory) -> Path:
    """Two training scenes and a validation scene of two views each."""
    from room_fixture import write_root

    return write_root(tmp_path_factory.mktemp("blocks") / "data", frames=2, step=0.07)


@pytest.fixture(scope="session")
def frozen(tmp_path_factory) -> Path:
    """Folder of the small model: sizes and frozen parts to train from."""
    folder = tmp_path_factory.mktemp("frozen") / "model"
    save_model(small_model(), folder, include_frozen=True)
    return folder
