# SPDX-License-Identifier: Apache-2.0
"""The reader of PLY vertices."""

import numpy as np
import pytest
from training.prepare.raw_scannet import ply

from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.ply import read_points, read_vertices

COORDINATES = np.array([[0.25, -1.5, 3], [1e-3, 2, -7.125], [4, 5, 6], [7, 8, 9.5]])
COLORS = np.array([[0, 127, 255], [1, 2, 3], [4, 5, 6], [7, 8, 9]], np.uint8)


@pytest.mark.parametrize("form", ["binary", "big", "ascii"])
def test_reads_every_form(tmp_path, form):
    path = tmp_path / "a.ply"
    path.write_bytes(ply(COORDINATES, COLORS, np.array([0, 1, 40, 1191]), form))
    coordinates, colors = read_points(path)
    np.testing.assert_array_equal(coordinates, COORDINATES.astype(np.float32))
    np.testing.assert_array_equal(colors, COLORS)
    assert coordinates.dtype == np.float32 and colors.dtype == np.uint8
    assert read_vertices(path, ("label",))["label"].tolist() == [0, 1, 40, 1191]


@pytest.mark.parametrize("form", ["binary", "ascii"])
def test_a_truncated_file_is_named(tmp_path, form):
    path = tmp_path / "a.ply"
    data = ply(COORDINATES, COLORS, form=form)
    body = data.index(b"end_header\n") + len("end_header\n")
    path.write_bytes(data[: body + 40])
    with pytest.raises(PrepareError, match=r"a\.ply.*(truncated: \d of 4 vertices|a vertex that is not 7 numbers)"):
        read_points(path)
    path.write_bytes(data[: body - 5])
    with pytest.raises(PrepareError, match="no end_header"):
        read_points(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"solid stl", "no PLY file"),
        (b"ply\nformat ascii 1.0\nelement face 2\nproperty int a\nend_header\n", "'face', not its vertices"),
        (b"ply\nformat ascii 1.0\nelement vertex 1\nproperty list uchar int x\nend_header\n", "'list uchar int x'"),
        (b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n1\n", "lack y, z, red"),
        (b"ply\nelement vertex 1\nproperty float x\nend_header\n1\n", "no known format"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, content, message):
    path = tmp_path / "a.ply"
    path.write_bytes(content)
    with pytest.raises(PrepareError, match=message):
        read_points(path)


def test_vertices_must_be_finite(tmp_path):
    path = tmp_path / "a.ply"
    path.write_bytes(ply(np.where(COORDINATES == 4, np.nan, COORDINATES), COLORS))
    with pytest.raises(PrepareError, match="not finite"):
        read_points(path)
