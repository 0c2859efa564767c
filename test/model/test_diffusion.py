# SPDX-License-Identifier: Apache-2.0
"""Taps of the diffusion model: against the official code at full size, against diffusers' own forward when small."""

import dataclasses

import pytest
import torch
from diffusers import DDPMScheduler

from xmask3d_ros.model.captioner import Condition, ImplicitCaptioner
from xmask3d_ros.model.config import CaptionerConfig, DiffusionConfig, MaskHeadConfig, tiny
from xmask3d_ros.model.diffusion import LatentDiffusion, build_unet, build_vae
from xmask3d_ros.model.feature_projection import FeatureProjection

CAPTIONER = CaptionerConfig(tokens=5, token_channels=16, time_channels=64)
SMALL = DiffusionConfig(
    image_size=64,
    vae_channels=(8, 8, 16, 16),
    vae_norm_groups=4,
    unet_channels=(16, 24, 32, 32),
    unet_heads=2,
    unet_norm_groups=4,
)
CHANNELS = (512, 512, 2560, 1920, 960, 640, 512, 512)
SIDES = (128, 64, 8, 16, 32, 64, 64, 128)
STRIDES = (4, 8, 32, 32, 16, 8, 8, 4)


def condition(batch: int = 1) -> Condition:
    return Condition(torch.randn(batch, 5, 16), torch.randn(batch, 64))


def assert_like(found: torch.Tensor, expected: dict, name: str, channel_step: int) -> None:
    step = max(1, found.shape[-1] // 16)
    part = found[0, ::channel_step, ::step, ::step]
    torch.testing.assert_close(part, expected[f"{name}_sub"], atol=3e-3, rtol=0)
    assert (part - expected[f"{name}_sub"]).norm() <= 1e-4 * expected[f"{name}_sub"].norm()
    torch.testing.assert_close(found.double().norm(), expected[f"{name}_norm"], rtol=1e-4, atol=0)
    torch.testing.assert_close(found[0].mean((1, 2)), expected[f"{name}_chan_mean"], atol=3e-3, rtol=0)
    torch.testing.assert_close(found[0].std((1, 2)), expected[f"{name}_chan_std"], atol=3e-3, rtol=1e-3)


@pytest.fixture(scope="module")
def expected(golden):
    return golden("d_diffusion")


def test_latent_equals_the_official_one(official_run, expected):
    torch.testing.assert_close(official_run.latent.z[0], expected["z"], atol=1e-5, rtol=0)
    torch.testing.assert_close(official_run.latent.noisy[0], expected["x_t"], atol=1e-5, rtol=0)


@pytest.mark.parametrize("index", range(8))
def test_taps_equal_the_official_ones(official_run, expected, index):
    taps = official_run.taps
    assert tuple(taps[index].shape) == tuple(expected[f"tap{index}_shape"]) == (1, CHANNELS[index], *[SIDES[index]] * 2)
    assert_like(taps[index], expected, f"tap{index}", CHANNELS[index] // 64)


@pytest.mark.parametrize("level", [2, 3, 4, 5])
def test_projected_maps_equal_the_official_ones(official_run, expected, level):
    assert_like(official_run.maps[level - 2], expected, f"s{level}", 4)


def test_noise_and_its_scales_are_the_official_constants(golden):
    with torch.device("meta"):
        diffusion = LatentDiffusion(DiffusionConfig(), CaptionerConfig())
    assert diffusion.signal_scale == pytest.approx(0.99957491, abs=1e-8)
    assert diffusion.noise_scale == pytest.approx(0.02915476, abs=1e-8)
    expected = golden("d_diffusion")
    assert torch.equal(diffusion.noise.flatten()[:8], expected["shared_noise_first8"])
    assert diffusion.noise.double().sum().item() == pytest.approx(expected["shared_noise_sum"].item())


@pytest.mark.parametrize("timestep", [0, 1, 500, 999])
def test_scales_follow_stable_diffusions_schedule(timestep):
    diffusion = LatentDiffusion(dataclasses.replace(SMALL, timestep=timestep), CAPTIONER)
    scheduler = DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    assert diffusion.signal_scale**2 == pytest.approx(scheduler.alphas_cumprod[timestep].item(), rel=1e-4)
    assert diffusion.signal_scale**2 + diffusion.noise_scale**2 == pytest.approx(1)


def test_taps_are_described_as_in_the_paper():
    with torch.device("meta"):
        diffusion = LatentDiffusion(DiffusionConfig(), CaptionerConfig())
    assert diffusion.tap_channels == CHANNELS
    assert diffusion.strides == STRIDES


def test_a_unet_of_three_levels_has_seven_taps():
    config = dataclasses.replace(tiny().diffusion, image_size=128)
    diffusion = LatentDiffusion(config, tiny().captioner)
    taps = diffusion(
        diffusion.encode(torch.rand(1, 3, 128, 128)),
        Condition(diffusion.unconditional, torch.zeros(1, tiny().captioner.time_channels)),
    )
    assert [tensor.shape[1] for tensor in taps] == list(diffusion.tap_channels)
    assert [128 // tensor.shape[-1] for tensor in taps] == list(diffusion.strides) == [4, 8, 32, 16, 8, 8, 4]


def test_stopping_early_changes_no_bit():
    """Every tap against diffusers' own complete forward, caught by hooks at the inputs of METHODS section 3."""
    torch.manual_seed(0)
    unet, vae = build_unet(SMALL, CAPTIONER).eval(), build_vae(SMALL).eval()
    diffusion = LatentDiffusion(SMALL, CAPTIONER)
    assert not diffusion.unet.load_state_dict(unet.state_dict(), strict=False).missing_keys
    assert not diffusion.vae.load_state_dict(vae.state_dict(), strict=False).missing_keys
    encoder, decoder = vae.encoder, vae.decoder
    caught: list[torch.Tensor] = []
    for block in (
        encoder.down_blocks[2].resnets[1], encoder.down_blocks[3].resnets[1],
        *(level.resnets[2] for level in unet.up_blocks),
        decoder.up_blocks[0].resnets[2], decoder.up_blocks[1].resnets[2],
    ):  # fmt: skip
        block.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0]))
    image, told = torch.rand(2, 3, 64, 64), condition(batch=2)
    latent = diffusion.encode(image)
    with torch.no_grad():
        mean = vae.encode(image * 2 - 1).latent_dist.mode()
        unet(latent.noisy, 0, encoder_hidden_states=told.tokens, class_labels=told.time)
        vae.decode(mean * 0.18215 / 0.18215)
    assert torch.equal(latent.z, mean * 0.18215)
    taps = diffusion(latent, told)
    assert len(taps) == len(caught) == 8
    assert all(torch.equal(found, expected) for found, expected in zip(taps, caught, strict=True))


def test_closed_gates_leave_the_unet_unconditional():
    diffusion = LatentDiffusion(SMALL, CAPTIONER)
    captioner = ImplicitCaptioner(CAPTIONER, 7)
    latent = diffusion.encode(torch.rand(1, 3, 64, 64))
    conditional = diffusion(latent, captioner(torch.randn(1, 7), diffusion.unconditional))
    unconditional = diffusion(latent, Condition(diffusion.unconditional, torch.zeros(1, 64)))
    assert all(torch.equal(a, b) for a, b in zip(conditional, unconditional, strict=True))


def test_either_path_of_the_condition_changes_the_unets_taps_and_no_other():
    diffusion = LatentDiffusion(SMALL, CAPTIONER)
    latent, told = diffusion.encode(torch.rand(1, 3, 64, 64)), condition()
    before = diffusion(latent, told)
    for other in (told._replace(tokens=torch.randn(1, 5, 16)), told._replace(time=torch.randn(1, 64))):
        same = [torch.equal(a, b) for a, b in zip(before, diffusion(latent, other), strict=True)]
        assert same == [True, True, False, False, False, False, True, True]


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradient_reaches_the_condition_and_no_weight(checkpointing):
    diffusion = LatentDiffusion(SMALL, CAPTIONER).train()
    diffusion.gradient_checkpointing = checkpointing
    told = Condition(*(tensor.requires_grad_() for tensor in condition()))
    sum(tap.square().sum() for tap in diffusion(diffusion.encode(torch.rand(1, 3, 64, 64)), told)).backward()
    assert told.tokens.grad.abs().sum() > 0
    assert told.time.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in diffusion.parameters())


def test_checkpointing_changes_no_gradient():
    diffusion = LatentDiffusion(SMALL, CAPTIONER)
    latent, told, gradients = diffusion.encode(torch.rand(1, 3, 64, 64)), condition(), []
    for diffusion.gradient_checkpointing in (False, True):
        leaf = told.tokens.clone().requires_grad_()
        sum(tap.square().sum() for tap in diffusion(latent, told._replace(tokens=leaf))).backward()
        gradients.append(leaf.grad)
    torch.testing.assert_close(*gradients)


def test_a_later_timestep_is_noisier_and_seen_by_the_unet():
    torch.manual_seed(0)
    first = LatentDiffusion(SMALL, CAPTIONER)
    later = LatentDiffusion(dataclasses.replace(SMALL, timestep=500), CAPTIONER)
    later.load_state_dict(first.state_dict())
    latent, told = first.encode(torch.rand(1, 3, 64, 64)), condition()
    assert later.noise_scale > first.noise_scale
    assert not torch.equal(first(latent, told)[2], later(latent, told)[2])


def test_an_image_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"takes 64x64 images, got \(1, 3, 64, 48\)"):
        LatentDiffusion(SMALL, CAPTIONER).encode(torch.rand(1, 3, 64, 48))


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_runs_in_half_precision(half):
    torch.manual_seed(0)
    diffusion = LatentDiffusion(SMALL, CAPTIONER)
    head = MaskHeadConfig(feature_channels=16, bottleneck_channels=8, norm_groups=4)
    projection = FeatureProjection(diffusion.tap_channels, diffusion.strides, head, 64)
    image, told = torch.rand(1, 3, 64, 64), condition()
    exact = projection(diffusion(diffusion.encode(image), told))
    with torch.autocast("cpu", dtype=half):
        mixed = projection(diffusion(diffusion.encode(image), told))
    diffusion.to(half)
    with torch.autocast("cpu", dtype=half):
        frozen_half = projection(diffusion(diffusion.encode(image), told))
    latent = diffusion.encode(image.to(half))
    pure = projection.to(half)(diffusion(latent, Condition(*(tensor.to(half) for tensor in told))))
    assert latent.noisy.dtype == pure[0].dtype == half
    for found in (mixed, frozen_half, pure):
        for a, b in zip(exact, found, strict=True):
            assert (a - b.float()).norm() < 0.1 * a.norm()
