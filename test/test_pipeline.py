# SPDX-License-Identifier: Apache-2.0
"""The segmenter on simulated and real frames."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from small_model import small_model

from xmask3d_ros.evaluation.bag import open_bag
from xmask3d_ros.geometry import Camera, RgbdFrame
from xmask3d_ros.mapping import MapConfig
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig, describe_unknown
from xmask3d_ros.vocabulary import UNLABELLED, LabelRegistry, make_vocabulary

CAMERA = Camera(80, 60, 72.0, 72.0, 39.5, 29.5)
A = make_vocabulary(["chair", "wall", "lamp"])
B = make_vocabulary(["sofa", "wall", "toilet", "monitor"])
FEW = SegmenterConfig(min_view_points=50, border=2)


def frame(number: int, depth: float = 2.0) -> RgbdFrame:
    """A coloured relief seen by a camera that moves sideways."""
    rows, columns = np.mgrid[0:60, 0:80]
    surface = (depth + 0.3 * np.sin(rows / 7 + number) * np.cos(columns / 9)).astype(np.float32)
    color = np.random.default_rng(number).integers(0, 256, (6, 8, 3), dtype=np.uint8).repeat(10, 0).repeat(10, 1)
    pose = np.eye(4)
    pose[0, 3] = 0.2 * number
    return RgbdFrame(color, surface, CAMERA, pose, number * 100_000_000)


def segmented(model, vocabulary, count=4, config=FEW):
    segmenter = Segmenter(model, vocabulary, config)
    assert all(segmenter.process(frame(number)) for number in range(count))
    return segmenter


def same(first, second):
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in ("keys", "labels", "positions"))


@pytest.mark.parametrize("evidence", ["exact", "compact"])
def test_a_new_vocabulary_equals_a_fresh_run(model, evidence):
    config = replace(FEW, evidence=evidence)
    segmenter = segmented(model, A, config=config)
    before = segmenter.labelled_cloud()
    segmenter.set_vocabulary(B)
    after, fresh = segmenter.labelled_cloud(), segmented(model, B, config=config).labelled_cloud()
    names = [[cloud.names.get(int(label), "") for label in cloud.labels] for cloud in (after, fresh)]
    assert names[0] == names[1]
    assert np.array_equal(after.keys, before.keys)
    assert not np.array_equal(after.labels, before.labels)


@pytest.mark.parametrize("evidence", ["exact", "compact"])
def test_a_vocabulary_for_which_there_is_no_memory_leaves_the_old_one(model, evidence, monkeypatch):
    segmenter = segmented(model, A, config=replace(FEW, evidence=evidence))
    before = segmenter.labelled_cloud()
    with monkeypatch.context() as short_of_memory, pytest.raises(RuntimeError):
        short_of_memory.setattr(segmenter.evidence, "relabel", lambda *_: torch.empty(1 << 62))
        segmenter.set_vocabulary(make_vocabulary(["wall"]))
    assert (segmenter.vocabulary.names, segmenter.vocabulary.version) == (A.names, 1)
    after = segmenter.labelled_cloud()
    assert same(after, before) and after.names == before.names
    assert segmenter.process(frame(4)), "it goes on"


def test_a_registry_that_is_given_keeps_labels_from_one_segmenter_to_the_next(model):
    labels = LabelRegistry()
    Segmenter(model, A, FEW, labels)
    assert Segmenter(model, B, FEW, labels).labelled_cloud().names == {3: "sofa", 1: "wall", 4: "toilet", 5: "monitor"}


def test_unknown_words_are_told_in_a_sentence():
    assert "does not know potted: " in describe_unknown(["potted"])
    assert "does not know a, b and 3 more: " in describe_unknown(list("abcde"), most=2)


def test_ids_stay_with_their_names_and_versions_count(model):
    segmenter = Segmenter(model, A, FEW)
    assert segmenter.vocabulary.version == 1
    assert segmenter.set_vocabulary(B).version == 2
    assert segmenter.labelled_cloud().names == {3: "sofa", 1: "wall", 4: "toilet", 5: "monitor"}


def test_two_runs_give_the_same_cloud(model):
    assert same(segmented(model, A).labelled_cloud(), segmented(model, A).labelled_cloud())


def test_the_cloud_is_consistent(model):
    cloud = segmented(model, A).labelled_cloud()
    assert bool((np.diff(cloud.keys) > 0).all())
    assert np.isfinite(cloud.positions).all()
    assert set(np.unique(cloud.labels)) <= {*cloud.names, UNLABELLED}
    assert bool(((cloud.confidence >= 0) & (cloud.confidence <= 1.00001)).all())
    assert sum(cloud.count_by_name().values()) == len(cloud)
    assert cloud.stamp_ns == 300_000_000


def test_frames_without_depth_in_range_are_counted(model):
    segmenter = Segmenter(model, A, FEW)
    assert not segmenter.process(frame(0, depth=50.0))
    assert segmenter.counts["dropped: no depth in range"] == 1
    assert len(segmenter.labelled_cloud()) == 0


def test_views_of_too_few_points_are_counted_but_integrated(model):
    segmenter = Segmenter(model, A, replace(FEW, min_view_points=10**6))
    assert not segmenter.process(frame(0))
    assert segmenter.counts == {"integrated": 1, "dropped: too few visible points": 1}
    assert set(segmenter.labelled_cloud().labels) == {UNLABELLED}


def test_a_view_is_capped_and_the_next_view_chooses_other_points():
    model = small_model(max_view_points=300)
    segmenter = Segmenter(model, A, FEW)
    chosen = []
    for _ in range(2):
        segmenter.integrate(frame(0))
        view = segmenter.view(frame(0))
        assert len(view.view) == 300
        chosen.append(set(view.keys.tolist()))
        segmenter.remember(view, segmenter.observe(view))
    assert len(chosen[0] & chosen[1]) < 280


def test_evidence_for_voxels_forgotten_meanwhile_is_left_out(model):
    segmenter = Segmenter(model, A, replace(FEW, map=MapConfig(max_voxels=200, min_support=0)))
    segmenter.integrate(frame(0))
    view = segmenter.view(frame(0))
    evidence = segmenter.observe(view)
    for number in range(20, 23):
        segmenter.integrate(frame(number))
    segmenter.remember(view, evidence)
    cloud = segmenter.labelled_cloud()
    assert len(cloud) <= 200
    assert int((cloud.labels != UNLABELLED).sum()) < len(view.keys)


def test_reset_forgets_the_map_and_keeps_the_vocabulary(model):
    segmenter = segmented(model, A, count=1)
    segmenter.reset()
    assert len(segmenter.labelled_cloud()) == 0
    assert segmenter.vocabulary.names == A.names
    assert segmenter.process(frame(1))
    assert len(segmenter.labelled_cloud()) > 0


def test_threads_may_integrate_infer_and_relabel_at_once(model):
    segmenter = segmented(model, A, count=1)
    errors = []

    def work(action):
        try:
            for number in range(8):
                action(number)
        except Exception as error:
            errors.append(error)

    def infer(number):
        view = segmenter.view(frame(number))
        if view is not None:
            segmenter.remember(view, segmenter.observe(view))

    actions = [
        lambda number: segmenter.integrate(frame(number)),
        infer,
        lambda number: segmenter.set_vocabulary([A, B][number % 2]),
        lambda number: segmenter.labelled_cloud(),
    ]
    threads = [threading.Thread(target=work, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_an_unknown_kind_of_evidence_is_refused(model):
    with pytest.raises(ValueError, match="'exact' or 'compact'"):
        Segmenter(model, A, SegmenterConfig(evidence="all"))


def test_the_real_kitchen(model, test_data):
    """All 12 frames integrated; the labelled points lie on the room's surfaces; compact agrees with exact."""
    frames = list(open_bag(test_data / "bag" / "7scenes_redkitchen_rosbag2"))
    clouds = {}
    for evidence in ("exact", "compact"):
        segmenter = Segmenter(model, B, SegmenterConfig(evidence=evidence, border=1))
        assert all(segmenter.process(frame) for frame in frames)
        assert segmenter.counts == {"integrated": 12, "segmented": 12}
        clouds[evidence] = segmenter.labelled_cloud()
    room = np.load(test_data / "labelled" / "7scenes_redkitchen_room.npz")["xyz"]
    labelled = clouds["exact"].labels != UNLABELLED
    assert labelled.mean() > 0.6
    distance, _ = cKDTree(room).query(clouds["exact"].positions[labelled])
    assert np.mean(distance <= 0.04) >= 0.95
    assert np.array_equal(clouds["exact"].keys, clouds["compact"].keys)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cpu_and_gpu_agree(model):
    clouds = [segmented(small_model().to(device), A).labelled_cloud() for device in ("cpu", "cuda")]
    assert np.array_equal(clouds[0].keys, clouds[1].keys)
    assert np.mean(clouds[0].labels == clouds[1].labels) >= 0.99
