# SPDX-License-Identifier: Apache-2.0
"""The launch files and what they point at. Where launch is installed, they are loaded too."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "launch").glob("*.launch.py"))


def strings(path: Path) -> set[str]:
    """All text constants of a file."""
    tree = ast.parse(path.read_text(), feature_version=(3, 10))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_both_are_there():
    assert [path.name for path in FILES] == ["replay.launch.py", "segment.launch.py"]


def test_the_files_they_name_are_installed():
    named = set().union(*map(strings, FILES))
    for name in ("segment.yaml", "fastdds_shm.xml", "replay_qos.yaml", "rviz/segment.rviz", "segment.launch.py"):
        folder = "launch" if name.endswith(".py") else "config"
        assert Path(name).name in named and (ROOT / folder / name).is_file()


def test_topics_and_parameters_are_the_nodes():
    pytest.importorskip("rclpy", reason="needs ROS 2")
    from xmask3d_ros.nodes import interfaces
    from xmask3d_ros.nodes.parameters import BY_NAME

    text = strings(ROOT / "launch" / "segment.launch.py")
    for endpoint in (*interfaces.INPUTS[:-1], *interfaces.SERVICES):
        assert endpoint.name.removeprefix("~/") in text
    assert {"model", "device", "vocabulary", "fixed_frame", "compressed_color", "compressed_depth"} <= set(BY_NAME)


def test_a_process_is_started_by_the_first_activation_alone():
    """Launch cannot execute one action twice; the node may well be activated again."""
    calls = [node for node in ast.walk(ast.parse(FILES[0].read_text())) if isinstance(node, ast.Call)]
    handlers = [call for call in calls if ast.unparse(call.func) == "OnStateTransition"]
    assert handlers and all("ExecuteProcess" in ast.unparse(handler) for handler in handlers)
    for handler in handlers:
        assert {word.arg: ast.unparse(word.value) for word in handler.keywords}.get("handle_once") == "True"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_description_comes_of_them(path):
    pytest.importorskip("launch_ros", reason="needs launch_ros, which PyPI does not have")
    spec = importlib.util.spec_from_file_location(path.name.replace(".", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    description = module.generate_launch_description()
    assert all(argument.description for argument in description.get_launch_arguments())


def test_the_configuration_files_are_well_formed():
    assert (
        yaml.safe_load((ROOT / "config" / "replay_qos.yaml").read_text())["/tf_static"]["durability"]
        == "transient_local"
    )
    layout = yaml.safe_load((ROOT / "config" / "rviz" / "segment.rviz").read_text())["Visualization Manager"]
    topics = [display["Topic"]["Value"] for display in layout["Displays"] if "Topic" in display]
    assert topics == ["/xmask3d/labelled_points"] * 2
    profile = ElementTree.parse(ROOT / "config" / "fastdds_shm.xml").getroot()
    sizes = [int(element.text) for element in profile.iter() if element.tag.endswith("segment_size")]
    assert sizes == [64 << 20]
