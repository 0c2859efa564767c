# SPDX-License-Identifier: Apache-2.0
"""Where a command's results go: whether they can go there, known before the work is done. Not a command."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xmask3d_ros.commands.error import CommandError


def check_folder(folder: Path) -> None:
    """Raises :class:`CommandError` where the folder can neither be written nor made.

    It is not made yet: work that fails leaves nothing behind.
    """
    with writing(folder):
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        with tempfile.TemporaryFile(dir=there):
            pass


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """A block that writes results and reads nothing; its faults of files and disks become :class:`CommandError`."""
    try:
        yield
    except OSError as error:
        raise CommandError(
            f"cannot write to {target}: {error.strerror or error}; name a place that can be written, on a disk with "
            "space left"
        ) from error
