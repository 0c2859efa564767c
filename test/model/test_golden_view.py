# SPDX-License-Identifier: Apache-2.0
"""The imported official checkpoint on a posed view, from points and image to labels, at full size."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from plain_scoring import PlainView, PlainWeights, plain_labels

from xmask3d_ros.mapping import MapConfig, VoxelMap
from xmask3d_ros.mapping.keys import pack
from xmask3d_ros.model.exact_evidence import ExactEvidence
from xmask3d_ros.model.scoring import ViewEvidence
from xmask3d_ros.model.text import TextClasses
from xmask3d_ros.sparse import batched


@pytest.fixture(scope="module")
def classes(golden, imported):
    """The 19 names of the benchmark, by the official text embeddings."""
    recorded = golden("f_clip_text")
    base = torch.tensor([name in imported.config.base_classes for name in recorded["names"].tolist()])
    return TextClasses(torch.nn.functional.normalize(recorded["text_embed"], dim=1), torch.arange(19), base, 19)


@pytest.fixture(scope="module")
def rows_of(official_run):
    """Rows of the voxels (V, 4) ours for coordinates (n, 4) of the official order."""
    table = {tuple(cell): row for row, cell in enumerate(official_run.voxels.tolist())}
    return lambda coordinates: torch.tensor([table[tuple(cell)] for cell in coordinates.tolist()])


def plain_view(evidence: ViewEvidence, embeddings: torch.Tensor) -> PlainView:
    array = {
        name: getattr(evidence, name).double().numpy()
        for name in ("binary_logits", "mask_logits", "mask_embeddings", "clip_embeddings")
    }
    return PlainView(
        embeddings.double().numpy(), evidence.rows.numpy(), evidence.columns.numpy(), evidence.grid_size, **array
    )


@pytest.fixture(scope="module")
def plain_weights(imported, golden, classes):
    state = {name: tensor.double().numpy() for name, tensor in imported.state_dict().items() if not tensor.is_meta}
    return PlainWeights(
        state["fusion.linear.weight"],
        state["fusion.linear.bias"],
        state["null_embedding"],
        float(np.exp(state["mask_head.logit_scale"])),
        golden("f_clip_text")["text_embed"].double().numpy(),
        classes.is_base.numpy(),
        0.65,
        0.35,
    )


@pytest.fixture(scope="module")
def embeddings(official_run, golden_view, imported):
    """(N, C) F_3d of the view's points, by the layers themselves."""
    hidden, branch = official_run.evidence.hidden, imported.point_branch
    return branch.decoder(hidden @ branch.encoder.final.kernel)


def test_the_3d_branch_is_the_official_one_also_within_the_whole(official_run, golden, rows_of):
    recorded = golden("a_pc_decoder_view")
    rows = rows_of(recorded["coords"])
    assert len(rows) == len(official_run.voxels)
    found = official_run.points
    torch.testing.assert_close(found.embeddings[rows][recorded["rows"]], recorded["F3d_rows"], atol=1e-4, rtol=0)
    torch.testing.assert_close(found.global_feature, recorded["f3d"], atol=1e-4, rtol=0)


def test_points_read_the_voxels_they_fell_into(official_run, golden, rows_of):
    recorded = golden("view_common")
    official = torch.nn.functional.pad(recorded["voxel_coords"].long(), (1, 0))[recorded["inverse"].long()]
    expected = official_run.points.hidden[rows_of(official)]
    assert torch.equal(official_run.evidence.hidden, expected)


def test_labels_equal_a_plain_float64_computation(official_run, imported, classes, plain_weights, embeddings):
    scores = imported.scorer().score(official_run.evidence, classes)
    labels, queries = plain_labels(plain_view(official_run.evidence, embeddings), plain_weights)
    assert len(np.unique(queries)) > 2, "the masks of the run must differ to show anything"
    assert np.mean(scores.query.numpy() == queries) > 0.999
    assert np.mean(scores.log_scores.argmax(1).numpy() == labels) > 0.999


def test_evidence_may_start_from_f3d(official_run, imported, classes, embeddings):
    """What another implementation gives, F_3d, scores as our folded h does."""
    evidence = replace(official_run.evidence, hidden=embeddings)
    unfolded = imported.scorer(folded=False).score(evidence, classes)
    folded = imported.scorer().score(official_run.evidence, classes)
    assert torch.equal(unfolded.query, folded.query)
    torch.testing.assert_close(unfolded.log_scores, folded.log_scores, atol=2e-3, rtol=1e-4)
    assert (unfolded.log_scores.argmax(1) == folded.log_scores.argmax(1)).float().mean() > 0.999


def varied(evidence: ViewEvidence, seed: int) -> ViewEvidence:
    """Another view of the same points: other masks, embeddings and binary scores of the same kind."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(evidence.mask_logits), generator=generator)
    coarse = torch.randn(len(order), 8, 8, generator=generator) * 4 - 3
    masks = torch.nn.functional.interpolate(coarse[None], size=(128, 128), mode="bilinear")[0]
    binary = torch.randn(len(evidence.rows), generator=generator) + torch.randn((), generator=generator)
    return ViewEvidence.observe(
        evidence.hidden, evidence.rows, evidence.columns, binary, masks, evidence.mask_embeddings[order],
        evidence.clip_embeddings.roll(seed, 0), evidence.grid_size,
    )  # fmt: skip


def test_views_vote_as_counted_plainly(official_run, imported, classes, plain_weights, embeddings):
    """Three views of the same points with other masks: a point gets the label it was given most often."""
    count = len(embeddings)
    places = torch.arange(count)[:, None] * torch.tensor([0.02, 0.0, 0.0]).double() + 0.01
    keys = pack(torch.floor(places / 0.02).long())
    voxels = VoxelMap(MapConfig(voxel_size=0.02, radius=1000.0))
    colors = torch.zeros(count, 3, dtype=torch.uint8)
    voxels.integrate(places, colors, torch.ones(count).double(), places.mean(0), 0)
    evidence = ExactEvidence(imported.scorer())
    votes = np.zeros((count, 19), int)
    for seed in range(3):
        view = varied(official_run.evidence, seed)
        labels, queries = plain_labels(plain_view(view, embeddings), plain_weights)
        assert len(np.unique(queries)) > 5
        votes[np.arange(count), labels] += 1
        evidence.remember(voxels, keys, view, seed, classes)
    found = torch.empty(count, dtype=torch.int64)
    found[torch.argsort(keys)] = evidence.labels(voxels, classes)[0][torch.argsort(voxels.keys)]
    decided = votes.max(1) > 1
    assert decided.mean() > 0.2
    assert len(np.unique(found[decided])) > 5
    assert np.mean(found.numpy()[decided] == votes.argmax(1)[decided]) > 0.999
    assert np.mean(found.numpy() == votes.argmax(1)) > 0.995


@pytest.mark.parametrize("part", ["point_branch", "binary_head"])
def test_places_below_zero_and_batches_change_nothing(imported, golden, part):
    """A view moved by multiples of the coarsest stride, beside another one, answers as it does alone."""
    recorded = golden("a_pc_decoder_view")
    cells, features = recorded["coords"][:, 1:].long(), recorded["feats"]
    network = imported.get_submodule(part)

    def answer(coordinates, colors):
        found = network(coordinates, colors)
        return found.embeddings if part == "point_branch" else found[:, None]

    alone = answer(batched([cells]), features)
    moved = cells - torch.tensor([320, 1600, 48])
    assert bool((moved < 0).any(0).all())
    both = answer(batched([moved, cells[:4000]]), torch.cat([features, features[:4000]]))
    torch.testing.assert_close(both[: len(cells)], alone, atol=1e-4, rtol=0)
    second = answer(batched([cells[:4000]]), features[:4000])
    torch.testing.assert_close(both[len(cells) :], second, atol=1e-4, rtol=0)
