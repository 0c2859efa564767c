# SPDX-License-Identifier: Apache-2.0
"""Start the node and, once it is active, play a recording into it.

ros2 launch xmask3d_ros replay.launch.py bag:=room fixed_frame:=map color_image:=/camera/color/image_raw ...

Takes the arguments of segment.launch.py too. For results that do not depend on the load, use 'xmask3d segment'.
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.event_handlers import OnStateTransition

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity

SHARE = Path(get_package_share_directory("xmask3d_ros"))


def generate_launch_description() -> LaunchDescription:
    """The node follows the recording's clock unless told otherwise."""
    return LaunchDescription(
        [
            DeclareLaunchArgument("bag", description="recording, as 'ros2 bag play' takes it"),
            DeclareLaunchArgument("rate", default_value="1.0", description="times as fast as it was recorded"),
            DeclareLaunchArgument(
                "loop", default_value="false", choices=["true", "false"], description="play it over and over"
            ),
            DeclareLaunchArgument(
                "use_sim_time", default_value="true", choices=["true", "false"], description="follow /clock"
            ),
            # Arguments given to this file are known to the included one too.
            IncludeLaunchDescription(PythonLaunchDescriptionSource(str(SHARE / "launch" / "segment.launch.py"))),
            OpaqueFunction(function=play),
        ]
    )


def play(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Play when the node has subscribed."""

    def given(name: str) -> str:
        return LaunchConfiguration(name).perform(context)

    command = ["ros2", "bag", "play", given("bag"), "--rate", given("rate")]
    # Recordings that were converted have lost that /tf_static is latched.
    command += ["--qos-profile-overrides-path", str(SHARE / "config" / "replay_qos.yaml")]
    command += ["--clock"] if given("use_sim_time") == "true" else []
    command += ["--loop"] if given("loop") == "true" else []
    active = OnStateTransition(
        goal_state="active",
        entities=[ExecuteProcess(cmd=command, output="screen", name="ros2_bag_play")],
        handle_once=True,  # one ExecuteProcess runs once; a second activation would be an error
    )
    return [RegisterEventHandler(active)]
