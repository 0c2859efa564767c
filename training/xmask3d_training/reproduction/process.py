# SPDX-License-Identifier: Apache-2.0
"""Commands in processes of their own, which can be ended with all that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence


class OutOfTime(Exception):
    """The time given is spent; what was begun goes on the next time."""


def train_command(arguments: Sequence[str], threads: int | None, deadline: float) -> int:
    """``xmask3d train`` with these arguments, as from a shell; answers its exit status.

    Args:
        arguments: command and settings.
        threads: of each of its processes, unless the environment says otherwise; none: as PyTorch likes.
        deadline: when to end it, by ``time.monotonic``.

    Raises:
        OutOfTime: the deadline came first.
    """
    environment = dict(os.environ)
    if threads is not None:  # more threads than cores would wait for each other
        environment.setdefault("OMP_NUM_THREADS", str(threads))
    return run_process([sys.executable, "-m", "xmask3d_training.cli", *arguments], environment, deadline)


def run_process(command: Sequence[str], environment: dict[str, str], deadline: float) -> int:
    """A command from start to end; nothing of it is left when this returns or raises. Raises OutOfTime.

    A signal that would end this program at once (a closed terminal without ``nohup``, ``timeout``) ends it by an
    exception, and so ends the command first: in a session of its own, it does not hear of the signal.
    """
    handled = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]
    handlers = {number: signal.signal(number, _leave) for number in handled}
    try:
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        try:
            return process.wait(None if deadline == float("inf") else max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise OutOfTime from error
        finally:
            for number in handlers:
                signal.signal(number, signal.SIG_IGN)  # a second one must not end it before the command
            _end(process)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole session, gently at first."""
    for number, patience in ((signal.SIGTERM, 30.0), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
