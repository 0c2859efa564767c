# SPDX-License-Identifier: Apache-2.0
"""The command line: many rooms, a process a room; pictures of designs; how fast it goes."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from xmask3d_ros.model.config import SCANNET_CLASSES
from xmask3d_training.prepare.options import positive

from .catalogue import CLUTTER
from .furnishing import KINDS
from .generate import SyntheticRoom
from .shapes import designs
from .sheets import draw_designs
from .speed import measure
from .writers.bag import write_bag, write_truth
from .writers.prepared import scene_name, write_captions, write_room

Job = tuple[Path, int, int, bool, bool, str | None]
"""One room to make: folder, seed, views, whether held out, whether as a bag, kind of room (None: any)."""
_ROOMS_AT_RISK = 20
"""A killed command leaves at most so many rooms without captions, and those that are being made."""


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="xmask3d train synthetic", description="Synthetic rooms.")
    commands = parser.add_subparsers(dest="command", required=True)
    rooms = commands.add_parser("rooms", help="write rooms in the prepared ScanNet layout, or as ROS 2 bags")
    rooms.add_argument("--out", type=Path, required=True, help="folder to write to; what it holds of other seeds stays")
    rooms.add_argument("--rooms", type=positive, default=10, help="number of rooms (default 10)")
    rooms.add_argument("--views", type=positive, default=25, help="views a room (default 25)")
    rooms.add_argument("--seed", type=int, default=0, help="seed of the first room, the next ones follow (default 0)")
    rooms.add_argument("--held-out", action="store_true", help="rooms of held-out designs, written as validation set")
    rooms.add_argument(
        "--kind", choices=list(KINDS), help="rooms of this kind alone, under seeds of their own (default: all kinds)"
    )
    rooms.add_argument("--bag", action="store_true", help="write each room as a ROS 2 bag with ground truth beside it")
    rooms.add_argument(
        "--processes", type=positive, default=os.cpu_count(), help="rooms made at a time (default: all cores)"
    )
    sheets = commands.add_parser("designs", help="draw the designs of things, a picture a class or clutter word")
    sheets.add_argument("names", nargs="*", metavar="NAME", help="things to draw, such as sofa (default: all)")
    sheets.add_argument(
        "--out", type=Path, default=Path("out/designs"), help="folder to write to (default out/designs)"
    )
    sheets.add_argument("--held-out", action="store_true", help="the designs of held-out rooms")
    speed = commands.add_parser("speed", help="measure one process, against ray casting alone")
    speed.add_argument("--views", type=positive, default=25, help="views of the room (default 25)")
    speed.add_argument("--seed", type=int, default=0, help="seed of the room (default 0)")
    return parser.parse_args(argv)


def _make(job: Job) -> tuple[str, dict[str, list[str]]]:
    """Write a room; returns its name and its captions, of which a bag has none."""
    out, seed, views, held_out, bag, kind = job
    room, name = SyntheticRoom(seed, held_out, views, kind=kind), scene_name(seed, held_out)
    if not bag:
        return name, write_room(room, out)
    write_bag(room, out / name)
    write_truth(room.cloud(), out / f"{name}_truth.npz")
    return name, {}


def _results(jobs: list[Job], processes: int) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """What ``_make`` returns of each job, as they get done."""
    if processes == 1:
        yield from map(_make, jobs)
        return
    # Spawned, not forked: this process may hold threads of its own; and each worker needs only one.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_make, jobs)


def _draw_designs(names: Sequence[str], held_out: bool, out: Path) -> int:
    """Draw the designs of the named things, or of all that have any; returns the exit status."""
    known = [name for name in (*SCANNET_CLASSES, *CLUTTER) if designs(name, held_out)]
    if unknown := sorted(set(names) - set(known)):
        print(f"xmask3d train synthetic: no designs of {', '.join(unknown)}; of: {', '.join(known)}", file=sys.stderr)
        return 2
    for name in tqdm(names or known, unit="class"):
        draw_designs(name, held_out, out)
    print(f"{len(names or known)} pictures in {out}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Make rooms and say how fast it went, draw designs, or measure one process.

    Returns the exit status.
    """
    options = _arguments(argv)
    if options.command == "speed":
        print(measure(options.seed, options.views))
        return 0
    if options.command == "designs":
        return _draw_designs(options.names, options.held_out, options.out)
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = range(options.seed, options.seed + options.rooms)
    bags = [options.out / scene_name(seed, options.held_out) for seed in seeds] if options.bag else []
    if there := [bag for bag in bags if bag.exists()]:
        print(f"xmask3d train synthetic rooms: {there[0]} is there already: remove it, or give --out", file=sys.stderr)
        return 2
    jobs: list[Job] = [
        (options.out, seed, options.views, options.held_out, options.bag, options.kind) for seed in seeds
    ]
    started = time.monotonic()
    captions: dict[str, dict[str, list[str]]] = {}
    try:
        for name, told in tqdm(_results(jobs, min(options.processes, options.rooms)), total=len(jobs), unit="room"):
            captions[name] = told
            if len(captions) % _ROOMS_AT_RISK == 0 and not options.bag:
                write_captions(captions, options.out)  # all so far: another such command may write there too
    finally:  # an interrupted command leaves rooms that can be used
        if captions and not options.bag:
            write_captions(captions, options.out)
    minutes = (time.monotonic() - started) / 60
    views = options.rooms * options.views
    print(f"{options.rooms} rooms, {views} views in {options.out}: {views / minutes:.0f} views a minute")
    return 0
