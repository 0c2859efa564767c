# SPDX-License-Identifier: Apache-2.0
"""Fixtures that many tests share."""

import os
from pathlib import Path

import pytest
from small_model import small_model

# A ROS domain of the test process's own: robots and other runs nearby are neither heard nor fed.
if "PYTEST_XDIST_WORKER" in os.environ or "ROS_DOMAIN_ID" not in os.environ:
    os.environ["ROS_DOMAIN_ID"] = str(os.getpid() % 100 + 1)
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


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes, a module's tests stay together, and so do those that share the full-size network.

    That network takes about a minute and 7 GiB to make: two processes must not both do so.
    """
    for item in items:
        shared = "official_run" in getattr(item, "fixturenames", ())
        group = "full-size network" if shared else item.nodeid.split("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
