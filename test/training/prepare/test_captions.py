# SPDX-License-Identifier: Apache-2.0
"""Captions, by a tiny captioner with random weights that has all the parts of the real one."""

import json
import shutil

import numpy as np
import pytest
import torch
from tokenizers import ByteLevelBPETokenizer
from training.prepare import raw_scannet
from transformers import (
    GPT2Config,
    PreTrainedTokenizerFast,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTConfig,
    ViTImageProcessor,
)

from xmask3d_training.prepare import captions
from xmask3d_training.prepare.command import main
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.layout import Layout, color_data, points_data


@pytest.fixture(scope="module")
def captioner(tmp_path_factory):
    """A folder with a ViT-GPT2 of a few thousand random weights."""
    folder = tmp_path_factory.mktemp("models") / "tiny-captioner"
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    encoder = ViTConfig(**sizes, image_size=32, patch_size=16)
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(["a chair at a table by the wall", "a room with a bed and a window"] * 20, vocab_size=320,
                            special_tokens=["<|end|>"])  # fmt: skip
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, eos_token="<|end|>",
                                        bos_token="<|end|>", pad_token="<|end|>")  # fmt: skip
    decoder = GPT2Config(vocab_size=bpe.get_vocab_size(), n_embd=32, n_layer=1, n_head=2, n_positions=32,
                         add_cross_attention=True, is_decoder=True)  # fmt: skip
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id = config.pad_token_id = tokenizer.pad_token_id
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = VisionEncoderDecoderModel(config)
    model.generation_config.decoder_start_token_id = model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.min_length = 6
    for part in (model, tokenizer, ViTImageProcessor(size={"height": 32, "width": 32})):
        part.save_pretrained(folder)
    return folder


@pytest.fixture
def layout(tmp_path):
    """Two prepared scenes, as far as captions look at them."""
    layout = Layout(tmp_path, "scannet")
    for number, scene in enumerate(("scene0000_00", "scene0001_00")):
        path = layout.points("train", scene)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(points_data(np.zeros((1, 3)), np.zeros((1, 3)), np.zeros(1)))
        (layout.views(scene) / "color").mkdir(parents=True)
        for frame in (0, 20, 100):
            color = raw_scannet.see(frame / 20 + number, (320, 240)).color
            (layout.views(scene) / "color" / f"{frame}.jpg").write_bytes(color_data(color))
    return layout


def run(layout, model, *more):
    return main(["captions", "--data-root", str(layout.root), "--model", str(model), "--device", "cpu", *more])


def test_every_frame_gets_a_sentence(layout, captioner):
    assert run(layout, captioner, "--batch", "2") == 0
    content = json.loads((layout.root / "caption" / "caption_view_scannet_tiny-captioner_.json").read_text())
    assert {scene: list(frames) for scene, frames in content.items()} == {
        "scene0000_00": ["0", "20", "100"], "scene0001_00": ["0", "20", "100"],
    }  # fmt: skip
    sentences = [sentence for frames in content.values() for sentence in frames.values()]
    assert all(sentence and sentence == " ".join(sentence.split()) for sentence in sentences)
    # The same again, whatever the batch.
    layout.captions("tiny-captioner").unlink()
    (layout.root / "caption" / ".caption_view_scannet_tiny-captioner_.json.journal").unlink()
    assert run(layout, captioner, "--batch", "5") == 0
    assert json.loads(layout.captions("tiny-captioner").read_text()) == content


def test_missing_weights_say_what_to_fetch(layout, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert run(layout, tmp_path / "nowhere" / "blip") == 1
    assert main(["captions", "--data-root", str(layout.root), "--device", "cpu"]) == 1
    message = capsys.readouterr().err
    assert "'nlpconnect/vit-gpt2-image-captioning' cannot be loaded" in message
    assert "hf download nlpconnect/vit-gpt2-image-captioning --local-dir captioner" in message
    assert "--model captioner" in message and "Traceback" not in message
    assert not (layout.root / "caption" / "caption_view_scannet_vit-gpt2-image-captioning_.json").exists()


def test_an_interrupted_run_goes_on_after_the_finished_scenes(layout):
    seen = []

    def first_run(images):
        seen.append(len(images))
        if len(seen) == 3:
            raise KeyboardInterrupt
        return [f"view {index}" for index in range(len(images))]

    arguments = layout, layout.scenes("train"), "blip", {"beams": 4}
    with pytest.raises(KeyboardInterrupt):
        captions.caption_all(*arguments, lambda: first_run, batch=2)
    assert not layout.captions("blip").exists()
    # The kill may also have cut a line.
    journal = layout.captions("blip").with_name(".caption_view_scannet_blip_.json.journal")
    journal.write_bytes(journal.read_bytes() + b'{"scene0001_00": {"0": "vie')
    summary = captions.caption_all(*arguments, lambda: lambda images: ["later"] * len(images), batch=2)
    assert summary["captioned now"] == 1 and summary["frames"] == 6
    content = json.loads(layout.captions("blip").read_text())
    assert content["scene0000_00"] == {"0": "view 0", "20": "view 1", "100": "view 0"}
    assert set(content["scene0001_00"].values()) == {"later"}
    assert captions.caption_all(*arguments, lambda: pytest.fail("no work is left"), batch=2)["captioned now"] == 0


def test_captions_from_elsewhere_are_kept(layout):
    path = layout.captions("official")
    path.parent.mkdir()
    path.write_text(json.dumps({"scene0000_00": {"0": "a", "20": "b", "100": "c"}, "scene9999_00": {"0": "z"}}))
    summary = captions.caption_all(
        layout, layout.scenes("train"), "official", {}, lambda: lambda images: ["new"] * len(images), batch=8
    )
    assert summary["captioned now"] == 1
    content = json.loads(path.read_text())
    assert content["scene0000_00"] == {"0": "a", "20": "b", "100": "c"} and content["scene9999_00"] == {"0": "z"}


def say(layout, settings, sentence):
    """Caption every frame with one sentence, and read what the file then holds."""
    arguments = layout, layout.scenes("train"), "blip", settings
    captions.caption_all(*arguments, lambda: lambda images: [sentence] * len(images), batch=8)
    return {scene: set(of.values()) for scene, of in json.loads(layout.captions("blip").read_text()).items()}


def test_other_settings_make_anew_what_was_made_here(layout):
    path = layout.captions("blip")
    path.parent.mkdir()
    path.write_text(json.dumps({"scene0000_00": dict.fromkeys(("0", "20", "100"), "theirs")}))
    assert say(layout, {"beams": 4}, "four") == {"scene0000_00": {"theirs"}, "scene0001_00": {"four"}}

    def no_weights():
        raise PrepareError("no weights")

    before = path.read_bytes()
    with pytest.raises(PrepareError, match="no weights"):
        captions.caption_all(layout, layout.scenes("train"), "blip", {"beams": 5}, no_weights, batch=8)
    assert path.read_bytes() == before
    assert say(layout, {"beams": 4}, "again") == {"scene0000_00": {"theirs"}, "scene0001_00": {"four"}}
    assert say(layout, {"beams": 5}, "five") == {"scene0000_00": {"theirs"}, "scene0001_00": {"five"}}


def test_other_settings_that_are_interrupted_leave_nothing_of_the_old(layout):
    say(layout, {"beams": 4}, "four")
    seen = []

    def interrupted(images):
        seen.append(len(images))
        if len(seen) == 2:
            raise KeyboardInterrupt
        return ["five"] * len(images)

    with pytest.raises(KeyboardInterrupt):
        captions.caption_all(layout, layout.scenes("train"), "blip", {"beams": 5}, lambda: interrupted, batch=8)
    assert say(layout, {"beams": 5}, "later") == {"scene0000_00": {"five"}, "scene0001_00": {"later"}}


def test_models_in_folders_of_one_name_differ(layout, captioner, tmp_path, capsys):
    """By content: a copy elsewhere is the same model."""
    other = shutil.copytree(captioner, tmp_path / "other" / captioner.name)
    assert run(layout, captioner) == 0 and run(layout, other) == 0
    assert "captioned now: 0" in capsys.readouterr().out
    (other / "README.md").write_text("another model")
    assert run(layout, other) == 0
    assert "captioned now: 2" in capsys.readouterr().out


def test_a_scene_without_frames_does_not_spoil_the_run(layout):
    shutil.rmtree(layout.views("scene0001_00"))
    assert say(layout, {}, "a room") == {"scene0000_00": {"a room"}}


def test_unreadable_frames_are_named(layout, captioner, capsys):
    (layout.views("scene0000_00") / "color" / "20.jpg").write_bytes(b"no image")
    assert run(layout, captioner) == 1
    assert "unreadable: ['scene0000_00 20']" in capsys.readouterr().out
    assert list(json.loads(layout.captions("tiny-captioner").read_text())["scene0000_00"]) == ["0", "100"]


def test_nothing_to_caption_is_an_error(tmp_path, capsys):
    assert main(["captions", "--data-root", str(tmp_path)]) == 1
    assert "holds no prepared scenes" in capsys.readouterr().err
