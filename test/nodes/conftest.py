# SPDX-License-Identifier: Apache-2.0
"""The node under test over DDS; skipped where there is no ROS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def model_folder(model, tmp_path_factory) -> Path:
    """The small network as a folder."""
    from xmask3d_ros.model.checkpoint import save_model

    folder = tmp_path_factory.mktemp("model")
    save_model(model, folder, include_frozen=True)
    return folder


@pytest.fixture(scope="session")
def ros():
    """ROS, in a domain that no other worker of the test run uses."""
    rclpy = pytest.importorskip("rclpy", reason="needs ROS 2")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["ROS_DOMAIN_ID"] = str((int(os.environ["ROS_DOMAIN_ID"]) + 7 * worker) % 100 + 1)
    rclpy.init()
    yield rclpy
    rclpy.shutdown()


@pytest.fixture(scope="module")
def shared_rig(ros, model_folder):
    """Node, camera and viewer for the tests of one file."""
    from live_rig import Rig

    with Rig(model_folder, tf_timeout=0.5) as rig:
        yield rig.activate()


@pytest.fixture
def rig(shared_rig):
    """The same, as if it had just been started: an empty map, no counts, a time of its own."""
    shared_rig.begin()
    return shared_rig


@pytest.fixture
def alone(ros, model_folder):
    """Makes a rig of other parameters, in a namespace of its own; not yet configured."""
    from contextlib import ExitStack

    from live_rig import Rig

    with ExitStack() as stack:
        yield lambda **parameters: stack.enter_context(Rig(model_folder, "alone", **parameters))
