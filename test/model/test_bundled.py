# SPDX-License-Identifier: Apache-2.0
"""The model that comes with the package: as small as promised, whole, and as its card says."""

import pytest
import torch

from xmask3d_ros.model.checkpoint import BUNDLED, CheckpointError, load_model
from xmask3d_ros.pipeline import Segmenter
from xmask3d_ros.vocabulary import make_vocabulary

TINY = BUNDLED / "tiny"


@pytest.fixture(scope="module")
def tiny():
    return load_model("tiny")


def test_it_takes_40_megabytes_at_most():
    assert sum(path.stat().st_size for path in TINY.iterdir()) <= 40e6


def test_it_is_trained_and_knows_the_words_of_its_card(tiny):
    tokenizer = tiny.clip.tokenizer
    words = tokenizer.words
    listed = (TINY / "README.md").read_text(encoding="utf-8").split("## Words\n\n")[1]
    assert listed == f"{len(words)}: {', '.join(words)}.\n"
    assert not any(tokenizer.unknown(word) for words in tiny.config.synonyms.values() for word in words)
    assert tokenizer.unknown("locker") == ["locker"], "no training room holds one"
    names = ("sofa", "bookshelf", "curtain", "picture", "refrigerator")
    others = ("couch", "bookcase", "drapes", "painting", "fridge")
    known = torch.nn.functional.normalize(tiny.text_encoder().embed([*names, *others]), dim=-1)
    assert (known[5:] @ known[:5].T).argmax(dim=1).tolist() == [0, 1, 2, 3, 4], "synonyms are learned"


def test_it_warns_of_words_that_it_does_not_know(tiny, caplog):
    segmenter = Segmenter(tiny, make_vocabulary(["potted plant", "chair"], {"chair": ["rocking chair"]}))
    assert segmenter.unknown_words == ("potted", "rocking")
    assert "does not know potted, rocking" in caplog.text
    caplog.clear()
    segmenter.set_vocabulary(make_vocabulary(["Couch", "shower curtain"]))
    assert not segmenter.unknown_words and not caplog.text


def test_random_weights_are_random_even_under_its_name(tiny, caplog):
    untrained = load_model("tiny", random_weights=True)
    name = "point_branch.decoder.weight"
    assert not torch.equal(untrained.state_dict()[name], tiny.state_dict()[name])
    assert "random weights" in caplog.text
    with pytest.raises(CheckpointError, match="not for a folder"):
        load_model(TINY, random_weights=True)
