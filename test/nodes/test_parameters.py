# SPDX-License-Identifier: Apache-2.0
"""The parameters are the fields of the config dataclasses, and say what they mean and allow."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

pytest.importorskip("rclpy", reason="needs ROS 2")

from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.parameter import Parameter as RosParameter

from xmask3d_ros.mapping import MapConfig
from xmask3d_ros.nodes import parameters
from xmask3d_ros.nodes.document import END, START, parameter_file, tables, with_tables
from xmask3d_ros.nodes.interfaces import INPUTS, OUTPUTS, SERVICES
from xmask3d_ros.nodes.parameters import BY_NAME, PARAMETERS, NodeConfig
from xmask3d_ros.pipeline import SegmenterConfig

pytestmark = pytest.mark.ros
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def make_node(ros):
    """A plain node with the parameters, given overrides."""
    made = []

    def make(**values):
        overrides = [RosParameter(name, value=value) for name, value in values.items()]
        node = ros.create_node("parameters", parameter_overrides=overrides)
        made.append(node)
        parameters.declare(node)
        return node

    yield make
    for node in made:
        node.destroy_node()


def test_every_setting_of_the_segmenter_is_a_parameter_of_its_name():
    own = {field.name for field in fields(NodeConfig)} - {"segmenter"}
    segmenter = {field.name for field in fields(SegmenterConfig)} - {"map"}
    bounds = {field.name for field in fields(MapConfig)} - {"voxel_size"}  # the model's
    assert set(BY_NAME) == own | segmenter | bounds
    assert len(BY_NAME) == len(PARAMETERS)


def test_defaults_are_the_segmenters(make_node):
    config = parameters.read(make_node())
    assert config.segmenter == SegmenterConfig()
    assert (config.model, config.fixed_frame) == ("tiny", "odom")


def test_values_reach_the_config(make_node):
    config = parameters.read(make_node(radius=4.0, border=3, evidence="compact", fixed_frame="/map"))
    assert (config.segmenter.map.radius, config.segmenter.border, config.segmenter.evidence) == (4.0, 3, "compact")
    assert config.fixed_frame == "map"


def test_each_is_described(make_node):
    node = make_node()
    for parameter in PARAMETERS:
        descriptor = node.describe_parameter(parameter.name)
        assert len(descriptor.description) > 15 and descriptor.description.endswith(".")
        numeric = isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool)
        assert numeric == bool(descriptor.floating_point_range or descriptor.integer_range), parameter.name
        assert bool(parameter.choices) == bool(descriptor.additional_constraints)


@pytest.mark.parametrize(("name", "value"), [("radius", -1.0), ("max_voxels", 0), ("tf_timeout", 1e9), ("border", -1)])
def test_values_out_of_range_are_refused(make_node, name, value):
    with pytest.raises(InvalidParameterValueException):
        make_node(**{name: value})


def test_values_of_a_wrong_type_are_refused(make_node):
    with pytest.raises(InvalidParameterTypeException):
        make_node(model=3)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"evidence": "vague"}, "evidence must be one of exact, compact"),
        ({"fixed_frame": " "}, "fixed_frame is empty"),
        ({"min_depth": 3.0, "max_depth": 2.0}, "min_depth must be below max_depth"),
    ],
)
def test_what_ranges_cannot_say_is_refused_when_read(make_node, values, words):
    with pytest.raises(ValueError, match=words):
        parameters.read(make_node(**values))


def test_changes_are_taken_before_configuring_only():
    change = [RosParameter("radius", value=3.0)]
    assert parameters.check_change(change, unconfigured=True).successful
    refused = parameters.check_change(change, unconfigured=False)
    assert not refused.successful and "deactivate and clean up first" in refused.reason
    assert not parameters.check_change([RosParameter("evidence", value="no")], unconfigured=True).successful
    assert parameters.check_change([RosParameter("use_sim_time", value=True)], unconfigured=False).successful


def test_the_parameter_file_is_the_declarations():
    text = (ROOT / "config" / "segment.yaml").read_text()
    assert text == parameter_file(), "run: python -m xmask3d_ros.nodes.document config/segment.yaml"
    values = yaml.safe_load(text)["/**"]["ros__parameters"]
    assert values == {parameter.name: parameter.default for parameter in PARAMETERS}
    assert [type(value) for value in values.values()] == [type(parameter.default) for parameter in PARAMETERS]


def test_the_tables_name_everything():
    text = tables()
    for each in (*INPUTS, *OUTPUTS, *SERVICES, *PARAMETERS):
        assert f"| `{each.name}` |" in text


def test_the_readme_holds_the_tables():
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("there is no README yet")
    text = readme.read_text(encoding="utf-8")
    assert text == with_tables(text), "run: python -m xmask3d_ros.nodes.document README.md"


def test_tables_replace_what_is_between_the_markers():
    assert with_tables(f"a\n{START}\nold\n{END}\nb") == f"a\n{START}\n\n{tables()}\n\n{END}\nb"
    with pytest.raises(ValueError, match="markers"):
        with_tables("no markers")
