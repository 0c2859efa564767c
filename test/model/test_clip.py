# SPDX-License-Identifier: Apache-2.0
"""CLIP towers: text embeddings against the official ones, and what a wrong configuration says."""

import dataclasses

import open_clip
import pytest
import torch
from open_clip.transformer import QuickGELU

from xmask3d_ros.model.clip import TEXT_BATCH, ClipTowers, build_clip
from xmask3d_ros.model.config import ClipConfig, tiny, xmask3d

SMALL = tiny().clip


def test_text_embeddings_equal_the_official_ones(golden, golden_tensors, golden_weights):
    with torch.device("meta"):
        towers = ClipTowers(ClipConfig())
    weights = golden_tensors("clip", golden_weights.clip_entries(vision=False))
    towers.model.load_state_dict(weights, strict=False, assign=True)
    expected = golden("f_clip_text")
    for texts, name in (
        ([str(text) for text in expected["names"]], "text_embed"),
        ([""], "null_text_embed"),
        ([str(expected["caption"])], "caption_embed"),
    ):
        torch.testing.assert_close(towers.encode_text(texts), expected[name], atol=2e-4, rtol=0)


@pytest.mark.parametrize("config", [tiny().clip, xmask3d().clip], ids=["tiny", "xmask3d"])
def test_both_towers_use_quick_gelu(config):
    with torch.device("meta"):
        model = build_clip(config)
    for tower in (model.visual.transformer, model.transformer):
        assert all(isinstance(block.mlp.gelu, QuickGELU) for block in tower.resblocks)


def test_sizes_and_name_build_the_same_model():
    with torch.device("meta"):
        named, sized = (build_clip(config).state_dict() for config in (ClipConfig(), ClipConfig(architecture="")))
    assert {name: tensor.shape for name, tensor in named.items()} == {name: t.shape for name, t in sized.items()}


def test_texts_are_encoded_as_they_stand_and_independently_of_the_batch():
    towers = ClipTowers(SMALL)
    names = ["chair", "shower curtain"] * (TEXT_BATCH // 2) + ["sofa"]
    found = towers.encode_text(names)
    assert found.shape == (TEXT_BATCH + 1, SMALL.embedding_channels)
    torch.testing.assert_close(found[1:2], towers.encode_text(["shower curtain"]), atol=1e-5, rtol=1e-4)
    reference = towers.model.encode_text(open_clip.SimpleTokenizer(context_length=16)(["sofa"]))
    torch.testing.assert_close(found[-1:], reference, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(found.norm(dim=-1), torch.ones(len(names)))


def test_no_texts_give_no_embeddings():
    assert ClipTowers(SMALL).encode_text([]).shape == (0, SMALL.embedding_channels)


def test_towers_stay_frozen_and_in_evaluation_mode():
    towers = ClipTowers(SMALL).train()
    assert not any(module.training for module in towers.modules())
    assert not any(parameter.requires_grad for parameter in towers.parameters())


def test_a_word_list_beside_the_weights_is_used(tmp_path):
    (tmp_path / "words.txt").write_text("chair\ntable\n")
    towers = ClipTowers(dataclasses.replace(SMALL, tokenizer="words.txt", vocabulary_size=6), tmp_path)
    chair, other, unknown = towers.encode_text(["Chair", "table", "xyzzy"])
    assert not torch.allclose(chair, other)
    assert not torch.allclose(chair, unknown)


def test_a_table_smaller_than_the_word_list_is_refused(tmp_path):
    (tmp_path / "words.txt").write_text("chair\ntable\n")
    with pytest.raises(ValueError, match="vocabulary_size is 5"):
        ClipTowers(dataclasses.replace(SMALL, tokenizer="words.txt", vocabulary_size=5), tmp_path)


def test_an_unknown_architecture_is_refused():
    with pytest.raises(ValueError, match="no 'ViT-L-15'"):
        build_clip(ClipConfig(architecture="ViT-L-15"))


def test_an_architecture_of_other_sizes_than_stated_is_refused():
    with pytest.raises(ValueError, match=r"\(768, 224, 14\), the configuration says \(512, 224, 14\)"):
        build_clip(ClipConfig(embedding_channels=512))


def test_the_convolution_stem_gives_a_token_a_patch():
    towers = ClipTowers(SMALL)
    side = SMALL.image_size // SMALL.patch_size
    tokens = towers.visual.conv1(torch.rand(2, 3, SMALL.image_size, SMALL.image_size))
    assert tokens.shape == (2, SMALL.vision_width, side, side)
    # Cell (row, column) is about patch (row, column): elsewhere a change is not seen, but for the kernels' reach.
    image = torch.rand(1, 3, SMALL.image_size, SMALL.image_size)
    other = image.clone()
    other[:, :, 64:80, 96:112] += 1
    changed = (towers.visual.conv1(other) != towers.visual.conv1(image)).any(dim=1)[0].nonzero()
    assert {(4, 6)} <= set(map(tuple, changed.tolist())) <= {(row, column) for row in (3, 4, 5) for column in (5, 6, 7)}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"stem": "none"}, "'patch' or 'convolutions'"),
        ({"patch_size": 14}, "a power of 2"),
        ({"architecture": "ViT-L-14-quickgelu", "stem": "convolutions"}, "its own stem"),
    ],
)
def test_wrong_stems_are_refused(changes, says):
    with pytest.raises(ValueError, match=says), torch.device("meta"):
        build_clip(dataclasses.replace(SMALL, **changes))
