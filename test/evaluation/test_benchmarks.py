# SPDX-License-Identifier: Apache-2.0
"""Splits and label sets against facts that are counted or spelled out independently."""

import json
import os
from pathlib import Path

import pytest

from xmask3d_ros.evaluation.benchmarks import BENCHMARKS, Benchmark, PaperRow, benchmark
from xmask3d_ros.evaluation.label_sets import S3DIS, SCANNET20, SCANNET200, LabelSet
from xmask3d_ros.evaluation.metrics import harmonic_mean
from xmask3d_ros.model.config import B12N7_NOVEL, SCANNET_CLASSES

NOVEL_NAMES = {
    "scannet_b15n4": "sofa, bookshelf, desk, toilet",
    "scannet_b12n7": "bed, chair, table, bookshelf, picture, sink, bathtub",
    "scannet_b10n9": "bookshelf, picture, counter, desk, refrigerator, shower curtain, toilet, sink, bathtub",
    "s3dis_b8n4": "window, table, sofa, bookcase",
    "s3dis_b6n6": "floor, window, door, table, bookcase, board",
}
SIZES = {
    "scannet_b15n4": (15, 4),
    "scannet_b12n7": (12, 7),
    "scannet_b10n9": (10, 9),
    "scannet200_b170n30": (170, 30),
    "scannet200_b150n50": (150, 50),
    "s3dis_b8n4": (8, 4),
    "s3dis_b6n6": (6, 6),
}


def test_the_seven_benchmarks_have_the_sizes_in_their_names():
    assert {name: (len(entry.base), len(entry.novel)) for name, entry in BENCHMARKS.items()} == SIZES
    for entry in BENCHMARKS.values():
        assert sorted(entry.base + entry.novel) == list(range(entry.classes))


@pytest.mark.parametrize("name", NOVEL_NAMES)
def test_novel_names(name):
    assert ", ".join(benchmark(name).novel_names) == NOVEL_NAMES[name]


def test_scannet200_splits_by_name():
    assert benchmark("scannet200_b170n30").novel_names[:4] == ("pillow", "box", "clothes", "counter")
    assert benchmark("scannet200_b170n30").novel_names[-2:] == ("folded chair", "mattress")
    assert benchmark("scannet200_b150n50").novel_names[:3] == ("couch", "window", "bookshelf")
    assert sum(benchmark("scannet200_b170n30").novel) == 2879
    assert sum(benchmark("scannet200_b150n50").novel) == 4987


@pytest.mark.parametrize("name", BENCHMARKS)
def test_classes_absent_from_validation_are_base(name):
    entry = benchmark(name)
    assert not set(entry.labels.absent_from_validation) & set(entry.novel)


def test_label_sets():
    assert len(SCANNET20.names) == 19 and SCANNET20.unlabelled == 20
    assert SCANNET20.raw_ids[SCANNET20.all_names.index("toilet")] == 33
    assert SCANNET20.raw_ids[-1] == 39 and SCANNET20.ignored_names == ("otherfurniture",)
    assert len(SCANNET200.names) == 200 and SCANNET200.unlabelled == 200
    assert SCANNET200.raw_ids[0] == 1 and SCANNET200.raw_ids[-1] == 1191
    assert list(SCANNET200.raw_ids) == sorted(SCANNET200.raw_ids)
    absent = [SCANNET200.names[label] for label in SCANNET200.absent_from_validation]
    assert absent == [
        "bicycle", "storage container", "candle", "guitar case", "purse", "alarm clock", "music stand", "cd case",
        "structure", "storage organizer", "luggage",
    ]  # fmt: skip
    assert S3DIS.raw_ids == tuple(range(13)) and S3DIS.all_names[12] == "clutter"


def test_the_models_default_classes_are_those_of_b12n7():
    assert SCANNET20.names == SCANNET_CLASSES
    assert benchmark("scannet_b12n7").novel == B12N7_NOVEL


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_papers_hiou_follows_from_its_base_and_novel(name):
    paper = benchmark(name).paper
    assert harmonic_mean(paper.base, paper.novel) == pytest.approx(paper.hiou, abs=0.1)


def test_exponents():
    novel = {name: entry.novel_exponent for name, entry in BENCHMARKS.items()}
    assert novel.pop("scannet_b10n9") == 0.20
    assert novel.pop("scannet200_b170n30") == 0.25
    assert set(novel.values()) == {0.35}
    assert {entry.base_exponent for entry in BENCHMARKS.values()} == {0.65}
    assert [name for name, entry in BENCHMARKS.items() if entry.most_points == 65_000] == ["scannet_b12n7"]


def test_errors():
    with pytest.raises(ValueError, match="scannet_b15n4"):
        benchmark("scannet_b13n6")
    with pytest.raises(ValueError, match="ascending"):
        Benchmark("x", "x", S3DIS, (3, 2), PaperRow(0, 0, 0))
    with pytest.raises(ValueError, match="raw ids"):
        LabelSet("x", ("a",), (), (1, 2))
    with pytest.raises(ValueError, match="twice"):
        LabelSet("x", ("a", "b"), (), (1, 1))


def test_against_the_list_of_facts():
    """The list lies beside the test data; the sums above guard the rest of the time."""
    root = os.environ.get("XMASK3D_TEST_DATA")
    path = Path(root or "").parent / "reference" / "classes.json"
    if not root or not path.exists():
        pytest.skip("XMASK3D_TEST_DATA is not set, or there is no reference/classes.json beside it")
    facts = json.loads(path.read_text())
    for labels in (SCANNET20, SCANNET200, S3DIS):
        assert list(labels.all_names) == facts[labels.name]["names"]
    assert list(SCANNET20.raw_ids) == facts["scannet20"]["nyu40_ids"]
    assert list(SCANNET200.raw_ids) == facts["scannet200"]["raw_ids"]
    assert list(SCANNET200.absent_from_validation) == facts["scannet200"]["absent_from_val"]
    for name, entry in BENCHMARKS.items():
        assert list(entry.novel) == facts["novel"][name.removeprefix("scannet_").removeprefix("scannet200_")]
