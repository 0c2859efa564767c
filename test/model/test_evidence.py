# SPDX-License-Identifier: Apache-2.0
"""What voxels remember: relabelling equals a fresh run, and compact sums equal the sums they stand for."""

import pytest
import torch
from small_model import small_view

from xmask3d_ros.mapping import MapConfig, VoxelMap
from xmask3d_ros.mapping.keys import pack
from xmask3d_ros.model import compact_evidence, exact_evidence, scoring
from xmask3d_ros.model.compact_evidence import SLOTS, CompactEvidence
from xmask3d_ros.model.exact_evidence import ExactEvidence
from xmask3d_ros.vocabulary import make_vocabulary

A = make_vocabulary(["chair", "wall", "lamp", "floor"])
B = make_vocabulary(["sofa", "toilet", "door", "monitor", "table"], {"sofa": ["couch"]})
SIZE = 0.05


@pytest.fixture(scope="module")
def text(model):
    return model.text_encoder()


@pytest.fixture(scope="module")
def observations(model):
    """Four views: the voxels they speak of and what they say."""
    found = []
    for seed in range(4):
        view = small_view(seed, count=1200)
        keys, voxel_of_point = torch.unique(pack(torch.floor(view.points / SIZE).long()), return_inverse=True)
        first = torch.full((len(keys),), len(voxel_of_point)).scatter_reduce(
            0, voxel_of_point, torch.arange(len(voxel_of_point)), "amin"
        )
        for name in ("points", "colors", "rows", "columns"):
            setattr(view, name, getattr(view, name)[first])
        with torch.no_grad():
            found.append((keys, view, model.observe(view)))
    return found


def integrate(voxels, points, colors, stamp_ns, camera=(0.0, 0.0, 0.0)):
    areas = torch.full((len(points),), SIZE**2, dtype=torch.float64)
    voxels.integrate(points, colors, areas, torch.tensor(camera, dtype=torch.float64), stamp_ns)


def make_evidence(kind, model, text):
    if kind == "exact":
        return ExactEvidence(model.scorer())
    return CompactEvidence(model.scorer(), text.classes(make_vocabulary(list(model.config.base_classes))))


@torch.no_grad()
def run(kind, model, text, observations, vocabularies):
    """Integrate all views under the first vocabulary, then relabel with each of the others."""
    voxels, evidence = VoxelMap(MapConfig(voxel_size=SIZE)), make_evidence(kind, model, text)
    classes = [text.classes(vocabulary) for vocabulary in vocabularies]
    for stamp, (keys, view, said) in enumerate(observations):
        integrate(voxels, view.points, view.colors, stamp)
        evidence.remember(voxels, keys, said, stamp, classes[0])
    for later in classes[1:]:
        evidence.relabel(voxels, later)
    labels, confidence = evidence.labels(voxels, classes[-1])
    return voxels, evidence, labels, confidence


@pytest.mark.parametrize("kind", ["exact", "compact"])
def test_relabelling_equals_a_fresh_run_voxel_by_voxel(model, text, observations, kind):
    _, _, relabelled, confidence = run(kind, model, text, observations, [A, B])
    _, _, fresh, fresh_confidence = run(kind, model, text, observations, [B])
    assert torch.equal(relabelled, fresh)
    assert torch.allclose(confidence, fresh_confidence, atol=1e-6)
    assert len(relabelled.unique()) > 2
    _, _, first, _ = run(kind, model, text, observations, [A])
    assert not torch.equal(first, fresh)


@pytest.mark.parametrize("kind", ["exact", "compact"])
def test_relabelling_that_fails_half_way_leaves_the_old_labels(model, text, observations, kind, monkeypatch):
    voxels, evidence, before, confidence = run(kind, model, text, observations, [A])
    decide, calls = scoring.decide, []

    def fail_at_the_second(scores):
        calls.append(len(scores))
        return decide(scores) if len(calls) < 2 else torch.empty(1 << 62)

    monkeypatch.setattr(compact_evidence, "_VOXELS_AT_ONCE", 500)
    with monkeypatch.context() as short_of_memory, pytest.raises(RuntimeError):
        short_of_memory.setattr(exact_evidence if kind == "exact" else compact_evidence, "decide", fail_at_the_second)
        evidence.relabel(voxels, text.classes(B))
    assert len(calls) == 2
    labels, still = evidence.labels(voxels, text.classes(A))
    assert torch.equal(labels, before) and torch.equal(still, confidence)
    evidence.relabel(voxels, text.classes(B))
    labels, _ = evidence.labels(voxels, text.classes(B))
    assert torch.equal(labels, run(kind, model, text, observations, [B])[2])


def test_a_view_whose_vote_fails_is_not_kept(model, text, observations, monkeypatch):
    voxels, evidence, before, _ = run("exact", model, text, observations[:1], [A])
    keys, view, said = observations[1]
    integrate(voxels, view.points, view.colors, 1)
    with monkeypatch.context() as short_of_memory, pytest.raises(RuntimeError):
        short_of_memory.setattr(exact_evidence, "decide", lambda scores: torch.empty(1 << 62))
        evidence.remember(voxels, keys, said, 1, text.classes(A))
    labels, _ = evidence.labels(voxels, text.classes(A))
    assert torch.equal(labels[: len(before)], before) and bool((labels[len(before) :] == -1).all())


def test_exact_labels_are_the_majority_of_the_views(model, text, observations):
    voxels, _, labels, confidence = run("exact", model, text, observations, [A])
    votes: dict[int, list[tuple[int, float]]] = {}
    classes, scorer = text.classes(A), model.scorer()
    for keys, _, said in observations:
        probability = scorer.score(said, classes).log_scores.softmax(dim=1)
        for key, row in zip(keys.tolist(), probability, strict=True):
            votes.setdefault(key, []).append((int(row.argmax()), float(row.max())))
    assert max(len(cast) for cast in votes.values()) > 1
    for key, label, certainty in zip(voxels.keys.tolist(), labels.tolist(), confidence.tolist(), strict=True):
        cast = [vote for vote, _ in votes[key]]
        winner = min(set(cast), key=lambda vote: (-cast.count(vote), vote))
        assert label == winner
        share = sum(value for vote, value in votes[key] if vote == winner) / len(cast)
        assert certainty == pytest.approx(share, abs=1e-5)


def test_compact_scores_equal_the_mean_over_views(model, text, observations):
    """The folded sums against keeping every u and every mask."""
    voxels, evidence, labels, _ = run("compact", model, text, observations, [B])
    scorer, classes = model.scorer(), text.classes(B)
    weights, exponent = scorer.weights, scorer.exponents(classes)
    total = torch.zeros(len(voxels), len(classes))
    binary, views = torch.zeros(len(voxels)), torch.zeros(len(voxels))
    for keys, _, said in observations:
        rows = voxels.rows_of(keys)
        query = scorer.assign(said, evidence.training_classes, gated=False)
        embeddings = weights.embeddings(said.hidden, query, weights.mask_offsets(said.mask_embeddings))
        words = torch.nn.functional.normalize(embeddings, dim=1) @ classes.embeddings.T
        clip = torch.nn.functional.normalize(said.clip_embeddings, dim=1) @ classes.embeddings.T
        by_word = exponent[classes.class_of_row]
        mixed = by_word * words + (1 - by_word) * clip[query.clamp(min=0)]
        score = torch.where((query >= 0)[:, None], mixed, words)
        total = total.new_zeros(len(voxels), score.shape[1]) if total.shape[1] != score.shape[1] else total
        total[rows] += score
        binary[rows] += said.binary_logits.sigmoid()
        views[rows] += 1
    mean = classes.best_word(total / views[:, None]) * weights.scale
    allowed = (binary / views > 0.5)[:, None] == classes.is_base
    expected = mean.masked_fill(~allowed, -torch.inf)
    best = expected.argmax(dim=1)
    margin = expected.gather(1, best[:, None]) - expected.gather(1, labels[:, None])
    # Half-precision sums may swap classes that are all but tied.
    assert float(margin.max()) < 0.05
    assert float((best == labels).float().mean()) > 0.97


def test_slots_overflow_into_the_newest_mask_and_keep_the_weight(model, text, observations):
    keys, view, said = observations[0]
    voxels, evidence = VoxelMap(MapConfig(voxel_size=SIZE)), make_evidence("compact", model, text)
    with torch.no_grad():
        integrate(voxels, view.points, view.colors, 0)
        for stamp in range(SLOTS + 3):
            evidence.remember(voxels, keys, said, stamp, text.classes(A))
    covered = voxels.layers["slot_mask"][:, 0] > 0
    assert bool(covered.any())
    views = voxels.layers["slot_views"].float().sum(dim=1)
    assert bool((views[covered] == SLOTS + 3).all())
    assert bool((views[~covered] == 0).all())


def test_sums_fade_and_the_table_of_masks_stays_small(model, text, observations):
    keys, view, said = observations[0]
    voxels, evidence = VoxelMap(MapConfig(voxel_size=SIZE)), make_evidence("compact", model, text)
    with torch.no_grad():
        integrate(voxels, view.points, view.colors, 0)
        for stamp in range(130):
            evidence.remember(voxels, keys, said, stamp, text.classes(A))
    assert float(voxels.layers["views"].max()) < compact_evidence._VIEW_LIMIT
    assert evidence.nbytes < 130 * len(said.mask_embeddings) * said.mask_embeddings.shape[1] * 4
    once = run("compact", model, text, observations[:1], [A])[2]
    many, _ = evidence.labels(voxels, text.classes(A))
    assert float((once == many).float().mean()) > 0.97


def test_bytes_a_voxel_are_as_stated(model, text, observations):
    """Beside 64 of geometry, compact evidence holds 4 h + 48 bytes, h the width of the 3D network's last feature."""
    voxels, _, _, _ = run("compact", model, text, observations, [A])
    hidden = model.config.point_network.planes[-1]
    assert voxels.nbytes == (64 + 4 * hidden + 4 + 4 * SLOTS + 4 * SLOTS + 4 + 2 + 2 + 4) * len(voxels)


@pytest.mark.parametrize("kind", ["exact", "compact"])
def test_voxels_that_no_view_saw_have_no_class(model, text, observations, kind):
    voxels, evidence, _, _ = run(kind, model, text, observations[:1], [A])
    far = torch.full((1, 3), 5.0, dtype=torch.float64)
    integrate(voxels, far, torch.zeros((1, 3), dtype=torch.uint8), 9)
    labels, confidence = evidence.labels(voxels, text.classes(A))
    assert labels.tolist().count(-1) == 1
    assert float(confidence[labels == -1].sum()) == 0.0


@pytest.mark.parametrize("kind", ["exact", "compact"])
def test_an_empty_map_has_no_labels(model, text, kind):
    voxels, evidence = VoxelMap(MapConfig(voxel_size=SIZE)), make_evidence(kind, model, text)
    evidence.relabel(voxels, text.classes(A))
    labels, confidence = evidence.labels(voxels, text.classes(A))
    assert len(labels) == len(confidence) == 0


def test_eviction_does_not_change_how_other_voxels_are_relabelled(model, text, observations):
    """A query's group comes of all points of its view, those forgotten since included."""
    kept_voxels, _, kept, _ = run("exact", model, text, observations[:1], [A, B])
    keys, view, said = observations[0]
    voxels, evidence = VoxelMap(MapConfig(voxel_size=SIZE, radius=2.0)), make_evidence("exact", model, text)
    with torch.no_grad():
        integrate(voxels, view.points, view.colors, 0, (0.0, 0.0, 2.0))
        evidence.remember(voxels, keys, said, 0, text.classes(A))
        integrate(voxels, view.points[:1], view.colors[:1], 2_000_000_000, (1.5, 0.0, 2.0))
        evidence.relabel(voxels, text.classes(B))
        labels, _ = evidence.labels(voxels, text.classes(B))
    assert 0 < len(voxels) < len(kept_voxels)
    rows = kept_voxels.rows_of(voxels.keys)
    assert torch.equal(labels, kept[rows])
