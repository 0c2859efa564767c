# SPDX-License-Identifier: Apache-2.0
"""How fast ScanNet recordings are prepared, and in how much memory: ``python benchmarks/prepare_scannet.py``.

Writes recordings of ScanNet's frame sizes (1296x968 JPEG, 640x480 zlib depth), then prints MB/s of the recording, as a
ratio to the plain JPEG + zlib decoding of the same bytes, and the peak memory of a short and of a longer recording.
"""

from __future__ import annotations

import argparse
import multiprocessing
import struct
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from xmask3d_training.prepare.records import SceneRecord
from xmask3d_training.prepare.scannet import ScanNetScene, ScanNetSettings
from xmask3d_training.prepare.sens import SensFile

MESH = (
    "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\n"
    "property uchar red\nproperty uchar green\nproperty uchar blue\nproperty ushort label\nend_header\n0 0 0 0 0 0 1\n"
)
COLOR, DEPTH = (1296, 968), (640, 480)
DISTINCT = 24


def write_recording(path: Path, count: int) -> None:
    """Noisy clouds of colour and depth, which compress about as real images do."""
    random = np.random.default_rng(0)
    frames = []
    for _ in range(DISTINCT):
        color = cv2.resize(random.integers(0, 256, (60, 80, 3), np.uint8), COLOR, interpolation=cv2.INTER_CUBIC)
        color = np.clip(color + random.normal(0, 4, color.shape), 0, 255).astype(np.uint8)
        depth = cv2.resize(random.uniform(500, 4000, (12, 16)), DEPTH) + random.normal(0, 4, DEPTH[::-1])
        jpeg = cv2.imencode(".jpg", color, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
        frames.append((jpeg, zlib.compress(depth.astype("<u2").tobytes(), 6)))
    identity, intrinsics = np.eye(4, dtype="<f4").tobytes(), np.diag([577.87, 577.87, 1, 1]).astype("<f4")
    intrinsics[:2, 2] = 319.5, 239.5
    with path.open("wb") as file:
        file.write(struct.pack("<IQ", 4, 0) + (intrinsics.tobytes() + identity) * 2)
        file.write(struct.pack("<2i4IfQ", 2, 1, *COLOR, *DEPTH, 1000, count))
        for number in range(count):
            color, depth = frames[number % DISTINCT]
            file.write(identity + struct.pack("<4Q", number, number, len(color), len(depth)) + color + depth)


def plain(path: Path) -> None:
    """The least that anybody must do: decode every image."""
    with SensFile(path) as recording:
        for frame in recording.frames():
            cv2.imdecode(np.frombuffer(frame.color_data, np.uint8), cv2.IMREAD_COLOR)
            zlib.decompress(frame.depth_data)


def prepare(path: Path, every: int) -> None:
    """The scene, as the command does it, but for the 2D labels and with a mesh of one vertex."""
    with tempfile.TemporaryDirectory(dir=path.parent) as root:
        settings = ScanNetSettings(every, labels_2d=False)
        scene = ScanNetScene(Path(root), path.parent, "train", path, settings)
        scene.prepare(SceneRecord(scene.scene, scene.split))


def seconds(work: Callable[[], None]) -> tuple[float, float]:
    """Wall and processor time of the better of two runs."""
    times = []
    for _ in range(2):
        started = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return min(times)


def _peak(path: Path, every: int, answer: multiprocessing.Queue[int]) -> None:
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of the imports
    before = _kilobytes("VmRSS")
    prepare(path, every)
    answer.put(_kilobytes("VmHWM") - before)


def _kilobytes(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def peak_megabytes(path: Path, every: int) -> float:
    """Memory beyond what the imports take."""
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_peak, args=(path, every, answer))
    process.start()
    process.join()
    return answer.get() / 1024


def main() -> None:
    """Write, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=240, help="frames of the recording (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where to write it (default: the system's temporary folder)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        scenes = []
        for name, count in (("short", options.frames), ("long", 4 * options.frames)):
            scenes.append(Path(folder) / name / f"{name}.sens")
            scenes[-1].parent.mkdir()
            write_recording(scenes[-1], count)
            for ending in ("_vh_clean_2.ply", "_vh_clean_2.labels.ply"):
                (scenes[-1].parent / f"{name}{ending}").write_text(MESH)
        size = scenes[0].stat().st_size / 1e6
        reference = seconds(lambda: plain(scenes[0]))
        print(f"recording: {options.frames} frames, {size:.0f} MB")
        print(f"{'':<32}{'MB/s':>8}{'ratio':>8}{'ratio of processor time':>28}")
        print(f"{'plain decoding, every frame':<32}{size / reference[0]:>8.0f}{1:>8.2f}{1:>28.2f}")
        for every in (1, 20):
            taken = seconds(lambda every=every: prepare(scenes[0], every))
            ratios = f"{reference[0] / taken[0]:>8.2f}{reference[1] / taken[1]:>28.2f}"
            print(f"{f'preparing, every = {every}':<32}{size / taken[0]:>8.0f}{ratios}")
        peaks = [peak_megabytes(path, 1) for path in scenes]
        print(f"peak memory: {peaks[0]:.0f} MB; of a recording four times as long: {peaks[1]:.0f} MB")


if __name__ == "__main__":
    main()
