# SPDX-License-Identifier: Apache-2.0
"""Recorded inputs and outputs of the reference, where they are at hand."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


def _golden() -> Path:
    root = os.environ.get("XMASK3D_TEST_DATA")
    if not root:
        pytest.skip("XMASK3D_TEST_DATA is not set: the reference's recorded values are not at hand")
    return Path(root) / "golden"


@pytest.fixture(scope="module")
def golden_losses() -> dict[str, np.ndarray]:
    """i_losses.npz."""
    with np.load(_golden() / "i_losses.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def golden_weights() -> ModuleType:
    """weights.py: reproducible pseudo-random tensors."""
    spec = importlib.util.spec_from_file_location("golden_weights", _golden() / "weights.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
