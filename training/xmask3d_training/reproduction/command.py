# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train reproduce``: train and test the experiments in the synthetic rooms, and write their tables.

What has been done is not done again: a finished run is skipped, an interrupted one goes on from its last checkpoint.
A run takes one to two hours of two CPU cores; there are fourteen. Tables of all finished runs go to OUT/tables.md.

  xmask3d train reproduce b15n4_seed0 --data ROOMS --towers FOLDER      one run
  xmask3d train reproduce --data ROOMS --towers FOLDER                  all
  xmask3d train reproduce --tables --document docs/reproduction.md      tables of what there is
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

CONFIGS = Path("training/configs/reproduction")


def main(arguments: Sequence[str]) -> int:
    """Run the experiments; returns the exit status."""
    options = _parser().parse_args(arguments)
    from xmask3d_training.engine.cli import FAULTS
    from xmask3d_training.prepare.errors import PrepareError

    try:
        return _run(options)
    except (*FAULTS, PrepareError) as error:
        print(f"xmask3d train reproduce: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    import torch

    from xmask3d_training.engine.errors import SettingsError
    from xmask3d_training.reproduction.experiments import read_plan
    from xmask3d_training.reproduction.pictures import draw_rooms
    from xmask3d_training.reproduction.process import OutOfTime
    from xmask3d_training.reproduction.runner import Place, ensure_tested, ensure_trained, read_json

    plan = read_plan(options.configs)
    runs = plan.chosen(options.names)
    if options.list:
        for run in runs:
            print(f"{run.name:<28} {plan.about[run.experiment]}")
        return 0
    if options.tables:
        _write_tables(options.out, options.document)
        return 0
    if options.data is None or options.towers is None:
        raise SettingsError("give --data (rooms) and --towers (frozen networks)")
    cores = 1 if torch.cuda.is_available() else min(2, os.cpu_count() or 1)
    place = Place(
        data=options.data,
        towers=options.towers,
        out=options.out,
        processes=options.processes or cores,
        epochs=options.epochs,
        extra=dict(map(_setting, options.set)),
        deadline=float("inf") if options.minutes is None else time.monotonic() + 60 * options.minutes,
    )
    for number, run in enumerate(runs):
        print(f"[{number + 1}/{len(runs)}] {run.name}: {plan.about[run.experiment]}", flush=True)
        try:
            ensure_trained(plan, run, place)
            result = ensure_tested(plan, run, place)
        except OutOfTime:
            print(f"the time is spent; the same command goes on with {run.name}")
            break
        picture = options.out / "pictures" / f"{run.name}.jpg"
        if not picture.is_file():
            draw_rooms(options.data, place.folder(run), read_json(result)["benchmark"], picture)
        _write_tables(options.out, options.document)
    return 0


def _write_tables(out: Path, document: Path | None) -> None:
    from xmask3d_ros.files import whole_file
    from xmask3d_training.reproduction.document import fill
    from xmask3d_training.reproduction.tables import TABLES, measured, read_results

    found = read_results(out)
    tables = {name: make(found) for name, make in TABLES.items()}
    with whole_file(out / "tables.md") as temporary:
        parts = [f"## {name}\n\n{rows}" for name, table in tables.items() if (rows := measured(table))]
        temporary.write_text("\n".join(parts), encoding="utf-8")
    if document is not None:
        fill(document, tables)
    print(f"tables of {sum(map(len, found.values()))} runs: {out / 'tables.md'}")


def _setting(text: str) -> tuple[str, Any]:
    """A setting's name and value from ``model.optimiser.warm_up=10``. Raises SettingsError."""
    from xmask3d_training.engine.errors import SettingsError

    name, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"--set {text}: give NAME=VALUE, for instance data.batch_size=4")
    return name, yaml.safe_load(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xmask3d train reproduce", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments or single runs (default: all)")
    parser.add_argument("--data", type=Path, help="data root with training and held-out rooms")
    parser.add_argument("--towers", help="folder of towers, or of a trained model whose towers are used")
    parser.add_argument("--out", type=Path, default=Path("runs/reproduction"), help="a folder a run (%(default)s)")
    parser.add_argument("--configs", type=Path, default=CONFIGS, help="base.yaml, experiments.yaml (%(default)s)")
    parser.add_argument("--epochs", type=int, help="in place of base.yaml's; runs of other lengths in proportion")
    parser.add_argument("--minutes", type=float, help="stop after so long; the same command goes on")
    parser.add_argument(
        "--processes", type=int, help="of a training or a test (default: 2 on CPU cores, 1 on GPUs, each with its own)"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of all runs")
    parser.add_argument("--tables", action="store_true", help="write the tables of what there is and run nothing")
    parser.add_argument("--document", type=Path, help="Markdown file with places for the tables, to be filled too")
    parser.add_argument("--list", action="store_true", help="name the runs and do nothing")
    return parser
