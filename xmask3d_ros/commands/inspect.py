# SPDX-License-Identifier: Apache-2.0
"""Look at a recording before an hour is lost on it: what is missing, what contradicts itself, and what to do.

Checks the file, topics, camera_info, clocks, pairing, transforms, QoS, unit and registration of depth, and whether
poses and images agree (gravity, walls, views). Exits with 1 where a fault was found.
"""

from __future__ import annotations

import argparse
import json
import sys

from xmask3d_ros.commands.segment import add_bag_arguments
from xmask3d_ros.evaluation.bag import Topics
from xmask3d_ros.evaluation.inspect.recording import Inspection, inspect_bag


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("bag", metavar="BAG", help="ROS 2 bag (folder, .mcap or .db3) or ROS 1 .bag")
    add_bag_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(options: argparse.Namespace) -> None:
    """Inspect and print; exits with 1 where a fault was found."""
    topics = Topics(options.color_topic, options.depth_topic, options.color_info_topic, options.depth_info_topic)
    result = inspect_bag(options.bag, topics, options.fixed_frame, options.tolerance)
    print(_as_json(result) if options.json else _as_text(result))
    if result.faults:
        sys.exit(1)


def _as_text(result: Inspection) -> str:
    lines = [f"{topic.messages:7} {topic.rate:7.2f} Hz  {topic.name}  {topic.kind}" for topic in result.topics]
    lines += ["", *map(str, result.findings)] if lines else [*map(str, result.findings)]
    warnings = sum(finding.level.value == "warning" for finding in result.findings)
    return "\n".join([*lines, "", f"{len(result.faults)} faults, {warnings} warnings"])


def _as_json(result: Inspection) -> str:
    findings = [vars(finding) | {"level": finding.level.value} for finding in result.findings]
    return json.dumps({"topics": [vars(topic) for topic in result.topics], "findings": findings}, indent=2)
