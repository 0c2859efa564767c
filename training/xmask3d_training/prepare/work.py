# SPDX-License-Identifier: Apache-2.0
"""Preparing many scenes: in parallel, with progress, taking up where an earlier run stopped."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.files import is_disk_full, only_writer, write_atomically
from xmask3d_training.prepare.records import SceneRecord, fingerprint, read_record, summary, summary_text, write_record


class Job(Protocol):
    """One scene to prepare. It travels to a worker process, so it holds plain data."""

    @property
    def scene(self) -> str: ...
    @property
    def split(self) -> str: ...
    def settings(self) -> dict[str, Any]:
        """What the outcome depends on, besides the sources."""

    def sources(self) -> list[Path]:
        """The raw files."""

    def outputs(self) -> list[Path]:
        """What exists once the scene is prepared."""

    def record_path(self) -> Path:
        """Where the scene's record is kept."""

    def prepare(self, record: SceneRecord) -> None:
        """Do it, filling in the record.

        Raises:
            OSError: nothing more can be read or written, which ends the run.
            Exception: any other, PrepareError above all, is the scene's own and is recorded.
        """


def prepare_all(root: Path, title: str, jobs: Sequence[Job], workers: int, retry: bool = False) -> dict[str, Any]:
    """Prepare the scenes that are not prepared yet; print and return the summary.

    Args:
        root: data root; the summary is kept in ``prepared/<title>.json`` below it.
        retry: prepare all scenes again.

    Raises:
        PrepareError: the disk is full, another run writes here, or a worker was killed. What is done stays done.
    """
    with only_writer(root):
        records, left = [], []
        for job in jobs:
            known = None if retry else _prepared(job)
            if known:
                records.append(known)
            else:
                left.append(job)
        with tqdm(total=len(jobs), initial=len(records), unit="scene", desc=title) as progress:
            for record in _run(left, workers):
                records.append(record)
                progress.update()
                if record.error:
                    progress.write(f"{record.scene}: {record.error}")
        records.sort(key=lambda record: record.scene)
        content = summary(records)
        path = root / "prepared" / f"{title}.json"
        write_atomically(path, (json.dumps(content, indent=1) + "\n").encode())
    print(summary_text(content, path))
    return content


def _prepared(job: Job) -> SceneRecord | None:
    """The record of a scene that needs no work."""
    record = read_record(job.record_path())
    if record is None or record.error is not None or not all(path.exists() for path in job.outputs()):
        return None
    # By way of JSON, which knows no tuples.
    if record.fingerprint != json.loads(json.dumps(fingerprint(job.settings(), job.sources()))):
        return None
    record.unchanged = True
    return record


def _run(jobs: Sequence[Job], workers: int) -> Iterator[SceneRecord]:
    if workers <= 1 or len(jobs) <= 1:
        yield from map(_one, jobs)
        return
    # The server imports once what every worker needs; a plain fork would inherit the progress bar's thread.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([type(jobs[0]).__module__])
    pool = ProcessPoolExecutor(min(workers, len(jobs)), mp_context=context, initializer=_end_with_parent)
    try:
        for future in as_completed([pool.submit(_one, job) for job in jobs]):
            yield future.result()
    except BrokenProcessPool as error:
        raise PrepareError(
            "a worker process was killed, perhaps for want of memory: run again with fewer --workers; "
            "finished scenes are kept"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one(job: Job) -> SceneRecord:
    record = SceneRecord(job.scene, job.split, fingerprint(job.settings(), job.sources()))
    try:
        try:
            job.prepare(record)
        except PrepareError as error:
            record.error = str(error)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # one odd file shall not keep the other scenes from being prepared
            record.error = f"{type(error).__name__}: {error}; a file of the scene may be damaged, download it again"
        write_record(job.record_path(), record)
    except OSError as error:
        remedy = "make room" if is_disk_full(error) else "mend it"
        raise PrepareError(
            f"cannot go on, preparing {job.scene}: {error}. {remedy.capitalize()}, then run the same command again; "
            "finished scenes are kept"
        ) from error
    return record


def _end_with_parent() -> None:
    """A worker whose parent is killed would wait for work for ever."""
    import cv2
    import torch

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
