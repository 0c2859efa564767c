# SPDX-License-Identifier: Apache-2.0
"""Colour and depth are paired by stamp: at any rates, in any loop, and every message is accounted for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xmask3d_ros.nodes.pairing import JUMP_NS, KINDS, Pairing

MS = 1_000_000
START = 1_000_000 * MS


def streams(color_hz: float, depth_hz: float, seconds: float = 10.0, delay_ms: float = 3.0) -> list[tuple[str, int]]:
    """Kind and stamp of the messages of a recording, in the order they arrive."""
    events = []
    for kind, rate, delay in (("color", color_hz, 0.0), ("depth", depth_hz, delay_ms)):
        events += [(kind, START + round((number / rate) * 1e9 + delay * MS)) for number in range(int(seconds * rate))]
    return sorted(events, key=lambda event: event[1])


def run(pairing: Pairing, events: list[tuple[str, int]]) -> list[tuple[int, int]]:
    """The pairs that a stream of messages gives."""
    pairs = [pairing.add(kind, stamp, f"{kind} {stamp}") for kind, stamp in events]
    return [(pair.color_ns, pair.depth_ns) for pair in pairs if pair]


def adds_up(pairing: Pairing) -> bool:
    """Every message received is in a pair, waits, or is counted as dropped."""
    return all(
        pairing.received[kind]
        == pairing.paired
        + pairing.waiting(kind)
        + sum(count for cause, count in pairing.dropped.items() if cause.endswith(kind))
        for kind in KINDS
    )


@pytest.mark.parametrize(
    ("color_hz", "depth_hz"), [(30, 30), (30, 15), (30, 10), (15, 30), (10, 30), (30, 29.97), (1, 1)]
)
def test_every_loop_of_a_recording_gives_the_same_pairs(color_hz, depth_hz):
    pairing, events = Pairing(10 * MS), streams(color_hz, depth_hz)
    loops = [run(pairing, events) for _ in range(3)]
    assert loops[1] == loops[0] and loops[2] == loops[0]
    if max(color_hz, depth_hz) % min(color_hz, depth_hz) == 0:
        assert len(loops[0]) == 10 * min(color_hz, depth_hz), "each message of the slower stream has a partner"
    assert adds_up(pairing)
    # Each stream jumps once a loop.
    assert pairing.jumps == 4


@pytest.mark.parametrize("late", [1, 3, 10])
@pytest.mark.parametrize("lagging", KINDS)
def test_one_stream_may_jump_before_the_other(late, lagging):
    """The last messages of the old loop come after the first of the new one."""
    events = streams(30, 15, 2.0)
    lags = [event for event in events if event[0] == lagging]
    leads = [event for event in events if event[0] != lagging]
    pairing = Pairing(10 * MS)
    run(pairing, [event for event in events if event not in lags[-late:]])
    crossed = run(pairing, leads[:late] + lags[-late:])
    assert not crossed
    rest = [event for event in events if event not in leads[:late]]
    assert run(pairing, rest) == run(Pairing(10 * MS), events)
    assert adds_up(pairing)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [30, 1])
def test_a_stray_stamp_is_dropped_and_no_jump(kind, rate):
    events = streams(rate, rate, 6.0)
    pairing = Pairing(10 * MS)
    pairs = run(pairing, [*events[: rate * 4], (kind, START + 3_600_000 * MS), *events[rate * 4 :]])
    assert pairs == run(Pairing(10 * MS), events)
    assert (pairing.jumps, pairing.strays, pairing.dropped) == (0, 1, {f"stray {kind}": 1})
    assert adds_up(pairing)


def test_a_stray_pair_is_a_jump_since_it_may_be_in_the_map():
    events, far = streams(30, 30, 2.0), START + 3_600_000 * MS
    pairing = Pairing(10 * MS)
    pairs = run(pairing, [*events[:60], ("color", far), ("depth", far), *events[60:]])
    assert set(pairs) == {*run(Pairing(10 * MS), events), (far, far)}
    assert (pairing.jumps, pairing.strays, pairing.dropped) == (2, 0, {})
    assert adds_up(pairing)


def test_a_pause_of_minutes_is_no_stray():
    events = streams(30, 15, 2.0)
    later = [(kind, stamp + 300_000 * MS) for kind, stamp in events]
    pairing = Pairing(10 * MS)
    assert len(run(pairing, events + later)) == 2 * len(run(Pairing(10 * MS), events))
    assert (pairing.jumps, pairing.strays) == (0, 0)


@pytest.mark.parametrize("before", [1, 2, 30])
def test_a_loop_of_a_recording_that_ends_after_a_pause_is_a_jump(before):
    events = streams(30, 30, before / 30)
    events += [(kind, START + 60_000 * MS) for kind in KINDS]
    pairing = Pairing(10 * MS)
    loops = [run(pairing, events) for _ in range(2)]
    assert loops[0] == loops[1] and len(loops[0]) == before + 1
    assert (pairing.jumps, pairing.strays) == (2, 0)


def test_what_waits_may_be_dropped_and_time_go_on():
    pairing = Pairing(10 * MS)
    run(pairing, [("color", START), ("depth", START + 20 * MS)])
    pairing.drop_waiting()
    assert pairing.dropped == {"cleared depth": 1, "unpaired color": 1}
    assert not run(pairing, [("color", START + 20 * MS), ("depth", START - 2 * JUMP_NS)])
    assert pairing.jumps == 1, "the stamps seen are remembered"


def test_the_nearest_is_taken():
    pairing = Pairing(20 * MS)
    assert run(pairing, [("depth", START), ("depth", START + 12 * MS), ("color", START + 10 * MS)]) == [
        (START + 10 * MS, START + 12 * MS)
    ]


def test_beyond_the_tolerance_there_is_no_pair():
    pairing = Pairing(10 * MS)
    assert not run(pairing, [("color", START), ("depth", START + 10 * MS + 1)])
    assert pairing.dropped == {"unpaired color": 1}
    assert run(pairing, [("color", START + 20 * MS)]), "exactly the tolerance"


def test_a_pair_knows_its_time_and_skew():
    pairing = Pairing(10 * MS)
    pairing.add("depth", START + 4 * MS, "d")
    pair = pairing.add("color", START, "c")
    assert (pair.color, pair.depth, pair.color_ns, pair.skew_ns) == ("c", "d", START, 4 * MS)


def test_a_silent_partner_costs_bounded_memory():
    pairing = Pairing(10 * MS, limit=5)
    run(pairing, [("color", START + number * 33 * MS) for number in range(100)])
    assert (pairing.waiting("color"), pairing.dropped) == (5, {"unpaired color": 95})


def test_a_partner_that_lags_is_waited_for():
    """Depth that comes most of a second late still finds its colour image."""
    pairing = Pairing(10 * MS, limit=30)
    stamps = [START + number * 33 * MS for number in range(60)]
    interleaved = []
    for number, stamp in enumerate(stamps):
        interleaved.append(("color", stamp))
        if number >= 25:
            interleaved.append(("depth", stamps[number - 25]))
    assert len(run(pairing, interleaved)) == 35


def test_repeated_stamps_are_refused():
    pairing = Pairing(10 * MS)
    assert run(pairing, [("color", START), ("color", START), ("depth", START), ("depth", START)]) == [(START, START)]
    assert pairing.dropped == {"repeated color": 1, "repeated depth": 1}


def test_stamps_that_are_never_set_do_not_pair_at_random():
    pairing = Pairing(10 * MS)
    pairs = run(pairing, [("color", 0), ("depth", 0)] * 10)
    assert len(pairs) == 1 and adds_up(pairing)


def test_clear_forgets_what_waits():
    pairing = Pairing(10 * MS)
    run(pairing, [("color", START)])
    pairing.clear()
    assert pairing.dropped == {"cleared color": 1}
    assert not run(pairing, [("depth", START)])
    assert not pairing.jumps


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3 * JUMP_NS // MS)), max_size=60),
    st.integers(0, 30),
    st.integers(1, 8),
)
def test_whatever_comes_is_accounted_for(messages, tolerance_ms, limit):
    pairing = Pairing(tolerance_ms * MS, limit)
    pairs = run(pairing, [(kind, START + stamp * MS) for kind, stamp in messages])
    assert adds_up(pairing)
    assert len(pairs) == pairing.paired
    assert all(abs(color - depth) <= tolerance_ms * MS for color, depth in pairs)
    assert all(pairing.waiting(kind) <= limit for kind in KINDS)


@settings(max_examples=40, deadline=None)
@given(st.floats(5, 60), st.floats(5, 60), st.floats(0, 8))
def test_pairs_come_in_order(color_hz, depth_hz, delay):
    pairs = run(Pairing(10 * MS), streams(color_hz, depth_hz, 2.0, delay))
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))
