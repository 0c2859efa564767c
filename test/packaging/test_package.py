# SPDX-License-Identifier: Apache-2.0
"""package.xml, setup.py and constraints.txt say the same, and declare all that the code imports."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from catkin_pkg.package import parse_package

ROOT = Path(__file__).resolve().parents[2]
PACKAGE_XML = {"xmask3d_ros": ROOT / "package.xml", "xmask3d_msgs": ROOT / "msg" / "package.xml"}
UNPINNED = {"torch", "torchvision"}
"""Resolved together by pip, to match each other and the machine's driver."""
DECLARED_AS = {"tf2_ros": "tf2_ros_py"}
"""ROS packages whose module has another name."""
OPTIONAL = {"MinkowskiEngine", "MinkowskiEngineBackend", "xmask3d_training", "rerun"}
"""Imported only where somebody has installed them."""


def normal(name: str) -> str:
    """The name of a distribution in the one spelling that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(extra: str | None = None) -> set[str]:
    """What setup.py requires, in general or for an extra."""
    found = importlib.metadata.requires("xmask3d_ros") or []
    chosen = [each for each in found if (f'extra == "{extra}"' in each if extra else "extra ==" not in each)]
    return {normal(re.match(r"[\w.-]+", each)[0]) for each in chosen}


def pins() -> dict[str, str]:
    """Distributions and versions of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def imported(paths: Iterable[Path]) -> set[str]:
    """Top-level modules that files import."""
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text()))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.partition(".")[0] for name in plain | parts} - set(sys.stdlib_module_names) - {"xmask3d_ros"}


@pytest.mark.parametrize("name", PACKAGE_XML)
def test_package_xml_is_valid(name):
    package = parse_package(str(PACKAGE_XML[name]))
    assert (package.name, package.package_format, package.licenses) == (name, 3, ["Apache-2.0"])
    assert package.version == importlib.metadata.version("xmask3d_ros")


def test_the_licence_is_in_the_repository():
    assert "Apache License" in (ROOT / "LICENSE").read_text()[:200]


def declared():
    """What package.xml says is needed to run."""
    package = ElementTree.parse(ROOT / "package.xml").getroot()
    return {element.text for element in package if element.tag in ("depend", "exec_depend")}


def test_what_the_nodes_import_of_ros_is_declared():
    distributions = importlib.metadata.packages_distributions()
    third_party = requirements()
    ros = {
        DECLARED_AS.get(name, name)
        for name in imported([*(ROOT / "xmask3d_ros" / "nodes").rglob("*.py"), *(ROOT / "launch").glob("*.py")])
        if not third_party & {normal(each) for each in distributions.get(name, [])}
    }
    assert ros <= declared()


def test_what_the_launch_files_start_is_declared():
    text = "".join(path.read_text() for path in (ROOT / "launch").glob("*.py"))
    verbs = {f"ros2{verb}" for verb in re.findall(r'"ros2", "(\w+)"', text)}
    packages = set(re.findall(r'package="(\w+)"', text)) - {"xmask3d_ros"}
    assert verbs == {"ros2bag"} and packages == {"rviz2"} and verbs | packages <= declared()


def test_what_the_package_imports_is_required():
    distributions = importlib.metadata.packages_distributions()
    ros_free = [path for path in (ROOT / "xmask3d_ros").rglob("*.py") if "nodes" not in path.parts]
    modules = imported(ros_free) - OPTIONAL
    missing = {name for name in modules if not requirements() & {normal(each) for each in distributions.get(name, [])}}
    assert not missing, "add them to setup.py, and their versions to constraints.txt"


@pytest.mark.parametrize("extra", [None, "test"])
def test_versions_are_pinned(extra):
    assert requirements(extra), "no requirements were read"
    assert requirements(extra) - set(pins()) <= UNPINNED


def test_the_pair_that_pip_resolves_is_not_pinned():
    loose = re.compile(r"torch|torchvision|triton|nvidia-.*|cuda-.*")
    assert [name for name in pins() if loose.fullmatch(name)] == []


def test_what_is_installed_is_what_is_pinned():
    pinned = {name: version for name, version in pins().items() if name in requirements() | requirements("test")}
    assert {name: importlib.metadata.version(name) for name in pinned} == pinned
