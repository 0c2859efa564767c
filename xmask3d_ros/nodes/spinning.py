# SPDX-License-Identifier: Apache-2.0
"""Running a node in a thread of its own; no exception in a callback ends it."""

from __future__ import annotations

import threading

from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node

from xmask3d_ros.nodes.reporting import Reporter


class Spinner:
    """Spins a node in a thread of its own."""

    def __init__(self, node: Node, reporter: Reporter) -> None:
        self._reporter = reporter
        self._executor = SingleThreadedExecutor(context=node.context)
        self._executor.add_node(node)
        self._stopping = False
        self._thread = threading.Thread(target=self._spin, name="executor", daemon=True)
        self._thread.start()

    def _spin(self) -> None:
        while not self._stopping and self._executor.context.ok():
            try:
                self._executor.spin_once()
            except ExternalShutdownException:
                return
            except Exception as error:
                # A fault in one callback must not take the robot's map away.
                self._reporter.fault("a callback", error)

    def stop(self) -> None:
        """Finish the callback that is running, and run no more."""
        self._stopping = True
        self._executor.create_task(lambda: None)  # spin_once() returns only when there was something to do
        self._thread.join()
        self._executor.shutdown()
