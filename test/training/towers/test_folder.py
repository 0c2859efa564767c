# SPDX-License-Identifier: Apache-2.0
"""The towers' folder: it becomes part of a network, which then says other things, and it keeps its words."""

import json
import shutil

import pytest
import torch
from small_model import small_config, small_view

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.model.checkpoint import CheckpointError, load_model, read_config, save_model
from xmask3d_ros.model.clip import build_clip
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_training.cli import main
from xmask3d_training.engine.network import fresh_network
from xmask3d_training.towers.clip_module import load_clip
from xmask3d_training.towers.folder import load_towers, read_towers, with_towers


@pytest.fixture(scope="module")
def network(towers) -> XMask3D:
    model = XMask3D.from_config(with_towers(small_config(), towers), folder=towers)
    assert load_towers(model, towers) == ("diffusion", "clip")
    return model


def test_the_network_says_something_else(towers, network):
    before = XMask3D.from_config(with_towers(small_config(), towers), folder=towers)
    one, two = before.observe(small_view()), network.observe(small_view())
    assert not torch.allclose(one.mask_embeddings, two.mask_embeddings)
    assert not torch.allclose(one.clip_embeddings, two.clip_embeddings)
    assert not torch.allclose(before.clip.encode_text(["chair"]), network.clip.encode_text(["chair"]))
    state = network.state_dict()
    for name, value in read_towers(towers).items():
        assert torch.equal(state[name], value), name


def test_training_starts_from_the_folder(towers, tmp_path):
    started = fresh_network(str(towers), benchmark("scannet_b15n4"))
    expected = read_towers(towers)["clip.model.token_embedding.weight"]
    assert torch.equal(started.clip.model.token_embedding.weight, expected)
    assert torch.equal(started.null_embedding, started.clip.encode_text([""]))
    save_model(started, tmp_path / "model", include_frozen=True)
    loaded = load_model(tmp_path / "model")
    assert (tmp_path / "model" / "words.txt").read_bytes() == (towers / "words.txt").read_bytes()
    assert torch.equal(loaded.clip.encode_text(["sofa"]), started.clip.encode_text(["sofa"]))


def test_a_models_frozen_parts_are_towers_again(towers, network, tmp_path, capsys):
    save_model(network, tmp_path / "model", include_frozen=True)
    assert main(["towers", "split", str(tmp_path / "model"), "--out", str(tmp_path)]) == 0
    assert "clip and diffusion" in capsys.readouterr().out
    parts = [tmp_path / "clip", tmp_path / "diffusion"]
    assert main(["towers", "join", *map(str, parts), "--out", str(tmp_path / "both")]) == 0
    first, again = read_towers(towers), read_towers(tmp_path / "both")
    assert first.keys() == again.keys() and all(torch.equal(again[name], value) for name, value in first.items())
    assert (parts[0] / "words.txt").read_bytes() == (towers / "words.txt").read_bytes()
    config = read_config(parts[0])
    taken = load_clip(build_clip(config.clip), parts[0], config, towers / "words.txt")
    assert taken == f"taken from {tmp_path / 'model'}"
    save_model(XMask3D.from_config(small_config()), tmp_path / "other", include_frozen=True)
    assert main(["towers", "split", str(tmp_path / "other"), "--out", str(tmp_path)]) == 2
    assert "has no word list" in capsys.readouterr().err


def test_latents_have_unit_variance_and_the_empty_caption_is_kept(towers, vae_run, network):
    assert network.config.diffusion.scaling_factor != small_config().diffusion.scaling_factor
    assert json.loads((vae_run / "tower" / "config.json").read_text())["diffusion"]["scaling_factor"] == (
        network.config.diffusion.scaling_factor
    )
    assert network.diffusion.unconditional.shape == (1, 4, 16)


def test_the_card_says_what_it_is(towers):
    card = (towers / "README.md").read_text()
    for part in (
        "Image-text pairs only",
        "## Training: clip",
        "## Training: diffusion",
        "| VAE |",
        "drapes",
        "## Limits",
    ):
        assert part in card


def test_towers_of_other_settings_are_refused(towers):
    other = XMask3D.from_config(small_config())
    with pytest.raises(CheckpointError, match="with_towers"):
        load_towers(other, towers)


def test_a_damaged_folder_is_refused(towers, network, tmp_path):
    with pytest.raises(CheckpointError, match="xmask3d train towers"):
        load_towers(network, tmp_path)
    shutil.copytree(towers, tmp_path / "cut")
    path = tmp_path / "cut" / "towers.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError):
        load_towers(network, tmp_path / "cut")


@pytest.mark.parametrize("fault", ["no folder", "no facts", "damaged facts"])
def test_joining_what_is_no_towers_folder_is_refused(clip_run, tmp_path, capsys, fault):
    first = other = tmp_path / "other"
    if fault == "no folder":
        first = clip_run / "tower"
    else:
        shutil.copytree(clip_run / "tower", other)
        (other / "towers.json").unlink()
    if fault == "damaged facts":
        (other / "towers.json").write_text("{")
    assert main(["towers", "join", str(first), str(other), "--out", str(tmp_path / "both")]) == 2
    message = capsys.readouterr().err
    assert str(other) in message and ("is damaged" if fault == "damaged facts" else "of a finished run") in message
    assert not (tmp_path / "both").exists()


def test_the_same_tower_twice_is_refused(clip_run, tmp_path, capsys):
    folder = str(clip_run / "tower")
    assert main(["towers", "join", folder, folder, "--out", str(tmp_path / "both")]) == 2
    assert "read from another folder" in capsys.readouterr().err
