# SPDX-License-Identifier: Apache-2.0
"""The three outputs of a view against METHODS 1.10 and 1.14, computed point by point."""

import dataclasses

import numpy as np
import pytest
import torch
from small_model import small_model, small_view

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.model.scoring import ViewEvidence
from xmask3d_ros.vocabulary import make_vocabulary
from xmask3d_training.protocol.branches import BRANCHES, UNDECIDED, branch_labels, nearest, spread

BENCHMARK = benchmark("scannet_b12n7")


@pytest.fixture(scope="module")
def setting():
    """A network with a fairly undecided gate, a view, its evidence, its points and the benchmark's classes."""
    model, view = small_model(3), small_view(3, count=700)
    with torch.no_grad():
        model.mask_head.logit_scale.fill_(3.5)
    classes = model.text_encoder().classes(make_vocabulary(list(BENCHMARK.labels.names)))
    raw = model.observe(view)
    # Every query covers half the pixels, so that some points have masks and some do not; query 0 covers none.
    masks = raw.mask_logits - raw.mask_logits.flatten(1).quantile(0.5, dim=1)[:, None, None]
    masks[0] = -5
    evidence = ViewEvidence.observe(
        raw.hidden, raw.rows, raw.columns, raw.binary_logits, 4 * masks, raw.mask_embeddings, raw.clip_embeddings,
        raw.grid_size,
    )  # fmt: skip
    return model, evidence, view.points.float(), classes


def softmax(values):
    shifted = np.exp(values - values.max())
    return shifted / shifted.sum()


def unit(vector):
    return vector / np.linalg.norm(vector)


def by_hand(model, evidence, points, classes):
    """Labels by the text of METHODS, a loop at a time, in double."""
    scale = model.logit_scale().item()
    text = [unit(row) for row in classes.embeddings.double().numpy()]
    null = unit(model.null_embedding[0].detach().double().numpy())
    base = classes.is_base.numpy()
    r_base, r_novel = BENCHMARK.base_exponent, BENCHMARK.novel_exponent
    masks = torch.nn.functional.interpolate(evidence.mask_logits[None].double(), evidence.grid_size, mode="bilinear")
    probability = masks[0].sigmoid().numpy()[:, evidence.rows.numpy(), evidence.columns.numpy()]
    point_base = evidence.binary_logits.double().sigmoid().numpy()
    g, clip = evidence.mask_embeddings.double().numpy(), evidence.clip_embeddings.double().numpy()
    kernel = model.point_branch.encoder.final.kernel.detach().double().numpy()
    decoder, fusion = model.point_branch.decoder, model.fusion.linear
    f_3d = (evidence.hidden.double().numpy() @ kernel) @ decoder.weight.detach().double().numpy().T
    f_3d = f_3d + decoder.bias.detach().double().numpy()

    scores = []
    for query, embedding in enumerate(g):
        inside = probability[query] > 0.5
        if not inside.any():
            scores.append(-np.inf)  # covers no point: dropped
            continue
        logits = np.array([scale * unit(embedding) @ other for other in [*text, null]])
        query_is_base = point_base[inside].mean() > 0.5
        allowed = np.array([*(base == query_is_base), query_is_base])
        scores.append(softmax(np.where(allowed, logits, -1e10)).max())

    mask_of_point, labels = [], {branch: [] for branch in BRANCHES}
    for point in range(len(points)):
        weighted = np.array(scores) * probability[:, point]
        winner = int(np.argmax(weighted))
        covered = np.isfinite(weighted[winner]) and probability[winner, point] >= 0.5
        mask_of_point.append(winner if covered else -1)
    known = [point for point, mask in enumerate(mask_of_point) if mask >= 0]
    for point in range(len(points)):
        allowed = base == (point_base[point] > 0.5)
        mask = mask_of_point[point]
        p_3d = softmax(np.array([scale * unit(f_3d[point]) @ other for other in text]))
        fused = p_3d
        if mask >= 0:
            joined = np.concatenate([g[mask], f_3d[point]])
            u = fusion.weight.detach().double().numpy() @ joined + fusion.bias.detach().double().numpy()
            p = softmax(np.array([scale * unit(u) @ other for other in text]))
            q = softmax(np.array([scale * unit(clip[mask]) @ other for other in text]))
            fused = np.where(base, p**r_base * q ** (1 - r_base), p**r_novel * q ** (1 - r_novel))
        distances = [np.linalg.norm(points[point].double().numpy() - points[other].double().numpy()) for other in known]
        donor = mask if mask >= 0 else mask_of_point[known[int(np.argmin(distances))]]
        p_2d = softmax(np.array([scale * unit(g[donor]) @ other for other in text]))
        for branch, value in (("fused", fused), ("3d", p_3d), ("2d", p_2d)):
            labels[branch].append(int(np.argmax(np.where(allowed, value, -1.0))))
    return mask_of_point, labels


def test_labels_equal_those_by_hand(setting):
    model, evidence, points, classes = setting
    scorer = model.scorer()
    assert (scorer.config.base_exponent, scorer.config.novel_exponent) == (0.65, 0.35)
    masks, expected = by_hand(model, evidence, points, classes)
    found = branch_labels(scorer, evidence, classes, points)
    assert 20 < sum(mask < 0 for mask in masks) < 680, "some points are covered, some are not"
    for branch in BRANCHES:
        labels = np.array(expected[branch])
        assert len(set(labels.tolist())) > 2 and len({bool(classes.is_base[label]) for label in labels}) == 2
        assert (found[branch].numpy() == labels).mean() > 0.995, branch
    assert not np.array_equal(expected["fused"], expected["3d"])
    assert not np.array_equal(expected["2d"], expected["3d"])


def test_without_any_mask_2d_is_undecided_and_fused_is_3d(setting):
    model, evidence, points, classes = setting
    empty = dataclasses.replace(
        evidence, mask_logits=evidence.mask_logits * 0 - 5, query_usable=torch.zeros_like(evidence.query_usable)
    )
    found = branch_labels(model.scorer(), empty, classes, points)
    assert set(found["2d"].tolist()) == {UNDECIDED}
    assert torch.equal(found["fused"], found["3d"])


def test_queries_spread_to_the_nearest_point():
    generator = np.random.default_rng(0)
    points = torch.from_numpy(generator.normal(size=(200, 3)))
    query = torch.from_numpy(generator.integers(-1, 5, 200))
    filled = spread(query, points)
    for point in range(200):
        distance = (points - points[point]).norm(dim=1).masked_fill(query < 0, torch.inf)
        assert filled[point] == (query[point] if query[point] >= 0 else query[distance.argmin()])
    assert torch.equal(spread(torch.full((4,), -1), points[:4]), torch.full((4,), -1))
    assert nearest(points[:5], points[:5]).tolist() == [0, 1, 2, 3, 4]
