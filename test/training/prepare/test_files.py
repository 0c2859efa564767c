# SPDX-License-Identifier: Apache-2.0
"""Atomic writing, and pose files."""

import errno
import multiprocessing

import numpy as np
import pytest

from xmask3d_training.prepare.errors import FrameError, PrepareError
from xmask3d_training.prepare.files import is_disk_full, only_writer, staged_folder, write_atomically
from xmask3d_training.prepare.poses import checked_pose, pose_text, read_pose


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "a"
    write_atomically(path, b"first")
    with pytest.raises(TypeError):
        write_atomically(path, "no bytes")
    assert path.read_bytes() == b"first"
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second" and [p.name for p in path.parent.iterdir()] == ["a"]


def test_a_folder_appears_only_when_complete(tmp_path):
    final = tmp_path / "scene"
    with pytest.raises(RuntimeError), staged_folder(final) as folder:
        (folder / "a").write_bytes(b"1")
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with staged_folder(final) as folder:
        (folder / "a").write_bytes(b"1")
        assert not final.exists()
    with staged_folder(final) as folder:
        (folder / "b").write_bytes(b"2")
    assert [path.name for path in final.iterdir()] == ["b"] and list(tmp_path.iterdir()) == [final]


def hold(root, started, release):
    with only_writer(root):
        started.set()
        release.wait(30)


def test_a_second_writer_is_refused(tmp_path):
    context = multiprocessing.get_context("fork")
    started, release = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, started, release))
    other.start()
    assert started.wait(30)
    with pytest.raises(PrepareError, match="another run is writing"), only_writer(tmp_path):
        pass
    release.set()
    other.join(30)
    with only_writer(tmp_path):
        pass


def test_what_counts_as_a_full_disk():
    assert is_disk_full(OSError(errno.ENOSPC, "")) and is_disk_full(OSError(errno.EDQUOT, ""))
    assert not is_disk_full(OSError(errno.EACCES, "")) and not is_disk_full(ValueError())


def test_poses_survive_their_file():
    pose = np.eye(4)
    pose[:3, :3] = [[0.36, 0.48, -0.8], [-0.8, 0.6, 0], [0.48, 0.64, 0.6]]
    pose[:3, 3] = (12.3456789, -0.001234567, 3)
    np.testing.assert_allclose(read_pose(pose_text(pose)), pose, rtol=1e-8)
    assert len(pose_text(pose).decode().splitlines()) == 4


@pytest.mark.parametrize(
    ("pose", "reason"),
    [
        (np.full((4, 4), -np.inf), "pose is not finite"),
        (np.where(np.eye(4) == 1, np.nan, 0), "pose is not finite"),
        (np.zeros((4, 4)), "pose is not a rigid motion"),
        (np.diag([1.0, 1, -1, 1]), "pose is not a rigid motion"),
        (np.diag([2.0, 2, 2, 1]), "pose is not a rigid motion"),
        (np.eye(3), "pose is not a 4x4 matrix"),
    ],
)
def test_a_pose_that_is_none_says_why(pose, reason):
    with pytest.raises(FrameError, match=reason):
        checked_pose(pose)


@pytest.mark.parametrize(("text", "reason"), [(b"1 2 3", "not a 4x4"), (b"a " * 16, "cannot be read"), (b"", "4x4")])
def test_a_pose_file_that_is_none_says_why(text, reason):
    with pytest.raises(FrameError, match=reason):
        read_pose(text)
