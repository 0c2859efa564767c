# SPDX-License-Identifier: Apache-2.0
"""The built interfaces carry the official packages' type hashes, without which other ROS nodes warn or refuse."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

pytestmark = pytest.mark.ros

OFFICIAL_TF_MESSAGE = "RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087"
"""As `ros2 topic info --verbose /tf` prints it on Jazzy."""


def built_hash(name: str) -> str:
    """The type hash that the generator wrote beside the installed interface `package/kind/Name` or a part of it."""
    package, kind, interface = name.split("/")
    module = Path(importlib.import_module(package).__file__)
    prefix = next(parent for parent in (*module.parents, Path(sys.prefix)) if (parent / "share" / package).is_dir())
    description = json.loads((prefix / "share" / package / kind / f"{interface.partition('_')[0]}.json").read_text())
    return next(each["hash_string"] for each in description["type_hashes"] if each["type_name"] == name)


@pytest.mark.parametrize("name", ["tf2_msgs/msg/TFMessage", "tf2_msgs/msg/TF2Error"])
@pytest.mark.parametrize("distribution", [Stores.ROS2_JAZZY, Stores.ROS2_KILTED])
def test_tf2_messages_hash_as_in_the_distributions(name, distribution):
    assert built_hash(name) == get_typestore(distribution).hash_rihs01(name)


def test_tf_message_hashes_as_seen_on_a_robot():
    assert built_hash("tf2_msgs/msg/TFMessage") == OFFICIAL_TF_MESSAGE


OFFICIAL_FIELDS = {
    "vision_msgs/msg/VisionClass": "uint16 class_id\nstring class_name",
    "vision_msgs/msg/LabelInfo": "std_msgs/Header header\nvision_msgs/VisionClass[] class_map\nfloat32 threshold",
    "tf2_msgs/srv/FrameGraph_Request": "",
    "tf2_msgs/srv/FrameGraph_Response": "string frame_yaml",
    "tf2_msgs/action/LookupTransform_Goal": """
        string target_frame
        string source_frame
        builtin_interfaces/Time source_time
        builtin_interfaces/Duration timeout
        builtin_interfaces/Time target_time
        string fixed_frame
        bool advanced
    """,
    "tf2_msgs/action/LookupTransform_Result": "geometry_msgs/TransformStamped transform\ntf2_msgs/TF2Error error",
}
"""The fields of the official definitions that the distributions' collection of rosbags lacks."""


@pytest.mark.parametrize("name", OFFICIAL_FIELDS)
def test_other_interfaces_hash_as_their_public_definitions(name):
    """Hashed by another implementation than the generator's, from the fields above."""
    store = get_typestore(Stores.ROS2_KILTED)
    for each in {"vision_msgs/msg/VisionClass", name}:
        (fields,) = get_types_from_msg(OFFICIAL_FIELDS[each], each).values()
        store.register({each: fields})
    assert built_hash(name) == store.hash_rihs01(name)
