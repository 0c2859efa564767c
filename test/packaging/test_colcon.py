# SPDX-License-Identifier: Apache-2.0
"""colcon finds and builds both packages, in the repository's root and in a workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IN_A_WORKSPACE = "--base-paths src 'src/*/msg'"
"""The arguments that the README gives for a workspace with this repository under src/."""

pytestmark = [
    pytest.mark.ros,
    pytest.mark.skipif(
        not shutil.which("colcon", path=f"{sys.prefix}/bin:{os.environ['PATH']}"), reason="needs colcon"
    ),
]


def shell(command: str, folder: Path) -> str:
    """What a shell prints in which the ROS that runs the tests is sourced."""
    prefix = os.environ.get("AMENT_PREFIX_PATH") or sys.prefix
    environment = os.environ | {
        "AMENT_PREFIX_PATH": prefix,
        "CMAKE_PREFIX_PATH": prefix,
        "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
    }
    run = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A colcon workspace with this repository in it."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "xmask3d_ros").symlink_to(ROOT)
    return tmp_path


def test_the_root_is_a_workspace_by_itself():
    """Not what lies in standalone/: a ROS distribution has its own."""
    listed = shell("colcon --log-base /dev/null list --names-only --topological-order", ROOT).split()
    assert listed == ["xmask3d_msgs", "xmask3d_ros"]


def test_builds_in_a_workspace(workspace):
    listed = shell(f"colcon --log-base /dev/null list --names-only {IN_A_WORKSPACE}", workspace).split()
    assert sorted(listed) == ["xmask3d_msgs", "xmask3d_ros"]
    shell(f"colcon build {IN_A_WORKSPACE}", workspace)

    installed = workspace / "install" / "xmask3d_ros"
    share = installed / "share" / "xmask3d_ros"
    assert (share / "package.xml").read_text() == (ROOT / "package.xml").read_text()
    assert (installed / "share" / "ament_index" / "resource_index" / "packages" / "xmask3d_ros").exists()
    for folder in ("config", "launch", "sample"):
        expected = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert {path.relative_to(share) for path in (share / folder).rglob("*") if path.is_file()} == expected
    for program in ("xmask3d", "segment"):
        first_line = (installed / "lib" / "xmask3d_ros" / program).read_text().splitlines()[0]
        assert first_line == "#!/usr/bin/env python3", "it has to run in the activated virtual environment"

    code = "import xmask3d_ros, xmask3d_msgs.srv as srv; print(xmask3d_ros, srv, srv.SetVocabulary.Request())"
    found = shell(f'. install/local_setup.bash && python3 -c "{code}"', workspace)
    assert found.count(str(workspace / "install")) == 2 and "classes=[], synonyms=[]" in found
