# SPDX-License-Identifier: Apache-2.0
"""Writing so that a reader never meets half a file or half a folder, whatever interrupts the writer."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xmask3d_training.prepare.errors import PrepareError

PARTIAL = ".partial"
"""Ending of what is being written."""
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that no more can be written."""
    return isinstance(error, OSError) and error.errno in _DISK_FULL


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that ``path`` holds either what it held before or all of ``data``, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync(path.parent)


@contextmanager
def staged_folder(final: Path) -> Iterator[Path]:
    """A folder to fill that becomes ``final`` when the block ends well and vanishes when it does not.

    An older ``final`` is replaced; a remainder of a run that was killed is cleared first.
    """
    partial = final.with_name(f".{final.name}{PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        for folder, _, names in os.walk(partial):
            for name in names:
                _sync(Path(folder, name))
            _sync(Path(folder))
        if final.exists():
            shutil.rmtree(final)
        partial.rename(final)
        _sync(final.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


@contextmanager
def only_writer(root: Path) -> Iterator[None]:
    """Hold ``root`` for this process; the hold ends with the process, however it ends.

    Raises:
        PrepareError: another process is writing there.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PrepareError(f"another run is writing to {root}: wait for it, or choose another folder") from error
        yield


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
