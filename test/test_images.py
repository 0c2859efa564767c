# SPDX-License-Identifier: Apache-2.0
"""Image messages of every encoding, padded, big-endian, compressed, and broken."""

import array
import struct

import cv2
import numpy as np
import pytest

from xmask3d_ros.images import (
    COLOR_ENCODINGS,
    ImageError,
    decode_color,
    decode_compressed_color,
    decode_compressed_depth,
    decode_depth,
)

RGB = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
MILLIMETRES = np.random.default_rng(1).integers(1, 65536, (5, 7), dtype=np.uint16)


def stored(encoding: str) -> np.ndarray:
    """The picture as a driver lays it out."""
    alpha = np.full((5, 7, 1), 9, np.uint8)
    return {
        "rgb8": RGB,
        "bgr8": RGB[..., ::-1],
        "8UC3": RGB[..., ::-1],
        "rgba8": np.concatenate([RGB, alpha], -1),
        "bgra8": np.concatenate([RGB[..., ::-1], alpha], -1),
        "8UC4": np.concatenate([RGB[..., ::-1], alpha], -1),
        "mono8": RGB[..., 0],
        "8UC1": RGB[..., 0],
    }[encoding]


def padded(image: np.ndarray, padding: int) -> tuple[int, bytes]:
    """Step and bytes of an image whose rows end in ``padding`` bytes of rubbish."""
    rows = np.ascontiguousarray(image).view(np.uint8).reshape(len(image), -1)
    rows = np.concatenate([rows, np.full((len(rows), padding), 77, np.uint8)], axis=1)
    return rows.shape[1], rows.tobytes()


@pytest.mark.parametrize("padding", [0, 3])
@pytest.mark.parametrize("encoding", COLOR_ENCODINGS)
def test_color(encoding, padding):
    step, data = padded(stored(encoding), padding)
    got = decode_color(encoding, 5, 7, step, data)
    want = np.repeat(RGB[..., :1], 3, axis=2) if encoding in ("mono8", "8UC1") else RGB
    np.testing.assert_array_equal(got, want)
    assert got.dtype == np.uint8 and got.flags.c_contiguous


@pytest.mark.parametrize("padding", [0, 2])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("encoding", ["16UC1", "mono16", "32FC1"])
def test_depth(encoding, big, padding):
    metres = MILLIMETRES / 1000.0
    image = (
        metres.astype(">f4" if big else "<f4") if encoding == "32FC1" else MILLIMETRES.astype(">u2" if big else "<u2")
    )
    step, data = padded(image, padding)
    got = decode_depth(encoding, 5, 7, step, data, is_bigendian=big)
    np.testing.assert_array_equal(got, metres.astype(np.float32))
    assert got.dtype == np.float32 and got.flags.c_contiguous and got.flags.aligned


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: array.array("B", data)])
def test_any_buffer_is_read(kind):
    np.testing.assert_array_equal(decode_color("rgb8", 5, 7, 21, kind(RGB.tobytes())), RGB)


def test_plain_layouts_are_not_copied():
    data = np.frombuffer(bytearray(RGB.tobytes()), np.uint8)
    assert np.shares_memory(decode_color("rgb8", 5, 7, 21, data), data)
    depth = np.ones((5, 7), np.float32)
    assert np.shares_memory(decode_depth("32FC1", 5, 7, 28, depth.view(np.uint8).ravel()), depth)


def test_bytes_at_odd_addresses_are_aligned():
    depth = np.arange(35, dtype=np.float32).reshape(5, 7)
    data = np.frombuffer(b"x" + depth.tobytes(), np.uint8)[1:]
    got = decode_depth("32FC1", 5, 7, 28, data)
    assert got.flags.aligned
    np.testing.assert_array_equal(got, depth)


def test_no_reading_stays_no_reading():
    np.testing.assert_array_equal(decode_depth("16UC1", 1, 2, 4, struct.pack("<2H", 0, 1500)), [[0.0, 1.5]])
    got = decode_depth("32FC1", 1, 2, 8, struct.pack("<2f", float("nan"), float("inf")))
    assert np.isnan(got[0, 0]) and np.isinf(got[0, 1])


@pytest.mark.parametrize(
    ("decode", "encoding", "message"),
    [
        (decode_color, "bayer_rggb8", "colour encoding 'bayer_rggb8' is not read.*image_proc"),
        (decode_color, "16UC1", "are the topics exchanged"),
        (decode_depth, "64FC1", "depth encoding '64FC1' is not read.*millimetres"),
        (decode_depth, "rgb8", "are the topics exchanged"),
    ],
)
def test_unknown_encodings(decode, encoding, message):
    with pytest.raises(ImageError, match=message):
        decode(encoding, 5, 7, 21, RGB.tobytes())


@pytest.mark.parametrize(
    ("height", "width", "step", "length"),
    [(5, 7, 20, 100), (5, 7, 21, 104), (5, 7, 21, 106), (0, 7, 21, 0), (5, 0, 21, 105), (5, 7, 21, 0)],
)
def test_step_and_size_must_agree(height, width, step, length):
    with pytest.raises(ImageError, match=f"'rgb8'.*step is {step} and the data {length} bytes"):
        decode_color("rgb8", height, width, step, bytes(length))


@pytest.mark.parametrize(("extension", "tolerance"), [(".png", 0), (".jpg", 12)])
def test_compressed_color(extension, tolerance):
    smooth = np.zeros((32, 48, 3), np.uint8)
    smooth[..., 0], smooth[..., 2] = 200, np.arange(48)
    _, data = cv2.imencode(extension, smooth[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
    got = decode_compressed_color("rgb8; jpeg compressed bgr8", data.tobytes())
    assert np.abs(got.astype(int) - smooth).max() <= tolerance
    assert got.flags.c_contiguous


def compressed_depth(image: np.ndarray, scale: float = 0.0, offset: float = 0.0) -> bytes:
    return struct.pack("<iff", 0, scale, offset) + cv2.imencode(".png", image)[1].tobytes()


def test_compressed_depth_in_millimetres():
    want = MILLIMETRES.astype(np.float32) / np.float32(1000)
    np.testing.assert_array_equal(
        decode_compressed_depth("16UC1; compressedDepth png", compressed_depth(MILLIMETRES)), want
    )
    bare = cv2.imencode(".png", MILLIMETRES)[1].tobytes()
    np.testing.assert_array_equal(decode_compressed_depth("16UC1; png compressed ", bare), want)


def test_compressed_depth_in_metres():
    """The transport stores a / z + b, with a = q (q + 1) and b = 1 - a / z_max."""
    depth = np.random.default_rng(2).uniform(0.5, 9.5, (6, 8)).astype(np.float32)
    depth[0, 0] = np.nan
    scale = 100.0 * 101.0
    offset = 1.0 - scale / 10.0
    values = np.where(np.isnan(depth), 0, np.round(scale / np.nan_to_num(depth, nan=1.0) + offset)).astype(np.uint16)
    got = decode_compressed_depth("32FC1; compressedDepth png", compressed_depth(values, scale, offset))
    assert np.isnan(got[0, 0])
    valid = ~np.isnan(depth)
    # half a step of the quantisation: z^2 / (2 a)
    assert (np.abs(got - depth)[valid] <= depth[valid] ** 2 / (2 * scale) + 1e-4).all()


@pytest.mark.parametrize(
    ("decode", "content", "message"),
    [
        (decode_compressed_color, b"", "0 bytes cannot be decoded"),
        (decode_compressed_color, b"not a picture", "13 bytes cannot be decoded.*truncated"),
        (decode_compressed_depth, bytes(40), "holds no png.*rvl"),
        (decode_compressed_depth, compressed_depth(MILLIMETRES)[:30], "truncated"),
        (decode_compressed_depth, cv2.imencode(".png", RGB)[1].tobytes(), "one channel of 16 bits"),
    ],
)
def test_broken_compressed_images(decode, content, message):
    with pytest.raises(ImageError, match=message):
        decode("some format", content)
