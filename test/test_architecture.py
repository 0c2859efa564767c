# SPDX-License-Identifier: Apache-2.0
"""Imports run downwards, and only nodes/ knows ROS: read off every source file, whether or not a line ever runs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "xmask3d_ros"
FLOORS: tuple[tuple[str, ...], ...] = (
    ("geometry", "ply", "sparse", "timing", "versions"),
    ("images", "mapping", "vocabulary"),
    ("cloud",),
    ("files",),
    ("model", "picture"),
    ("pipeline",),
    ("evaluation",),
    ("nodes",),
    ("commands",),
    ("cli",),
)
"""Parts of the package from the ground up. A part may import those of the floors below, and itself."""
FLOOR_OF = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}
ROS_MODULES = """
action_msgs ament_index_python builtin_interfaces composition_interfaces cv_bridge diagnostic_msgs
diagnostic_updater geometry_msgs image_geometry launch launch_ros lifecycle_msgs message_filters nav_msgs
rcl_interfaces rclpy ros2cli rosbag2_py rosgraph_msgs rosidl_runtime_py rpyutils sensor_msgs sensor_msgs_py
std_msgs std_srvs tf2_geometry_msgs tf2_msgs tf2_py tf2_ros tf2_sensor_msgs tf_transformations
unique_identifier_msgs vision_msgs visualization_msgs xmask3d_msgs
"""
ROS = frozenset(ROS_MODULES.split())
KNOWS_ROS = ("xmask3d_ros/nodes", "launch", "standalone", "test")
"""Folders whose files may import ROS."""


def sources(*folders: str) -> list[Path]:
    """Python files of the repository under the folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path, text: str | None = None) -> Iterator[str]:
    """Dotted names that a file imports, anywhere in it, relative ones made absolute."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text() if text is None else text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*start, *filter(None, [node.module])])
            # `from xmask3d_ros import geometry` imports a part, `from xmask3d_ros import __version__` none.
            yield from (f"{base}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str | None:
    """The part of the package that a dotted name lies in; None outside, and for names in the package's __init__."""
    names = module.split(".")
    if names[0] != "xmask3d_ros" or len(names) < 2:
        return None
    inside = PACKAGE / names[1]
    return names[1] if inside.is_dir() or inside.with_suffix(".py").exists() else None


def upward_imports(path: Path, text: str | None = None) -> list[str]:
    """What a file of the package imports from its own floor's other parts, or from above."""
    own = part_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    parts = {part_of(module) for module in imports(path, text)} - {None, own}
    return sorted(part for part in parts if part and own and FLOOR_OF[part] >= FLOOR_OF[own])


def test_every_part_has_its_floor():
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert parts - {"__init__"} <= set(FLOOR_OF), "give the new part a floor in FLOORS"


def test_imports_run_downwards():
    upward = {str(path.relative_to(ROOT)): found for path in sources("xmask3d_ros") if (found := upward_imports(path))}
    assert not upward


@pytest.mark.parametrize(
    ("where", "line", "found"),
    [
        ("geometry/new.py", "from xmask3d_ros.model.config import ModelConfig", ["model"]),
        ("geometry/new.py", "from ..pipeline import Segmenter", ["pipeline"]),
        ("mapping/new.py", "def f():\n    import xmask3d_ros.vocabulary", ["vocabulary"]),
        ("vocabulary.py", "from xmask3d_ros import cli", ["cli"]),
        ("model/new.py", "from . import config\nfrom xmask3d_ros import __version__, sparse", []),
    ],
)
def test_upward_imports_are_seen(where, line, found):
    assert upward_imports(PACKAGE / where, line) == found


def test_only_the_nodes_know_ros():
    strangers = {}
    for path in sources("xmask3d_ros", "training", "benchmarks", "sample", "config"):
        ros = {module.partition(".")[0] for module in imports(path)} & ROS
        if ros and not str(path.relative_to(ROOT)).startswith(KNOWS_ROS):
            strangers[str(path.relative_to(ROOT))] = sorted(ros)
    assert not strangers


def test_only_the_command_line_knows_training():
    knowing = {
        part_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for path in sources("xmask3d_ros")
        if any(module.startswith("xmask3d_training") for module in imports(path))
    }
    assert knowing <= {"commands", "cli"}


def test_the_core_loads_no_ros():
    """Not only by its own imports: no library it loads may bring rclpy in either."""
    code = "import sys, xmask3d_ros.pipeline, xmask3d_ros.evaluation, xmask3d_ros.cli; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not ROS & {module.partition(".")[0] for module in run.stdout.split()}
