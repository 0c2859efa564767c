# SPDX-License-Identifier: Apache-2.0
"""Time of evaluating many bags with one process and with several, as a Markdown table.

    OMP_NUM_THREADS=1 python benchmarks/evaluate_many.py [--bags 4] [--jobs 1 2 4] [--stride 8] [--model tiny]

The bags are copies of the bundled room. Each number of processes is one run of ``xmask3d evaluate`` from its start, so
that loading libraries and network counts, as it does for the user; the ratio is against the first number, in the same
run of this script. OMP_NUM_THREADS=1 keeps one process from using several cores, which would hide what processes gain.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
WORDS = "wall,floor,sofa,table,window"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bags", type=int, default=4)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--stride", type=int, default=8, help="the network runs on every n-th of a bag's 24 frames")
    parser.add_argument("--model", default="tiny")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load before the first run {load:.1f}; {options.bags} bags; model {options.model}")
    print("\n| processes | seconds | bags a minute | ratio | load after it |\n|---|---|---|---|---|")
    first = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(options.bags):
            shutil.copytree(SAMPLE / "room", folder / "bags" / f"room_{number}")
        for jobs in options.jobs:
            seconds = evaluate(folder / "bags", folder / f"out_{jobs}", jobs, options)
            first = first or seconds
            rate = 60 * options.bags / seconds
            load = os.getloadavg()[0]
            print(f"| {jobs} | {seconds:.1f} | {rate:.1f} | {first / seconds:.2f} | {load:.1f} |", flush=True)


def evaluate(bags: Path, out: Path, jobs: int, options: argparse.Namespace) -> float:
    """One run; returns its seconds."""
    command = [sys.executable, "-m", "xmask3d_ros.cli", "evaluate", str(bags), "--out", str(out), "--quiet"]
    command += ["--ground-truth", str(SAMPLE / "room_truth.npz"), "--vocabulary", WORDS, "--model", options.model]
    command += ["--stride", str(options.stride), "--jobs", str(jobs)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
