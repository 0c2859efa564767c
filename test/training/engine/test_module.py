# SPDX-License-Identifier: Apache-2.0
"""The module's switches: condition, mask loss, cache, precision, learning rates."""

import dataclasses
import math

import lightning
import pytest
import torch
from safetensors.torch import load_file

from xmask3d_ros.model.assignment import assign_masks
from xmask3d_training.data.batch import Batch, Collate
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import TrainingViews
from xmask3d_training.engine.config import CacheConfig, OptimiserConfig
from xmask3d_training.engine.errors import SettingsError, TrainingDiverged
from xmask3d_training.engine.frame_cache import CachedViews
from xmask3d_training.engine.module import XMask3DModule
from xmask3d_training.engine.network import parameter_groups, trained_parameters
from xmask3d_training.engine.network_pass import evidence, predictions, run_network
from xmask3d_training.losses.config import LOSSES, LossConfig
from xmask3d_training.losses.cosine import class_logits
from xmask3d_training.losses.lifting import lift_masks
from xmask3d_training.protocol.branches import branch_labels

LOSS = LossConfig(sampled_points=128, mask_3d_start=0)


def make(start, **changes) -> XMask3DModule:
    module = XMask3DModule(**{"network": str(start), "losses": LOSS, **changes})
    module.on_fit_start()
    return module


def views(module, root) -> TrainingViews:
    config = module.network.config
    return TrainingViews(DataConfig(root, voxel_size=config.voxel_size, image_size=config.diffusion.image_size))


@pytest.fixture(scope="module")
def batch(start, room_root) -> Batch:
    """Two training views."""
    made = views(make(start), room_root)
    return Collate()([made[0], made[1]])


def terms(module, batch) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return module.terms(batch)


@pytest.mark.parametrize("condition", ["3d", "2d", "text"])
def test_every_condition_trains_all_it_should(start, batch, condition):
    module = make(start, condition=condition)
    with torch.no_grad():  # open gates: at zero the linear layers behind them learn nothing yet
        module.network.captioner.alpha_cond.fill_(0.5)
        module.network.captioner.alpha_cond_time_embed.fill_(0.5)
    sum(terms(module, batch).values()).backward()
    without = [name for name, value in trained_parameters(module.network) if value.grad is None]
    assert not without, "distributed training wants a gradient for each"
    learned = {name.split(".")[0] for name, value in module.network.named_parameters() if value.grad is not None}
    assert {"diffusion", "clip"}.isdisjoint(learned)
    assert ("captioner" in learned) == (condition != "text")
    assert module.network.config.captioner.source == condition
    # Only the published condition teaches the 3D network through the diffusion UNet.
    module.zero_grad()
    terms(module, batch)["loss_mask"].backward()
    adapter = module.network.point_branch.point2text_adapter.weight.grad
    assert (adapter is not None and bool(adapter.any())) == (condition == "3d")


@pytest.mark.parametrize("confidence", [0.0, -100.0])
def test_what_points_share_is_what_each_would_have_alone(start, batch, confidence):
    """Masks as predicted, and none that covers anything: then one point a view has the reference's fallback."""
    module = make(start)
    network = module.network
    output = run_network(network, batch, module.frozen)
    with torch.no_grad():
        output.masks.mask_logits[-1, 1] += confidence
    text = network.clip.encode_text(["wall", "chair", "bed"])
    found = predictions(network, batch, output, text)
    embeddings = output.masks.embeddings[-1]
    logits = class_logits(embeddings, text, network.null_embedding, network.logit_scale())
    lifted = []
    for view in range(2):
        mine = batch.view_of_point == view
        mask = assign_masks(output.masks.mask_logits[-1, view], logits[view], batch.grid_size)
        lifted.append(lift_masks(mask, embeddings[view], batch.rows[mine], batch.columns[mine]))
    embeddings_2d, covered = (torch.cat(parts) for parts in zip(*lifted, strict=True))
    embeddings_3d = output.points.embeddings[batch.voxel_of_point]
    expected = network.fusion(embeddings_3d, embeddings_2d, covered)
    assert bool(covered.equal(found.covered))
    assert 0 < int(covered[batch.view_of_point == 1].sum()) <= (len(covered) if confidence == 0 else 1)
    for points, each in ((found.embeddings_2d, embeddings_2d), (found.fused, expected)):
        torch.testing.assert_close(points.rows[points.row_of_point], each)
    assert len(found.fused.rows) < len(expected)


def test_conditions_tell_the_unet_different_things(start, batch):
    found = {}
    for condition in ("3d", "2d", "text"):
        module = make(start, condition=condition)
        with torch.no_grad():
            module.network.captioner.alpha_cond.fill_(2.0)
        found[condition] = terms(module, batch)["loss_ce"].item()
    assert len(set(found.values())) == 3


def test_maskclip_runs_only_for_the_mask_loss(start, batch, monkeypatch):
    calls = []
    for losses in (LOSS, dataclasses.replace(LOSS, mask_3d=0.0), dataclasses.replace(LOSS, mask_3d_start=1)):
        module = make(start, losses=losses)
        forward = module.network.mask_clip.forward
        monkeypatch.setattr(module.network.mask_clip, "forward", lambda *a, f=forward: calls.append(1) or f(*a))
        found = terms(module, batch)
        assert ("loss_3d_contra" in found) == (losses is LOSS)
    assert len(calls) == 1


@pytest.mark.parametrize("binary", [0.0, LOSS.binary])
def test_3d_networks_alone_learn_what_they_would_learn_with_all_other_weights_at_0(start, batch, monkeypatch, binary):
    names = ("mask_class", "mask_bce", "mask_dice", "fused", "caption_fused", "caption_3d", "caption_2d", "mask_3d")
    alone = dataclasses.replace(LOSS, **dict.fromkeys(names, 0.0), binary=binary)
    assert alone.points_alone and not LOSS.points_alone
    gradients = []
    for whole in (False, True):
        module = make(start, losses=alone)
        learned = {name for name, value in module.network.named_parameters() if value.requires_grad}
        assert any(name.startswith("binary_head.") for name in learned) == (binary > 0)
        groups = [len(group["params"]) for group in parameter_groups(module.network, OptimiserConfig())]
        assert sum(groups) == len(learned) and groups[1] == 2
        if whole:
            monkeypatch.setattr(LossConfig, "points_alone", False)
        found = terms(module, batch)
        expected = {"loss_3d_pure", "loss_binary"} if binary else {"loss_3d_pure"}
        assert (set(found) == expected) != whole
        sum(found.values()).backward()
        assert all(value.grad is not None for name, value in module.network.named_parameters() if name in learned)
        gradients.append({name: value.grad for name, value in module.network.named_parameters() if name in learned})
    assert gradients[0].keys() == gradients[1].keys()
    for name, value in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], value, rtol=1e-4, atol=1e-6, msg=name)


def test_losses_default_to_the_benchmarks():
    module = XMask3DModule(benchmark="scannet_b10n9", network="tiny")
    assert module.losses == LOSSES["scannet_b10n9"]
    assert module.network.config.base_classes == module.benchmark.base_names
    assert (module.network.config.scoring.base_exponent, module.network.config.scoring.novel_exponent) == (0.65, 0.20)
    assert module.network.binary_positive_weight.item() == 0.5


def test_the_null_embedding_starts_as_clips_empty_text(start):
    network = make(start).network
    assert torch.equal(network.null_embedding, network.clip.encode_text([""]))


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("latent", ["z", "taps"])
def test_the_cache_spares_the_frozen_networks_and_changes_nothing(
    start, batch, room_root, tmp_path, monkeypatch, latent, half
):
    expected = terms(make(start), batch)
    module = make(start, cache=CacheConfig(tmp_path / "cache", latent=latent, clip=True, half=half))
    first = terms(module, batch)
    cached = CachedViews(views(module, room_root), module.cache)
    again = Collate()([cached[0], cached[1]])
    assert [sorted(constants) for constants in again.constants] == [sorted([latent, "clip", "caption"])] * 2

    def refuse(*_, **__):
        raise AssertionError("a frozen network ran although its output is known")

    monkeypatch.setattr(module.network.mask_clip, "image_tokens", refuse)
    monkeypatch.setattr(module.network.clip, "encode_text", refuse)
    monkeypatch.setattr(module.network.diffusion, "_mean", refuse)
    monkeypatch.setattr(module.network.diffusion.vae, "encode", refuse)
    if latent == "taps":
        monkeypatch.setattr(module.network.diffusion, "encode", refuse)
    second = terms(module, again)
    for name, value in expected.items():
        torch.testing.assert_close(second[name], first[name], rtol=1e-6, atol=1e-6)
        if not half:
            torch.testing.assert_close(first[name], value, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("latent", ["z", "taps"])
def test_cache_entries_do_not_depend_on_the_precision_they_were_made_in(start, batch, tmp_path, latent):
    for half in (False, True):
        module = make(start, cache=CacheConfig(tmp_path / str(half), latent=latent, clip=True, half=False))
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            terms(module, batch)
    paths = sorted((tmp_path / "False").rglob("*.safetensors"))
    assert len(paths) == 3 * len(batch)
    for path in paths:
        entry, other = load_file(path), load_file(tmp_path / "True" / path.relative_to(tmp_path / "False"))
        assert entry.keys() == other.keys()
        assert all(torch.equal(value, other[name]) for name, value in entry.items()), path


def test_an_unknown_latent_alone_is_computed_for_the_cache(start, batch, tmp_path):
    """The decoder's taps are made once, of the rounded latent; values are those of two complete passes."""
    module = make(start, cache=CacheConfig(tmp_path, latent="z"))
    diffusion, images = module.network.diffusion, batch.images / 255.0
    z = module.cache.round(diffusion.encode(images).z).contiguous()
    expected = diffusion.encode(images, z)
    decoded = []
    diffusion.vae.decoder.conv_in.register_forward_hook(lambda *_: decoded.append(1))
    found = module.frozen.latent(batch, images)
    assert len(decoded) == 1
    assert torch.equal(found.z, expected.z) and torch.equal(found.noisy, expected.noisy)
    for taps, others in zip(found[2:], expected[2:], strict=True):
        assert all(torch.equal(*pair) for pair in zip(taps, others, strict=True))


def test_stale_and_damaged_entries_are_made_anew(start, batch, room_root, tmp_path):
    module = make(start, cache=CacheConfig(tmp_path, latent="z"))
    terms(module, batch)
    plain = views(module, room_root)
    view = plain[0].view
    assert set(module.cache.read(view)) == {"z", "caption"}
    assert set(module.cache.read(dataclasses.replace(view, image=view.image + 1))) == {"caption"}
    assert set(module.cache.read(dataclasses.replace(view, caption="something else"))) == {"z"}
    path = next(iter(tmp_path.glob(f"z-*/{view.scene}/{view.frame}.safetensors")))
    path.write_bytes(path.read_bytes()[:40])
    assert set(module.cache.read(view)) == {"caption"}
    with torch.no_grad():
        module.network.diffusion.vae.quant_conv.weight.add_(0.1)
    from xmask3d_training.engine.frozen_features import open_cache

    assert set(open_cache(CacheConfig(tmp_path), module.network).read(plain[1].view)) == {"caption"}


def test_gradient_checkpointing_changes_no_gradient(start, batch):
    gradients = []
    for checkpointing in (False, True):
        module = make(start, gradient_checkpointing=checkpointing)
        sum(terms(module, batch).values()).backward()
        gradients.append({name: value.grad for name, value in trained_parameters(module.network)})
    for name, value in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], value, rtol=1e-4, atol=1e-5)


def test_half_precision_is_near_and_finite(start, batch):
    module = make(start)
    expected = terms(module, batch)
    with torch.autocast("cpu", torch.bfloat16):
        found = terms(make(start), batch)
    assert all(value.dtype == torch.float32 and bool(value.isfinite()) for value in found.values())
    assert found["loss_3d"].item() == pytest.approx(expected["loss_3d"].item(), rel=0.05)
    assert found["loss_ce"].item() == pytest.approx(expected["loss_ce"].item(), rel=0.1)
    sum(found.values()).backward()


def test_half_precision_is_of_the_network_and_not_of_the_scores(start, batch):
    module = make(start).eval()
    module.start_scoring()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        found = module.label_views(batch)
        output = run_network(module.network, batch, module.frozen, auxiliary=False)
    assert output.points.embeddings.dtype == torch.bfloat16
    for view, labels in enumerate(found):
        points = batch.points[batch.view_of_point == view]
        expected = branch_labels(module._scorer, evidence(batch, output, view), module._classes, points)
        assert all(torch.equal(labels[branch], value) for branch, value in expected.items())


def test_half_precision_neither_moves_masks_nor_loses_gradients_of_what_points_share(start, batch):
    """A query's thousands of points each add 1 to its gradient: sums in bfloat16 would end at 256."""
    module = make(start)
    network = module.network
    text = network.clip.encode_text(["wall", "chair", "bed"])
    with torch.no_grad():
        output = run_network(network, batch, module.frozen)
        output.masks.mask_logits[-1] += 100
    queries, gradients = [], []
    for half in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            found = predictions(network, batch, output, text)
        queries.append(found.embeddings_2d.row_of_point)
        gradients.append(torch.autograd.grad(found.fused.rows.sum(), network.fusion.linear.weight)[0])
    assert torch.equal(*queries)
    torch.testing.assert_close(gradients[1], gradients[0], rtol=0.02, atol=0.02 * float(gradients[0].abs().max()))


def test_learning_rates_and_their_course(start):
    module = make(start, optimiser=OptimiserConfig(warm_up=4))
    module.trainer = type("Trainer", (), {"estimated_stepping_batches": 100})()
    made = module.configure_optimizers()
    optimizer, scheduler = made["optimizer"], made["lr_scheduler"]["scheduler"]
    names = {id(parameter): name for name, parameter in module.network.named_parameters()}
    groups = {group["name"]: {names[id(parameter)].split(".")[0] for parameter in group["params"]}
              for group in optimizer.param_groups}  # fmt: skip
    assert groups == {
        "3d": {"point_branch", "binary_head"},
        "rest": {"captioner", "feature_projection", "mask_head", "fusion", "null_embedding"},
    }
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.01, 0.01]
    rates = []
    for _ in range(101):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
    assert rates[0] == pytest.approx([1e-3 / 5, 1e-4 / 5])
    assert rates[50] == pytest.approx([0.5e-3, 0.5e-4])
    assert rates[25] == pytest.approx([rate * (1 + math.cos(math.pi / 4)) / 2 for rate in (1e-3, 1e-4)])
    assert rates[100] == pytest.approx([0, 0])


def test_diverged_losses_end_the_run_with_their_names(start, batch, monkeypatch):
    module = make(start)
    monkeypatch.setattr(module, "terms", lambda _: {"loss_3d": torch.tensor(1.0), "loss_ce": torch.tensor(math.nan)})
    monkeypatch.setattr(XMask3DModule, "global_step", 7)
    with pytest.raises(TrainingDiverged, match=r"loss_ce not finite at step 7.*scene"):
        module.training_step(batch, 0)


def test_an_unknown_network_is_named():
    with pytest.raises(SettingsError, match="'huge' is neither"):
        XMask3DModule(network="huge")


def test_frozen_parts_stay_in_evaluation_mode(start):
    network = make(start).network
    assert network.point_branch.training and network.mask_head.training
    assert not network.clip.training and not network.diffusion.unet.training
    assert isinstance(make(start), lightning.LightningModule)
