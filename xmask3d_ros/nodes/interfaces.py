# SPDX-License-Identifier: Apache-2.0
"""The node's topics and services: one list, from which they are created and documented."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.qos import DurabilityPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, PointCloud2
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import LabelInfo
from xmask3d_msgs.srv import GetVocabulary, SetVocabulary

OVERRIDABLE = QoSOverridingOptions(
    (QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.RELIABILITY, QoSPolicyKind.DURABILITY)
)
"""What ``qos_overrides`` parameters may change."""


@dataclass(frozen=True)
class Endpoint:
    """A topic or a service."""

    name: str
    """Relative to the namespace, or private (``~/``)."""
    kind: type
    """Message or service."""
    description: str
    reliable: bool = True
    latched: bool = False
    depth: int = 5

    @property
    def type_name(self) -> str:
        """As ROS writes it: ``sensor_msgs/msg/Image``."""
        package, folder = self.kind.__module__.split(".")[:2]
        return f"{package}/{folder}/{self.kind.__name__}"

    def profile(self) -> QoSProfile:
        """The topic's quality of service; a new one each time, since overrides change it in place."""
        return QoSProfile(
            depth=self.depth,
            reliability=ReliabilityPolicy.RELIABLE if self.reliable else ReliabilityPolicy.BEST_EFFORT,
            durability=DurabilityPolicy.TRANSIENT_LOCAL if self.latched else DurabilityPolicy.VOLATILE,
        )

    @property
    def qos(self) -> str:
        """The same in words."""
        reliability = "reliable" if self.reliable else "best effort"
        return f"{reliability}{', transient local' if self.latched else ''}, depth {self.depth}"


COLOR = Endpoint(
    "color/image_raw", Image, "Colour image: rgb8, bgr8, rgba8, bgra8 or mono8. Rectified or not.", reliable=False
)
COMPRESSED_COLOR = Endpoint(
    "color/image_raw/compressed",
    CompressedImage,
    "Instead of it with `compressed_color`: jpeg or png.",
    reliable=False,
)
DEPTH = Endpoint(
    "depth/image_raw",
    Image,
    "Depth image: 16UC1 or mono16 (millimetres) or 32FC1 (metres); 0, NaN and infinity are no reading.",
    reliable=False,
)
COMPRESSED_DEPTH = Endpoint(
    "depth/image_raw/compressedDepth",
    CompressedImage,
    "Instead of it with `compressed_depth`: png.",
    reliable=False,
)
COLOR_INFO = Endpoint("color/camera_info", CameraInfo, "Camera of the colour image.", reliable=False)
DEPTH_INFO = Endpoint(
    "depth/camera_info",
    CameraInfo,
    "Camera of the depth image; may be missing if depth is on colour's pixel grid and in its frame. "
    "Depth of another camera is registered to colour, with TF.",
    reliable=False,
)
TF = Endpoint("/tf, /tf_static", TFMessage, "Poses; asked for at the stamp of each colour image.", depth=100)
INPUTS = (COLOR, COMPRESSED_COLOR, DEPTH, COMPRESSED_DEPTH, COLOR_INFO, DEPTH_INFO, TF)

LABELLED_POINTS = Endpoint(
    "~/labelled_points",
    PointCloud2,
    "The map, one point a voxel: x y z rgb label(uint32) confidence(float32), in `fixed_frame`, stamped with the "
    "newest integrated image. Label 65535: none.",
    latched=True,
    depth=1,
)
LABEL_INFO = Endpoint(
    "~/label_info",
    LabelInfo,
    "Names of the labels. A name keeps its label for the node's life; the list only grows.",
    latched=True,
    depth=1,
)
DIAGNOSTICS = Endpoint(
    "/diagnostics", DiagnosticArray, "Once a second: input (rates, drops by cause), inference (times), map.", depth=10
)
OUTPUTS = (LABELLED_POINTS, LABEL_INFO, DIAGNOSTICS)

SET_VOCABULARY = Endpoint(
    "~/set_vocabulary", SetVocabulary, "Replace the vocabulary; the whole map is relabelled at once."
)
GET_VOCABULARY = Endpoint("~/get_vocabulary", GetVocabulary, "The vocabulary in force, its version and labels.")
RESET = Endpoint("~/reset", Trigger, "Forget the map; vocabulary and labels stay.")
SERVICES = (SET_VOCABULARY, GET_VOCABULARY, RESET)
