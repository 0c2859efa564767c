# SPDX-License-Identifier: Apache-2.0
"""Segment a recording live: start the node, play the bag into it over DDS, collect what it publishes.

Needs ROS 2. The node runs in a process of its own; the bag waits for it, frame by frame. One vocabulary is set by
service before the first image, another in the middle. Writes labelled.ply, labelled.png and report.json of the final
map, and clouds.json, a line about each cloud that was published.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.commands.output import check_folder
from xmask3d_ros.commands.segment import add_bag_arguments
from xmask3d_ros.evaluation.bag import BagError, Topics, open_bag
from xmask3d_ros.model.xmask3d import PRECISIONS
from xmask3d_ros.vocabulary import VocabularyError, read_vocabulary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("bag", metavar="BAG", help="ROS 2 bag (folder, .mcap or .db3) or ROS 1 .bag")
    parser.add_argument(
        "--vocabulary", required=True, help="set in the middle: YAML file with 'classes', or names: 'chair,table'"
    )
    parser.add_argument(
        "--first-vocabulary", default="table,wall,floor", help="set before the first image (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--model", default="tiny", help="preset or folder of a model (default: tiny)")
    parser.add_argument("--device", default="auto", help="cpu, cuda, cuda:1, ... (default: auto)")
    parser.add_argument("--precision", choices=tuple(PRECISIONS), default="fp32", help="arithmetic (default: fp32)")
    parser.add_argument("--evidence", choices=("exact", "compact"), default="exact", help="what voxels remember")
    parser.add_argument("--fastdds-profile", type=Path, help="XML profile for Fast DDS, for both processes")
    parser.add_argument("--frame-timeout", type=float, default=300.0, help="longest wait for a frame, seconds")
    add_bag_arguments(parser)


def run(options: argparse.Namespace) -> None:
    """Run the demonstration. Raises :class:`CommandError` for anything wrong with the input, or without ROS."""
    check_folder(options.out)
    try:
        from xmask3d_ros.nodes.demo import DemoOptions, NoAnswerError, run_demo
    except ImportError as error:
        raise CommandError(
            f"the live demonstration needs ROS 2 ({error}): source its set-up file and build xmask3d_msgs, or run "
            "'make demo'; 'xmask3d segment' needs no ROS"
        ) from error
    try:
        topics = Topics(options.color_topic, options.depth_topic, options.color_info_topic, options.depth_info_topic)
        report = run_demo(
            DemoOptions(
                frames=open_bag(options.bag, topics, options.fixed_frame, options.tolerance),
                first=read_vocabulary(options.first_vocabulary),
                second=read_vocabulary(options.vocabulary),
                out=options.out,
                parameters={name: getattr(options, name) for name in ("model", "device", "precision", "evidence")},
                environment=environment(options.fastdds_profile),
                frame_seconds=options.frame_timeout,
            )
        )
    except (BagError, VocabularyError, NoAnswerError) as error:
        raise CommandError(str(error)) from error
    frames, out = report["frames"], options.out
    print(
        f"{frames['integrated']} of {frames['in the bag']} frames integrated live, {frames['segmented']} segmented, "
        f"{report['clouds']} clouds; see {out}/labelled.png, labelled.ply, report.json, clouds.json"
    )


def environment(profile: Path | None) -> dict[str, str]:
    """Variables for both processes. Without a ROS_DOMAIN_ID they get one of their own, so that no robot hears them."""
    variables = {} if "ROS_DOMAIN_ID" in os.environ else {"ROS_DOMAIN_ID": str(os.getpid() % 100 + 1)}
    variables["ROS_AUTOMATIC_DISCOVERY_RANGE"] = os.environ.get("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    if profile is not None:
        if not profile.is_file():
            raise CommandError(f"--fastdds-profile: there is no file {profile}")
        # Fast DDS 3 (since Kilted) reads the first, 2 the second.
        variables |= dict.fromkeys(
            ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"), str(profile.resolve())
        )
    return variables
