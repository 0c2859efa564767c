# SPDX-License-Identifier: Apache-2.0
"""The model that comes with the package: as small as promised, whole, and as its card says."""

import json

import pytest
import torch

from xmask3d_ros.model.checkpoint import BUNDLED, CheckpointError, load_model

TINY = BUNDLED / "tiny"


@pytest.fixture(scope="module")
def tiny():
    return load_model("tiny")


def test_it_takes_40_megabytes_at_most():
    assert sum(path.stat().st_size for path in TINY.iterdir()) <= 40e6


def test_it_is_trained_and_knows_the_words_of_its_card(tiny):
    card = (TINY / "README.md").read_text(encoding="utf-8")
    assert all(name in card for name in (*tiny.config.base_classes, "sofa", "bookshelf", "desk", "toilet"))
    words = (TINY / json.loads((TINY / "config.json").read_text())["clip"]["tokenizer"]).read_text().split()
    assert words and all(f" {word}" in card for word in words)
    known = tiny.text_encoder().embed(["chair", "sofa", "bookshelf"])
    assert len(torch.unique(known, dim=0)) == 3


def test_random_weights_are_random_even_under_its_name(tiny, caplog):
    untrained = load_model("tiny", random_weights=True)
    name = "point_branch.decoder.weight"
    assert not torch.equal(untrained.state_dict()[name], tiny.state_dict()[name])
    assert "random weights" in caplog.text
    with pytest.raises(CheckpointError, match="not for a folder"):
        load_model(TINY, random_weights=True)
