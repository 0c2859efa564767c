# SPDX-License-Identifier: Apache-2.0
"""Two small rooms, and a network that was never trained."""

import sys
from pathlib import Path

import pytest
from small_model import small_model

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_root import write_synthetic_root

from xmask3d_ros.model.checkpoint import save_model


@pytest.fixture(scope="session")
def rooms(tmp_path_factory) -> Path:
    """A data root with a training room and a held-out room of three views each."""
    return write_synthetic_root(tmp_path_factory.mktemp("oracles") / "data")


@pytest.fixture(scope="session")
def untrained(tmp_path_factory) -> Path:
    """Folder of a network with random weights."""
    folder = tmp_path_factory.mktemp("untrained") / "model"
    save_model(small_model(), folder, include_frozen=True)
    return folder
