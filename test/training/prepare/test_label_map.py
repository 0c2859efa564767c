# SPDX-License-Identifier: Apache-2.0
"""ScanNet's label table and annotation, and the labels made of them."""

import json
from collections import Counter

import numpy as np
import pytest
from training.prepare.raw_scannet import label_table

from xmask3d_ros.evaluation.label_sets import S3DIS, SCANNET20, SCANNET200
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.label_map import read_label_map, scannet20_labels, scannet200_ids
from xmask3d_training.prepare.s3dis_points import label_of
from xmask3d_training.prepare.segments import read_annotation


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "scannetv2-labels.combined.tsv"
    path.write_bytes(label_table())
    return read_label_map(path)


def test_the_table_maps_names_to_ids_to_nyu40(table):
    unknown = Counter()
    ids = table.ids_of_names(["office chair", '19" monitor', "warp core"], [5, 6, 7], unknown)
    assert ids.tolist() == [10, 1299, 0]
    assert table.nyu40(np.array([10, 1299, 0, 41]), unknown).tolist() == [5, 40, 0, 22]
    assert unknown == {"raw name 'warp core'": 7}


def test_unknown_raw_ids_are_counted_and_unlabelled(table):
    unknown = Counter()
    assert table.nyu40(np.array([[9999, 2, 2], [65535, 1, 0]], np.uint16), unknown).tolist() == [[0, 0, 0], [0, 1, 0]]
    assert unknown == {"raw id 9999": 1, "raw id 65535": 1, "raw id 2": 2}


def test_every_id_gets_its_label():
    ids = np.arange(256)
    labels = scannet20_labels(ids)
    for label, (number, _) in enumerate(zip(SCANNET20.raw_ids, SCANNET20.all_names, strict=True)):
        assert labels[number] == label
    assert (labels != 255).sum() == 20
    raw = np.arange(1400)
    kept = scannet200_ids(raw)
    assert sorted(kept[kept > 0]) == sorted(SCANNET200.raw_ids)
    assert all(kept[number] == number for number in SCANNET200.raw_ids)


def test_the_real_scannet_sample(test_data):
    with np.load(test_data / "labelled" / "mmdet3d_scannet_scene0000_00_100pts.npz") as sample:
        ids, valid, names = sample["label_nyu40"], sample["valid_nyu40_ids"], sample["label_names"]
    spelling = {"showercurtain": "shower curtain"}
    theirs = [spelling.get(str(name), str(name)) for name in names]
    assert [SCANNET20.all_names[label] for label in scannet20_labels(valid)] == theirs
    labels = scannet20_labels(ids)
    assert labels.shape == (100,)
    for number, label in zip(ids, labels, strict=True):
        assert label == (theirs.index(theirs[list(valid).index(number)]) if number in valid else 255)
    assert set(ids[labels == 255].tolist()) == {0, 15, 18, 22, 25, 38, 40}


def test_the_real_s3dis_sample(test_data):
    with np.load(test_data / "labelled" / "mmdet3d_s3dis_Area_1_office_2_100pts.npz") as sample:
        labels, names = sample["label"], sample["label_names"]
    assert [label_of(str(name)) for name in names] == list(range(13))
    assert {S3DIS.all_names[label_of(str(names[label]))] for label in labels} == {str(names[label]) for label in labels}
    assert label_of("stairs") == S3DIS.all_names.index("clutter") and label_of("<UNK>") == 255


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"id\tcategory\n1\twall\n", "needs the tab-separated columns"), (b"id\traw_category\tnyu40id\n", "has no rows"),
     (b"id\traw_category\tnyu40id\nx\twall\t1\n", "needs the tab-separated columns")],
)  # fmt: skip
def test_another_table_is_refused(tmp_path, content, message):
    path = tmp_path / "table.tsv"
    path.write_bytes(content)
    with pytest.raises(PrepareError, match=message):
        read_label_map(path)


def write_annotation(folder, segments, groups):
    (folder / "segs.json").write_text(json.dumps({"segIndices": segments}))
    (folder / "aggregation.json").write_text(json.dumps({"segGroups": groups}))
    return folder / "aggregation.json", folder / "segs.json"


def test_the_later_of_two_objects_owns_a_segment(tmp_path, table):
    groups = [{"label": "wall", "segments": [7, 3]}, {"label": "floor", "segments": [3, 900]},
              {"label": "warp core", "segments": [8]}]  # fmt: skip
    files = write_annotation(tmp_path, [7, 3, 3, 8, 12], groups)
    unknown = Counter()
    annotation = read_annotation(*files, 5, table, unknown)
    assert annotation.raw_ids.tolist() == [1, 3, 3, 0, 0] and annotation.objects == 3
    assert unknown == {"raw name 'warp core'": 1}


def test_annotation_of_another_mesh_is_refused(tmp_path, table):
    files = write_annotation(tmp_path, [0, 1], [])
    with pytest.raises(PrepareError, match="segments 2 vertices, the mesh has 3"):
        read_annotation(*files, 3, table, Counter())
    assert read_annotation(*files, 2, table, Counter()).raw_ids.tolist() == [0, 0]
    files[1].write_text('{"segIndices": [0, 1')
    with pytest.raises(PrepareError, match="no valid JSON, perhaps truncated"):
        read_annotation(*files, 2, table, Counter())
    write_annotation(tmp_path, [0, 1], [{"label": "wall"}])
    with pytest.raises(PrepareError, match="lacks 'label' or a list 'segments'"):
        read_annotation(*files, 2, table, Counter())
