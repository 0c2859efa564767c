# SPDX-License-Identifier: Apache-2.0
"""Two runs side by side, of which one, both or none were made with ``--live`` too."""

import copy
import re
import shutil
import subprocess

import numpy as np
import pytest

from xmask3d_ros.evaluation.report.compare import compare, comparison_table, write_comparison
from xmask3d_ros.evaluation.report.document import beside
from xmask3d_ros.evaluation.scoring.tally import Groups, Tally

GROUPS = Groups(("a", "b"), (1,))
TRUTH = np.array([0, 0, 0, 0, 1])
GOOD, POOR = np.array([0, 0, 0, 0, 1]), np.array([0, 0, 1, -1, 1])
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SPREAD = {"median": 12.0, "p95": 30.0, "max": 31.0}


def scored(prediction):
    tally = Tally(GROUPS)
    tally.add(TRUTH, prediction, np.full(5, 0.5))
    return tally.result()


def document(live=None, segmented=1):
    """A run whose offline labels are all right; ``live``: labels over DDS."""
    scores = {"final_map": dict.fromkeys(("all", "covered", "filled"), scored(GOOD)), "live": scored(GOOD)}
    run = {
        "bag": "room", "scores": scores | {"single_views": scored(POOR)}, "split": {"base": ["a"], "novel": ["b"]},
        "timings": {"latency_ms": {"network": {"median": 5.0}}, "frame_ms": {"median": 6.0}},
    }  # fmt: skip
    if live is not None:
        frames = {"published": {"color": 3}, "segmented": segmented, "not segmented": {}, "dropped": {"no pose": 0}}
        times = {"frame": SPREAD, "cloud": SPREAD, "frame_each": [12.0]}
        over_dds = {
            "final_map": dict.fromkeys(("all", "covered", "filled"), scored(live)), "live": scored(live),
        }  # fmt: skip
        facts = {"rate": 1.0, "frames": frames, "clouds": 2, "latency_ms": times, "played_late_ms": SPREAD}
        run["timings"]["live"] = beside(facts | {"scores": over_dds}, scores)
    return run


def test_runs_that_both_were_live():
    found = compare(document(POOR, segmented=1), document(GOOD, segmented=3))
    accuracy = {title: [row[side]["accuracy"] for side in ("first", "second", "difference")]
                for title, row in found["scores"].items()}  # fmt: skip
    assert accuracy["live labels"] == [1.0, 1.0, 0.0]
    assert accuracy["live labels, over DDS"] == pytest.approx([0.6, 1.0, 0.4])
    assert accuracy["final map, all points, lost to time"] == pytest.approx([0.4, 0.0, -0.4])
    rows = {row["name"]: (row["first"], row["second"]) for row in found["live"]}
    assert rows["frames.segmented"] == (1, 3)
    assert rows["latency_ms.frame.p95"] == (30.0, 30.0)
    assert "frames.dropped.no pose" not in rows, "nothing was dropped in either"
    assert not any("each" in name for name in rows)
    said = comparison_table(found)
    assert "frames.segmented: 1 | 3" in said
    lines = said.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("live labels, over DDS A"))
    assert [lines[at].split()[-3], lines[at + 1].split()[-3], lines[at + 2].split()[-3]] == ["60.0", "100.0", "+40.0"]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_run_that_was_live_and_one_that_was_not(swapped):
    runs = [document(POOR), document()]
    found = compare(*reversed(runs) if swapped else runs)
    row = found["scores"]["live labels, over DDS"]
    with_, without = ("second", "first") if swapped else ("first", "second")
    assert row[with_]["accuracy"] == pytest.approx(0.6)
    assert row[without]["accuracy"] is row["difference"]["accuracy"] is None
    assert {part[without] for part in found["live"]} == {None}
    assert "frames.segmented: " + ("- | 1" if swapped else "1 | -") in comparison_table(found)


def test_runs_that_were_not_live_say_nothing_of_it():
    found = compare(document(), document())
    assert found["live"] == found["facts"] == []
    assert "DDS" not in comparison_table(found)


def test_other_base_classes_are_told():
    """Means over base and novel classes cannot be compared then; without --split they follow from the models."""
    other = copy.deepcopy(document())
    other["split"] = {"base": ["a", "b"], "novel": []}
    names = {fact["name"]: (fact["first"], fact["second"]) for fact in compare(document(), other)["facts"]}
    assert names == {"split.base": (["a"], ["a", "b"]), "split.novel": (["b"], [])}


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path")
def test_the_page_in_a_browser(tmp_path):
    path = tmp_path / "compare.html"
    write_comparison(compare(document(POOR, segmented=1), document()), path)
    arguments = ["--headless=new", "--no-sandbox", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    shown = subprocess.run([BROWSER, *arguments, f"file://{path}"], capture_output=True, text=True, timeout=90).stdout
    assert 'data-ready="yes"' in re.search(r"<body[^>]*>", shown)[0]
    assert "<td>live labels, over DDS</td>" in shown
    assert "<td>frames.segmented</td><td>1</td><td>–</td>" in shown, "the second was not live"
