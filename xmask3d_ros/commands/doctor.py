# SPDX-License-Identifier: Apache-2.0
"""Check what this machine has and lacks: Python, PyTorch, GPU, CPU, ROS, weights.

Prints a line a check, with the remedy where something is wrong. OK: works. WARN: something works less well, or not at
all, that not everybody needs. FAIL: broken; the exit status is then 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from xmask3d_ros.commands.doctor_checks import Finding, all_checks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--model", type=Path, metavar="DIR", help="check this model's folder too")


def run(options: argparse.Namespace) -> None:
    """Print the table; exits with status 1 where a check failed."""
    findings = []
    for check in all_checks(options.model):
        finding = check()
        print(line(finding), flush=True)
        findings.append(finding)
    counts = {state: sum(finding.state == state for finding in findings) for state in ("OK", "WARN", "FAIL")}
    print(", ".join(f"{count} {state}" for state, count in counts.items()))
    if counts["FAIL"]:
        sys.exit(1)


def line(finding: Finding) -> str:
    """One check as text; the remedy goes on a line of its own."""
    text = f"{finding.state:<5} {finding.subject:<18} {finding.fact}"
    return f"{text}\n{'':<24} -> {finding.remedy}" if finding.remedy else text
