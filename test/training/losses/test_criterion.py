# SPDX-License-Identifier: Apache-2.0
"""The assembly of the terms: settings, switches, precision, and several processes."""

import dataclasses
import json
import os
import subprocess
import sys

import pytest
import torch
import torch.distributed as distributed

from xmask3d_training.losses.config import LOSSES, LossConfig
from xmask3d_training.losses.criterion import Criterion, Predictions, Targets
from xmask3d_training.losses.point_embeddings import PointEmbeddings

CLASSES, QUERIES, LAYERS, CHANNELS, POINTS = 4, 6, 3, 8, 120
GRID = (12, 16)
CONFIG = LossConfig(sampled_points=64, mask_3d_start=2)
BALANCED = dataclasses.replace(CONFIG, class_balance=0.5)
IGNORED = CLASSES


def make(views, first=0, config=CONFIG):
    """Predictions that depend on two learned tensors, and targets, of views ``first`` to ``first + views``."""
    fields = []
    for view in range(first, first + views):
        generator = torch.Generator().manual_seed(view)
        count = POINTS + 10 * view

        def normal(*shape, generator=generator):
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        def integers(high, *shape, generator=generator):
            return torch.randint(0, high, shape, generator=generator)

        labels = integers(CLASSES + 1, count)
        binary = torch.where(labels < CLASSES, 1, integers(2, count) * 20)
        fields.append(
            {
                "masks": normal(LAYERS, QUERIES, 8, 8) + 1.5,
                "mask_embeddings": normal(LAYERS, QUERIES, CHANNELS),
                "clip": normal(QUERIES, CHANNELS),
                "points_3d": normal(count, CHANNELS),
                "points_2d": normal(count, CHANNELS),
                "covered": integers(2, count).bool(),
                "binary_logits": normal(count),
                "labels": labels,
                "binary": binary,
                "image": integers(CLASSES + 1, 8, 8).repeat_interleave(4, 0).repeat_interleave(4, 1),
                "caption": normal(CHANNELS),
                "rows": integers(GRID[0], count),
                "columns": integers(GRID[1], count),
                "view": torch.full((count,), view - first),
            }
        )
    return {key: [field[key] for field in fields] for key in fields[0]}


def parameters():
    generator = torch.Generator().manual_seed(99)
    values = [torch.randn(CHANNELS, generator=generator).double() for _ in range(2)]
    return [value.requires_grad_(True) for value in [*values, torch.tensor(2.0).double()]]


def terms_of(data, learned, config=CONFIG, epoch=2):
    null, shift, scale = learned
    text = torch.randn(CLASSES, CHANNELS, generator=torch.Generator().manual_seed(7)).to(null)
    points_3d, points_2d = torch.cat(data["points_3d"]) + shift, torch.cat(data["points_2d"])
    covered = torch.cat(data["covered"])
    predictions = Predictions(
        mask_logits=torch.stack(data["masks"], dim=1) * scale,
        mask_embeddings=torch.stack(data["mask_embeddings"], dim=1) * shift,
        clip_embeddings=torch.stack(data["clip"]),
        embeddings_3d=PointEmbeddings.separate(points_3d),
        embeddings_2d=PointEmbeddings.separate(points_2d * shift),
        covered=covered,
        fused=PointEmbeddings.separate(torch.where(covered[:, None], points_2d * shift + points_3d, points_3d)),
        binary_logits=torch.cat(data["binary_logits"]) * scale,
        text=text,
        null=null,
        scale=scale.exp(),
    )
    targets = Targets(
        label_images=torch.stack(data["image"]),
        labels=torch.cat(data["labels"]),
        binary_labels=torch.cat(data["binary"]),
        captions=torch.stack(data["caption"]),
        view_of_point=torch.cat(data["view"]),
        rows=torch.cat(data["rows"]),
        columns=torch.cat(data["columns"]),
        grid_size=GRID,
    )
    return Criterion(config)(predictions, targets, epoch)


def fixed_rand(*size, device=None):
    """The same points for every mask, so that sampling does not depend on the batch."""
    generator = torch.Generator().manual_seed(size[1])
    return torch.empty(1, *size[1:]).uniform_(generator=generator).expand(size)


def gradient_of(data, config=CONFIG):
    learned = parameters()
    sum(terms_of(data, learned, config).values()).backward()
    return torch.cat([value.grad.flatten() for value in learned])


def process(rank, store):
    """One of two processes: prints the gradient averaged over both, for both kinds of denominators."""
    torch.set_num_threads(1)
    torch.rand = fixed_rand
    distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=2)
    # Three views for one process, one for the other: their denominators differ.
    data = make(3) if rank == 0 else make(1, first=3)
    results = {}
    for scope in ("global", "process"):
        gradient = gradient_of(data, dataclasses.replace(BALANCED, denominators=scope))
        distributed.all_reduce(gradient)
        results[scope] = (gradient / 2).tolist()
    print(json.dumps(results))
    distributed.destroy_process_group()


def test_two_processes_with_global_denominators_equal_one(tmp_path, monkeypatch):
    path = os.pathsep.join(entry for entry in sys.path if entry)
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, str(rank), str(tmp_path / "store")],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
        )
        for rank in (0, 1)
    ]  # fmt: skip
    monkeypatch.setattr(torch, "rand", fixed_rand)
    expected = gradient_of(make(4), BALANCED)
    for worker in workers:
        output, _ = worker.communicate(timeout=120)
        assert worker.returncode == 0
        results = {scope: torch.tensor(values).double() for scope, values in json.loads(output).items()}
        torch.testing.assert_close(results["global"], expected, rtol=1e-6, atol=1e-9)
        assert (results["process"] - expected).abs().max() > 1e-3, "averages of averages are something else"


def test_the_mask_loss_starts_at_its_epoch_and_can_be_off():
    data, learned = make(2), parameters()
    assert "loss_3d_contra" not in terms_of(data, learned, epoch=1)
    assert "loss_3d_contra" in terms_of(data, learned, epoch=2)
    assert "loss_3d_contra" not in terms_of(data, learned, dataclasses.replace(CONFIG, mask_3d=0.0), epoch=9)


def test_weights_multiply_their_terms(monkeypatch):
    monkeypatch.setattr(torch, "rand", fixed_rand)
    data, learned = make(2), parameters()
    plain = terms_of(data, learned)
    for field, names in {
        "fused": ["loss_3d"],
        "pure_3d": ["loss_3d_pure"],
        "caption_fused": ["loss_explicit_contra"],
        "caption_3d": ["loss_explicit_contra_3d"],
        "caption_2d": ["loss_explicit_contra_2d_pre"],
        "mask_3d": ["loss_3d_contra"],
        "binary": ["loss_binary"],
    }.items():
        changed = terms_of(data, learned, dataclasses.replace(CONFIG, **{field: 3 * getattr(CONFIG, field)}))
        for name, value in changed.items():
            factor = 3 if name in names else 1
            assert value.item() == pytest.approx(factor * plain[name].item()), (field, name)


def test_without_knowledge_of_novel_points_their_labels_reach_no_loss(monkeypatch):
    monkeypatch.setattr(torch, "rand", fixed_rand)
    free = dataclasses.replace(CONFIG, binary_novel="unlabelled", mask_3d_novel="unlabelled")
    data = make(2)
    told = [labels.clone() for labels in data["binary"]]
    hidden = {**data, "binary": [torch.where(labels == 1, 1, 20) for labels in told]}
    assert (told[0] == 0).any()
    for name, value in terms_of(data, parameters(), free).items():
        assert value.item() == terms_of(hidden, parameters(), free)[name].item(), name
    torch.testing.assert_close(gradient_of(data, free), gradient_of(hidden, free), rtol=0, atol=0)
    # The reference's setting does look at them.
    assert terms_of(data, parameters())["loss_binary"] != terms_of(hidden, parameters())["loss_binary"]


def test_a_batch_of_ignored_points_gives_finite_terms():
    data = make(2)
    data["labels"] = [torch.full_like(labels, IGNORED) for labels in data["labels"]]
    for fallbacks, zero in (("reference", False), ("skip", True)):
        terms = terms_of(data, parameters(), dataclasses.replace(CONFIG, fallbacks=fallbacks))
        assert all(value.isfinite() for value in terms.values())
        assert (terms["loss_3d"].item() == 0) == zero


def test_half_precision_predictions_are_scored_in_single():
    data = make(1)
    for key in ("masks", "mask_embeddings", "clip", "points_3d", "points_2d", "binary_logits", "caption"):
        data[key] = [value.bfloat16() for value in data[key]]
    learned = [value.detach().bfloat16() for value in parameters()]
    with torch.autocast("cpu", torch.bfloat16):
        terms = terms_of(data, learned)
    assert all(value.dtype == torch.float32 for name, value in terms.items()), terms


def test_the_terms_of_the_3d_networks_alone_are_those_of_all_terms():
    data, learned = make(2), parameters()
    expected = terms_of(data, learned, BALANCED)
    text = torch.randn(CLASSES, CHANNELS, generator=torch.Generator().manual_seed(7)).double()
    points = PointEmbeddings.separate(torch.cat(data["points_3d"]) + learned[1])
    labels, binary = torch.cat(data["labels"]), torch.cat(data["binary"])
    given = (text, learned[0], learned[2].exp(), labels, binary)
    binary_logits = torch.cat(data["binary_logits"]) * learned[2]
    found = Criterion(BALANCED).of_points(points, binary_logits, *given)
    assert found.keys() == {"loss_3d_pure", "loss_binary"}
    for name, value in found.items():
        torch.testing.assert_close(value, expected[name])
    half = PointEmbeddings.separate(points.rows.bfloat16())
    given_half = [value.bfloat16() for value in given[:3]]
    with torch.autocast("cpu", torch.bfloat16):
        terms = Criterion(BALANCED).of_points(half, binary_logits.bfloat16(), *given_half, labels, binary)
    assert all(value.dtype == torch.float32 for value in terms.values())
    assert Criterion(BALANCED).of_points(points, None, *given).keys() == {"loss_3d_pure"}


def test_missing_clip_embeddings_are_named():
    predictions = Predictions(*[torch.zeros(())] * 11)
    predictions.clip_embeddings = None
    with pytest.raises(ValueError, match="run MaskCLIP"):
        Criterion(CONFIG)._mask_loss(predictions, None, None, False)


SETTINGS = {
    # mask loss, its first epoch, binary loss, positive weight
    "scannet_b15n4": (0.5, 50, 16, 0.267),
    "scannet_b12n7": (0.5, 50, 12, 0.583),
    "scannet_b10n9": (1, 50, 8, 0.5),
    "scannet200_b170n30": (2, 75, 48, 0.1),
    "scannet200_b150n50": (2, 75, 32, 0.167),
    "s3dis_b8n4": (1, 50, 20, 0.5),
    "s3dis_b6n6": (1, 50, 15, 1.0),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_published_settings(name):
    config = LOSSES[name]
    own = (config.mask_3d, config.mask_3d_start, config.binary, config.binary_positive_weight)
    assert own == SETTINGS[name]
    shared = (config.mask_class, config.mask_bce, config.mask_dice, config.null_weight)
    assert shared == (2, 5, 5, 0.1)
    assert (config.sampled_points, config.oversampling, config.importance) == (12544, 3, 0.75)
    assert (config.fused, config.pure_3d) == (4, 4)
    assert (config.caption_fused, config.caption_3d, config.caption_2d) == (1.5, 1, 4)
    assert (config.binary_novel, config.mask_3d_novel) == ("annotated", "annotated")


def test_every_benchmark_has_settings():
    assert list(LOSSES) == list(SETTINGS)


if __name__ == "__main__":
    process(int(sys.argv[1]), sys.argv[2])
