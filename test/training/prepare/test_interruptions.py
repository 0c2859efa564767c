# SPDX-License-Identifier: Apache-2.0
"""A kill in the middle and a full disk: nothing half-made is ever seen, and the next run completes."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from training.prepare import corner_room, raw_scannet

from xmask3d_training.prepare.command import main
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.points_file import read_points_file

SCENES = [f"scene{number:04}_00" for number in range(6)]
FRAMES = 40


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    """A release of several longer scenes, all of the same content; and the options that name it."""
    root = tmp_path_factory.mktemp("long")
    options = raw_scannet.write_release(root, {SCENES[0]: "train"}, steps=1)
    first = root / "scans" / SCENES[0]
    frame = raw_scannet.sens_frame(corner_room.pose(0), *raw_scannet.images_of_room(0))
    (first / f"{SCENES[0]}.sens").write_bytes(raw_scannet.sens_header(FRAMES) + frame * FRAMES)
    for scene in SCENES[1:]:
        (root / "scans" / scene).mkdir()
        for path in first.iterdir():
            os.link(path, root / "scans" / scene / path.name.replace(SCENES[0], scene))
    (root / "scannetv2_train.txt").write_text("\n".join(SCENES))
    return ["scannet", *options, "--every", "1", "--no-2d-labels"]


def check_whole(layout):
    """Every scene in sight is complete. Returns their names."""
    scenes = layout.scenes("train")
    for scene in scenes:
        assert len(read_points_file(layout.points("train", scene)).labels) == len(corner_room.points()[0])
        assert layout.frames(scene) == [str(number) for number in range(FRAMES)]
        for kind, ending in (("color", "jpg"), ("depth", "png")):
            last = layout.views(scene) / kind / f"{FRAMES - 1}.{ending}"
            assert cv2.imread(str(last), cv2.IMREAD_UNCHANGED).shape[:2] == (240, 320)
    return scenes


def descendants(process):
    """Process ids below a process."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def test_a_killed_run_is_taken_up(arguments, tmp_path):
    out = tmp_path / "out"
    layout = Layout(out, "scannet")
    command = [sys.executable, "-m", "xmask3d_training.prepare", *arguments, "--out", str(out), "--workers", "2"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    # In the middle: some scenes done, one being written.
    while not (layout.scenes("train") and list((out / "scannet_2d").glob(".*.partial/color/*"))):
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    workers = descendants(run.pid)
    run.send_signal(signal.SIGKILL)
    run.wait()
    done = check_whole(layout)
    assert 0 < len(done) < len(SCENES)
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.05)

    assert main([*arguments, "--out", str(out), "--workers", "1"]) == 0
    assert check_whole(layout) == SCENES
    assert not list(out.rglob("*.partial"))
    # All scenes were made of the same files, some in one go, some after the kill.
    assert len({content(layout, scene) for scene in SCENES}) == 1


def content(layout, scene):
    """A check sum of all of a scene's files."""
    files = sorted(path for path in layout.views(scene).rglob("*") if path.is_file())
    sums = [f"{path.name} {zlib.crc32(path.read_bytes())}" for path in [*files, layout.points("train", scene)]]
    return zlib.crc32("\n".join(sums).replace(scene, "").encode())


def test_a_full_disk_stops_the_run_and_the_next_completes(arguments, tmp_path, capsys):
    out = tmp_path / "small"
    out.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", out], capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        assert main([*arguments, "--out", str(out), "--workers", "1"]) == 1
        message = capsys.readouterr().err
        assert "No space left on device. Make room, then run the same command" in message
        layout = Layout(out, "scannet")
        done = check_whole(layout)
        assert len(done) < len(SCENES) and not list(out.rglob("*.partial"))
        subprocess.run(["mount", "-o", "remount,size=100m", out], check=True)
        assert main([*arguments, "--out", str(out), "--workers", "1"]) == 0
        assert check_whole(layout) == SCENES
    finally:
        subprocess.run(["umount", out], check=True)


@pytest.mark.parametrize("limit", [10_000, 300_000])
def test_a_file_that_does_not_fit_stops_the_run(arguments, tmp_path, capsys, limit):
    """The limit strikes within a frame's image, then within the points."""
    out = tmp_path / "out"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        assert main([*arguments, "--out", str(out), "--workers", "1"]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    message = capsys.readouterr().err
    assert "cannot go on, preparing scene0000_00" in message and "Make room, then run the same command" in message
    assert Layout(out, "scannet").scenes("train") == [] and not list(out.rglob("*.partial"))


def test_two_runs_do_not_write_to_one_place(arguments, tmp_path, capsys):
    from xmask3d_training.prepare.files import only_writer

    with only_writer(tmp_path):
        assert main([*arguments, "--out", str(tmp_path)]) == 1
    assert "another run is writing" in capsys.readouterr().err
    shutil.rmtree(tmp_path)


def test_settings_that_change_prepare_again(arguments, tmp_path):
    out = tmp_path / "out"
    assert main([*arguments, "--out", str(out), "--workers", "1", "--every", "30"]) == 0
    layout = Layout(out, "scannet")
    assert layout.frames(SCENES[3]) == ["0", "30"]
    assert main([*arguments, "--out", str(out), "--workers", "1", "--every", "20"]) == 0
    assert layout.frames(SCENES[3]) == ["0", "20"]
    assert np.loadtxt(layout.views(SCENES[3]) / "pose" / "20.txt").shape == (4, 4)
