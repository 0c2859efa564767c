# SPDX-License-Identifier: Apache-2.0
"""Pairing of stamps."""

from hypothesis import given
from hypothesis import strategies as st

from xmask3d_ros.evaluation.bag_pairing import default_tolerance, pair_stamps

MS = 1_000_000
stamps = st.lists(st.integers(0, 500), unique=True, max_size=25)


@given(stamps, stamps, st.integers(0, 60))
def test_pairs_are_within_tolerance_unique_and_leave_no_closer_couple(colors, depths, tolerance):
    pairs = pair_stamps(colors, depths, tolerance)
    assert pairs == sorted(pairs)
    partner_of_color, partner_of_depth = dict(pairs), {depth: color for color, depth in pairs}
    assert len(partner_of_color) == len(partner_of_depth) == len(pairs)
    assert all(color in colors and depth in depths and abs(color - depth) <= tolerance for color, depth in pairs)
    for color in colors:
        for depth in depths:
            gap = abs(color - depth)
            if gap > tolerance:
                continue
            # One of the two has a partner at least as close: no couple would rather leave theirs for each other.
            gaps = [abs(color - partner_of_color[color])] if color in partner_of_color else []
            gaps += [abs(depth - partner_of_depth[depth])] if depth in partner_of_depth else []
            assert gaps and min(gaps) <= gap


def test_streams_of_different_rates():
    colors = [at * 33 * MS for at in range(10)]
    depths = [at * 66 * MS + 5 * MS for at in range(5)]
    tolerance = default_tolerance(colors, depths)
    assert tolerance == 33 * MS // 2
    assert pair_stamps(colors, depths, tolerance) == [(at * 66 * MS, at * 66 * MS + 5 * MS) for at in range(5)]


def test_default_tolerance_is_bounded():
    assert default_tolerance([0, 2000 * MS], [0, 3000 * MS]) == 50 * MS
    assert default_tolerance([5], [7]) == 50 * MS
    assert default_tolerance([5, 5 + 10 * MS, 5 + 20 * MS], [7]) == 5 * MS
