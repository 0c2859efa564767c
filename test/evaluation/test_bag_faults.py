# SPDX-License-Identifier: Apache-2.0
"""Every way of losing an image, and every recording that is no use: what is counted, what is said."""

import bag_writing as bag
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
    replaced,
    without,
)

from xmask3d_ros.evaluation.bag import BagError, open_bag

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
