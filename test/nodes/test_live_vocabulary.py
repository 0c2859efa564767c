# SPDX-License-Identifier: Apache-2.0
"""Over DDS: the vocabulary is set while images come; what cannot be used is refused with reasons."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from lifecycle_msgs.msg import Transition
from live_rig import PERIOD, wait_until
from xmask3d_msgs.msg import Synonyms
from xmask3d_msgs.srv import GetVocabulary, SetVocabulary

from xmask3d_ros.nodes.conversions import points_of

pytestmark = pytest.mark.ros


@pytest.fixture
def mapped(rig):
    """A node with a map."""
    rig.viewer.set_vocabulary("chair", "wall", "lamp")
    for number in range(2):
        rig.camera.frame(rig.start + number * PERIOD)
    wait_until(lambda: rig.viewer.stamps[-1:] == [rig.start + PERIOD])
    return rig


def in_force(rig) -> list[str]:
    """The classes that the node says are in force."""
    return list(rig.viewer.call("get_vocabulary", GetVocabulary.Request()).classes)


def test_labels_change_with_the_vocabulary_and_geometry_does_not(mapped):
    before, labels = mapped.viewer.points.copy(), mapped.viewer.known_labels()
    clouds, integrated = len(mapped.viewer.clouds), mapped.integrated
    answer = mapped.viewer.set_vocabulary("sofa", "toilet")
    assert answer.success and answer.accepted == ["sofa", "toilet"] and not answer.rejected
    wait_until(lambda: len(mapped.viewer.clouds) > clouds)
    after = mapped.viewer.points
    assert mapped.integrated == integrated, "no image was needed"
    for axis in "xyz":
        np.testing.assert_array_equal(after[axis], before[axis])
    told = mapped.viewer.call("get_vocabulary", GetVocabulary.Request())
    assert set(after["label"]) <= {*told.ids, 65535}
    assert not set(after["label"]) & (set(before["label"]) - {65535})
    assert mapped.viewer.known_labels() >= labels | set(told.ids), "the list of labels only grows"


def test_a_name_keeps_its_label(mapped):
    first = mapped.viewer.call("get_vocabulary", GetVocabulary.Request())
    mapped.viewer.set_vocabulary("door")
    mapped.viewer.set_vocabulary("lamp", "window", "chair")
    again = mapped.viewer.call("get_vocabulary", GetVocabulary.Request())
    ids = dict(zip(first.classes, first.ids, strict=True))
    assert dict(zip(again.classes, again.ids, strict=True))["lamp"] == ids["lamp"]
    assert again.version == first.version + 2


def test_synonyms_are_kept(rig):
    request = SetVocabulary.Request(classes=["sofa", "wall"], synonyms=[Synonyms(words=["couch"]), Synonyms()])
    assert rig.viewer.call("set_vocabulary", request).success
    told = rig.viewer.call("get_vocabulary", GetVocabulary.Request())
    assert [list(entry.words) for entry in told.synonyms] == [["couch"], []]


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ([], "empty: name at least one class"),
        ([""], "is empty"),
        (["x" * 300], "300 characters"),
        (["стул"], "non-ASCII"),
        (["\x07"], "no letter or digit"),
    ],
)
def test_a_vocabulary_without_a_usable_class_is_refused(mapped, classes, words):
    before, version = in_force(mapped), mapped.node._segmenter.vocabulary.version
    answer = mapped.viewer.set_vocabulary(*classes)
    assert not answer.success and words in answer.message and not answer.accepted
    assert answer.version == version and in_force(mapped) == before
    assert answer.rejected == classes and len(answer.reasons) == len(classes)


def test_what_can_be_used_of_a_vocabulary_is(rig):
    answer = rig.viewer.set_vocabulary("chair", "wall", "chair", "café", " lamp ")
    assert answer.success and answer.accepted == ["chair", "wall", "lamp"]
    assert answer.rejected == ["chair", "café"]
    assert "already stands for" in answer.reasons[0] and "non-ASCII" in answer.reasons[1]
    assert "2 refused" in answer.message


def test_words_that_the_model_never_met_are_told(alone):
    rig = alone(model="tiny", vocabulary="chair,wall")
    assert rig.viewer.change(Transition.TRANSITION_CONFIGURE)
    answer = rig.viewer.set_vocabulary("chair", "potted plant", "gramophone")
    assert answer.success and answer.accepted == ["chair", "potted plant", "gramophone"]
    assert "the model does not know potted, gramophone" in answer.message
    assert "does not know" not in rig.viewer.set_vocabulary("chair", "plant").message


def test_synonyms_must_match_the_classes_in_number(rig):
    before = in_force(rig)
    request = SetVocabulary.Request(classes=["sofa", "wall"], synonyms=[Synonyms(words=["couch"])])
    answer = rig.viewer.call("set_vocabulary", request)
    assert not answer.success and "one entry a class" in answer.message and in_force(rig) == before


def test_a_thousand_classes_are_taken_while_images_go_on(mapped):
    names = [f"thing number {number}" for number in range(1000)]
    answer = mapped.viewer.set_vocabulary(*names)
    assert answer.success and len(answer.accepted) == 1000
    assert len(mapped.viewer.known_labels()) > 1000
    assert mapped.is_up()


def test_a_hundred_changes_during_replay_never_leave_a_label_unexplained(rig):
    """Each cloud's labels are in the LabelInfo that was latched when it came."""
    unexplained = []

    def check(cloud) -> None:
        unknown = set(points_of(cloud)["label"].tolist()) - rig.viewer.known_labels()
        unexplained.extend(unknown)

    rig.viewer.on_cloud = check
    words = [f"{color} {thing}" for color in ("red", "blue", "old", "tall") for thing in ("box", "wall", "lamp")]
    for number in range(100):
        if number % 4 == 0:
            rig.camera.frame(rig.start + number * PERIOD)
        chosen = [words[(number * 5 + step) % len(words)] for step in range(1 + number % 4)]
        answer = rig.viewer.set_vocabulary(*chosen, f"thing {number}")
        assert answer.success and answer.version == rig.node._segmenter.vocabulary.version
    wait_until(lambda: rig.integrated == 25 and rig.accounted(), what=f"{rig.integrated} {rig.dropped}")
    wait_until(lambda: rig.viewer.stamps[-1] == rig.start + 96 * PERIOD)
    rig.viewer.on_cloud = None
    assert len(rig.viewer.clouds) > 100 and not unexplained
    assert not rig.node.reporter.faults, f"{rig.log}"


def test_a_name_keeps_its_label_when_the_node_is_configured_anew(alone):
    rig = alone()
    assert rig.viewer.change(Transition.TRANSITION_CONFIGURE)
    assert rig.viewer.set_vocabulary("toilet", "lamp").success
    first = rig.viewer.call("get_vocabulary", GetVocabulary.Request())
    assert rig.viewer.change(Transition.TRANSITION_CLEANUP) and rig.viewer.change(Transition.TRANSITION_CONFIGURE)
    assert in_force(rig) == ["chair", "wall", "lamp"]
    assert rig.viewer.set_vocabulary("door", "toilet", "lamp").success
    again = rig.viewer.call("get_vocabulary", GetVocabulary.Request())
    assert list(again.ids)[1:] == list(first.ids) and again.ids[0] == 4
    assert rig.viewer.change(Transition.TRANSITION_ACTIVATE)
    wait_until(lambda: rig.viewer.labels)
    names = {entry.class_name for entry in rig.viewer.labels[-1].class_map}
    assert names == {"chair", "wall", "lamp", "toilet", "door"}, "the list of labels only grows"


def test_words_may_be_set_before_activating(alone):
    rig = alone()
    unconfigured = rig.viewer.set_vocabulary("chair")
    assert not unconfigured.success and "configure it first" in unconfigured.message
    assert rig.viewer.change(1)
    assert rig.viewer.set_vocabulary("toilet", "wall").success
    assert rig.viewer.change(3)
    wait_until(lambda: rig.viewer.labels)
    names = {entry.class_name for entry in rig.viewer.labels[-1].class_map}
    assert names == {"chair", "wall", "lamp", "toilet"}
