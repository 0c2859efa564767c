# SPDX-License-Identifier: Apache-2.0
"""Scores of maps whose mistakes are known."""

import numpy as np
import pytest

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.calibration import calibration, merged
from xmask3d_ros.evaluation.scoring.clouds import map_at_truth, score_map
from xmask3d_ros.evaluation.scoring.split import find_split, groups_of
from xmask3d_ros.evaluation.scoring.tally import Groups, Tally
from xmask3d_ros.evaluation.scoring.worst import WorstFrames
from xmask3d_ros.evaluation.truth.cloud import read_truth_cloud
from xmask3d_ros.evaluation.truth.names import meaning_of
from xmask3d_ros.vocabulary import UNLABELLED, make_vocabulary

KITCHEN = make_vocabulary(["wall", "floor", "cabinet", "counter", "table", "chair", "bookshelf", "sofa"])
TO_VOCABULARY = {"shelves": "bookshelf", "objects_on_table": None}


def cloud_of(points, classes, names, confidence=0.9):
    labels = np.where(classes < 0, UNLABELLED, classes).astype(np.uint16)
    count = len(points)
    return LabelledCloud(
        np.arange(count), points.astype(np.float32), np.zeros((count, 3), np.uint8), labels,
        np.full(count, confidence, np.float32), dict(enumerate(names)), 0,
    )  # fmt: skip


def scores_of(points, truth, predicted_points, prediction, groups, radius=0.05):
    found = map_at_truth(cloud_of(predicted_points, prediction, groups.names), groups.names, points, truth, radius)
    return {name: tally.result() for name, tally in score_map(found, groups).items()}


@pytest.fixture(scope="module")
def kitchen(test_data):
    """Every tenth point that has a class, and the class."""
    truth = read_truth_cloud(test_data / "labelled" / "7scenes_redkitchen_room.npz")
    classes = meaning_of(truth.names, KITCHEN, TO_VOCABULARY).class_of_name[truth.names_of_points]
    return truth.points[classes >= 0][::10], classes[classes >= 0][::10]


def test_a_perfect_prediction_of_the_real_kitchen_scores_100(kitchen):
    points, truth = kitchen
    groups = groups_of(KITCHEN, find_split("b15n4").base_names)
    scores = scores_of(points, truth, points, truth, groups)
    for counted in scores.values():
        for name in ("miou", "miou_base", "miou_novel", "hiou", "accuracy", "coverage"):
            assert counted[name] == pytest.approx(1.0, abs=1e-9)
        assert counted["points"] == len(points)
        assert counted["calibration_error"] == pytest.approx(0.1, abs=1e-6)
        assert counted["classes"][7] == {
            "name": "sofa", "group": "novel", "iou": None, "recall": None, "points": 0, "predicted": 0,
        }  # fmt: skip


def test_shifted_labels_of_the_real_kitchen_score_as_computed_by_hand(kitchen):
    points, truth = kitchen
    groups = Groups(KITCHEN.names, None)
    shifted = scores_of(points, truth, points, (truth + 1) % 8, groups)["all"]
    assert shifted["miou"] == shifted["accuracy"] == 0.0
    # Floors called walls: no floor is right, walls gain the floors in their union, all others stay whole.
    count = np.bincount(truth, minlength=8)
    floors = scores_of(points, truth, points, np.where(truth == 1, 0, truth), groups)["all"]
    by_hand = (count[0] / (count[0] + count[1]) + 0 + 5 * 1.0) / 7
    assert floors["miou"] == pytest.approx(by_hand, abs=1e-9)
    assert floors["accuracy"] == pytest.approx(1 - count[1] / count.sum())
    assert floors["miou_base"] is None and floors["hiou"] is None


def test_points_without_a_label_nearby_are_misses_left_out_or_filled():
    groups = Groups(("a", "b"), (1,))
    points = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]])
    truth = np.array([0, 0, 1, 1])
    # The map has an unlabelled voxel at the second point, a wrong one at the third, nothing at the fourth.
    predicted = np.array([[0.01, 0, 0], [1, 0, 0], [2.02, 0, 0]])
    scores = scores_of(points, truth, predicted, np.array([0, -1, 0]), groups)
    assert scores["all"]["coverage"] == 0.5
    assert scores["all"]["confusion"] == [[1, 0, 1], [1, 0, 1]]
    assert scores["all"]["accuracy"] == 0.25
    assert scores["covered"]["confusion"] == [[1, 0, 0], [1, 0, 0]]
    assert scores["filled"]["confusion"] == [[2, 0, 0], [2, 0, 0]]
    assert scores["all"]["miou_base"] == pytest.approx(1 / 3)
    assert scores["all"]["hiou"] == 0.0


def test_an_empty_map_covers_nothing():
    groups = Groups(("a",), None)
    points = np.zeros((3, 3))
    empty = scores_of(points, np.zeros(3, np.int64), np.empty((0, 3)), np.empty(0, np.int64), groups)
    assert [empty[name]["accuracy"] for name in ("all", "covered", "filled")] == [0.0, None, 0.0]
    assert empty["all"]["coverage"] == 0.0


def test_filling_is_the_training_packages_protocol():
    """Same points, same votes: equal confusions (METHODS 1.14.4)."""
    votes = pytest.importorskip("xmask3d_training.protocol.votes")
    random = np.random.default_rng(3)
    points, truth = random.random((400, 3)), random.integers(0, 4, 400)
    scene = votes.SceneVotes(400, 4)
    seen = np.zeros(400, bool)
    for _ in range(5):
        view = random.choice(400, 60, replace=False)
        scene.add(view, random.integers(0, 4, 60))
        seen[view] = True
    names = ("a", "b", "c", "d")
    labels = scene.labels(points)
    theirs = Tally(Groups(names, (3,)))
    theirs.add(truth, labels, np.ones(400))
    ours = scores_of(points, truth, points[seen], labels[seen], Groups(names, (3,)))["filled"]
    assert ours["confusion"] == theirs.result()["confusion"]
    assert ours["hiou"] == theirs.result()["hiou"]


def test_calibration_of_parts_is_that_of_the_whole():
    random = np.random.default_rng(0)
    confidence, right = random.random(1000), random.random(1000) < 0.4
    whole = calibration(confidence, right)
    parts = merged([calibration(confidence[part::3], right[part::3]) for part in range(3)] + [calibration([], [])])
    assert parts.error == pytest.approx(whole.error)
    assert np.array_equal(parts.points, whole.points)
    assert np.allclose(parts.accuracy, whole.accuracy)
    assert np.allclose(parts.confidence, whole.confidence)


def test_classes_that_nothing_taught_are_novel():
    vocabulary = make_vocabulary(["wall", "couch", "sofa bed", "teapot"], {"couch": ["sofa"]})
    assert find_split("b15n4") is find_split("scannet_b15n4")
    assert groups_of(vocabulary, find_split("b12n7").base_names).novel == (2, 3), "a synonym makes a class known"
    assert groups_of(vocabulary, find_split("b15n4").base_names).novel == (1, 2, 3)
    assert groups_of(vocabulary, ()).novel is None
    with pytest.raises(ValueError, match=r"no split 'b1n1'.*scannet_b15n4"):
        find_split("b1n1")


def test_the_worst_frames_are_kept_with_their_pictures():
    worst = WorstFrames(("a", "b"), 2)
    color = np.full((30, 40, 3), 200, np.uint8)
    pixels = np.array([1, 2]), np.array([3, 4]), (15, 20)
    for number, accuracy in enumerate([0.5, 0.1, np.nan, 0.9, 0.3]):
        worst.offer(number, number, accuracy, color, pixels, np.array([0, 1]), np.array([1, -1]))
    kept = worst.worst_first()
    assert [frame.number for frame in kept] == [1, 4]
    assert all(picture[:2] == b"\xff\xd8" for picture in kept[0].pictures.values())
    assert set(kept[0].pictures) == {"color", "truth", "prediction"}
