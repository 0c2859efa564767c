# SPDX-License-Identifier: Apache-2.0
"""Models as folders: what is saved is what is loaded, in any precision."""

import json
from dataclasses import replace
from itertools import chain

import pytest
import safetensors.torch
import torch
from small_model import small_config, small_view

from xmask3d_ros.model.checkpoint import CheckpointError, load_model, load_trained_parts, save_model
from xmask3d_ros.model.frozen_files import FrozenWeightsError
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_ros.vocabulary import make_vocabulary

VOCABULARY = make_vocabulary(["chair", "sofa", "wall", "lamp", "toilet", "floor"])


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    save_model(model, folder, include_frozen=True)
    return folder


def labels(model):
    classes = model.text_encoder().classes(VOCABULARY)
    return model.scorer().score(model.observe(small_view()), classes).log_scores.argmax(dim=1)


def test_a_loaded_model_is_the_saved_one_to_the_last_bit(model, folder):
    loaded = load_model(folder)
    assert loaded.config == model.config
    assert not loaded.training
    before, after = model.observe(small_view()), loaded.observe(small_view())
    assert torch.equal(before.hidden, after.hidden)
    assert torch.equal(before.mask_logits, after.mask_logits)
    assert torch.equal(before.clip_embeddings, after.clip_embeddings)
    words = ["chair", "lamp"]
    assert torch.equal(model.text_encoder().embed(words), loaded.text_encoder().embed(words))


def test_nothing_of_a_loaded_model_is_left_without_values(folder):
    loaded = load_model(folder)
    assert not [name for name, tensor in chain(loaded.named_parameters(), loaded.named_buffers()) if tensor.is_meta]
    frozen = {name for name, parameter in loaded.named_parameters() if not parameter.requires_grad}
    assert frozen == {name for name, _ in loaded.named_parameters() if name.startswith(("diffusion.", "clip."))}


def test_the_null_embedding_starts_as_that_of_the_empty_string():
    network = XMask3D.from_config(small_config())
    assert torch.equal(network.null_embedding, network.clip.encode_text([""]))


def test_trained_parts_load_where_the_frozen_ones_are_absent(model, tmp_path):
    save_model(model, tmp_path, include_frozen=False)
    assert not any(
        name.startswith(("clip.", "diffusion.")) for name in safetensors.torch.load_file(tmp_path / "model.safetensors")
    )
    loaded = load_trained_parts(tmp_path)
    assert torch.equal(loaded.fusion.linear.weight, model.fusion.linear.weight)
    assert all(parameter.is_meta for parameter in loaded.clip.parameters())


@pytest.mark.parametrize(("part", "command"), [("diffusion", "hf download"), ("clip", "clip.pretrained")])
def test_absent_frozen_parts_are_named(tmp_path, part, command):
    config = small_config()
    config = replace(config, **{part: replace(getattr(config, part), pretrained=str(tmp_path / "nowhere"))})
    network = XMask3D.from_config(config)
    save_model(network, tmp_path, include_frozen=True)
    path = tmp_path / "model.safetensors"
    left = {name: t for name, t in safetensors.torch.load_file(path).items() if not name.startswith(f"{part}.")}
    safetensors.torch.save_file(left, path)
    with pytest.raises(FrozenWeightsError, match=command):
        load_model(tmp_path)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_in_half_precision_frozen_networks_take_half_the_memory(folder, model, precision):
    half = {"bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    loaded = load_model(folder, precision=precision)
    kept = {name: parameter.dtype for name, parameter in loaded.named_parameters()}
    images = {name for name in kept if name.startswith(("diffusion.", "clip.model.visual."))}
    assert {kept[name] for name in images} == {half}
    assert {dtype for name, dtype in kept.items() if name not in images} == {torch.float32}
    found = labels(loaded)
    assert (found == labels(model)).float().mean() > 0.8
    evidence = loaded.observe(small_view())
    assert evidence.hidden.dtype == evidence.mask_logits.dtype == evidence.clip_embeddings.dtype == torch.float32


def test_probabilities_may_vanish_in_half_precision(folder):
    """A learned scale at its limit makes most probabilities underflow; scores stay finite."""
    loaded = load_model(folder, precision="fp16")
    with torch.no_grad():
        loaded.mask_head.logit_scale.fill_(9.0)
    scores = loaded.scorer().score(loaded.observe(small_view()), loaded.text_encoder().classes(VOCABULARY)).log_scores
    assert bool(torch.isfinite(scores).all())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"diffusion": {"windows": "stretch"}}, "diffusion.windows must be one of squash, slide"),
        ({"voxelisation": "random"}, "voxelisation must be one of deterministic, reference"),
        ({"captioner": {"source": "4d"}}, "captioner.source must be one of 3d, 2d, text"),
        ({"colour": 3}, "unknown field 'colour'"),
        ({"clip": {"vocabulary_size": 10}}, "clip.vocabulary_size is 10"),
        ({"base_classes": ["chair"]}, r"class_weight has shape \(13,\), expected \(2,\)"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(folder, tmp_path, change, message):
    values = json.loads((folder / "config.json").read_text())
    for name, value in change.items():
        values[name] = {**values.get(name, {}), **value} if isinstance(value, dict) else value
    (tmp_path / "config.json").write_text(json.dumps(values))
    (tmp_path / "model.safetensors").symlink_to(folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=message):
        load_model(tmp_path)


def test_an_unknown_precision_is_refused(folder):
    with pytest.raises(CheckpointError, match="fp32, bf16, fp16"):
        load_model(folder, precision="int8")


# --------------------------------------------------------------------------------------------------------- switches


def with_switch(folder, **changes):
    loaded = load_model(folder)
    loaded.config = replace(loaded.config, **changes)
    return loaded


def test_reference_voxelisation_turns_points_anew_for_every_view_and_the_same_in_every_run(folder, model):
    runs = []
    for _ in range(2):
        reference = with_switch(folder, voxelisation="reference")
        runs.append([reference.observe(small_view()).hidden for _ in range(2)])
    assert torch.equal(runs[0][0], runs[1][0])
    assert torch.equal(runs[0][1], runs[1][1])
    assert not torch.allclose(runs[0][0], runs[0][1], atol=1e-4)
    plain = model.observe(small_view()).hidden
    assert torch.equal(plain, model.observe(small_view()).hidden)
    assert not torch.allclose(plain, runs[0][0], atol=1e-4)


def test_sliding_windows_keep_the_images_shape(folder, model):
    squashed = model.observe(small_view())
    config = replace(model.config.diffusion, windows="slide")
    slid = with_switch(folder, diffusion=config).observe(small_view())
    assert squashed.mask_logits.shape == (12, 16, 16)
    assert slid.mask_logits.shape == (12, 16, 21)  # 60 x 80 pixels, the short side at 64
    assert torch.equal(slid.hidden, squashed.hidden)


def test_sliding_over_a_square_image_is_what_squashing_does(folder, model):
    config = replace(model.config.diffusion, windows="slide")
    view = small_view(size=(60, 60))
    view.image = torch.nn.functional.interpolate(view.image.permute(2, 0, 1)[None].float(), (64, 64))[0]
    view.image = view.image.permute(1, 2, 0).to(torch.uint8)
    slid, squashed = (m.observe(view) for m in (with_switch(folder, diffusion=config), model))
    assert torch.equal(slid.mask_logits, squashed.mask_logits)


def test_exponents_weigh_the_groups(model):
    """With exponent 1 MaskCLIP says nothing; with 0 it alone speaks for covered points."""
    evidence, classes = model.observe(small_view()), model.text_encoder().classes(VOCABULARY)
    scoring = replace(model.config.scoring, gate="off", background="none")
    scorer = model.scorer()
    covered = scorer.assign(evidence, classes, gated=False) >= 0
    assert bool(covered.any())
    scores = {}
    for exponent in (0.0, 1.0):
        scorer.config = replace(scoring, base_exponent=exponent, novel_exponent=exponent)
        changed = replace(evidence, clip_embeddings=evidence.clip_embeddings.roll(1, 0))
        same = scorer.score(changed, classes).log_scores.isclose(scorer.score(evidence, classes).log_scores, atol=1e-6)
        scores[exponent] = same[covered].all().item()
    assert scores == {0.0: False, 1.0: True}


def test_no_query_on_any_visible_point_leaves_f3d(model):
    """The reference crashes there; ours answers with the 3D branch alone (METHODS 1.16)."""
    evidence, classes = model.observe(small_view()), model.text_encoder().classes(VOCABULARY)
    none = type(evidence).observe(
        evidence.hidden, evidence.rows, evidence.columns, evidence.binary_logits,
        torch.full_like(evidence.mask_logits, -4.0), evidence.mask_embeddings, evidence.clip_embeddings,
        evidence.grid_size,
    )  # fmt: skip
    assert not bool(none.query_usable.any())
    scores = model.scorer().score(none, classes)
    assert bool((scores.query == -1).all())
    branch = model.point_branch
    with torch.no_grad():
        f3d = branch.decoder(evidence.hidden @ branch.encoder.final.kernel)
        plain = classes.logits(f3d, model.logit_scale()).log_softmax(dim=1)
    allowed = scores.log_scores > -1e9
    assert torch.allclose(scores.log_scores[allowed], plain[allowed], atol=1e-4)
