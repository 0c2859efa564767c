# SPDX-License-Identifier: Apache-2.0
"""The command line: ``xmask3d <command>``. A command a file in ``commands/``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from xmask3d_ros import __version__
from xmask3d_ros.commands import COMMANDS, CommandError, module_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Faults of the user's input are one message, not a traceback."""
    parser = argparse.ArgumentParser(prog="xmask3d", description="Open-vocabulary 3D maps from RGB-D streams.")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = sys.argv[1:] if arguments is None else arguments
    chosen = next((argument for argument in given if argument != "--"), None)
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == chosen:
            command = module_of(name)
            subparser.description = command.__doc__
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    options = parser.parse_args(given)
    try:
        options.run(options)
    except CommandError as error:
        print(f"xmask3d {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"xmask3d {options.command}: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
