# SPDX-License-Identifier: Apache-2.0
"""Score recordings against ground truth: one command from a bag to a table.

Reads bags in code, never by playback, so that every run gives the same result but for timings. Ground truth is a
labelled cloud (.npz, .ply, .pcd), a folder of label images, or an image topic of the bag (topic:/name). Writes
report.json, report.html (open it in a browser; it needs no network) and labelled.ply into the output folder; for
several bags, into a folder each, and summary.json. Bags whose report is there already are not evaluated again,
unless settings differ or a file that it was made from is newer.

With --live the node itself is run on the bag as well, over DDS and at the bag's own pace: the report then tells what
was lost to time beside what the network got wrong.
"""

from __future__ import annotations

import argparse
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.commands.evaluate_bag import INPUT_ERRORS, PAGE_FILE, evaluate
from xmask3d_ros.commands.evaluate_done import earlier_report
from xmask3d_ros.commands.evaluate_live import add_live_arguments, check_live
from xmask3d_ros.commands.output import check_folder, writing
from xmask3d_ros.commands.segment import add_bag_arguments, add_model_arguments
from xmask3d_ros.evaluation.batch import Job, find_jobs, gather, my_share, run_jobs, summarise
from xmask3d_ros.evaluation.report.compare import compare, comparison_table, write_comparison
from xmask3d_ros.evaluation.report.document import REPORT_FILE, ReportError, read_document
from xmask3d_ros.evaluation.report.tables import run_table, score_table
from xmask3d_ros.files import whole_file

SUMMARY_FILE, COMPARISON_FILE = "summary.json", "compare.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "bags",
        metavar="BAG",
        nargs="*",
        help="ROS 2 bag (folder, .mcap or .db3), ROS 1 .bag, a folder of bags, or a YAML list of 'bag', 'ground_truth'",
    )
    parser.add_argument("--vocabulary", help="a .yaml file with 'classes', or names separated by commas: 'chair,table'")
    parser.add_argument("--out", type=Path, help="folder for the results")
    parser.add_argument(
        "--compare", nargs=2, metavar=("A", "B"), help="show two runs side by side, given their output folders"
    )
    add_truth_arguments(parser)
    add_model_arguments(parser)
    add_bag_arguments(parser)
    parser.add_argument(
        "--evidence", choices=("exact", "compact"), default="exact", help="what voxels remember (default: exact)"
    )
    parser.add_argument("--stride", type=int, default=1, help="run the network on every n-th frame (default: 1)")
    parser.add_argument("--worst", type=int, default=6, help="frames shown in the report (default: 6)")
    add_live_arguments(parser)
    parser.add_argument("--rerun", type=Path, metavar="FILE.rrd", help="write the run for the rerun viewer (one bag)")
    parser.add_argument("--jobs", type=int, default=1, help="bags evaluated at once, in processes (default: 1)")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")


def add_truth_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that say what is true."""
    parser.add_argument(
        "--ground-truth",
        help="labelled cloud, folder of label images, or topic:/name of the bag; {bag} stands for a bag's name",
    )
    parser.add_argument("--ground-truth-frame", help="TF frame of the cloud (default: the map's fixed frame)")
    parser.add_argument("--label-map", type=Path, help="YAML of 'ground truth name: class of the vocabulary, or null'")
    parser.add_argument("--label-names", type=Path, help="YAML of 'label: name', for ground truth without names")
    parser.add_argument(
        "--radius", type=float, default=0.05, help="metres within which a label belongs to a point (default: 0.05)"
    )
    parser.add_argument(
        "--split", help="which classes are base, as in b15n4 (default: what the model's gate takes for base)"
    )


def run(options: argparse.Namespace) -> None:
    """Evaluate or compare. Raises :class:`CommandError` for anything wrong with the input."""
    try:
        if options.compare:
            _compare(options)
            return
        _check(options)
        jobs = find_jobs(options.bags, options.ground_truth)
        one = len(jobs) == 1 and Path(jobs[0].bag) == Path(options.bags[0])  # not a folder with one bag in it
        check_live(options, several=not one)
        if one and not my_share(jobs):
            print(f"{jobs[0].name} is evaluated by another process")
        elif one:
            print(run_table(_evaluate_job(options, options.out, jobs[0])))
            print(f"see {options.out}/{PAGE_FILE}, {REPORT_FILE}, labelled.ply")
        elif options.rerun is not None:
            raise CommandError("--rerun takes one bag: evaluate the one that is to be looked at by itself")
        else:
            _evaluate_many(options, jobs)
    except (*INPUT_ERRORS, ReportError) as error:
        raise CommandError(str(error)) from error


def _check(options: argparse.Namespace) -> None:
    if not options.bags or options.vocabulary is None or options.out is None:
        raise CommandError("give a BAG, --vocabulary and --out; or --compare and two folders of results")
    if options.stride < 1 or options.worst < 0 or options.jobs < 1 or not options.radius > 0:
        raise CommandError("--stride and --jobs must be at least 1, --worst at least 0, --radius above 0")
    check_folder(options.out)
    if options.rerun is not None:
        check_folder(options.rerun.parent)


def _evaluate_job(options: argparse.Namespace, out: Path, job: Job) -> dict[str, Any]:
    """Evaluate one bag into a folder."""
    own = argparse.Namespace(**vars(options) | {"bag": job.bag, "ground_truth": job.ground_truth, "out": out})
    return evaluate(own)


def _evaluate_many(options: argparse.Namespace, jobs: list[Job]) -> None:
    """Evaluate this process's share of the bags. Under torchrun rank 0 waits for the others and writes the summary."""
    if "LOCAL_RANK" in os.environ and options.device == "cuda":
        options.device = f"cuda:{os.environ['LOCAL_RANK']}"
    left = [job for job in my_share(jobs) if earlier_report(options, job) is None]
    work = partial(_evaluate_into, argparse.Namespace(**vars(options) | {"quiet": True, "run": None}))
    own = run_jobs(left, work, min(options.jobs, max(len(left), 1)), lambda job, how: print(f"{job.name}: {how}"))
    failed = gather(own)
    if failed is None:
        return
    documents = {job.name: earlier_report(options, job) for job in jobs}
    finished = {name: document for name, document in documents.items() if document is not None}
    if finished:
        summary = summarise(finished)
        missing = [name for name in documents if name not in finished]
        with writing(options.out), whole_file(options.out / SUMMARY_FILE) as temporary:
            temporary.write_text(json.dumps(summary | {"missing": missing}, indent=1) + "\n", encoding="utf-8")
        rows = [(name, row["final map, all points"]) for name, row in summary["bags"].items()]
        print(score_table([*rows, ("all together", summary["all"]["final map, all points"])]))
        print(f"{len(finished)} of {len(jobs)} bags; see {options.out}/{SUMMARY_FILE}")
    if failed:
        raise CommandError("bags that failed:\n  " + "\n  ".join(f"{name}: {text}" for name, text in failed.items()))


def _evaluate_into(options: argparse.Namespace, job: Job) -> dict[str, Any]:
    return _evaluate_job(options, options.out / job.name, job)


def _compare(options: argparse.Namespace) -> None:
    first, second = (read_document(path) for path in options.compare)
    comparison = compare(first, second)
    print(comparison_table(comparison))
    if options.out is not None:
        with writing(options.out):
            write_comparison(comparison, options.out / COMPARISON_FILE)
        print(f"see {options.out}/{COMPARISON_FILE}")
