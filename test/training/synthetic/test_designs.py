# SPDX-License-Identifier: Apache-2.0
"""Designs, and what rooms are furnished with."""

import cv2
import numpy as np
import pytest

from xmask3d_ros.model.config import SCANNET_CLASSES
from xmask3d_training.synthetic import designs, finishes
from xmask3d_training.synthetic.catalogue import CLUTTER, label_of, nyu40_of
from xmask3d_training.synthetic.command import main
from xmask3d_training.synthetic.furnishing import furnish

SHELL = ("wall", "floor", "ceiling")
ROOMS = 24


@pytest.fixture(scope="module")
def furnished():
    """Many furnished rooms of each side, without light or cameras."""
    return {side: [furnish(np.random.default_rng(seed), side) for seed in range(ROOMS)] for side in (False, True)}


def test_every_class_has_several_designs_and_held_out_ones_of_their_own():
    for name in SCANNET_CLASSES:
        entries = finishes if name in ("wall", "floor") else designs
        train, held_out = entries(name, False), entries(name, True)
        assert len(train) >= 2 and len(held_out) >= 1, name
        assert not {entry.maker for entry in train} & {entry.maker for entry in held_out}
        assert not {entry.style for entry in train} & {entry.style for entry in held_out}


def test_rooms_use_the_designs_of_their_side_only(furnished):
    train, held_out = (
        {placed.item.design for room in furnished[side] for placed in room.placed} - {"ceiling/plain"}
        for side in (False, True)
    )
    assert len(train) > 60 and len(held_out) > 40
    assert not train & held_out


@pytest.mark.parametrize("side", [False, True])
def test_all_classes_occur(furnished, side):
    found = {placed.item.name for room in furnished[side] for placed in room.placed}
    assert set(SCANNET_CLASSES) <= found
    assert len(found & set(CLUTTER)) >= 10


@pytest.mark.parametrize("side", [False, True])
def test_a_quarter_of_all_objects_is_clutter(furnished, side):
    rooms = furnished[side]
    objects = [placed.item for room in rooms for placed in room.placed if placed.item.name not in SHELL]
    share = sum(item.name not in SCANNET_CLASSES for item in objects) / len(objects)
    assert 0.22 < share < 0.28
    assert all(item.label == 255 for item in objects if item.name in CLUTTER)
    assert 10 < len(objects) / len(rooms) < 25


@pytest.mark.parametrize("side", [False, True])
def test_objects_of_one_design_differ_and_are_of_plausible_size(side):
    largest = {"chair": 1.3, "toilet": 1.4, "sofa": 2.6, "bathtub": 2.0, "door": 2.3, "picture": 1.6, "table": 2.0}
    for name, limit in largest.items():
        for entry in designs(name, side):
            sizes = [np.ptp(entry.make(np.random.default_rng(seed)).bounds(), axis=0) for seed in range(3)]
            assert not np.allclose(sizes[0], sizes[1]), entry.style
            assert all(0.25 < size.max() < limit for size in sizes), (entry.style, sizes)


def test_label_numbers():
    assert [label_of(name) for name in ("wall", "shower curtain", "bathtub", "plant", "ceiling")] == [
        0,
        15,
        18,
        255,
        255,
    ]
    assert [nyu40_of(name) for name in ("wall", "desk", "shower curtain", "bathtub", "ceiling", "ball")] == [
        1, 14, 28, 36, 22, 40,
    ]  # fmt: skip


def test_sheets_show_each_design_in_a_row(tmp_path, capsys):
    assert main(["designs", "shower curtain", "--held-out", "--out", str(tmp_path)]) == 0
    sheet = cv2.imread(str(tmp_path / "shower_curtain.png"))
    rows = np.split(sheet, len(designs("shower curtain", True)))
    assert all(row.shape == rows[0].shape and row.std() > 10 for row in rows)
    assert not np.array_equal(rows[0], rows[1])
    assert main(["designs", "unicorn", "--out", str(tmp_path)]) == 2
    assert "no designs of unicorn; of: cabinet, bed" in capsys.readouterr().err
