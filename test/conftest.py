# SPDX-License-Identifier: Apache-2.0
"""Fixtures that many tests share."""

import os
from pathlib import Path

import pytest
from small_model import small_model

# A ROS domain of the test run's own: robots and other runs nearby are neither heard nor fed.
os.environ.setdefault("ROS_DOMAIN_ID", str(os.getpid() % 100 + 1))
os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real recordings and reference outputs, named by XMASK3D_TEST_DATA."""
    folder = os.environ.get("XMASK3D_TEST_DATA")
    if not folder:
        pytest.skip("set XMASK3D_TEST_DATA to the folder of real test data to run this test")
    return Path(folder)


@pytest.fixture(scope="session")
def model():
    """A complete small network; tests must not change it."""
    return small_model()
