# SPDX-License-Identifier: Apache-2.0
"""Ground truth from label images, in a folder or on a topic."""

import tracemalloc
from collections import Counter
from dataclasses import replace

import bag_writing as bag
import cv2
import numpy as np
import pytest
from bag_writing import PERIOD, START, Event

from xmask3d_ros.evaluation.bag import open_bag
from xmask3d_ros.evaluation.truth import reference
from xmask3d_ros.evaluation.truth.error import GroundTruthError
from xmask3d_ros.evaluation.truth.open import TruthOptions, open_truth
from xmask3d_ros.geometry import back_project
from xmask3d_ros.vocabulary import make_vocabulary

VOCABULARY = make_vocabulary(["chair", "wall"])
LABELS = np.zeros((24, 32), np.uint8)
LABELS[:, 8:16], LABELS[:, 16:] = 3, 5
NAMES = "3: wall\n5: chair\n0: unlabelled\n"
"""In classes of the vocabulary: 3 is 1, 5 is 0, 0 is -1."""


@pytest.fixture
def labelled_bag(tmp_path):
    """Labels of all frames but the last, each recorded after the next frame."""
    labels = [
        Event("/labels", bag.image(START + number * PERIOD, LABELS, "mono8"), START + (number + 2) * PERIOD)
        for number in range(4)
    ]
    return bag.write(tmp_path / "bag", sorted([*bag.recording(), *labels], key=lambda event: event.recorded_ns))


@pytest.fixture
def names(tmp_path):
    (tmp_path / "names.yaml").write_text(NAMES)
    return tmp_path / "names.yaml"


def folder_of(tmp_path, file_names):
    folder = tmp_path / "labels"
    folder.mkdir()
    for name in file_names:
        cv2.imwrite(str(folder / f"{name}.png"), LABELS)
    (folder / "labels.yaml").write_text(NAMES)
    return folder


def check(truth, frames):
    """Every frame's pixels have the classes of its label image, the last frame has none; the cloud follows."""
    rows, columns = np.array([0, 0, 11, 23]), np.array([0, 3, 5, 15])
    nowhere = np.zeros((4, 3))
    answers = []
    for frame in frames:
        truth.reference.see(frame)
        answers.append(truth.reference.of_view(frame.stamp_ns, nowhere, rows, columns, (24, 16)).tolist())
    assert answers == [[-1, -1, 1, 0]] * 4 + [[-1] * 4], "grid of half the width: columns 0, 6, 10 and 30"
    assert truth.reference.missing == 1
    points, classes = truth.reference.cloud()
    assert set(classes) == {0, 1}
    # The camera looks along x, so that the image's right is -y: chairs are there, and nothing left of column 8.
    assert points[classes == 0, 1].max() < points[classes == 1, 1].min() + 0.05
    assert points[:, 1].max() < 0.6
    truth.close()


def test_a_topic(labelled_bag, names):
    frames = open_bag(labelled_bag)
    truth = open_truth(TruthOptions("topic:/labels", label_names=names), frames, VOCABULARY)
    assert truth.meaning.mapped == {"wall": "wall", "chair": "chair"}
    check(truth, frames)


@pytest.mark.parametrize("by", ["stamp", "number"])
def test_a_folder(tmp_path, by):
    frames = open_bag(bag.write(tmp_path / "bag", bag.recording()))
    file_names = [START + number * PERIOD if by == "stamp" else number for number in range(4)]
    check(open_truth(TruthOptions(str(folder_of(tmp_path, file_names))), frames, VOCABULARY), frames)


def test_images_without_a_pose_count_in_the_numbers(tmp_path):
    """As before localisation runs: else all labels would be those of other images."""
    events = [event for event in bag.recording() if event.topic != "/tf" or event.recorded_ns >= START + 2 * PERIOD]
    frames = open_bag(bag.write(tmp_path / "bag", events))
    assert frames.color_stamps == [START + number * PERIOD for number in range(5)]
    begin = 5 - len(frames)
    assert begin > 0
    folder = folder_of(tmp_path, range(5))
    cv2.imwrite(str(folder / f"{begin}.png"), np.full_like(LABELS, 5))
    truth = open_truth(TruthOptions(str(folder)), frames, VOCABULARY)
    frame = next(iter(frames))
    truth.reference.see(frame)
    pixels = np.array([0, 11]), np.array([0, 5])
    assert truth.reference.of_view(frame.stamp_ns, np.zeros((2, 3)), *pixels, (24, 16)).tolist() == [0, 0]


def test_negative_labels_mean_no_class(tmp_path, names):
    labels = np.where(LABELS == 3, -1, LABELS.astype(np.int32))
    event = Event("/labels", bag.image(START, labels.astype("<i4"), "32SC1"), START + PERIOD)
    frames = open_bag(bag.write(tmp_path / "bag", [*bag.recording(), event]))
    truth = open_truth(TruthOptions("topic:/labels", label_names=names), frames, VOCABULARY)
    assert truth.about["unknown"] == {} and truth.meaning.mapped == {"chair": "chair"}
    frame = next(iter(frames))
    truth.reference.see(frame)
    pixels = np.array([0, 0, 0]), np.array([0, 5, 12])
    assert truth.reference.of_view(frame.stamp_ns, np.zeros((3, 3)), *pixels, (24, 16)).tolist() == [-1, -1, 0]
    truth.close()


def test_a_label_image_of_fewer_bytes_is_refused(tmp_path, names):
    message = bag.image(START, LABELS, "mono8")
    message.data = message.data[:-5]
    frames = open_bag(bag.write(tmp_path / "bag", [*bag.recording(), Event("/labels", message, START + PERIOD)]))
    with pytest.raises(GroundTruthError, match="763 bytes in lines of 32"):
        open_truth(TruthOptions("topic:/labels", label_names=names), frames, VOCABULARY)


def test_a_voxel_takes_the_class_of_most_pixels(tmp_path):
    frames = open_bag(bag.write(tmp_path / "bag", bag.recording()))
    truth = open_truth(TruthOptions(str(folder_of(tmp_path, [0]))), frames, VOCABULARY, voxel_size=10.0)
    truth.reference.see(next(iter(frames)))
    points, classes = truth.reference.cloud()
    # Columns 8 to 15 are walls and 16 to 31 chairs; voxels of 10 m part at y = 0, between columns 15 and 16, and the
    # camera is at z = 1 with the wall's lower edge above 0.
    assert dict(zip(points[:, 1].tolist(), classes.tolist(), strict=True)) == {5.0: 1, -5.0: 0}


def test_frames_one_by_one_are_all_at_once_and_cost_no_square(tmp_path, monkeypatch):
    """Voxels, majorities and their order, against a count of all pixels; each pixel is sorted a few times at most."""
    first = next(iter(open_bag(bag.write(tmp_path / "bag", bag.recording()))))
    random = np.random.default_rng(0)
    moved = np.tile(np.eye(4), (64, 1, 1))
    moved[:, :3, 3] = random.integers(0, 4, (64, 3)) + random.random((64, 3)) * 0.02
    frames = [
        replace(first, stamp_ns=number, world_from_camera=move @ first.world_from_camera)
        for number, move in enumerate(moved)
    ]
    images = random.integers(-1, 3, (64, *first.depth.shape))
    pixels: Counter[tuple[int, ...]] = Counter()
    for frame, image in zip(frames, images, strict=True):
        points, _, rows, columns = back_project(frame, 0.1, 6.0)
        voxels = np.floor(points / 0.05).astype(np.int64).tolist()
        pixels.update((*voxel, label) for voxel, label in zip(voxels, image[rows, columns].tolist(), strict=True))
    best: dict[tuple[int, ...], tuple[int, int]] = {}
    for (*voxel, label), count in sorted(pixels.items()):
        if label >= 0 and count > best.get(tuple(voxel), (0, 0))[0]:
            best[tuple(voxel)] = count, label

    handled, summed = [], reference._summed
    monkeypatch.setattr(reference, "_summed", lambda votes: handled.append(len(votes)) or summed(votes))
    truth = reference.ImageReference(lambda stamp_ns: images[stamp_ns], 0.05, 0.1, 6.0)
    for number, frame in enumerate(frames):
        truth.see(frame)
        if number == 40:
            truth.cloud()  # asked for in the middle, it changes nothing
    points, classes = truth.cloud()
    assert np.array_equal(points, (np.array(list(best), np.float64) + 0.5) * 0.05)
    assert classes.tolist() == [label for _, label in best.values()]
    assert sum(handled) < 6 * (images >= 0).sum()


def test_labels_of_any_size_cost_no_memory(tmp_path, names):
    """As drivers mark what has no class by the largest number there is."""
    void = np.iinfo(np.int32).max
    labels = np.where(LABELS == 0, void, LABELS.astype(np.int32))
    event = Event("/labels", bag.image(START, labels.astype("<i4"), "32SC1"), START + PERIOD)
    frames = open_bag(bag.write(tmp_path / "bag", [*bag.recording(), event]))
    tracemalloc.start()
    truth = open_truth(TruthOptions("topic:/labels", label_names=names), frames, VOCABULARY)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50e6
    assert truth.about["unknown"] == {str(void): None}
    frame = next(iter(frames))
    truth.reference.see(frame)
    pixels = np.array([0, 0, 0]), np.array([0, 5, 12])
    assert truth.reference.of_view(frame.stamp_ns, np.zeros((3, 3)), *pixels, (24, 16)).tolist() == [-1, 1, 0]
    truth.close()


def test_a_label_image_without_pixels_is_refused(tmp_path, names):
    empty = bag.image(START + PERIOD, LABELS, "mono8")
    empty.height = empty.width = empty.step = 0
    empty.data = empty.data[:0]
    events = [Event("/labels", bag.image(START, LABELS, "mono8"), START), Event("/labels", empty, START + PERIOD)]
    frames = open_bag(bag.write(tmp_path / "bag", [*bag.recording(), *events]))
    with pytest.raises(GroundTruthError, match="an image of 0x0 pixels"):
        open_truth(TruthOptions("topic:/labels", label_names=names), frames, VOCABULARY)


def test_points_of_labels_that_share_a_name_are_counted_together(tmp_path):
    frames = open_bag(bag.write(tmp_path / "bag", bag.recording()))
    names = ["wall", "clutter", "clutter"]
    np.savez(tmp_path / "truth.npz", xyz=np.zeros((6, 3)), labels=[0, 1, 1, 1, 2, 2], label_names=names)
    truth = open_truth(TruthOptions(str(tmp_path / "truth.npz")), frames, VOCABULARY)
    assert truth.about["unknown"] == {"clutter": 5}


def test_what_is_missing_is_named(tmp_path, labelled_bag, names):
    frames = open_bag(labelled_bag)
    with pytest.raises(GroundTruthError, match=r"no image topic '/label'; it has .*/labels"):
        open_truth(TruthOptions("topic:/label"), frames, VOCABULARY)
    with pytest.raises(GroundTruthError, match="no name of the ground truth"):
        open_truth(TruthOptions("topic:/labels"), frames, VOCABULARY)
    with pytest.raises(GroundTruthError, match="colours are not labels"):
        open_truth(TruthOptions("topic:" + bag.COLOR, label_names=names), frames, VOCABULARY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(GroundTruthError, match="no label images"):
        open_truth(TruthOptions(str(tmp_path / "empty")), frames, VOCABULARY)
    with pytest.raises(GroundTruthError, match="belongs to a colour image"):
        open_truth(TruthOptions(str(folder_of(tmp_path, [77]))), frames, VOCABULARY)


def test_a_cloud_in_another_frame_is_moved_by_the_bags_transforms(tmp_path):
    frames = open_bag(bag.write(tmp_path / "bag", bag.recording()))
    np.savez(tmp_path / "truth.npz", xyz=np.array([[2.0, 0, 0]]), labels=[0], label_names=["wall"])
    options = TruthOptions(str(tmp_path / "truth.npz"), frame="camera_link")
    points, _ = open_truth(options, frames, VOCABULARY).reference.cloud()
    assert np.allclose(points, [[2.0, 0, 1.0]]), "camera_link is 1 m above base, base at the origin at the first image"
    with pytest.raises(GroundTruthError, match="'world' is unknown"):
        open_truth(TruthOptions(str(tmp_path / "truth.npz"), frame="world"), frames, VOCABULARY)
