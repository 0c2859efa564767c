# SPDX-License-Identifier: Apache-2.0
"""Start the node, configure and activate it.

ros2 launch xmask3d_ros segment.launch.py color_image:=/camera/color/image_raw color_info:=/camera/color/camera_info \
    depth_image:=/camera/aligned_depth_to_color/image_raw depth_info:=/camera/aligned_depth_to_color/camera_info
"""

from collections.abc import Callable
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
)
from launch.events import matches_action
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode, Node
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from lifecycle_msgs.msg import Transition

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity

NAME = "xmask3d"
SHARE = Path(get_package_share_directory("xmask3d_ros"))
TOPICS = {
    "color_image": ("color/image_raw", "colour image"),
    "depth_image": ("depth/image_raw", "depth image"),
    "color_info": ("color/camera_info", "camera_info of the colour image"),
    "depth_info": ("depth/camera_info", "camera_info of the depth image"),
}
"""Argument: default topic, description. With compressed images, name the topic without the transport's suffix."""
PARAMETERS = {
    "model": "network: 'tiny', or a folder",
    "device": "cpu, cuda, cuda:N or auto",
    "vocabulary": "YAML file with 'classes', or names separated by commas",
    "fixed_frame": "frame of the map",
}
"""Arguments that are parameters of the node; one that is not given is as in params_file."""
SWITCHES = ("compressed_color", "compressed_depth")


def generate_launch_description() -> LaunchDescription:
    """Arguments first; what they ask for is made when they are known."""
    arguments = [
        DeclareLaunchArgument("namespace", default_value="", description="namespace of topics, services and node"),
        DeclareLaunchArgument(
            "params_file", default_value=str(SHARE / "config" / "segment.yaml"), description="parameters of the node"
        ),
        *(
            DeclareLaunchArgument(name, default_value="", description=f"{text} (default: as in params_file)")
            for name, text in PARAMETERS.items()
        ),
        *(DeclareLaunchArgument(name, default_value=topic, description=text) for name, (topic, text) in TOPICS.items()),
        *(
            DeclareLaunchArgument(
                name, default_value="", choices=["", "true", "false"], description="as the parameter of this name"
            )
            for name in SWITCHES
        ),
        DeclareLaunchArgument(
            "use_sim_time", default_value="false", choices=["true", "false"], description="follow /clock"
        ),
        DeclareLaunchArgument("rviz", default_value="false", choices=["true", "false"], description="start RViz"),
        DeclareLaunchArgument(
            "fastdds_profile",
            default_value="",
            description="XML profile for Fast DDS, or 'shm' for the package's shared-memory profile",
        ),
        DeclareLaunchArgument("log_level", default_value="info", description="debug, info, warn or error"),
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=start)])


def start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """The actions that the arguments ask for."""

    def given(name: str) -> str:
        return LaunchConfiguration(name).perform(context)

    namespace, sim_time = given("namespace"), given("use_sim_time") == "true"
    overrides = {name: given(name) for name in PARAMETERS if given(name)}
    overrides |= {name: given(name) == "true" for name in SWITCHES if given(name)}
    node = LifecycleNode(
        package="xmask3d_ros",
        executable="segment",
        name=NAME,
        namespace=namespace,
        output="screen",
        arguments=["--ros-args", "--log-level", given("log_level")],
        parameters=[given("params_file"), {**overrides, "use_sim_time": sim_time}],
        remappings=[
            *((default, given(name)) for name, (default, _) in TOPICS.items() if given(name) != default),
            ("color/image_raw/compressed", f"{given('color_image')}/compressed"),
            ("depth/image_raw/compressedDepth", f"{given('depth_image')}/compressedDepth"),
            # Private in the node; without its name on the robot, and apart for two robots.
            *((f"~/{service}", service) for service in ("set_vocabulary", "get_vocabulary", "reset")),
        ],
    )
    return [*profile(given("fastdds_profile")), *autostart(node), node, configure(node), *rviz(given, sim_time)]


def autostart(node: LifecycleNode) -> list[LaunchDescriptionEntity]:
    """Activate the node once it is configured. To be registered before the node starts."""
    activate = EmitEvent(
        event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=Transition.TRANSITION_ACTIVATE)
    )
    configured = OnStateTransition(
        target_lifecycle_node=node, start_state="configuring", goal_state="inactive", entities=[activate]
    )
    return [RegisterEventHandler(configured)]


def configure(node: LifecycleNode) -> LaunchDescriptionEntity:
    """Ask the node to load its network as soon as it is there."""
    return EmitEvent(
        event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=Transition.TRANSITION_CONFIGURE)
    )


def profile(path: str) -> list[LaunchDescriptionEntity]:
    """The Fast DDS profile, under both names: version 3 (since Kilted) reads the first, 2 the second."""
    if not path:
        return []
    file = SHARE / "config" / "fastdds_shm.xml" if path == "shm" else Path(path).expanduser().resolve()
    if not file.is_file():
        raise FileNotFoundError(f"fastdds_profile: there is no file {file}")
    return [SetEnvironmentVariable(f"FAST{name}_DEFAULT_PROFILES_FILE", str(file)) for name in ("DDS", "RTPS")]


def rviz(given: Callable[[str], str], sim_time: bool) -> list[LaunchDescriptionEntity]:
    """RViz, if it is asked for."""
    if given("rviz") != "true":
        return []
    namespace = given("namespace").strip("/")
    prefix = f"/{namespace}/{NAME}" if namespace else f"/{NAME}"
    frame = ["-f", given("fixed_frame")] if given("fixed_frame") else []
    return [
        Node(
            package="rviz2",
            executable="rviz2",
            arguments=["-d", str(SHARE / "config" / "rviz" / "segment.rviz"), *frame],
            parameters=[{"use_sim_time": sim_time}],
            remappings=[(f"/{NAME}/labelled_points", f"{prefix}/labelled_points")],
        )
    ]
