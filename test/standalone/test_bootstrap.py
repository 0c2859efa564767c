# SPDX-License-Identifier: Apache-2.0
"""Set-up does each step once, again when its inputs change, and says what is missing."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(monkeypatch):
    """The set-up script as a module; it is no part of any package."""
    monkeypatch.syspath_prepend(str(ROOT / "standalone"))
    import bootstrap

    return bootstrap


@pytest.fixture
def environment(bootstrap, tmp_path):
    """An environment in which nothing has been done."""
    return bootstrap.Environment(tmp_path / "venv")


def test_a_step_runs_once_and_again_when_its_inputs_change(environment):
    ran = []
    for state in ("a", "a", "b", "b", "a"):
        environment.step("Some step", state, lambda log, state=state: ran.append(state))
    assert ran == ["a", "b", "a"]


def test_a_failed_step_is_not_done_and_shows_its_output(bootstrap, environment):
    def fail(log: Path) -> None:
        log.write_text("the compiler is on holiday\n")
        raise subprocess.CalledProcessError(1, ["c++"])

    with pytest.raises(bootstrap.SetupError, match="on holiday"):
        environment.step("Building", "a", fail)
    assert environment.done() == {}


def test_state_follows_names_and_contents(bootstrap, tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    (tmp_path / "msg").mkdir()
    states = [bootstrap.state_of(tmp_path / "msg")]
    (tmp_path / "msg" / "A.msg").write_text("bool x")
    states.append(bootstrap.state_of(tmp_path / "msg"))
    (tmp_path / "msg" / "A.msg").write_text("bool y")
    states.append(bootstrap.state_of(tmp_path / "msg"))
    (tmp_path / "msg" / "A.msg").rename(tmp_path / "msg" / "B.msg")
    states.append(bootstrap.state_of(tmp_path / "msg"))
    assert len(set(states)) == 4
    assert bootstrap.state_of(tmp_path / "msg") == states[-1]


def test_missing_tools_are_named_with_the_remedy(bootstrap, monkeypatch):
    bootstrap.check_machine(ros=None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(bootstrap.SetupError, match=r"cmake, c\+\+, make.*apt install build-essential cmake"):
        bootstrap.check_machine(ros=None)


def test_a_python_without_ros_wheels_is_refused_unless_ros_is_sourced(bootstrap, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    with pytest.raises(bootstrap.SetupError, match=r"3\.14.*PYTHON=python3\.12"):
        bootstrap.check_machine(ros=None)
    bootstrap.check_machine(ros="/opt/ros/lyrical")
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    with pytest.raises(bootstrap.SetupError, match=r"3\.10; 3\.11 or newer"):
        bootstrap.check_machine(ros="/opt/ros/humble")


def fake_ros(folder: Path) -> Path:
    """A folder with an importable rclpy, as sourcing a ROS 2 puts on PYTHONPATH."""
    (folder / "rclpy").mkdir(parents=True)
    (folder / "rclpy" / "__init__.py").touch()
    return folder


def test_a_sourced_ros_is_found_but_not_the_one_in_the_environment_itself(bootstrap, tmp_path, monkeypatch):
    monkeypatch.delenv("ROS_DISTRO", raising=False)
    monkeypatch.delenv("AMENT_PREFIX_PATH", raising=False)
    venv = tmp_path / "venv"
    monkeypatch.setenv("PYTHONPATH", str(fake_ros(tmp_path / "ros")))
    assert bootstrap.sourced_ros(venv) is None, "importable, but nothing is sourced"
    monkeypatch.setenv("ROS_DISTRO", "kilted")
    assert bootstrap.sourced_ros(venv) == str(tmp_path / "ros" / "rclpy")
    monkeypatch.setenv("PYTHONPATH", str(fake_ros(venv / "lib")))
    assert bootstrap.sourced_ros(venv) is None
    monkeypatch.setenv("PYTHONPATH", "")
    assert bootstrap.sourced_ros(venv) is None, "a workspace is sourced, but no ROS"


def test_an_environment_made_for_another_ros_is_refused(bootstrap, environment, tmp_path, monkeypatch):
    environment.step("Virtual environment", "with the ROS 2 of PyPI", lambda log: None)
    monkeypatch.setenv("ROS_DISTRO", "kilted")
    monkeypatch.setenv("PYTHONPATH", str(fake_ros(tmp_path / "ros")))
    with pytest.raises(bootstrap.SetupError, match=f"made with the ROS 2 of PyPI.*rm -r {environment.prefix}"):
        bootstrap.set_up(environment)


def test_on_a_ros_only_what_it_lacks_is_built(bootstrap, environment, monkeypatch):
    monkeypatch.setattr(environment, "has_module", lambda name: name == "tf2_msgs")
    assert [source.name for source in bootstrap.interfaces(environment, "/opt/ros/kilted")] == ["vision_msgs", "msg"]
    built = [source.name for source in bootstrap.interfaces(environment, None)]
    assert built == ["tf2_msgs", "vision_msgs", "msg"]


def test_cmake_files_of_wheels_are_pointed_at_this_machine(bootstrap, tmp_path):
    wheel = "/opt/python/cp312-cp312"
    exported = tmp_path / "share" / "std_msgs" / "cmake" / "exportExport.cmake"
    exported.parent.mkdir(parents=True)
    exported.write_text(
        f'INCLUDES "{wheel}/include/python3.12;{wheel}/lib/python3.12/site-packages/numpy/_core/include"\n'
    )
    (exported.parent / "other.cmake").write_text('INCLUDES "/usr/include"\n')
    headers = Path("/usr/include/python3.12"), Path("/venv/numpy/include")
    assert bootstrap.mend_cmake_exports(tmp_path, *headers) == 1
    assert exported.read_text() == 'INCLUDES "/usr/include/python3.12;/venv/numpy/include"\n'
    assert bootstrap.mend_cmake_exports(tmp_path, *headers) == 0


def test_the_environment_is_a_ros_prefix_with_this_package(bootstrap, tmp_path, monkeypatch):
    from ament_index_python import get_package_share_path

    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    bootstrap.register(tmp_path)
    bootstrap.register(tmp_path)
    share = get_package_share_path("xmask3d_ros")
    assert share == tmp_path / "share" / "xmask3d_ros"
    assert (share / "config" / "vocabularies").is_dir()
    assert (share / "package.xml").read_text() == (ROOT / "package.xml").read_text()
    programs = {point.name for point in entry_points(group="console_scripts") if point.dist.name == "xmask3d_ros"}
    assert {path.name for path in (tmp_path / "lib" / "xmask3d_ros").iterdir()} == programs
