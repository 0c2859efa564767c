# SPDX-License-Identifier: Apache-2.0
"""A trained model, bundled: small, loaded as float32, of use to segment and to train further."""

import json
import logging
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from small_model import small_config, small_model, small_view

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.model import checkpoint
from xmask3d_ros.model.checkpoint import TINY_KNOWS, CheckpointError, load_model, save_model
from xmask3d_training.cli import main
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.engine.network import fresh_network, start_from
from xmask3d_training.oracles.views import frozen_network
from xmask3d_training.towers.word_list import generator_words, write_words

B15N4 = benchmark("scannet_b15n4")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder of a small model that knows the generator's words."""
    folder = tmp_path_factory.mktemp("trained")
    words = write_words(folder / "words.txt")
    clip = replace(small_config().clip, tokenizer=str(words), vocabulary_size=len(generator_words()) + 4)
    model = small_model(clip=clip, base_classes=B15N4.base_names)
    model.config = replace(model.config, clip=replace(clip, tokenizer="words.txt"))
    with torch.no_grad():
        model.point_branch.encoder.bn0.bn.running_var[0] = 1e6  # half precision cannot hold it
        model.mask_head.logit_scale.fill_(2.0)
    save_model(model, folder / "model", include_frozen=True)
    return folder / "model"


@pytest.fixture(scope="module")
def bundled(trained, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundled") / "tiny"
    assert main(["bundle", str(trained), "--out", str(out)]) == 0
    return out


def test_it_is_half_as_large_and_says_the_same(trained, bundled):
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (trained, bundled)]
    assert sizes[1] < 0.6 * sizes[0]
    kinds = {str(tensor.dtype) for name, tensor in load_file(bundled / "model.safetensors").items()
             if tensor.is_floating_point() and "running" not in name}  # fmt: skip
    assert kinds == {"torch.float16"}
    before, after = load_model(trained), load_model(bundled)
    assert {value.dtype for value in after.state_dict().values() if value.is_floating_point()} == {torch.float32}
    assert after.point_branch.encoder.bn0.bn.running_var[0] == 1e6
    for name, value in before.state_dict().items():
        torch.testing.assert_close(after.state_dict()[name], value, rtol=1e-3, atol=1e-5, msg=name)
    seen, again = (model.observe(small_view()) for model in (before, after))
    torch.testing.assert_close(again.binary_logits, seen.binary_logits, rtol=0.05, atol=0.2)


def test_its_synonyms_of_base_classes_are_base(bundled):
    synonyms = load_model(bundled).config.synonyms
    assert "fridge" in synonyms["refrigerator"] and "armchair" in synonyms["chair"]
    assert not set(synonyms) & set(B15N4.novel_names)


def test_more_than_the_limit_is_refused(trained, tmp_path, capsys):
    assert main(["bundle", str(trained), "--out", str(tmp_path / "out"), "--most-bytes", "300000"]) == 2
    assert "more than 0.3" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_model_without_a_word_list_is_refused(frozen, tmp_path, capsys):
    assert main(["bundle", str(frozen), "--out", str(tmp_path / "out")]) == 2
    assert "no word list" in capsys.readouterr().err


def test_the_card_says_what_is_known(trained, bundled, tmp_path):
    card = (bundled / "README.md").read_text(encoding="utf-8")
    assert "Not measured." in card and "cupboard" in card and "Apache-2.0" in card
    assert "- sofa: couch" in card.partition("## Other words for novel classes")[2]
    entry = {"hiou": 0.615, "miou_base": 0.7, "miou_novel": 0.5512, "iou": dict.fromkeys(B15N4.labels.names, 0.25)}
    evaluation = {"gate": "hard", "scenes": 20, "frames": 400, "results": [{"output": "fused", **entry}]}
    facts = {
        "split": B15N4.title, "views": 11, "steps": 3, "seed": 0, "minutes": 4.0, "processes": 2,
        "mask_loss_knows": True, "binary_head_knows": True, "evaluation": {"hard": evaluation},
        "start": "an older model", "about": "the method",
    }  # fmt: skip
    results = tmp_path / "results.json"
    results.write_text(json.dumps(facts))
    assert main(["bundle", str(trained), "--out", str(tmp_path / "out"), "--results", str(results)]) == 0
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "| the method | 11 views, 3 steps, 4 minutes, 2 processes, seed 0; begun with what an older" in card
    assert "| fused | hard | 61.5 | 70.0 | 55.1 |" in card and "| toilet | 25.0 |" in card
    assert "(sofa, bookshelf, desk, toilet)" in card and "its binary head and mask loss were told" in card

    results.write_text(json.dumps({**facts, "mask_loss": False}))
    assert main(["bundle", str(trained), "--out", str(tmp_path / "out"), "--results", str(results)]) == 0
    assert "its binary head was told" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")

    first = {"about": "the first part", "views": 22, "steps": 6, "minutes": 2.0, "processes": 1, "seed": 7}
    results.write_text(json.dumps({**facts, "before": [first], "start": "first_seed0"}))
    assert main(["bundle", str(trained), "--out", str(tmp_path / "out"), "--results", str(results)]) == 0
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    rows = [row for row in card.splitlines() if ", seed " in row]
    assert [row.split(" | ")[0] for row in rows] == ["| the first part", "| the method"]
    assert "seed 7" in rows[0] and "seed 0" in rows[1]
    assert not any("begun with" in row for row in rows)


def test_further_training_starts_from_its_frozen_parts(bundled):
    source = load_model(bundled)
    for network in (fresh_network(str(bundled), benchmark("scannet_b12n7"), seed=3), frozen_network(bundled)):
        for part, module in source.frozen_parts().items():
            for name, value in module.state_dict().items():
                torch.testing.assert_close(network.frozen_parts()[part].state_dict()[name], value, rtol=0, atol=0)
    fresh = fresh_network(str(bundled), benchmark("scannet_b12n7"), seed=3)
    assert not torch.equal(fresh.point_branch.decoder.weight, source.point_branch.decoder.weight)
    assert torch.equal(fresh.clip.encode_text(["red chair"]), source.clip.encode_text(["red chair"]))


def test_further_training_starts_from_what_it_learned_on_other_frozen_parts(bundled):
    source, fresh = load_model(bundled), fresh_network(str(bundled), B15N4, seed=3)
    with torch.no_grad():
        fresh.clip.model.text_projection.mul_(2.0)
    own = fresh.clip.model.text_projection.clone()
    start_from(fresh, bundled, B15N4)
    torch.testing.assert_close(fresh.clip.model.text_projection, own, rtol=0, atol=0)
    for name in ("point_branch.decoder.weight", "null_embedding", "fusion.linear.weight"):
        torch.testing.assert_close(fresh.state_dict()[name], source.state_dict()[name], rtol=0, atol=0)


def test_training_never_starts_from_a_model_that_learned_what_the_split_holds_back(bundled):
    split = benchmark("scannet_b12n7")
    with pytest.raises(SettingsError, match=r"was trained on the base classes .*; ScanNet B12/N7 has "):
        start_from(fresh_network(str(bundled), split), bundled, split)


def test_its_limits_are_said_once_when_it_is_loaded_by_name(bundled, monkeypatch, caplog):
    monkeypatch.setattr(checkpoint, "BUNDLED", bundled.parent)
    with caplog.at_level(logging.WARNING):
        load_model("tiny")
    assert [record.message for record in caplog.records] == [TINY_KNOWS]
    monkeypatch.setattr(checkpoint, "BUNDLED", bundled.parent / "elsewhere")
    with pytest.raises(CheckpointError, match="the bundled model is missing"):
        load_model("tiny")
