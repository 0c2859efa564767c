# SPDX-License-Identifier: Apache-2.0
"""Frames wait for what they lack: not for ever, not without bound, and each is accounted for."""

from __future__ import annotations

import threading
import time

import pytest

from xmask3d_ros.nodes.frame_queue import FrameQueue, LostFrameError, NotReadyError


class Poses:
    """Stands for transforms: an item is resolved when its number is known."""

    def __init__(self, limit: int = 5, timeout: float = 0.2) -> None:
        self.known: set[int] = set()
        self.lost: dict[str, list[str]] = {}
        self.queue: FrameQueue[int, str] = FrameQueue(self.resolve, self.drop, limit, timeout)

    def resolve(self, item: int) -> str:
        if item < 0:
            raise LostFrameError("bad", f"{item} is negative")
        if item == 13:
            raise ZeroDivisionError("thirteen")
        if item not in self.known:
            raise NotReadyError("no pose", f"no pose of {item}")
        return f"frame {item}"

    def drop(self, cause: str, reason: str) -> None:
        self.lost.setdefault(cause, []).append(reason)


def test_a_resolved_frame_is_given_at_once_and_in_order():
    poses = Poses()
    poses.known = {1, 2}
    poses.queue.put(1)
    poses.queue.put(2)
    assert [poses.queue.take(), poses.queue.take()] == ["frame 1", "frame 2"]


def test_a_frame_whose_pose_is_late_is_waited_for():
    poses = Poses(timeout=5.0)
    poses.queue.put(1)
    threading.Timer(0.1, lambda: poses.known.add(1)).start()
    start = time.monotonic()
    assert poses.queue.take() == "frame 1"
    assert 0.05 < time.monotonic() - start < 2.0


def test_a_frame_without_pose_does_not_hold_up_the_next():
    poses = Poses(timeout=5.0)
    poses.known = {2}
    poses.queue.put(1)
    poses.queue.put(2)
    assert poses.queue.take() == "frame 2"
    assert len(poses.queue) == 1


def test_waiting_ends_with_the_reason():
    poses = Poses()
    poses.queue.put(1)
    threading.Timer(0.6, poses.queue.poke).start()
    assert poses.queue.take() is None
    (reason,) = poses.lost["no pose"]
    assert reason.startswith("no pose of 1 (waited 0.")
    assert len(poses.queue) == 0


def test_a_lost_frame_is_not_waited_for():
    poses = Poses()
    poses.known = {1}
    poses.queue.put(-1)
    poses.queue.put(1)
    assert poses.queue.take() == "frame 1"
    assert poses.lost == {"bad": ["-1 is negative"]}


def test_too_many_frames_cost_the_oldest():
    poses = Poses(limit=3)
    for item in range(5):
        poses.queue.put(item)
    assert len(poses.queue) == 3
    assert len(poses.lost["queue full"]) == 2
    assert "slower than the camera" in poses.lost["queue full"][0]


def test_a_frame_that_waits_and_has_to_make_room_says_so():
    poses = Poses(limit=1, timeout=60.0)
    poses.queue.put(1)
    threading.Timer(0.1, poses.queue.poke).start()
    assert poses.queue.take() is None
    poses.queue.put(2)
    (reason,) = poses.lost["no pose"]
    assert reason.startswith("no pose of 1 (waited 0.") and "max_waiting_frames is too small" in reason


def test_an_unexpected_fault_loses_one_frame_only():
    poses = Poses()
    poses.known = {1}
    poses.queue.put(13)
    poses.queue.put(1)
    with pytest.raises(ZeroDivisionError):
        poses.queue.take()
    assert poses.queue.take() == "frame 1"
    assert list(poses.lost) == ["fault"]


def test_clear_tells_how_many_waited():
    poses = Poses()
    poses.queue.put(1)
    poses.queue.put(2)
    assert (poses.queue.clear(), len(poses.queue), poses.lost) == (2, 0, {})
