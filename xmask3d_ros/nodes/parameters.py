# SPDX-License-Identifier: Apache-2.0
"""The node's parameters: one table, from which they are declared, checked, read and documented."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor, SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter as RosParameter

from xmask3d_ros.evaluation.label_sets import SCANNET20
from xmask3d_ros.mapping import MapConfig
from xmask3d_ros.model.xmask3d import PRECISIONS
from xmask3d_ros.pipeline import SegmenterConfig

Value = bool | int | float | str


@dataclass(frozen=True)
class Parameter:
    """One parameter. Its type is that of its default."""

    name: str
    default: Value
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The name ROS gives the type."""
        return {bool: "bool", int: "integer", float: "double", str: "string"}[type(self.default)]

    @property
    def range(self) -> str:
        """What values are allowed, for people; empty for any."""
        if self.choices:
            return ", ".join(self.choices)
        return f"{self.minimum:.10g} to {self.maximum:.10g}" if self.minimum is not None else ""

    def descriptor(self) -> ParameterDescriptor:
        """As ROS describes it."""
        descriptor = ParameterDescriptor(description=self.description)
        if self.choices:
            descriptor.additional_constraints = f"one of: {self.range}"
        if isinstance(self.default, float) and self.minimum is not None:
            descriptor.floating_point_range = [FloatingPointRange(from_value=self.minimum, to_value=self.maximum)]
        elif isinstance(self.default, int) and self.minimum is not None:
            bounds = IntegerRange(from_value=int(self.minimum), to_value=int(self.maximum), step=1)
            descriptor.integer_range = [bounds]
        return descriptor

    def fault(self, value: Any) -> str | None:
        """Why a value of the right type and range cannot be, or ``None``."""
        if self.choices and value not in self.choices:
            return f"{self.name} must be one of {self.range}, not {value!r}"
        return None


PARAMETERS = (
    Parameter("model", "tiny", "Network: 'tiny' (comes with the package), or a folder with config.json and weights."),
    Parameter("device", "auto", "Where the network runs: cpu, cuda, cuda:N; auto takes a CUDA GPU if there is one."),
    Parameter("precision", "fp32", "Arithmetic of the network.", choices=tuple(PRECISIONS)),
    Parameter("threads", 0, "Most CPU threads of the network; 0 leaves the choice to PyTorch.", 0, 1024),
    Parameter(
        "vocabulary",
        ",".join(SCANNET20.names),
        "First vocabulary: a YAML file with 'classes', or names separated by commas.",
    ),
    Parameter(
        "fixed_frame",
        "odom",
        "Frame of the map. It must be continuous: map frames that jump (localisation) smear the map (REP 105).",
    ),
    Parameter(
        "compressed_color", False, "Take colour from color/image_raw/compressed (jpeg, png) instead of color/image_raw."
    ),
    Parameter(
        "compressed_depth", False, "Take depth from depth/image_raw/compressedDepth (png) instead of depth/image_raw."
    ),
    Parameter(
        "pairing_tolerance",
        0.02,
        "How far the stamps of a colour and a depth image of one pair may differ, seconds; half a frame period.",
        0.0,
        1.0,
    ),
    Parameter("tf_timeout", 1.0, "How long a frame waits for its pose and camera_info, seconds.", 0.0, 60.0),
    Parameter("max_waiting_frames", 30, "Most frames that wait; beyond, the oldest is dropped.", 1, 1000),
    Parameter(
        "cloud_colors",
        "class",
        "The cloud's rgb: the colour of each point's class, or as the camera saw it.",
        choices=("class", "camera"),
    ),
    Parameter("min_depth", SegmenterConfig.min_depth, "Nearer readings are ignored, metres.", 0.0, 10.0),
    Parameter("max_depth", SegmenterConfig.max_depth, "Farther readings are ignored, metres.", 0.1, 100.0),
    Parameter(
        "depth_tolerance",
        SegmenterConfig.depth_tolerance,
        "A map point is visible where it agrees with the depth image to this fraction of the depth.",
        0.0,
        1.0,
    ),
    Parameter("border", SegmenterConfig.border, "Pixels at the edge of the mask grid that see nothing.", 0, 100),
    Parameter(
        "min_view_points", SegmenterConfig.min_view_points, "Views with fewer points are not segmented.", 1, 1_000_000
    ),
    Parameter(
        "evidence",
        SegmenterConfig.evidence,
        "What the map keeps for other vocabularies: whole views (exact), or a few sums a voxel (compact, bounded).",
        choices=("exact", "compact"),
    ),
    Parameter(
        "radius", MapConfig.radius, "Voxels farther from the camera are forgotten, metres; 0 keeps all.", 0.0, 1000.0
    ),
    Parameter("max_age", MapConfig.max_age, "Voxels unseen for longer are forgotten, seconds; 0 keeps all.", 0.0, 1e6),
    Parameter("max_voxels", MapConfig.max_voxels, "Most voxels; beyond, the longest unseen go.", 1000, 100_000_000),
    Parameter(
        "min_support",
        MapConfig.min_support,
        "Share of a voxel's face that readings must cover before it is published; 0 keeps all.",
        0.0,
        100.0,
    ),
    Parameter(
        "max_views",
        MapConfig.max_views,
        "Most views kept whole (evidence: exact); beyond, the one goes that fewest voxels need.",
        1,
        100_000,
    ),
)
"""All of them, in the order they are documented."""
BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


@dataclass(frozen=True)
class NodeConfig:
    """The node's own parameters, and the segmenter's. Fields are named as the parameters are."""

    model: str
    device: str
    precision: str
    threads: int
    vocabulary: str
    fixed_frame: str
    compressed_color: bool
    compressed_depth: bool
    pairing_tolerance: float
    tf_timeout: float
    max_waiting_frames: int
    cloud_colors: str
    segmenter: SegmenterConfig


def declare(node: Node) -> None:
    """Declare every parameter. Raises rclpy's exceptions for values of a wrong type or out of range."""
    for parameter in PARAMETERS:
        node.declare_parameter(parameter.name, parameter.default, parameter.descriptor())


def read(node: Node) -> NodeConfig:
    """The parameters as they are now. Raises ValueError, naming parameter and remedy, for impossible ones."""
    values = {parameter.name: node.get_parameter(parameter.name).value for parameter in PARAMETERS}
    faults = [fault for name, value in values.items() if (fault := BY_NAME[name].fault(value))]
    if not str(values["fixed_frame"]).strip("/ "):
        faults.append("fixed_frame is empty: name the frame of the map, for example odom")
    if values["min_depth"] >= values["max_depth"]:
        faults.append("min_depth must be below max_depth")
    if faults:
        raise ValueError("; ".join(faults))
    values["fixed_frame"] = str(values["fixed_frame"]).strip("/ ")
    values["segmenter"] = _fill(SegmenterConfig, values | {"map": _fill(MapConfig, values)})
    return _fill(NodeConfig, values)


def _fill(kind: Any, values: dict[str, Any]) -> Any:
    """A config whose fields are taken by name; a field that is no parameter keeps its default."""
    return kind(**{field.name: values[field.name] for field in fields(kind) if field.name in values})


def check_change(changes: list[RosParameter], unconfigured: bool) -> SetParametersResult:
    """The answer to a request to set parameters: they take effect when the node is configured."""
    for change in changes:
        known = BY_NAME.get(change.name)
        if known is None:
            continue
        if not unconfigured:
            reason = f"{change.name} takes effect when the node is configured: deactivate and clean up first"
            return SetParametersResult(successful=False, reason=reason)
        if fault := known.fault(change.value):
            return SetParametersResult(successful=False, reason=fault)
    return SetParametersResult(successful=True)
