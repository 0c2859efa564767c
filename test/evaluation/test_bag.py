# SPDX-License-Identifier: Apache-2.0
"""Recordings to frames: every format, every pose, every way of losing an image."""

import sqlite3
import struct
import tracemalloc

import bag_writing as bag
import cv2
import numpy as np
import pytest
from bag_writing import (
    COLOR,
    COLOR_INFO,
    DEPTH,
    DEPTH_INFO,
    DEPTH_OPTICAL,
    OPTICAL,
    PERIOD,
    SECOND,
    START,
    Event,
    replaced,
    without,
)

from xmask3d_ros.evaluation.bag import Topics, open_bag
from xmask3d_ros.geometry import back_project, rotation_from_quaternion


def check_flawless(frames, count=5):
    frames = list(frames)
    assert len(frames) == count
    for number, frame in enumerate(frames):
        assert frame.stamp_ns == START + number * PERIOD
        np.testing.assert_array_equal(frame.color, bag.color_pixels(number))
        np.testing.assert_array_equal(frame.depth, bag.depth_pixels(number) / np.float32(1000))
        np.testing.assert_allclose(frame.world_from_camera[:3, 3], (number / 10, 0, 1), atol=1e-12)
        np.testing.assert_allclose(
            frame.world_from_camera[:3, :3], rotation_from_quaternion(bag.LOOKING_AHEAD), atol=1e-12
        )
        # The wall is 2 m ahead of the camera, which looks along the base's x axis.
        assert back_project(frame).points[:, 0] == pytest.approx(number / 10 + 2 + number / 1000, abs=1e-6)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3", "ros1"])
def test_every_format(tmp_path, storage):
    frames = open_bag(bag.write(tmp_path / "bag", bag.recording(), storage))
    assert len(frames) == 5
    assert frames.fixed_frame == "odom"
    assert frames.topics == Topics(COLOR, DEPTH, COLOR_INFO, DEPTH_INFO)
    check_flawless(frames)
    check_flawless(frames)  # a second iteration starts anew
    assert frames.counters.received == {"color": 5, "depth": 5}
    assert frames.counters.paired == 5
    assert not frames.counters.dropped


@pytest.mark.parametrize(("storage", "suffix"), [("mcap", ".mcap"), ("sqlite3", ".db3")])
def test_a_single_file_and_a_folder_without_metadata(tmp_path, storage, suffix):
    path = bag.write(tmp_path / "bag", bag.recording(), storage)
    (file,) = path.glob(f"*{suffix}")
    check_flawless(open_bag(file))
    (path / "metadata.yaml").unlink()
    check_flawless(open_bag(path))


def test_sqlite_without_message_definitions(tmp_path):
    path = bag.write(tmp_path / "bag", bag.recording(), "sqlite3")
    with sqlite3.connect(next(path.glob("*.db3"))) as database:
        database.execute("DELETE FROM message_definitions")
    database.close()
    check_flawless(open_bag(path))


def test_the_real_kitchen(test_data):
    frames = open_bag(test_data / "bag" / "7scenes_redkitchen_rosbag2")
    assert len(frames) == 12 and frames.fixed_frame == "map"
    got = list(frames)
    assert len(got) == 12 and frames.counters.paired == 12 and not frames.counters.dropped
    poses = np.stack([frame.world_from_camera for frame in got])
    assert [frame.stamp_ns for frame in got] == sorted(frame.stamp_ns for frame in got)
    assert (poses[:, 2, 3] > 0.5).all() and (poses[:, 2, 3] < 2.5).all(), "carried by hand above the floor"
    points = np.concatenate([back_project(frame).points[::50] for frame in got])
    assert -0.1 < np.quantile(points[:, 2], 0.01) < 0.1, "the floor is at zero"


def test_poses_are_interpolated_to_the_image_stamp(tmp_path):
    events = replaced(
        bag.recording(),
        COLOR,
        lambda message, number: bag.image(START + number * PERIOD + 30_000_000, bag.color_pixels(number), "rgb8"),
    )
    frames = list(open_bag(bag.write(tmp_path / "bag", events)))
    assert [frame.world_from_camera[0, 3] for frame in frames] == pytest.approx([0.03, 0.13, 0.23, 0.33, 0.43])


def test_static_transforms_count_wherever_they_were_recorded(tmp_path):
    events = bag.recording()
    late = [event._replace(recorded_ns=START + 60 * SECOND) for event in events if event.topic == "/tf_static"]
    check_flawless(open_bag(bag.write(tmp_path / "bag", without(events, "/tf_static") + late)))


def test_fixed_frame_may_be_chosen(tmp_path):
    path = bag.write(tmp_path / "bag", bag.recording())
    for frame in open_bag(path, fixed_frame="base"):
        np.testing.assert_allclose(frame.world_from_camera[:3, 3], (0, 0, 1), atol=1e-12)


def test_a_camera_that_stood_still_needs_no_transforms(tmp_path):
    path = bag.write(tmp_path / "bag", without(bag.recording(), "/tf", "/tf_static"))
    frames = list(open_bag(path, fixed_frame=OPTICAL))
    assert len(frames) == 5
    np.testing.assert_array_equal(frames[0].world_from_camera, np.eye(4))


def test_depth_of_another_frame_is_registered(tmp_path):
    """A depth camera 10 cm to the right of the colour camera, with a grid and a focal length of its own."""
    events = replaced(
        bag.recording(),
        DEPTH,
        lambda message, number: bag.image(
            START + number * PERIOD, np.full((48, 64), 2000, np.uint16), "16UC1", DEPTH_OPTICAL
        ),
    )
    events = replaced(events, DEPTH_INFO, lambda message, number: bag.camera_info(START, DEPTH_OPTICAL, (64, 48), 80.0))
    extrinsics = bag.transforms((OPTICAL, DEPTH_OPTICAL, (0.1, 0, 0), (0, 0, 0, 1), START))
    frames = list(open_bag(bag.write(tmp_path / "bag", [*events, Event("/tf_static", extrinsics, START)])))
    assert len(frames) == 5
    # The depth camera sees x = 0.1 -+ 0.79 m at 2 m, which is columns 5.2 to 28.8 of the colour image.
    row = frames[0].depth[12]
    np.testing.assert_array_equal(np.flatnonzero(row), np.arange(5, 30))
    np.testing.assert_allclose(row[row > 0], 2.0)


def test_depth_of_another_size_in_the_same_frame_is_registered(tmp_path):
    events = replaced(
        bag.recording(),
        DEPTH,
        lambda message, number: bag.image(START + number * PERIOD, np.full((12, 16), 2000, np.uint16), "16UC1"),
    )
    events = replaced(events, DEPTH_INFO, lambda message, number: bag.camera_info(START, OPTICAL, (16, 12), 15.0))
    frames = list(open_bag(bag.write(tmp_path / "bag", events)))
    assert len(frames) == 5 and (frames[0].depth == 2).all()


def test_aligned_depth_needs_no_info_of_its_own(tmp_path):
    frames = open_bag(bag.write(tmp_path / "bag", without(bag.recording(), DEPTH_INFO)))
    assert frames.topics.depth_info is None
    check_flawless(frames)


def test_compressed_topics(tmp_path):
    def png(pixels):
        return cv2.imencode(".png", pixels)[1].tobytes()

    events = []
    for event in bag.recording():
        number = (event.recorded_ns - START) // PERIOD
        stamp = START + number * PERIOD
        if event.topic == COLOR:
            message = bag.compressed(stamp, png(bag.color_pixels(number)[..., ::-1]), "rgb8; png compressed bgr8")
            event = event._replace(topic=f"{COLOR}/compressed", message=message)
        if event.topic == DEPTH:
            data = struct.pack("<iff", 0, 0, 0) + png(bag.depth_pixels(number))
            message = bag.compressed(stamp, data, "16UC1; compressedDepth png")
            event = event._replace(topic=f"{DEPTH}/compressedDepth", message=message)
        events.append(event)
    frames = open_bag(bag.write(tmp_path / "bag", events))
    assert frames.topics.color_info == COLOR_INFO and frames.topics.depth_info == DEPTH_INFO
    check_flawless(frames)


def test_rectified_images_use_the_projection_matrix(tmp_path):
    def strong_lens(message, number):
        message.d[:] = (0.3, 0.1, 0, 0, 0)
        message.k[0] = 99.0
        return message

    events = replaced(replaced(bag.recording(), COLOR_INFO, strong_lens), DEPTH_INFO, strong_lens)
    renamed = [event._replace(topic=event.topic.replace("image_raw", "image_rect")) for event in events]
    (frame, *_) = open_bag(bag.write(tmp_path / "rectified", renamed))
    assert (frame.camera.fx, frame.camera.distortion_model) == (bag.FOCAL, "none")
    (frame, *_) = open_bag(bag.write(tmp_path / "raw", events))
    assert (frame.camera.fx, frame.camera.distortion_model) == (99.0, "plumb_bob")


def test_calibration_may_change_on_the_way(tmp_path):
    events = replaced(
        bag.recording(),
        COLOR_INFO,
        lambda message, number: bag.camera_info(START + number * PERIOD, focal=30.0 if number < 3 else 33.0),
    )
    frames = open_bag(bag.write(tmp_path / "bag", without(events, DEPTH_INFO)))
    assert [frame.camera.fx for frame in frames] == [30, 30, 30, 33, 33]


def test_the_order_of_recording_does_not_matter(tmp_path):
    """All depth images after all colour images, each stream backwards: the same frames in the same order."""
    events = []
    for event in bag.recording():
        if event.topic == COLOR:
            event = event._replace(recorded_ns=START + 10 * SECOND - (event.recorded_ns - START))
        if event.topic == DEPTH:
            event = event._replace(recorded_ns=START + 30 * SECOND - (event.recorded_ns - START))
        events.append(event)
    check_flawless(open_bag(bag.write(tmp_path / "bag", sorted(events, key=lambda event: event.recorded_ns))))


def test_a_break_in_the_middle_closes_the_files(tmp_path):
    frames = open_bag(bag.write(tmp_path / "bag", bag.recording()))
    for _ in frames:
        break
    check_flawless(frames)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_images_are_streamed(tmp_path, storage):
    """However long the recording, only a few images are in memory."""
    large = np.zeros((240, 320, 3), np.uint8)
    far = np.full((240, 320), 2000, np.uint16)
    events = []
    for event in bag.recording(40):
        stamp = START + (event.recorded_ns - START) // PERIOD * PERIOD
        changed = {
            COLOR: lambda stamp=stamp: bag.image(stamp, large, "rgb8"),
            DEPTH: lambda stamp=stamp: bag.image(stamp, far, "16UC1"),
            COLOR_INFO: lambda stamp=stamp: bag.camera_info(stamp, size=(320, 240)),
            DEPTH_INFO: lambda stamp=stamp: bag.camera_info(stamp, size=(320, 240)),
        }.get(event.topic)
        events.append(event._replace(message=changed()) if changed else event)
    path = bag.write(tmp_path / "bag", events, storage)
    del events
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_bag(path)) == 40
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10e6 < 40 * (large.nbytes + far.nbytes)


def test_impossible_transforms_are_left_out(tmp_path):
    broken = bag.transforms(("odom", "base", (0, 0, 0), (0, 0, 0, 0), START + PERIOD // 2))
    frames = open_bag(bag.write(tmp_path / "bag", [Event("/tf", broken, START), *bag.recording()]))
    check_flawless(frames)
