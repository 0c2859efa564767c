# SPDX-License-Identifier: Apache-2.0
"""The executable ``segment``: runs the node until SIGINT or SIGTERM, which end it cleanly at any moment."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node; returns the exit status."""
    stop = _stop_on_signal()
    # Only now, since loading the libraries takes seconds in which a signal may come.
    import rclpy
    from rclpy.exceptions import ParameterException
    from rclpy.qos_overriding_options import InvalidQosOverridesError
    from rclpy.signals import SignalHandlerOptions

    from xmask3d_ros.nodes.log import forward_logging
    from xmask3d_ros.nodes.segment_node import SegmentNode
    from xmask3d_ros.nodes.spinning import Spinner

    if stop.is_set():
        return 0
    rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = SegmentNode()
    except (ParameterException, InvalidQosOverridesError, ValueError) as error:
        print(f"segment: {error}", file=sys.stderr)
        rclpy.shutdown()
        return 1
    forward_logging(logging.getLogger("xmask3d_ros"), node.get_logger())
    spinner = Spinner(node, node.reporter)
    stop.wait()
    spinner.stop()
    node.close()
    rclpy.try_shutdown()
    return 0


def _stop_on_signal() -> threading.Event:
    """An event that SIGINT and SIGTERM set. The third signal ends the process at once.

    Not the second: a terminal and launch may each pass on the same Ctrl-C.
    """
    asked = threading.Event()
    received = []

    def ask(number: int, frame: Any) -> None:
        received.append(number)
        if len(received) == 2:
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, signal.SIG_DFL)
        asked.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, ask)
    return asked


if __name__ == "__main__":
    sys.exit(main())
