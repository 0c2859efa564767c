# SPDX-License-Identifier: Apache-2.0
"""Many bags: which they are, whose turn each is, and one table of all."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import yaml

from .bag_error import BagError
from .report.tables import ways
from .scoring.tally import Groups, Tally

_ENDINGS = (".mcap", ".db3", ".bag")
_LONGEST = timedelta(days=7)
"""That one process waits for the others."""


@dataclass(frozen=True)
class Job:
    """One bag to evaluate."""

    bag: str
    """Path."""
    ground_truth: str
    """As the command's option, with the bag's name filled in."""
    name: str
    """Of the folder of its results; unique."""


def find_jobs(paths: Sequence[str], ground_truth: str | None) -> list[Job]:
    """The bags of the paths: each a bag, a folder of bags, or a YAML list of ``{bag: ..., ground_truth: ...}``.

    ``{bag}`` in the ground truth stands for the bag's name without its ending. Paths in a list count from the list's
    folder. Raises BagError for lists without sense, folders without bags, and bags without ground truth.
    """
    found: list[tuple[str, str | None]] = []
    for given in paths:
        path = Path(given)
        if path.suffix in (".yaml", ".yml"):
            found += _listed(path)
        elif path.is_dir() and not _is_bag(path):
            inside = sorted(part for part in path.iterdir() if _is_bag(part) or _lost_metadata(part))
            if not inside:
                raise BagError(f"{path} is neither a bag nor a folder of bags (metadata.yaml, {', '.join(_ENDINGS)})")
            found += [(str(part), None) for part in inside]
        else:
            found.append((str(path), None))
    jobs: list[Job] = []
    for bag, truth in found:
        stem = Path(bag).stem if Path(bag).suffix in _ENDINGS else Path(bag).name
        template = truth or ground_truth
        if template is None:
            raise BagError(f"{bag} has no ground truth: give --ground-truth, where {{bag}} stands for the bag's name")
        taken = {job.name for job in jobs}
        name = next(
            name for name in (stem, *(f"{stem}-{number}" for number in range(2, len(found) + 2))) if name not in taken
        )
        jobs.append(Job(bag, template.replace("{bag}", stem), name))
    return jobs


def my_share(jobs: Sequence[Job], environment: Mapping[str, str] | None = None) -> list[Job]:
    """The jobs of this process under torchrun (every WORLD_SIZE-th), all of them otherwise."""
    rank, ranks = _place(os.environ if environment is None else environment)
    return list(jobs[rank::ranks])


def gather(failed: Mapping[str, str], environment: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """The failures of all processes, once all of them have ended their work; ``None`` in those other than rank 0.

    torchrun ends every process as soon as one has failed: so none may, before all are done. Where there is one process,
    or torchrun has not started it, its own failures come back.
    """
    variables = os.environ if environment is None else environment
    rank, ranks = _place(variables)
    if ranks == 1 or variables.get("TORCHELASTIC_USE_AGENT_STORE") != "True":
        return dict(failed)
    from torch.distributed import PrefixStore, TCPStore  # not in every build of torch

    address, port = variables["MASTER_ADDR"], int(variables["MASTER_PORT"])
    attempt = variables.get("TORCHELASTIC_RESTART_COUNT", "0")
    store = PrefixStore(f"xmask3d_evaluate/{attempt}", TCPStore(address, port, is_master=False, timeout=_LONGEST))
    store.set(str(rank), json.dumps(dict(failed)))
    if rank:
        return None
    return {name: text for other in range(ranks) for name, text in json.loads(store.get(str(other))).items()}


def _place(variables: Mapping[str, str]) -> tuple[int, int]:
    """Number of this process and how many there are, as torchrun tells."""
    return int(variables.get("RANK", "0")), int(variables.get("WORLD_SIZE", "1"))


def run_jobs(
    jobs: Sequence[Job], work: Callable[[Job], dict[str, Any]], processes: int, say: Callable[[Job, str], None]
) -> dict[str, str]:
    """Work on all jobs, in this process or in several; returns messages of those that failed, by name.

    Args:
        jobs: what is to be done.
        work: does one; must be picklable for several processes. Its exceptions are kept as messages.
        processes: how many work at once; they share the cores.
        say: is told of every job that ended, and how.
    """
    failed: dict[str, str] = {}

    def note(job: Job, error: Exception | None) -> None:
        if error is not None:
            failed[job.name] = str(error) or type(error).__name__
        say(job, failed.get(job.name, "done"))

    if processes == 1:
        for job in jobs:
            note(job, _outcome(work, job))
        return failed
    threads = max(1, min(torch.get_num_threads(), (os.cpu_count() or 1) // processes))  # OMP_NUM_THREADS holds too
    # Children of a server that has imported everything but used nothing: a child of this process could neither use a
    # GPU nor torch's threads, and one begun from nothing would import for seconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([getattr(work, "func", work).__module__])
    with ProcessPoolExecutor(processes, context, _begin, (threads,)) as pool:
        futures = {pool.submit(_outcome, work, job): job for job in jobs}
        for future in as_completed(futures):
            note(futures[future], future.exception() or future.result())  # type: ignore[arg-type]
    return {job.name: failed[job.name] for job in jobs if job.name in failed}


def summarise(documents: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The scores of every bag by name, and of all points of all bags together (as a benchmark accumulates them)."""
    rows: dict[str, Any] = {}
    together: dict[str, Tally] = {}
    for name, document in documents.items():
        rows[name] = {title: _headline(result) for title, result in ways(document["scores"]).items()}
        names = tuple(document["vocabulary"]["classes"])
        split = document["split"]
        groups = Groups(names, None if split is None else tuple(names.index(one) for one in split["novel"]))
        for title, result in ways(document["scores"]).items():
            tally = together.setdefault(title, Tally(groups))
            if tally.groups != groups:
                raise BagError(f"{name} was evaluated with other classes than the rest: evaluate it again")
            tally.restore(result)
    return {"bags": rows, "all": {title: _headline(tally.result()) for title, tally in together.items()}}


def _headline(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name not in ("confusion", "classes", "reliability")}


def _outcome(work: Callable[[Job], Any], job: Job) -> Exception | None:
    try:
        work(job)
    except Exception as error:
        return error if type(error).__init__ is Exception.__init__ else RuntimeError(str(error))
    return None


def _begin(threads: int) -> None:
    torch.set_num_threads(threads)


def _is_bag(path: Path) -> bool:
    return path.suffix in _ENDINGS if path.is_file() else (path / "metadata.yaml").is_file()


def _lost_metadata(path: Path) -> bool:
    """A folder of a recording that was cut off: rosbag2 writes metadata.yaml at its end. Not to be passed over."""
    return path.is_dir() and any(part.suffix in (".mcap", ".db3") for part in path.iterdir())


def _listed(path: Path) -> list[tuple[str, str | None]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BagError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, list) or not all(isinstance(line, dict) and "bag" in line for line in content):
        raise BagError(f"{path} must be a list of '- bag: PATH' with, where they differ, 'ground_truth: PATH'")
    found: list[tuple[str, str | None]] = []
    for line in content:
        truth = line.get("ground_truth")
        if truth is not None and not str(truth).startswith("topic:"):
            truth = str(path.parent / str(truth))
        found.append((str(path.parent / str(line["bag"])), truth))
    return found
