# SPDX-License-Identifier: Apache-2.0
"""The voxel map: means, bounds, and evidence that follows its voxels."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xmask3d_ros.mapping import MapConfig, VoxelMap
from xmask3d_ros.mapping.keys import pack, unpack

ORIGIN = torch.zeros(3, dtype=torch.float64)
SECOND = 1_000_000_000


def cloud(count, seed, spread=2.0):
    generator = torch.Generator().manual_seed(seed)
    points = spread * (torch.rand((count, 3), generator=generator, dtype=torch.float64) - 0.5)
    return points, torch.randint(0, 256, (count, 3), generator=generator, dtype=torch.uint8)


def integrate(voxels, points, colors, camera, stamp_ns):
    voxels.integrate(points, colors, torch.full((len(points),), 1e-4, dtype=torch.float64), camera, stamp_ns)


@given(st.lists(st.tuples(*[st.integers(-(1 << 20), (1 << 20) - 1)] * 3), min_size=1, max_size=50))
def test_keys_round_trip_and_sort_by_coordinate(indices):
    tensor = torch.tensor(sorted(indices))
    keys = pack(tensor)
    assert torch.equal(unpack(keys), tensor)
    assert bool((keys[1:] >= keys[:-1]).all())


def test_a_point_beyond_the_key_range_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="fixed frame near the robot"):
        pack(torch.tensor([[1 << 20, 0, 0]]))


def test_means_equal_a_plain_grouping():
    points, colors = cloud(5000, 0)
    voxels = VoxelMap(MapConfig(voxel_size=0.1))
    for part in range(0, 5000, 1000):
        integrate(voxels, points[part : part + 1000], colors[part : part + 1000], ORIGIN, part)
    groups: dict[tuple, list[int]] = {}
    for number, index in enumerate(np.floor(points.numpy() / 0.1).astype(int)):
        groups.setdefault(tuple(index), []).append(number)
    assert len(voxels) == len(groups)
    indices = unpack(voxels.keys).tolist()
    for row in range(0, len(voxels), 7):
        members = groups[tuple(indices[row])]
        expected = points[members].mean(0)
        assert torch.allclose(voxels.positions[row], expected, atol=0.1 / 1024)
        assert torch.allclose(voxels.colors[row].double(), colors[members].double().mean(0), atol=0.51)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_points_does_not_matter(seed):
    points, colors = cloud(300, seed, 1.0)
    order = torch.randperm(300, generator=torch.Generator().manual_seed(seed))
    maps = [VoxelMap(MapConfig(voxel_size=0.2)) for _ in range(2)]
    integrate(maps[0], points, colors, ORIGIN, 0)
    integrate(maps[1], points[order], colors[order], ORIGIN, 0)
    assert torch.equal(maps[0].positions, maps[1].positions)
    assert torch.equal(maps[0].colors, maps[1].colors)


def test_sums_cannot_overflow():
    voxels = VoxelMap(MapConfig(voxel_size=1.0))
    points = torch.full((150_000, 3), 0.75, dtype=torch.float64)
    colors = torch.full((150_000, 3), 255, dtype=torch.uint8)
    for stamp in range(60):
        integrate(voxels, points, colors, ORIGIN, stamp)
    assert voxels.colors.tolist() == [[255, 255, 255]]
    assert torch.allclose(voxels.positions, points[:1], atol=1e-3)


def test_a_voxel_needs_support_and_gathers_it_over_frames():
    voxels = VoxelMap(MapConfig(voxel_size=0.1, min_support=0.5))
    points = torch.tensor([[0.05, 0.05, 0.05], [0.55, 0.05, 0.05], [0.05, 0.95, 0.05]], dtype=torch.float64)
    areas = torch.tensor([0.006, 0.002, 0.0], dtype=torch.float64)
    for number, expected in enumerate([1, 1, 2, 2]):
        voxels.integrate(points, torch.zeros((3, 3), dtype=torch.uint8), areas, ORIGIN, number)
        assert int(voxels.supported.sum()) == expected
    many = points[:1].expand(40_000, 3)
    voxels.integrate(many, torch.zeros((40_000, 3), dtype=torch.uint8), torch.full((40_000,), 1e6).double(), ORIGIN, 9)
    assert bool(voxels.supported[0])


def test_voxels_beyond_the_radius_are_forgotten():
    voxels = VoxelMap(MapConfig(voxel_size=0.1, radius=1.0))
    points, colors = cloud(3000, 1, 6.0)
    integrate(voxels, points, colors, ORIGIN, 0)
    assert 0 < len(voxels) < 3000
    assert float(voxels.positions.norm(dim=1).max()) <= 1.0
    assert voxels.forgotten > 0


def test_old_voxels_are_forgotten():
    voxels = VoxelMap(MapConfig(voxel_size=0.1, max_age=5.0))
    points, colors = cloud(100, 2)
    integrate(voxels, points, colors, ORIGIN, 0)
    integrate(voxels, points + 3.0, colors, ORIGIN, 4 * SECOND)
    assert int(voxels.last_seen_ns.min()) == 0
    integrate(voxels, points + 3.0, colors, ORIGIN, 6 * SECOND)
    assert int(voxels.last_seen_ns.min()) == 6 * SECOND


def test_the_count_is_never_exceeded_and_the_oldest_go_first():
    voxels = VoxelMap(MapConfig(voxel_size=0.01, max_voxels=500))
    for stamp in range(10):
        points, colors = cloud(300, stamp)
        integrate(voxels, points, colors, ORIGIN, stamp)
        assert len(voxels) <= 500
        assert int((voxels.last_seen_ns == stamp).sum()) >= 290


def test_evidence_moves_and_vanishes_with_its_voxels():
    voxels = VoxelMap(MapConfig(voxel_size=0.05, radius=0.5))
    for stamp in range(6):
        points, colors = cloud(400, stamp, 1.0)
        camera = torch.tensor([0.1 * stamp, 0.0, 0.0], dtype=torch.float64)
        integrate(voxels, points, colors, camera, stamp * SECOND)
        rows = torch.arange(len(voxels))
        voxels.write(rows, {"key": voxels.keys.clone()})
        voxels.add_view(voxels.keys.clone(), {"key": voxels.keys.clone()}, {}, stamp)
        assert torch.equal(voxels.layers["key"], voxels.keys)
        for view in voxels.views.values():
            assert torch.equal(view.by_voxel["key"], voxels.keys[view.rows])
    assert voxels.forgotten > 0


def test_merge_leaves_out_forgotten_voxels_and_starts_from_zero():
    voxels = VoxelMap(MapConfig(voxel_size=0.1))
    points, colors = cloud(200, 3)
    integrate(voxels, points, colors, ORIGIN, 0)
    known = voxels.keys[:10].clone()
    keys = torch.cat([known, pack(torch.tensor([[9999, 0, 0]]))])
    add = lambda stored, new: {"sum": stored["sum"] + new["sum"]}  # noqa: E731
    for _ in range(3):
        rows = voxels.merge(keys, {"sum": torch.ones(11)}, add)
    assert torch.equal(voxels.keys[rows], known)
    assert voxels.layers["sum"][rows].tolist() == [3.0] * 10
    assert float(voxels.layers["sum"].sum()) == 30.0


def test_old_views_give_way_to_new_ones():
    voxels = VoxelMap(MapConfig(voxel_size=0.1, max_views=3))
    points, colors = cloud(50, 4)
    integrate(voxels, points, colors, ORIGIN, 0)
    numbers = [voxels.add_view(voxels.keys.clone(), {}, {}, stamp) for stamp in range(5)]
    assert list(voxels.views) == numbers[-3:]
    assert (voxels.forgotten_views, voxels.orphaned) == (2, 0)


def test_a_camera_that_stands_still_does_not_push_out_what_it_saw_before():
    voxels = VoxelMap(MapConfig(voxel_size=0.1, max_views=3))
    integrate(voxels, *cloud(200, 4), ORIGIN, 0)
    keys = voxels.keys.clone()
    before = voxels.add_view(keys[:20], {}, {}, 0)
    for stamp in range(1, 10):
        last = voxels.add_view(keys[10:60], {}, {}, stamp)
    assert list(voxels.views) == [before, last - 1, last]
    assert (voxels.forgotten_views, voxels.orphaned) == (7, 0)


def test_voxels_that_lose_their_only_view_are_counted():
    voxels = VoxelMap(MapConfig(voxel_size=0.1, max_views=2))
    integrate(voxels, *cloud(200, 4), ORIGIN, 0)
    keys = voxels.keys.clone()
    numbers = [voxels.add_view(keys[chosen], {}, {}, 0) for chosen in (slice(0, 9), slice(9, 13), slice(13, 20))]
    assert list(voxels.views) == [numbers[0], numbers[2]] and voxels.orphaned == 4
    voxels.clear()
    assert (voxels.forgotten_views, voxels.orphaned) == (0, 0)
    voxels = VoxelMap(MapConfig(max_views=1))
    for stamp in range(3):  # views of voxels that were forgotten meanwhile
        voxels.add_view(keys[:5], {}, {}, stamp)
    assert list(voxels.views) == [2]


def remembering(config, points, colors):
    """A map of a frame that remembers its keys as evidence, by voxel and by view."""
    voxels = VoxelMap(config)
    integrate(voxels, points, colors, ORIGIN, 0)
    keys = voxels.keys.clone()
    voxels.write(torch.arange(len(voxels)), {"key": keys})
    voxels.add_view(keys, {"key": keys}, {}, 0)
    return voxels


def check_numbering(voxels):
    """Every table tells the same of a row."""
    assert torch.equal(voxels.rows_of(voxels.keys), torch.arange(len(voxels)))
    written = voxels.layers["key"] != 0
    assert torch.equal(voxels.layers["key"][written], voxels.keys[written])
    assert bool(torch.isfinite(voxels.positions).all())
    for view in voxels.views.values():
        assert torch.equal(view.by_voxel["key"], voxels.keys[view.rows])


@contextmanager
def without_memory(voxels):
    """The first of the layers is one that no memory can hold a copy of."""
    voxels._layers = {"huge": torch.zeros(()).expand(len(voxels._columns["key"]), 1 << 50), **voxels._layers}
    with pytest.raises(RuntimeError, match=r"memory|overflow|size"):
        yield
    del voxels._layers["huge"]


def test_a_frame_for_which_there_is_no_memory_changes_nothing():
    voxels = remembering(MapConfig(voxel_size=0.1), *cloud(200, 4))
    before = voxels.keys.clone()
    with without_memory(voxels):
        integrate(voxels, *cloud(2000, 5), ORIGIN, SECOND)
    assert torch.equal(voxels.keys, before)
    check_numbering(voxels)
    integrate(voxels, *cloud(2000, 5), ORIGIN, SECOND)
    assert len(voxels) > len(before)
    voxels.write(torch.arange(len(voxels)), {"key": voxels.keys.clone()})
    check_numbering(voxels)


def test_rows_that_a_frame_left_without_points_harm_nobody():
    voxels = remembering(MapConfig(voxel_size=0.1), *cloud(200, 4))
    count = len(voxels)
    voxels._rows_for(voxels.keys.max() + torch.arange(1, 4))  # as where memory ends in the middle of a frame
    assert len(voxels) == count + 3 == len(voxels.colors)
    assert bool(torch.isfinite(voxels.positions).all())


def test_forgetting_for_which_there_is_no_memory_leaves_a_map_that_works():
    points, colors = cloud(300, 4, 1.0)
    voxels = remembering(MapConfig(voxel_size=0.1, radius=1.0), points, colors)
    before, away = voxels.keys.clone(), torch.tensor([0.8, 0.0, 0.0], dtype=torch.float64)
    with without_memory(voxels):
        integrate(voxels, points[:1], colors[:1], away, 2 * SECOND)
    assert torch.equal(voxels.keys, before) and voxels.forgotten == 0
    check_numbering(voxels)
    integrate(voxels, points[:1], colors[:1], away, 4 * SECOND)
    assert len(voxels) == len(before) - voxels.forgotten < len(before)
    check_numbering(voxels)
    assert len(voxels.views[0].rows) == len(voxels)


def test_bytes_count_what_is_held():
    voxels = VoxelMap(MapConfig(voxel_size=0.1))
    points, colors = cloud(500, 5)
    integrate(voxels, points, colors, ORIGIN, 0)
    bare = voxels.nbytes
    assert bare == 64 * len(voxels)
    voxels.write(torch.arange(len(voxels)), {"feature": torch.zeros(len(voxels), 8, dtype=torch.float16)})
    assert voxels.nbytes == bare + 16 * len(voxels)
    voxels.clear()
    assert voxels.nbytes == 0


@pytest.mark.parametrize(
    "values", [{"voxel_size": 0.0}, {"radius": -1.0}, {"max_voxels": 0}, {"min_support": -1.0}, {"max_views": 0}]
)
def test_impossible_bounds_are_refused(values):
    with pytest.raises(ValueError, match="must"):
        MapConfig(**values)
