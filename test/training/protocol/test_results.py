# SPDX-License-Identifier: Apache-2.0
"""Tables, numbers and bars of an evaluation."""

import json

import cv2
import numpy as np
import pytest
import torch

from xmask3d_ros.evaluation.benchmarks import BENCHMARKS, benchmark
from xmask3d_ros.evaluation.metrics import harmonic_mean
from xmask3d_training.protocol.branches import BRANCHES
from xmask3d_training.protocol.report import write_report
from xmask3d_training.protocol.results import PAPER_BRANCHES, results, table


def confusions(name: str) -> dict[str, torch.Tensor]:
    """Perfect for the fused output, all wrong for 3D, half of each class unlabelled for 2D."""
    classes = benchmark(name).classes
    perfect = torch.cat([10 * torch.eye(classes, dtype=torch.int64), torch.zeros(classes, 1, dtype=torch.int64)], 1)
    wrong = torch.cat([perfect[:, :-1].roll(1, dims=1), perfect[:, -1:]], 1)
    half = perfect // 2
    half[:, -1] = 5
    return {"fused": perfect, "3d": wrong, "2d": half}


def test_the_table_stands_beside_the_papers(tmp_path):
    made = benchmark("scannet_b12n7")
    text = write_report(tmp_path, made, confusions(made.name), {"frames": 7})
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert rows[0] == ["ScanNet B12/N7", "hIoU", "base", "novel"]
    assert ["XMask3D, paper", "61.7", "70.2", "55.1"] in rows
    assert ["XMask3D, paper, 2D only", "35.0", "40.6", "30.8"] in rows
    assert ["this run, fused", "100.0", "100.0", "100.0"] in rows
    assert ["this run, 3D only", "0.0", "0.0", "0.0"] in rows
    assert ["this run, 2D only", "50.0", "50.0", "50.0"] in rows
    assert text in (tmp_path / "table.md").read_text() and "shower curtain" in (tmp_path / "table.md").read_text()
    found = json.loads((tmp_path / "results.json").read_text())
    assert found["frames"] == 7 and found["paper_percent"] == {"hiou": 61.7, "base": 70.2, "novel": 55.1}
    assert [result["output"] for result in found["results"]] == list(BRANCHES)
    assert found["results"][0]["iou"]["wall"] == pytest.approx(1)
    with np.load(tmp_path / "confusions.npz") as stored:
        np.testing.assert_array_equal(stored["2d"], confusions(made.name)["2d"])
    picture = cv2.imread(str(tmp_path / "classes.png"))
    assert picture is not None and len(np.unique(picture.reshape(-1, 3), axis=0)) > 3


def test_scannet200_is_averaged_by_both_rules():
    made = benchmark("scannet200_b170n30")
    counts = confusions(made.name)["fused"]
    absent = list(made.labels.absent_from_validation)
    counts[absent] = 0
    found = {(result.branch, result.rule): result.scores for result in results(made, {"fused": counts})}
    assert found["fused", "all"].miou_base == pytest.approx((170 - len(absent)) / 170)
    assert found["fused", "present"].miou_base == pytest.approx(1)
    text = table(made, results(made, {"fused": counts}))
    assert "without absent classes" in text and "this run, fused " in text


def test_absent_means_leave_the_table_readable():
    made = benchmark("s3dis_b8n4")
    nothing = {branch: torch.zeros(12, 13, dtype=torch.int64) for branch in BRANCHES}
    assert "| 0.0 |" in table(made, results(made, nothing)).replace("  ", " ")


@pytest.mark.parametrize("name", PAPER_BRANCHES)
def test_the_papers_branches_agree_with_its_main_table(name):
    base, novel = PAPER_BRANCHES[name]["fused"]
    paper = BENCHMARKS[name].paper
    assert (paper.base, paper.novel) == (base, novel)
    assert harmonic_mean(base, novel) == pytest.approx(paper.hiou, abs=0.1)
