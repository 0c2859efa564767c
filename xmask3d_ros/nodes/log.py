# SPDX-License-Identifier: Apache-2.0
"""Messages that the package writes to Python's logging, shown in the node's log."""

from __future__ import annotations

import logging

from rclpy.impl.rcutils_logger import RcutilsLogger


class _Forward(logging.Handler):
    def __init__(self, target: RcutilsLogger) -> None:
        super().__init__()
        self._target = target

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        # One call a severity: ROS's logger remembers the severity of each line that calls it.
        if record.levelno >= logging.ERROR:
            self._target.error(text)
        elif record.levelno >= logging.WARNING:
            self._target.warning(text)
        elif record.levelno >= logging.INFO:
            self._target.info(text)
        else:
            self._target.debug(text)


def forward_logging(source: logging.Logger, target: RcutilsLogger) -> None:
    """Show the messages of a Python logger, and of those below it, in a ROS log."""
    source.addHandler(_Forward(target))
    source.setLevel(logging.INFO)
    source.propagate = False
