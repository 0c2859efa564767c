# SPDX-License-Identifier: Apache-2.0
"""Drops and faults are counted; each cause is warned of at once, then not for a while."""

from __future__ import annotations

from xmask3d_ros.nodes.reporting import Reporter


def test_a_cause_is_warned_of_once_and_counted_always():
    log: list[str] = []
    reporter = Reporter(log.append, log.append)
    for _ in range(3):
        reporter.drop("no transform", "no pose")
    assert log == ["no pose [no transform: 1 so far]"] and reporter.dropped == {"no transform": 3}


def test_a_new_beginning_counts_and_warns_anew():
    log: list[str] = []
    reporter = Reporter(log.append, log.append)
    for _ in range(2):
        reporter.drop("no transform", "no pose")
        reporter.fault("segment", ZeroDivisionError("zero"))
        reporter.begin()
    assert len(log) == 4 and log[:2] == log[2:]
    assert (reporter.dropped, reporter.faults) == ({}, 0)
