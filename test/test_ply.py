# SPDX-License-Identifier: Apache-2.0
"""PLY files written by us, read by us and by trimesh."""

import numpy as np
import pytest
import trimesh

from xmask3d_ros.ply import PlyError, read_comments, read_vertices, write_vertices


def vertices(count):
    array = np.zeros(count, [("x", "f4"), ("y", "f4"), ("z", "f4"), ("red", "u1"), ("label", "<u2"), ("wide", ">f8")])
    generator = np.random.default_rng(0)
    for name in array.dtype.names:
        array[name] = generator.integers(0, 200, count)
    return array


@pytest.mark.parametrize("count", [0, 1, 500])
def test_what_is_written_is_read_back(tmp_path, count):
    path = tmp_path / "cloud.ply"
    write_vertices(path, vertices(count), ["class 0 wall", "frame map"])
    back = read_vertices(path, ("x", "label"))
    assert back.dtype.names == vertices(0).dtype.names
    assert all(np.array_equal(back[name], vertices(count)[name]) for name in back.dtype.names)
    assert read_comments(path) == ["class 0 wall", "frame map"]


def test_other_software_reads_it(tmp_path):
    path = tmp_path / "cloud.ply"
    write_vertices(path, vertices(50))
    loaded = trimesh.load(path)
    expected = np.stack([vertices(50)[name] for name in "xyz"], axis=1)
    assert np.allclose(np.asarray(loaded.vertices), expected)


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "cloud.ply"
    write_vertices(path, vertices(50))
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(PlyError, match="truncated"):
        read_vertices(path, ("x",))


@pytest.mark.parametrize("form", ["ascii", "binary_little_endian"])
def test_more_vertices_than_any_memory_holds_are_refused(tmp_path, form):
    path = tmp_path / "cloud.ply"
    path.write_text(f"ply\nformat {form} 1.0\nelement vertex {10**14}\nproperty float x\nend_header\n1.25\n")
    with pytest.raises(PlyError, match=f"truncated: 1 of {10**14} vertices"):
        read_vertices(path, ("x",))
