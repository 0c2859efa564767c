# SPDX-License-Identifier: Apache-2.0
"""The commands of ``xmask3d``: a module each, with ``add_arguments(parser)`` and ``run(options)``."""

from importlib import import_module
from types import ModuleType

from xmask3d_ros.commands.error import CommandError

COMMANDS = {
    "segment": "segment an RGB-D bag into a labelled point cloud",
    "demo": "play an RGB-D bag into the running node over DDS and collect its clouds",
    "evaluate": "score RGB-D bags against ground truth and write a report",
    "inspect": "tell what is wrong with an RGB-D bag, with remedies",
    "import-checkpoint": "turn an official checkpoint into a model's folder",
    "export-checkpoint": "turn a model's folder into an official checkpoint",
    "doctor": "check Python, GPU, ROS and weights, and say what to do",
    "train": "train a model, evaluate one by the paper's protocol, or prepare data",
}
"""What each is for, by name."""


def module_of(command: str) -> ModuleType:
    """Imported when it is run, for what most commands need takes seconds to import."""
    return import_module(f"{__name__}.{command.replace('-', '_')}")


__all__ = ["COMMANDS", "CommandError", "module_of"]
