# SPDX-License-Identifier: Apache-2.0
"""Labelled clouds from files of every kind, and what their names mean."""

import numpy as np
import pytest

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.truth.cloud import read_truth_cloud
from xmask3d_ros.evaluation.truth.error import GroundTruthError
from xmask3d_ros.evaluation.truth.names import meaning_of, read_label_map, read_label_names
from xmask3d_ros.evaluation.truth.pcd import decompress_lzf
from xmask3d_ros.files import write_ply
from xmask3d_ros.vocabulary import make_vocabulary

POINTS = np.array([[0, 0, 0], [1, 2, 3], [-4, 5.5, 0.25], [9, 9, 9]], np.float32)
LABELS = np.array([7, 2, 7, 0])
NAMES = {7: "chair", 2: "shower curtain", 0: "unlabelled"}


def names_of(cloud):
    return [cloud.names[index] for index in cloud.names_of_points]


def test_npz_names_by_place_or_by_id(tmp_path):
    by_place = np.array(["unlabelled", "a", "shower curtain", "b", "c", "d", "e", "chair"])
    np.savez(tmp_path / "place.npz", xyz=POINTS, labels=LABELS.astype(np.uint8), label_names=by_place)
    by_id = dict(points=POINTS, label_nyu40=LABELS, label_names=list(NAMES.values()), valid_nyu40_ids=list(NAMES))
    np.savez(tmp_path / "id.npz", **by_id)
    for name in ("place", "id"):
        cloud = read_truth_cloud(tmp_path / f"{name}.npz")
        assert np.array_equal(cloud.points, POINTS)
        assert names_of(cloud) == ["chair", "shower curtain", "chair", "unlabelled"]


def test_the_ply_that_segment_writes_is_ground_truth_as_well(tmp_path):
    labels = np.array([1, 0, 1, 65535], np.uint16)
    colors = np.arange(12, dtype=np.uint8).reshape(4, 3)
    ours = LabelledCloud(
        np.arange(4), POINTS, colors, labels, np.ones(4, np.float32), {0: "shower curtain", 1: "chair"}, 5
    )
    write_ply(ours, tmp_path / "cloud.ply", "map")
    cloud = read_truth_cloud(tmp_path / "cloud.ply")
    assert names_of(cloud) == ["chair", "shower curtain", "chair", "unlabelled"]
    assert np.array_equal(cloud.points, POINTS)
    assert np.array_equal(cloud.colors, colors)


def pcd_header(data, size="4 4 4 4", kinds="F F F U"):
    lines = ["# .PCD v0.7", "VERSION 0.7", "FIELDS x y z label", f"SIZE {size}", f"TYPE {kinds}", "COUNT 1 1 1 1"]
    return "\n".join([*lines, "WIDTH 4", "HEIGHT 1", "POINTS 4", f"DATA {data}", ""]).encode()


def literal_lzf(data):
    """LZF that stores everything as it is."""
    return b"".join(bytes([len(data[at : at + 32]) - 1]) + data[at : at + 32] for at in range(0, len(data), 32))


@pytest.mark.parametrize("kind", ["ascii", "binary", "binary_compressed"])
def test_pcd(tmp_path, kind):
    records = np.empty(4, np.dtype([("p", "<f4", 3), ("l", "<u4")]))
    records["p"], records["l"] = POINTS, LABELS
    body = records.tobytes()
    if kind == "ascii":
        body = "\n".join(f"{p[0]} {p[1]} {p[2]} {label}" for p, label in zip(POINTS, LABELS, strict=True)).encode()
    if kind == "binary_compressed":
        plain = np.ascontiguousarray(POINTS.T).tobytes() + LABELS.astype("<u4").tobytes()
        packed = literal_lzf(plain)
        body = np.array([len(packed), len(plain)], "<u4").tobytes() + packed
    (tmp_path / "cloud.pcd").write_bytes(pcd_header(kind) + body)
    cloud = read_truth_cloud(tmp_path / "cloud.pcd", {7: "chair", 2: "shower curtain"})
    assert np.array_equal(cloud.points, POINTS)
    assert names_of(cloud) == ["chair", "shower curtain", "chair", "0"], "labels without a name are named by digits"


def test_lzf_copies_may_overlap_what_they_make():
    # One literal "ab", then copies of distance 2: length 4 (2 + 2) and length 9 + 3 (7 + 3 + 2).
    assert decompress_lzf(bytes([1, 97, 98, 2 << 5, 1]), 6) == b"ababab"
    assert decompress_lzf(bytes([1, 97, 98, 7 << 5, 3, 1]), 14) == b"ab" * 7
    with pytest.raises(ValueError, match="before their start"):
        decompress_lzf(bytes([2 << 5, 1]), 4)
    for cut in ([1, 97, 98, 2 << 5], [1, 97, 98, 7 << 5, 3]):
        with pytest.raises(ValueError, match="end within a copy"):
            decompress_lzf(bytes(cut), 14)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cloud.xyz", b"", "are read, not '.xyz'"),
        ("cloud.ply", b"ply\nnonsense", "cannot be read"),
        ("cloud.pcd", b"VERSION", "no line DATA"),
        ("cloud.pcd", pcd_header("binary") + b"123", "truncated"),
        ("cloud.pcd", pcd_header("zip"), "DATA zip is unknown"),
        ("cloud.pcd", pcd_header(""), "header lacks DATA"),
        ("cloud.pcd", pcd_header("ascii").replace(b"POINTS 4", b"POINTS"), "header lacks POINTS"),
        ("cloud.pcd", pcd_header("ascii", kinds="F F F X"), "TYPE F F F X of SIZE 4 4 4 4 is no number"),
        ("cloud.pcd", pcd_header("ascii") + b"0 0 0\n" * 4, "12 numbers, its header says 4 points of 4"),
        ("cloud.pcd", pcd_header("binary_compressed") + np.array([1, 64, 7 << 5], "<u4").tobytes(), "within a copy"),
        ("cloud.npz", b"PK no", "cannot be read"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GroundTruthError, match=message):
        read_truth_cloud(tmp_path / name)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (dict(labels=LABELS), "neither 'xyz' nor 'points'"),
        (dict(xyz=POINTS), "has no labels"),
        (dict(xyz=POINTS, labels=LABELS[:3]), "one a point"),
        (dict(xyz=np.full((4, 3), np.nan), labels=LABELS), "not finite"),
        (dict(xyz=POINTS, labels=["a", "b", "a", "c"]), "must be numbers"),
    ],
)
def test_npz_that_lack_something(tmp_path, arrays, message):
    np.savez(tmp_path / "cloud.npz", **arrays)
    with pytest.raises(GroundTruthError, match=message):
        read_truth_cloud(tmp_path / "cloud.npz")
    with pytest.raises(GroundTruthError, match="no file"):
        read_truth_cloud(tmp_path / "nothing.npz")


def test_single_values_beside_the_arrays_are_passed_over(tmp_path):
    np.savez(tmp_path / "cloud.npz", xyz=POINTS, labels=np.zeros(4, int), label_names="wall", scene_ids=7)
    assert read_truth_cloud(tmp_path / "cloud.npz").names == ("wall",)


def test_an_array_under_another_name_is_refused(tmp_path):
    with (tmp_path / "cloud.npz").open("wb") as file:
        np.save(file, POINTS)
    with pytest.raises(GroundTruthError, match=r"an \.npy by another name"):
        read_truth_cloud(tmp_path / "cloud.npz")


@pytest.mark.parametrize("damage", ["data", "flags"])
def test_damaged_npz_are_refused(tmp_path, damage):
    path = tmp_path / "cloud.npz"
    np.savez_compressed(path, xyz=POINTS, labels=LABELS)
    content = bytearray(path.read_bytes())
    if damage == "data":  # of the first entry, behind its header of 30 bytes, name and extras: no kind of block
        content[30 + content[26] + content[28]] = 0xFF
    else:  # the directory calls the entry encrypted
        content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(GroundTruthError, match=r"cannot be read: .*is it complete"):
        read_truth_cloud(path)


def test_names_find_their_class_by_mapping_name_or_synonym():
    vocabulary = make_vocabulary(["chair", "sofa", "shower curtain"], {"sofa": ["couch"]})
    names = ["Shower_Curtain", "couch", "stool", "thing", "unlabelled", "clutter"]
    meaning = meaning_of(names, vocabulary, {"stool": "chair", "clutter": None})
    assert meaning.class_of_name.tolist() == [2, 1, 0, -1, -1, -1]
    assert meaning.unknown == ("thing",)
    assert meaning.ignored == ("unlabelled", "clutter")
    assert meaning.mapped == {"Shower_Curtain": "shower curtain", "couch": "sofa", "stool": "chair"}


def test_maps_that_lead_nowhere_are_refused(tmp_path):
    vocabulary = make_vocabulary(["chair"])
    with pytest.raises(GroundTruthError, match="leads to 'char', which the vocabulary does not have"):
        meaning_of(["stool"], vocabulary, {"stool": "char"})
    with pytest.raises(GroundTruthError, match=r"no name of the ground truth.*--label-map"):
        meaning_of(["stool"], vocabulary)
    (tmp_path / "map.yaml").write_text("stool: 3")
    with pytest.raises(GroundTruthError, match="class name or null"):
        read_label_map(tmp_path / "map.yaml")
    with pytest.raises(GroundTruthError, match="label: name"):
        read_label_names(tmp_path / "map.yaml")
    with pytest.raises(GroundTruthError, match="cannot be read"):
        read_label_map(tmp_path / "nothing.yaml")


def test_real_files(test_data):
    labelled = test_data / "labelled"
    scannet = read_truth_cloud(labelled / "mmdet3d_scannet_scene0000_00_100pts.npz")
    assert {"wall", "floor"} <= set(scannet.names)
    s3dis = read_truth_cloud(labelled / "mmdet3d_s3dis_Area_1_office_2_100pts.npz")
    assert set(s3dis.names) <= {"ceiling", "floor", "wall", "window", "door", "table", "chair", "bookcase", "board",
                                "clutter", "beam", "column", "sofa"}  # fmt: skip
