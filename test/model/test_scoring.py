# SPDX-License-Identifier: Apache-2.0
"""Scoring against a plain float64 computation of METHODS 1.10 and 1.14 that knows nothing of the folded algebra."""

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from small_model import small_model, small_view

from xmask3d_ros.model import text
from xmask3d_ros.model.config import ScoringConfig
from xmask3d_ros.model.scoring import FORBIDDEN, Scorer, ViewEvidence, decide
from xmask3d_ros.model.text import TextClasses
from xmask3d_ros.vocabulary import make_vocabulary

MIXED = make_vocabulary(["chair", "sofa", "wall", "floor", "lamp", "toilet", "door"])


@pytest.fixture(scope="module")
def evidence(model):
    return model.observe(small_view())


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def softmax(logits):
    exponential = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponential / exponential.sum(axis=-1, keepdims=True)


def plain_labels(model, evidence, classes: TextClasses):
    """(N,) class and query of each point, step by step, point by point."""
    scale = min(model.mask_head.logit_scale.exp().item(), 100.0)
    text = classes.embeddings.double().numpy()
    base = classes.is_base.numpy()
    exponent = np.where(base, model.config.scoring.base_exponent, model.config.scoring.novel_exponent)
    state = {name: value.double().numpy() for name, value in model.state_dict().items()}
    kernel, null = state["point_branch.encoder.final.kernel"], unit(state["null_embedding"])
    decoder, bias = state["point_branch.decoder.weight"], state["point_branch.decoder.bias"]
    fuse, fuse_bias = state["fusion.linear.weight"], state["fusion.linear.bias"]
    grid = functional.interpolate(evidence.mask_logits[None].double(), evidence.grid_size, mode="bilinear")[0].numpy()
    at_points = 1 / (1 + np.exp(-grid[:, evidence.rows.numpy(), evidence.columns.numpy()]))
    binary = 1 / (1 + np.exp(-evidence.binary_logits.double().numpy()))
    masks = evidence.mask_embeddings.double().numpy()
    clip = softmax(scale * unit(evidence.clip_embeddings.double().numpy()) @ text.T)

    confidence = np.full(len(masks), -1.0)
    for query, mask in enumerate(masks):
        inside = at_points[query] > 0.5
        if not inside.any():
            continue
        logits = scale * np.append(unit(mask) @ text.T, unit(mask) @ null.T)
        if binary[inside].mean() > 0.5:
            logits[:-1][~base] = -1e10
        else:
            logits[:-1][base], logits[-1] = -1e10, -1e10
        confidence[query] = softmax(logits).max()

    labels, queries = [], []
    for point, hidden in enumerate(evidence.hidden.double().numpy()):
        weighted = np.where(confidence > 0, confidence * at_points[:, point], -1)
        query = int(weighted.argmax())
        if confidence[query] <= 0 or at_points[query, point] < 0.5:
            query = -1
        feature = decoder @ (hidden @ kernel) + bias
        if query >= 0:
            feature = fuse @ np.concatenate([masks[query], feature]) + fuse_bias
        scores = softmax(scale * unit(feature) @ text.T)
        if query >= 0:
            scores = scores**exponent * clip[query] ** (1 - exponent)
        scores = np.where(base == (binary[point] > 0.5), scores, -1)
        labels.append(int(scores.argmax()))
        queries.append(query)
    return np.array(labels), np.array(queries)


def test_labels_equal_the_plain_computation(model, evidence):
    classes = model.text_encoder().classes(MIXED)
    scores = model.scorer().score(evidence, classes)
    labels, queries = plain_labels(model, evidence, classes)
    assert len(set(queries)) > 2
    assert len(set(labels)) > 2
    assert np.mean(scores.query.numpy() == queries) > 0.999
    assert np.mean(scores.log_scores.argmax(dim=1).numpy() == labels) > 0.999


@torch.no_grad()
def test_folded_weights_equal_the_layers_they_fold(model, evidence):
    weights = model.point_weights()
    branch = model.point_branch
    embeddings = branch.decoder(evidence.hidden @ branch.encoder.final.kernel)
    query = torch.arange(len(embeddings)) % (len(evidence.mask_embeddings) + 1) - 1
    fused = model.fusion(embeddings, evidence.mask_embeddings[query.clamp(min=0)], query >= 0)
    offsets = weights.mask_offsets(evidence.mask_embeddings)
    assert torch.allclose(weights.embeddings(evidence.hidden, query, offsets), fused, atol=1e-5)


@torch.no_grad()
def test_points_without_a_mask_keep_their_3d_embedding_exactly(model):
    embeddings = torch.randn(5, 24)
    covered = torch.tensor([True, False, True, False, False])
    fused = model.fusion(embeddings, torch.randn(5, 24), covered)
    assert torch.equal(fused[~covered], embeddings[~covered])
    assert not torch.allclose(fused[covered], embeddings[covered])


def test_the_gate_is_off_where_one_group_is_empty(model, evidence):
    base_only = model.text_encoder().classes(make_vocabulary(list(model.config.base_classes)))
    assert not base_only.gated
    assert bool((model.scorer().score(evidence, base_only).log_scores > FORBIDDEN / 2).all())


def test_the_hard_gate_forbids_the_other_group_and_the_soft_gate_weighs_it(model, evidence):
    classes = model.text_encoder().classes(MIXED)
    base = evidence.binary_logits > 0
    hard = model.scorer().score(evidence, classes).log_scores
    assert torch.equal(classes.is_base[hard.argmax(dim=1)], base)
    soft = Scorer(model.point_weights(), ScoringConfig(gate="soft")).score(evidence, classes).log_scores
    group = soft.exp()[:, classes.is_base].sum(dim=1)
    assert torch.allclose(group, evidence.binary_logits.sigmoid(), atol=1e-4)


def test_an_unknown_gate_is_refused(model):
    with pytest.raises(ValueError, match="'hard', 'soft' or 'off'"):
        Scorer(model.point_weights(), ScoringConfig(gate="harder"))


def test_a_vocabulary_of_one_word_can_say_unknown(model, evidence):
    classes = model.text_encoder().classes(make_vocabulary(["wall"]))
    assert classes.named == 1
    assert len(classes) == len(model.config.base_classes)
    best, share = decide(model.scorer().score(evidence, classes).log_scores)
    assert bool((best > 0).any())
    assert bool(((share > 0) & (share <= 1)).all())


def test_synonyms_make_a_class_base_and_score_as_the_best_word():
    model = small_model(synonyms={"sofa": ("couch",), "chair": ("seat",)}, base_classes=("chair", "sofa", "wall"))
    encoder = model.text_encoder()
    classes = encoder.classes(make_vocabulary(["couch", "lamp", "table"], {"table": ["desk"]}))
    # "couch" is the base class sofa; chair and wall are left as background.
    assert classes.is_base.tolist() == [True, False, False, True, True]
    embeddings = torch.randn(7, 24)
    words = functional.normalize(embeddings, dim=1) @ functional.normalize(encoder.embed(["table", "desk"]), dim=1).T
    assert torch.allclose(classes.logits(embeddings)[:, 2], words.amax(dim=1), atol=1e-6)


def test_only_the_last_words_embeddings_are_kept(model, monkeypatch):
    monkeypatch.setattr(text, "WORDS_KEPT", 20)
    encoder = model.text_encoder()
    base = list(model.config.base_classes)
    for number in range(30):
        encoder.classes(make_vocabulary([f"thing {number}"]))
    kept = encoder._embeddings
    assert len(kept) == 20 and set(kept) >= {"thing 29", "thing 28", *base}
    assert {row.untyped_storage().nbytes() for row in kept.values()} == {4 * model.config.clip.embedding_channels}
    assert len(encoder.embed([f"thing {number}" for number in range(25)])) == len(encoder._embeddings) == 25


def test_no_log_of_zero_where_a_probability_underflows(model, evidence):
    weights = model.point_weights()
    extreme = Scorer(weights.__class__(**{**vars(weights), "scale": torch.tensor(1e4)}), ScoringConfig())
    scores = extreme.score(evidence, model.text_encoder().classes(MIXED)).log_scores
    assert bool(torch.isfinite(scores).all())


def test_a_probability_of_one_half_covers_a_point_but_does_not_make_a_query_usable(model):
    """The reference drops queries by > 0.5 and cuts final masks by >= 0.5 (METHODS 1.16)."""
    logits = torch.tensor([[[0.0, 0.0], [0.0, 5.0]]])
    embeddings = torch.randn(2, 24)

    def queries(*places):
        rows, columns = torch.tensor(places).unbind(1)
        hidden, binary = torch.randn(len(places), 12), torch.ones(len(places))
        evidence = ViewEvidence.observe(hidden, rows, columns, binary, logits, embeddings[:1], embeddings[1:], (2, 2))
        return model.scorer().score(evidence, model.text_encoder().classes(MIXED)).query.tolist()

    assert queries((0, 0), (1, 1)) == [0, 0]
    assert queries((0, 0), (0, 1)) == [-1, -1]
