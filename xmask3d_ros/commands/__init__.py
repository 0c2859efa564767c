# SPDX-License-Identifier: Apache-2.0
"""The commands of ``xmask3d``: a module each, with ``HELP``, ``add_arguments(parser)`` and ``run(options)``."""

from types import ModuleType

from xmask3d_ros.commands import demo, doctor, evaluate, export_checkpoint, import_checkpoint, inspect, segment, train
from xmask3d_ros.commands.error import CommandError

COMMANDS: dict[str, ModuleType] = {
    "segment": segment,
    "demo": demo,
    "evaluate": evaluate,
    "inspect": inspect,
    "import-checkpoint": import_checkpoint,
    "export-checkpoint": export_checkpoint,
    "doctor": doctor,
    "train": train,
}
"""By name."""

__all__ = ["COMMANDS", "CommandError"]
