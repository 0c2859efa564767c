# SPDX-License-Identifier: Apache-2.0
"""The transform tree against scipy's Slerp on random trees, and every way in which a lookup can fail."""

import threading

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from xmask3d_ros.geometry import (
    ExtrapolationError,
    TransformError,
    TransformTree,
    UnconnectedError,
    UnknownFrameError,
    rigid_from_quaternion,
)

SECOND = 1_000_000_000
NO_TURN = (0.0, 0.0, 0.0, 1.0)


class Edge:
    """One edge of a random tree, and its value at a time by scipy."""

    def __init__(self, generator: np.random.Generator, parent: str, child: str, base_ns: int) -> None:
        self.parent, self.child = parent, child
        self.static = generator.random() < 0.3
        count = 1 if self.static else int(generator.integers(2, 12))
        self.stamps = base_ns + np.sort(generator.choice(10 * SECOND, count, replace=False)).astype(np.int64)
        self.translations = generator.uniform(-50, 50, (count, 3))
        self.rotations = Rotation.random(count, rng=generator)
        self.base_ns = base_ns

    def insert(self, tree: TransformTree, generator: np.random.Generator) -> None:
        for at in generator.permutation(len(self.stamps)):
            quaternion = self.rotations[at].as_quat() * generator.choice([-1, 1])
            transform = (self.translations[at], quaternion)
            if generator.random() < 0.5:
                transform = rigid_from_quaternion(*transform)
            assert tree.set(self.parent, self.child, transform, int(self.stamps[at]), self.static)

    def at(self, stamp: int) -> np.ndarray:
        matrix = np.eye(4)
        if self.static:
            matrix[:3, :3], matrix[:3, 3] = self.rotations[0].as_matrix(), self.translations[0]
            return matrix
        # Relative to the base, so that double precision holds nanoseconds.
        times = (self.stamps - self.base_ns).astype(float)
        time = float(stamp - self.base_ns)
        matrix[:3, :3] = Slerp(times, self.rotations)([time])[0].as_matrix()
        matrix[:3, 3] = [np.interp(time, times, axis) for axis in self.translations.T]
        return matrix


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    frames=st.integers(2, 9),
    base=st.sampled_from([0, 1_700_000_000 * SECOND]),
)
def test_random_trees_against_scipy(seed, frames, base):
    generator = np.random.default_rng(seed)
    names = [f"frame_{number}" for number in generator.permutation(frames)]
    edges = [
        Edge(generator, names[int(generator.integers(number))], names[number], base) for number in range(1, frames)
    ]
    tree = TransformTree(cache_seconds=None)
    for at in generator.permutation(len(edges)):
        edges[at].insert(tree, generator)
    assert tree.roots() == [names[0]] and sorted(tree.frames()) == sorted(names)

    above = {edge.child: edge for edge in edges}
    for _ in range(4):
        target, source = generator.choice(names, 2)
        stamp = base + int(generator.integers(10 * SECOND))
        paths = []
        for frame in (target, source):
            path = []
            while frame in above:
                path.append(above[frame])
                frame = above[frame].parent
            paths.append(path)
        while paths[0] and paths[1] and paths[0][-1] is paths[1][-1]:
            paths[0].pop(), paths[1].pop()
        moving = [edge for edge in paths[0] + paths[1] if not edge.static]
        begin = max((int(edge.stamps[0]) for edge in moving), default=None)
        end = min((int(edge.stamps[-1]) for edge in moving), default=None)
        if moving:
            assert tree.latest_common_time(target, source) == end
            if begin <= end:
                assert tree.time_range(target, source) == (begin, end)
                stamp = int(np.clip(stamp, begin, end)) if generator.random() < 0.7 else stamp
            else:
                with pytest.raises(ExtrapolationError, match="share no time"):
                    tree.time_range(target, source)
        else:
            assert tree.time_range(target, source) is None and tree.latest_common_time(target, source) == 0
        if moving and not begin <= stamp <= end:
            with pytest.raises(ExtrapolationError):
                tree.lookup(target, source, stamp)
            continue
        sides = []
        for path in paths:
            matrix = np.eye(4)
            for edge in path:
                matrix = edge.at(stamp) @ matrix
            sides.append(matrix)
        np.testing.assert_allclose(tree.lookup(target, source, stamp), np.linalg.inv(sides[0]) @ sides[1], atol=1e-9)


def moving_tree(cache_seconds: float | None = 10.0) -> TransformTree:
    """map -> base from 1 s to 3 s, 1 m/s along x; base -> camera fixed at z = 1."""
    tree = TransformTree(cache_seconds)
    for second in (1, 2, 3):
        tree.set("map", "base", ((float(second), 0, 0), NO_TURN), second * SECOND)
    tree.set("base", "camera", ((0, 0, 1.0), NO_TURN), static=True)
    return tree


def test_direction_is_target_from_source():
    tree = moving_tree()
    np.testing.assert_allclose(tree.lookup("map", "camera", 1_500_000_000)[:3, 3], (1.5, 0, 1))
    np.testing.assert_allclose(tree.lookup("camera", "map", 1_500_000_000)[:3, 3], (-1.5, 0, -1))
    np.testing.assert_array_equal(tree.lookup("base", "base", 99 * SECOND), np.eye(4))


@pytest.mark.parametrize(("stamp", "reason"), [(0, "only known from later on"), (3 * SECOND + 1, "not known yet")])
def test_nothing_is_extrapolated(stamp, reason):
    with pytest.raises(ExtrapolationError) as caught:
        moving_tree().lookup("map", "camera", stamp)
    message = str(caught.value)
    for part in ("'map' from 'camera'", f"{stamp / 1e9:.6f} s", "'map' -> 'base'", reason, "1.000000 s to 3.000000 s"):
        assert part in message


def test_unknown_frames_are_named_with_the_known_ones():
    with pytest.raises(UnknownFrameError, match="'odom' is unknown; frames heard of: 'base', 'camera', 'map'"):
        moving_tree().lookup("odom", "camera", SECOND)
    with pytest.raises(UnknownFrameError, match="frames heard of: none"):
        TransformTree().lookup("map", "map", 0)


def test_unconnected_trees_name_both_roots():
    tree = moving_tree()
    tree.set("world", "arm", ((0, 0, 0), NO_TURN), static=True)
    with pytest.raises(UnconnectedError, match=r"'arm' \(under 'world'\) and 'camera' \(under 'map'\)"):
        tree.lookup("arm", "camera", SECOND)
    assert tree.roots() == ["map", "world"]


def test_a_loop_is_found_not_followed():
    tree = TransformTree()
    tree.set("a", "b", ((0, 0, 0), NO_TURN), 0)
    tree.set("b", "a", ((0, 0, 0), NO_TURN), 0)
    tree.set("x", "y", ((0, 0, 0), NO_TURN), 0)
    with pytest.raises(UnconnectedError, match="loop: a -> b -> a"):
        tree.lookup("y", "a", 0)


def test_all_errors_are_lookup_errors():
    for kind in (UnknownFrameError, UnconnectedError, ExtrapolationError):
        assert issubclass(kind, TransformError) and issubclass(kind, LookupError)


def test_history_is_bounded_and_old_samples_are_refused():
    tree = TransformTree(cache_seconds=2.0)
    for tenth in range(100):
        assert tree.set("map", "base", ((tenth / 10, 0, 0), NO_TURN), tenth * SECOND // 10)
    assert tree.time_range("map", "base") == (79 * SECOND // 10, 99 * SECOND // 10)
    assert not tree.set("map", "base", ((0, 0, 0), NO_TURN), SECOND)
    assert tree.set("map", "base", ((0, 0, 0), NO_TURN), 8_050_000_000), "late, but within the bound"
    np.testing.assert_allclose(tree.lookup("map", "base", 8_050_000_000)[0, 3], 0)
    np.testing.assert_allclose(tree.lookup("map", "base", 8_075_000_000)[0, 3], 4.05)


def test_a_repeated_stamp_keeps_the_first():
    tree = moving_tree()
    assert not tree.set("map", "base", ((9, 9, 9), NO_TURN), 2 * SECOND)
    np.testing.assert_allclose(tree.lookup("map", "base", 2 * SECOND)[:3, 3], (2, 0, 0))


def test_a_single_sample_is_valid_at_its_stamp_only():
    tree = TransformTree()
    tree.set("map", "base", ((1, 0, 0), NO_TURN), 5)
    assert tree.lookup("map", "base", 5)[0, 3] == 1
    with pytest.raises(ExtrapolationError):
        tree.lookup("map", "base", 6)


def test_a_frame_may_change_its_parent():
    """A box on a table is lifted by a gripper at 3.5 s; both times can be looked up, the moment between cannot."""
    tree = TransformTree()
    tree.set("room", "table", ((1, 0, 0), NO_TURN), static=True)
    tree.set("room", "gripper", ((0, 5, 0), NO_TURN), static=True)
    for second in (1, 2, 3):
        tree.set("table", "box", ((0, 0, second), NO_TURN), second * SECOND)
    for second in (4, 5):
        tree.set("gripper", "box", ((0, 0, 0.1 * second), NO_TURN), second * SECOND)
    np.testing.assert_allclose(tree.lookup("room", "box", 2_500_000_000)[:3, 3], (1, 0, 2.5))
    np.testing.assert_allclose(tree.lookup("room", "box", 4_500_000_000)[:3, 3], (0, 5, 0.45))
    with pytest.raises(ExtrapolationError, match="changing its parent from 'table' to 'gripper'"):
        tree.lookup("room", "box", 3_500_000_000)
    assert tree.time_range("room", "box") == (4 * SECOND, 5 * SECOND)
    assert tree.parent("box") == "gripper" and tree.parent("room") is None


def test_static_replaces_static_and_moving():
    tree = moving_tree()
    tree.set("base", "camera", ((0, 0, 2.0), NO_TURN), static=True)
    assert tree.lookup("map", "camera", SECOND)[2, 3] == 2
    tree.set("map", "base", ((7, 0, 0), NO_TURN), static=True)
    assert tree.lookup("map", "camera", 99 * SECOND)[0, 3] == 7


def test_clear_forgets_everything():
    tree = moving_tree()
    tree.clear()
    assert tree.frames() == [] and tree.roots() == []
    assert tree.set("map", "base", ((0, 0, 0), NO_TURN), 1), "a clock that jumped back starts anew"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("map", "map", np.eye(4)), "two different"),
        (("", "base", np.eye(4)), "non-empty"),
        (("map", "base", ((0, 0, np.nan), NO_TURN)), "three finite numbers"),
        (("map", "base", ((0, 0, 0), (0, 0, 0, 0))), "'map' -> 'base': quaternion .* has no direction"),
        (("map", "base", np.zeros((4, 4))), "'map' -> 'base'"),
    ],
)
def test_impossible_transforms_are_refused_and_leave_nothing_behind(arguments, message):
    tree = TransformTree()
    with pytest.raises(ValueError, match=message):
        tree.set(*arguments, 0)
    assert tree.frames() == []


def test_listing_is_yaml():
    listing = yaml.safe_load(moving_tree().all_frames_as_yaml())
    assert listing["base"] == {
        "parent": "map",
        "static": False,
        "rate": 1.0,
        "oldest_transform": 1.0,
        "most_recent_transform": 3.0,
        "buffer_length": 2.0,
    }
    assert listing["camera"]["static"] is True
    assert yaml.safe_load(TransformTree().all_frames_as_yaml()) == {}


def test_lookups_during_inserts_from_another_thread():
    """Every answer must lie on the line x = t, whatever is being inserted and dropped meanwhile."""
    tree = TransformTree(cache_seconds=0.5)
    tree.set("map", "base", ((0, 0, 0), NO_TURN), 0)
    done, answered = threading.Event(), threading.Event()

    def insert() -> None:
        for number in range(1, 4000):
            tree.set("map", "base", ((number / 1000, 0, 0), NO_TURN), number * SECOND // 1000)
            if number == 2000:
                answered.wait(10)  # else all may be inserted before the other thread gets its turn
        done.set()

    thread = threading.Thread(target=insert)
    thread.start()
    answers = 0
    while not done.is_set():
        stamp = tree.latest_common_time("map", "base")
        try:
            x = tree.lookup("map", "base", stamp - 300_000)[0, 3]
        except ExtrapolationError:
            continue
        assert x == pytest.approx((stamp - 300_000) / 1e9, abs=1e-9)
        answers += 1
        answered.set()
    thread.join()
    assert answers > 0
