# SPDX-License-Identifier: Apache-2.0
"""The node in a process of its own, started without a launch system."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

_STOP_SECONDS = 30.0


class NodeProcess:
    """A running node; leaving the block ends it with SIGINT, as launch does."""

    def __init__(
        self, name: str, remappings: Mapping[str, str], parameters: Mapping[str, Any], environment: Mapping[str, str]
    ) -> None:
        """``environment`` is added to this process's own."""
        arguments = ["-r", f"__node:={name}"]
        for old, new in remappings.items():
            arguments += ["-r", f"{old}:={new}"]
        for key, value in parameters.items():
            # Values are read as YAML, of which JSON is a part: so a text that looks like a number stays a text.
            arguments += ["-p", f"{key}:={json.dumps(value)}"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "xmask3d_ros.nodes.segment", "--ros-args", *arguments],
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the node in order
        )

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def stop(self) -> int:
        """End it; returns its exit status."""
        if self.alive():
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def __enter__(self) -> NodeProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
