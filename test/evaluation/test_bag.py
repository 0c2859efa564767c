# SPDX-License-Identifier: Apache-2.0
"""Recordings to frames: every format, every pose, every way of losing an image."""

import sqlite3
import struct
import tracemalloc

import bag_writing as bag
import cv2
import numpy as np
import pytest
from bag_writing import COLOR, COLOR_INFO, DEPTH, DEPTH_INFO, DEPTH_OPTICAL, OPTICAL, PERIOD, SECOND, START, Event

from xmask3d_ros.evaluation.bag import BagError, Topics, open_bag
from xmask3d_ros.geometry import back_project, rotation_from_quaternion


def replaced(events, topic, change):
    """The events with ``change(message, number)`` in place of the topic's messages; None drops one."""
    made, number = [], 0
    for event in events:
        if event.topic == topic:
            message, number = change(event.message, number), number + 1
            if message is None:
                continue
            event = event._replace(message=message)
        made.append(event)
    return made


def without(events, *topics):
    return [event for event in events if event.topic not in topics]


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


DROPS = {
    "unpaired color": (DEPTH, lambda message, number: None if number == 2 else message),
    "unpaired depth": (COLOR, lambda message, number: None if number == 2 else message),
    "bad encoding": (
        COLOR,
        lambda message, number: (
            bag.image(START + 2 * PERIOD, np.zeros((24, 32, 2), np.uint8), "yuv422") if number == 2 else message
        ),
    ),
    "empty depth": (
        DEPTH,
        lambda message, number: (
            bag.image(START + 2 * PERIOD, np.full((24, 32), np.nan, np.float32), "32FC1") if number == 2 else message
        ),
    ),
    "bad camera info": (
        COLOR,
        lambda message, number: (
            bag.image(START + 2 * PERIOD, np.zeros((48, 64, 3), np.uint8), "rgb8") if number == 2 else message
        ),
    ),
    "repeated stamp": (
        DEPTH,
        lambda message, number: bag.image(START + PERIOD, bag.depth_pixels(9), "16UC1") if number == 2 else message,
    ),
    "no transform": (
        COLOR,
        lambda message, number: (
            bag.image(START + 2 * PERIOD, bag.color_pixels(2), "rgb8", "nowhere") if number == 2 else message
        ),
    ),
}


@pytest.mark.parametrize("cause", DROPS)
def test_a_bad_image_is_dropped_counted_and_the_rest_kept(tmp_path, cause):
    topic, change = DROPS[cause]
    frames = open_bag(bag.write(tmp_path / "bag", replaced(bag.recording(), topic, change)))
    assert [frame.stamp_ns for frame in frames] == [START + number * PERIOD for number in (0, 1, 3, 4)]
    counters = frames.counters
    assert counters.dropped[cause] == 1
    assert set(counters.dropped) - {"unpaired color"} <= {cause}, "one fault, one cause"
    lost = counters.paired - sum(counters.dropped[name] for name in counters.reasons)
    assert lost == 4
    list(frames)
    assert frames.counters == counters, "counting starts anew with each iteration"


def test_wrong_step_names_the_sizes(tmp_path):
    def broken(message, number):
        message.step = 7
        return message

    frames = open_bag(bag.write(tmp_path / "bag", replaced(bag.recording(), COLOR, broken)))
    with pytest.raises(BagError, match=r"none of 5 pairs.*step is 7"):
        list(frames)


def test_depth_without_any_reading_names_the_sensor(tmp_path):
    def empty(message, number):
        return bag.image(START + number * PERIOD, np.full((24, 32), np.nan, np.float32), "32FC1")

    frames = open_bag(bag.write(tmp_path / "bag", replaced(bag.recording(), DEPTH, empty)))
    with pytest.raises(BagError, match=r"none of 5 pairs of images could be used.*check the depth sensor"):
        list(frames)
    assert frames.counters.dropped == {"empty depth": 5}


def test_depth_of_another_frame_without_info_or_transform(tmp_path):
    events = replaced(
        bag.recording(),
        DEPTH,
        lambda message, number: bag.image(START + number * PERIOD, bag.depth_pixels(0), "16UC1", DEPTH_OPTICAL),
    )
    with pytest.raises(BagError, match=f"is in '{DEPTH_OPTICAL}'.*--depth-info-topic"):
        list(open_bag(bag.write(tmp_path / "no_info", without(events, DEPTH_INFO))))
    with pytest.raises(BagError, match=f"frame '{DEPTH_OPTICAL}' is unknown"):
        list(open_bag(bag.write(tmp_path / "no_transform", events)))


def unusable(name):
    """Recordings of which no frame can come, and what the error has to say."""
    events = bag.recording()
    zero = {topic: lambda message, number: bag.camera_info(START, focal=0.0) for topic in (COLOR_INFO, DEPTH_INFO)}
    shifted = [
        event._replace(message=bag.image(START + 400 * SECOND + event.recorded_ns, bag.depth_pixels(0), "16UC1"))
        if event.topic == DEPTH
        else event
        for event in events
    ]
    future = events
    for topic, pixels, encoding in ((COLOR, bag.color_pixels, "rgb8"), (DEPTH, bag.depth_pixels, "16UC1")):
        future = replaced(
            future,
            topic,
            lambda message, number, pixels=pixels, encoding=encoding: bag.image(
                START + 999 * SECOND + number * PERIOD, pixels(number), encoding
            ),
        )
    return {
        "no depth": (without(events, DEPTH), "no depth image topic.*/camera/color/image_raw.*--depth-topic"),
        "no color": (without(events, COLOR), "no color image topic.*--color-topic"),
        "no camera_info": (without(events, COLOR_INFO, DEPTH_INFO), "no camera_info.*Record"),
        "uncalibrated": (replaced(events, COLOR_INFO, zero[COLOR_INFO]), "no usable camera.*uncalibrated"),
        "uncalibrated depth": (replaced(events, DEPTH_INFO, zero[DEPTH_INFO]), "aligned.*no usable camera"),
        "no transforms": (without(events, "/tf", "/tf_static"), "no transforms.*Record /tf and /tf_static"),
        "no static transforms": (without(events, "/tf_static"), f"no transform names.*'{OPTICAL}'.*/tf_static"),
        "other clock of depth": (shifted, "within 50.0 ms.*apart.*clocks differ"),
        "future stamps": (future, "no image has a camera pose in 'odom'.*not known yet.*one clock"),
        "images only": ([event for event in events if event.topic == COLOR], "no depth image topic"),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "no depth",
        "no color",
        "no camera_info",
        "uncalibrated",
        "uncalibrated depth",
        "no transforms",
        "no static transforms",
        "other clock of depth",
        "future stamps",
        "images only",
    ],
)
def test_unusable_recordings_are_refused_at_once(tmp_path, name):
    events, message = unusable(name)
    with pytest.raises(BagError, match=message):
        open_bag(bag.write(tmp_path / "bag", events))


def test_unknown_fixed_frame(tmp_path):
    path = bag.write(tmp_path / "bag", bag.recording())
    with pytest.raises(BagError, match="'mpa' is unknown; frames heard of: 'base'"):
        open_bag(path, fixed_frame="mpa")


def test_an_empty_recording(tmp_path):
    with pytest.raises(BagError, match="holds no messages"):
        open_bag(bag.write(tmp_path / "bag", []))


@pytest.mark.parametrize("storage", ["mcap", "sqlite3", "ros1"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_truncated_recordings(tmp_path, storage, share):
    path = bag.write(tmp_path / "bag", bag.recording(20), storage)
    file = path if path.is_file() else next(file for file in path.iterdir() if file.suffix != ".yaml")
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    # Already when opened, before anything can be half-written.
    with pytest.raises(BagError, match=r"cannot be read: .*truncated.*mcap recover.*reindex"):
        open_bag(path)


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


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "no metadata.yaml and 0 storage files"),
        (lambda path: path.write_text("not a bag"), "is no recording"),
    ],
)
def test_what_is_no_recording(tmp_path, make, message):
    make(tmp_path / "thing")
    with pytest.raises(BagError, match=message):
        open_bag(tmp_path / "thing")
