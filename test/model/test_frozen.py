# SPDX-License-Identifier: Apache-2.0
"""Loading Stable Diffusion and CLIP from the places where people have them; small models, real file layouts."""

import dataclasses
import time
from pathlib import Path

import huggingface_hub.constants
import pytest
import safetensors.torch
import torch
from transformers import CLIPTextConfig, CLIPTextModel

from xmask3d_ros.model.clip import ClipTowers
from xmask3d_ros.model.config import CaptionerConfig, ClipConfig, DiffusionConfig, tiny
from xmask3d_ros.model.diffusion import LatentDiffusion, build_unet, build_vae
from xmask3d_ros.model.frozen import load_clip, load_diffusion
from xmask3d_ros.model.frozen_files import FrozenWeightsError, find_clip, find_diffusion

CAPTIONER = CaptionerConfig(tokens=5, token_channels=64, time_channels=64)
SMALL = DiffusionConfig(
    image_size=64,
    vae_channels=(8, 8, 16, 16),
    vae_norm_groups=4,
    unet_channels=(16, 24, 32, 32),
    unet_heads=2,
    unet_norm_groups=4,
)
TEXT = CLIPTextConfig(
    vocab_size=20, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=1,
    max_position_embeddings=5, hidden_act="quick_gelu",
)  # fmt: skip


@pytest.fixture(scope="module")
def models():
    torch.manual_seed(1)
    return build_unet(SMALL, CAPTIONER), build_vae(SMALL), CLIPTextModel(TEXT).eval()


@pytest.fixture
def folder(models, tmp_path) -> Path:
    for model, part in zip(models, ("unet", "vae", "text_encoder"), strict=True):
        model.save_pretrained(tmp_path / "sd" / part)
    return tmp_path / "sd"


@pytest.fixture
def offline(monkeypatch, tmp_path) -> Path:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def loaded(source: Path | str) -> LatentDiffusion:
    diffusion = LatentDiffusion(dataclasses.replace(SMALL, pretrained=str(source)), CAPTIONER)
    load_diffusion(diffusion)
    return diffusion


def assert_same_weights(diffusion: LatentDiffusion, models) -> None:
    for found, expected in zip((diffusion.unet, diffusion.vae), models, strict=False):
        source = expected.state_dict()
        assert all(torch.equal(tensor, source[name]) for name, tensor in found.state_dict().items())
    prompt = torch.tensor([[18, 19, 19, 19, 19]])
    with torch.no_grad():
        torch.testing.assert_close(diffusion.unconditional, models[2](prompt).last_hidden_state)


def test_a_folder_in_diffusers_layout(folder, models):
    diffusion = loaded(folder)
    assert_same_weights(diffusion, models)
    assert not any(parameter.requires_grad for parameter in diffusion.parameters())


def test_a_model_without_memory_is_filled(folder, models):
    with torch.device("meta"):
        diffusion = LatentDiffusion(dataclasses.replace(SMALL, pretrained=str(folder)), CAPTIONER)
    load_diffusion(diffusion)
    assert_same_weights(diffusion, models)
    assert not any(tensor.is_meta for tensor in (*diffusion.parameters(), *diffusion.buffers()))


def test_the_vaes_of_2022_name_their_attention_otherwise(folder, models):
    path = folder / "vae" / "diffusion_pytorch_model.safetensors"
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    tensors = safetensors.torch.load_file(path)
    for new, name in old.items():
        tensors = {key.replace(f"attentions.0.{new}.", f"attentions.0.{name}."): t for key, t in tensors.items()}
    safetensors.torch.save_file(tensors, path)
    assert any(".proj_attn." in name for name in tensors)
    assert_same_weights(loaded(folder), models)


def test_a_folder_with_torch_files(folder, models):
    for part, name in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
    ):
        path = folder / part / f"{name}.safetensors"
        torch.save(safetensors.torch.load_file(path), folder / part / f"{name.removeprefix('text_')}.bin")
        path.unlink()
    (folder / "text_encoder" / "model.bin").rename(folder / "text_encoder" / "pytorch_model.bin")
    assert_same_weights(loaded(folder), models)


@pytest.mark.parametrize("name", ["sd.ckpt", "sd.safetensors"])
def test_an_original_single_file(tmp_path, models, golden_weights, name):
    """Names as the original code has them; 1x1 convolutions where there are linear layers now."""
    unet, vae, text = models
    tensors = {"model_ema.decay": torch.ones(())}
    for key, tensor in unet.state_dict().items():
        tensors[f"model.diffusion_model.{golden_weights.unet_to_ldm(key)}"] = tensor
    for key, tensor in vae.state_dict().items():
        ldm = golden_weights.vae_to_ldm(key)
        as_convolution = ".attn_1." in ldm and tensor.dim() == 2
        tensors[f"first_stage_model.{ldm}"] = tensor[:, :, None, None] if as_convolution else tensor
    for key, tensor in text.state_dict().items():
        tensors[f"cond_stage_model.transformer.text_model.{key}"] = tensor
    if name.endswith(".ckpt"):
        torch.save({"state_dict": tensors, "global_step": 1}, tmp_path / name)
    else:
        safetensors.torch.save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, tmp_path / name)
    assert_same_weights(loaded(tmp_path / name), models)


def test_a_stored_empty_prompt_replaces_the_text_encoder(folder):
    stored = torch.randn(1, 5, 64)
    safetensors.torch.save_file({"unconditional": stored}, folder / "unconditional.safetensors")
    for file in (folder / "text_encoder").iterdir():
        file.unlink()
    assert torch.equal(loaded(folder).unconditional, stored)


def test_the_hubs_cache_is_used_offline(folder, models, offline):
    repository = offline / "models--someone--sd"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0123abcd")
    (repository / "snapshots").mkdir()
    folder.rename(repository / "snapshots" / "0123abcd")
    assert_same_weights(loaded("someone/sd"), models)


def test_offline_and_absent_names_the_place_and_the_command(offline):
    with pytest.raises(FrozenWeightsError) as error:
        find_diffusion(DiffusionConfig())
    assert str(offline / "models--CompVis--stable-diffusion-v1-3") in str(error.value)
    assert "hf download CompVis/stable-diffusion-v1-3 --include 'unet/*' 'vae/*' 'text_encoder/*'" in str(error.value)
    with pytest.raises(FrozenWeightsError) as error:
        find_clip(ClipConfig())
    assert str(offline / "models--timm--vit_large_patch14_clip_224.openai") in str(error.value)
    assert "hf download timm/vit_large_patch14_clip_224.openai open_clip_model.safetensors" in str(error.value)


def test_an_unreachable_hub_names_the_place_and_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(time, "sleep", lambda _: None)  # between the hub's own attempts
    with pytest.raises(FrozenWeightsError, match=r"cannot be fetched .*hf download CompVis/stable-diffusion-v1-3"):
        find_diffusion(DiffusionConfig())


def test_an_absent_folder_names_itself_and_the_command(tmp_path):
    with pytest.raises(FrozenWeightsError, match=rf"looked in {tmp_path}.*--local-dir {tmp_path}"):
        find_diffusion(dataclasses.replace(SMALL, pretrained=str(tmp_path)))


def test_a_folder_without_any_text_is_refused(folder):
    for file in (folder / "text_encoder").iterdir():
        file.unlink()
    with pytest.raises(FrozenWeightsError, match=r"neither unconditional.safetensors nor text_encoder"):
        loaded(folder)


def test_a_model_of_another_size_is_refused(folder):
    config = dataclasses.replace(SMALL, unet_channels=(16, 24, 32, 48), pretrained=str(folder))
    with pytest.raises(FrozenWeightsError, match=r"of the UNet has shape \(.*\), expected \("):
        load_diffusion(LatentDiffusion(config, CAPTIONER))


@pytest.mark.parametrize("name", ["layer.weight", "model.diffusion_model.input_blocks.1.0.in_layers.0.weight"])
def test_another_kind_of_single_file_is_refused(tmp_path, name):
    safetensors.torch.save_file({name: torch.ones(2)}, tmp_path / "a.safetensors")
    with pytest.raises(FrozenWeightsError, match=r"not a (complete )?Stable Diffusion 1 checkpoint"):
        loaded(tmp_path / "a.safetensors")


def test_a_damaged_file_is_refused(folder):
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"nothing of use")
    with pytest.raises(FrozenWeightsError, match=r"unet/diffusion_pytorch_model.safetensors: not a readable"):
        loaded(folder)


@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
def test_clip_from_a_local_file(tmp_path, suffix):
    towers = ClipTowers(tiny().clip)
    path = tmp_path / f"clip.{suffix}"
    (safetensors.torch.save_file if suffix == "safetensors" else torch.save)(towers.model.state_dict(), path)
    other = ClipTowers(dataclasses.replace(tiny().clip, pretrained=str(path)))
    load_clip(other)
    torch.testing.assert_close(other.encode_text(["a chair"]), towers.encode_text(["a chair"]))


def test_clip_in_half_precision_from_a_folder_is_widened(tmp_path):
    towers = ClipTowers(tiny().clip)
    state = {name: tensor.half() for name, tensor in towers.model.state_dict().items()}
    safetensors.torch.save_file(state, tmp_path / "open_clip_model.safetensors")
    other = ClipTowers(dataclasses.replace(tiny().clip, pretrained=str(tmp_path)))
    load_clip(other)
    assert {parameter.dtype for parameter in other.parameters()} == {torch.float32}
    torch.testing.assert_close(other.encode_text(["chair"]), towers.encode_text(["chair"]), atol=2e-2, rtol=2e-2)


def test_an_unknown_clip_tag_lists_the_known_ones():
    with pytest.raises(FrozenWeightsError, match=r"no weights of this name for 'ViT-L-14-quickgelu' \(it has: openai"):
        find_clip(ClipConfig(pretrained="opnai"))


def test_a_clip_file_without_a_tensor_is_refused(tmp_path):
    state = ClipTowers(tiny().clip).model.state_dict()
    del state["visual.proj"]
    safetensors.torch.save_file(state, tmp_path / "clip.safetensors")
    towers = ClipTowers(dataclasses.replace(tiny().clip, pretrained=str(tmp_path / "clip.safetensors")))
    with pytest.raises(FrozenWeightsError, match=r"the CLIP lacks 'visual\.proj'"):
        load_clip(towers)
