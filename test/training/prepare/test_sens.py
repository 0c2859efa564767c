# SPDX-License-Identifier: Apache-2.0
"""The reader of .sens recordings."""

import struct
import tracemalloc
import zlib

import cv2
import numpy as np
import pytest
from training.prepare.raw_scannet import intrinsics, sens_frame, sens_header

from xmask3d_training.prepare.errors import FrameError, PrepareError
from xmask3d_training.prepare.sens import SensFile

SIZE = (8, 6)


def images(number):
    """A smooth RGB image, which JPEG keeps, and a depth image."""
    color = np.full((6, 8, 3), (10 * number, 100, 200), np.uint8)
    return color, (np.arange(48, dtype="<u2") + 1000 * number).reshape(6, 8)


ENCODE = {
    0: lambda image: image.tobytes(),
    1: lambda image: cv2.imencode(".png", image[..., ::-1])[1].tobytes(),
    2: lambda image: cv2.imencode(".jpg", image[..., ::-1])[1].tobytes(),
}
"""By colour compression."""


def recording(count, color_kind=2, depth_kind=1):
    frames = []
    for number in range(count):
        color, depth = images(number)
        data = zlib.compress(depth.tobytes()) if depth_kind == 1 else depth.tobytes()
        frames.append(sens_frame(np.eye(4) * (number + 1), ENCODE[color_kind](color), data, number))
    return sens_header(count, color_kind, depth_kind, SIZE, SIZE) + b"".join(frames)


@pytest.mark.parametrize(("color_kind", "depth_kind"), [(2, 1), (1, 0), (0, 1)])
def test_reads_what_was_written(tmp_path, color_kind, depth_kind):
    path = tmp_path / "a.sens"
    path.write_bytes(recording(5, color_kind, depth_kind))
    with SensFile(path) as file:
        assert file.header.sensor == "StructureSensor"
        assert file.header.color_size == file.header.depth_size == SIZE
        assert file.header.frame_count == 5 and file.header.depth_units == 1000
        np.testing.assert_allclose(file.header.depth_intrinsics, intrinsics(SIZE), rtol=1e-6)
        frames = list(file.frames(every=2))
    assert [frame.index for frame in frames] == [0, 2, 4]
    for frame in frames:
        color, depth = images(frame.index)
        np.testing.assert_array_equal(frame.depth(), depth)
        assert np.abs(frame.color().astype(int) - color).max() <= (3 if color_kind == 2 else 0)
        np.testing.assert_array_equal(frame.world_from_camera, np.eye(4) * (frame.index + 1))


@pytest.mark.parametrize("every", [1, 3])
def test_any_truncation_is_named(tmp_path, every):
    data = recording(4)
    path = tmp_path / "a.sens"
    for size in range(0, len(data), 23):
        path.write_bytes(data[:size])
        with (
            pytest.raises(PrepareError, match=rf"truncated at byte {size}, in .*download it again"),
            SensFile(path) as file,
        ):
            list(file.frames(every))


def test_a_damaged_size_does_not_allocate_it(tmp_path):
    data = bytearray(recording(2))
    start = len(sens_header(2, color_size=SIZE, depth_size=SIZE))
    data[start + 80 : start + 88] = struct.pack("<Q", 1 << 60)
    path = tmp_path / "a.sens"
    path.write_bytes(data)
    with pytest.raises(PrepareError, match=f"damaged at byte {start}, frame 0 of 2"), SensFile(path) as file:
        next(file.frames())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (struct.pack("<I", 3) + bytes(400), "version 4"),
        (struct.pack("<IQ", 4, 1 << 40) + bytes(400), "sensor name"),
        (sens_header(1, color_kind=7), "colour compression 7"),
        (sens_header(1, depth_kind=2), "depth compression 2"),
        (sens_header(1, color_size=(0, 480)), "image sizes"),
    ],
)
def test_a_faulty_header_is_named(tmp_path, data, message):
    path = tmp_path / "a.sens"
    path.write_bytes(data)
    with pytest.raises(PrepareError, match=message):
        SensFile(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PrepareError, match=r"cannot read .*b\.sens"):
        SensFile(tmp_path / "b.sens")


def test_a_frame_that_cannot_be_decoded_says_why(tmp_path):
    color, depth = images(1)
    good = cv2.imencode(".jpg", color)[1].tobytes(), zlib.compress(depth.tobytes())
    small = cv2.imencode(".jpg", color[:4])[1].tobytes()
    bomb = zlib.compress(bytes(1 << 24))
    pairs = [(b"", good[1]), (b"no jpeg", good[1]), (small, good[1]), (good[0], b"no zlib"), (good[0], bomb)]
    path = tmp_path / "a.sens"
    frames = b"".join(sens_frame(np.eye(4), *pair) for pair in pairs)
    path.write_bytes(sens_header(len(pairs), color_size=SIZE, depth_size=SIZE) + frames)
    reasons = []
    with SensFile(path) as file:
        for frame in file.frames():
            with pytest.raises(FrameError) as raised:
                frame.color()
                frame.depth()
            reasons.append(str(raised.value))
    assert reasons == [
        "colour image cannot be decoded", "colour image cannot be decoded", "colour image of the wrong size",
        "depth image cannot be decompressed", "depth image of the wrong size",
    ]  # fmt: skip


def test_memory_does_not_grow_with_the_file(tmp_path):
    """A recording of gigabytes, nearly all of it holes that take no room on the disk."""
    size, data = (1296, 968), 3 << 20
    peaks = []
    for count in (40, 1000):
        path = tmp_path / f"{count}.sens"
        with path.open("wb") as file:
            file.write(sens_header(count, color_size=size, depth_size=size))
            for _ in range(count):
                file.write(np.eye(4, dtype="<f4").tobytes() + struct.pack("<4Q", 0, 0, data, data // 2))
                file.seek(data + data // 2, 1)
            file.truncate()
        tracemalloc.start()
        with SensFile(path) as recording:
            assert sum(len(frame.color_data) == data for frame in recording.frames(20)) == count // 20
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert path.stat().st_size > 4 << 30
    assert peaks[1] < 1.1 * peaks[0] and peaks[1] < 4 * data
