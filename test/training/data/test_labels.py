# SPDX-License-Identifier: Apache-2.0
"""Label maps of all benchmarks (METHODS 1.4)."""

import numpy as np
import pytest

from xmask3d_ros.evaluation.benchmarks import BENCHMARKS, benchmark
from xmask3d_training.data.labels import LabelMaps


@pytest.mark.parametrize("name", BENCHMARKS)
def test_compaction(name):
    entry = benchmark(name)
    maps, everything = LabelMaps(entry), np.arange(entry.labels.unlabelled + 1)
    base, binary = maps.base(everything), maps.binary(everything)
    assert base[list(entry.base)].tolist() == list(range(len(entry.base))), "base classes keep their order"
    assert base[max(entry.base)] == len(entry.base) - 1, "the highest base label becomes B - 1"
    others = [label for label in everything if label not in entry.base]
    assert set(base[others]) == {len(entry.base)} == {maps.ignored_base}
    assert set(binary[list(entry.base)]) == {1} and set(binary[list(entry.novel)]) == {0}
    ignored = everything[entry.classes :]
    assert binary[ignored].tolist() == ignored.tolist()
    assert maps.usable(everything, "annotated") == entry.classes
    assert maps.usable(everything, "base") == len(entry.base)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_pixels_and_points_agree(name):
    entry = benchmark(name)
    maps = LabelMaps(entry)
    raw = np.array([[*entry.labels.raw_ids, 4711, 65535]], np.uint16)
    labels = maps.of_pixels(raw)[0]
    assert labels[:-2].tolist() == list(range(len(entry.labels.raw_ids))) and set(labels[-2:]) == {255}
    known = labels[:-2]
    np.testing.assert_array_equal(maps.base_pixels(raw)[0, :-2], maps.base(known))
    assert set(maps.base_pixels(raw)[0, -2:]) == {maps.ignored_base}


def test_stored_points():
    scannet = LabelMaps(benchmark("scannet_b12n7"))
    stored = np.array([0, 18, 19, 255, -100, 20], np.float64)
    assert scannet.of_points(stored).tolist() == [0, 18, 19, 20, 20, 20]
    scannet200 = LabelMaps(benchmark("scannet200_b170n30"))
    assert scannet200.of_points(np.array([1, 2, 1191, 12, 0, 5000, -1])).tolist() == [0, 1, 199] + [200] * 4
    s3dis = LabelMaps(benchmark("s3dis_b8n4"))
    assert s3dis.of_points(np.array([0, 11, 12, 255], np.uint8)).tolist() == [0, 11, 12, 13]


def test_b12n7_by_name():
    maps = LabelMaps(benchmark("scannet_b12n7"))
    nyu40 = {"wall": 1, "bed": 4, "sofa": 6, "toilet": 33, "otherfurniture": 39, "unannotated": 0, "ceiling": 22}
    assert {name: int(maps.base_pixels(np.array([[raw]]))[0, 0]) for name, raw in nyu40.items()} == {
        "wall": 0, "bed": 12, "sofa": 3, "toilet": 11, "otherfurniture": 12, "unannotated": 12, "ceiling": 12,
    }  # fmt: skip
