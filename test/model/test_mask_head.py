# SPDX-License-Identifier: Apache-2.0
"""The mask head, against the official code's outputs and by its properties."""

import pytest
import torch
import torch.nn.functional as F

from xmask3d_ros.model.config import MaskHeadConfig
from xmask3d_ros.model.mask_head import MaskEmbedding, MaskHead

SMALL = MaskHeadConfig(
    feature_channels=32, hidden_channels=64, heads=4, pixel_layers=1, pixel_feedforward=64, decoder_layers=2,
    decoder_feedforward=64, queries=7,
)  # fmt: skip


def features(batch: int = 1, dtype: torch.dtype = torch.float32) -> list[torch.Tensor]:
    return [torch.randn(batch, 32, side, side).to(dtype) for side in (32, 16, 8, 4)]


@pytest.fixture(scope="module")
def official_run(golden_part, golden_weights):
    head = MaskHead(MaskHeadConfig(), 768).eval()
    head.load_state_dict(golden_part("mask_head"))
    inputs = [golden_weights.synthetic_feature(f"e.s{level}", 512, 512 >> level) for level in (2, 3, 4, 5)]
    with torch.no_grad():
        return head, inputs, head(inputs)


def test_inputs_are_those_of_the_official_run(official_run, golden):
    sums = torch.stack([tensor.double().sum() for tensor in official_run[1]])
    torch.testing.assert_close(sums, golden("e_mask_head")["feature_sums"], rtol=1e-6, atol=1e-2)


def test_masks_equal_the_official_ones_at_every_layer(official_run, golden):
    expected, masks = golden("e_mask_head"), official_run[2].mask_logits[:, 0]
    torch.testing.assert_close(masks[-1, :, ::4, ::4], expected["pred_masks_s4"], atol=5e-3, rtol=0)
    torch.testing.assert_close(masks[..., ::16, ::16], expected["all_layers_masks_s16"], atol=5e-3, rtol=0)
    area = (masks[-1] > 0).float().mean((-2, -1))
    torch.testing.assert_close(area, expected["pred_masks_area"], atol=2 / 128**2, rtol=0)


def test_embeddings_equal_the_official_ones_at_every_layer(official_run, golden):
    expected, embeddings = golden("e_mask_head"), official_run[2].embeddings[:, 0]
    torch.testing.assert_close(embeddings[-1], expected["mask_embed"], atol=2e-3, rtol=0)
    torch.testing.assert_close(embeddings[..., ::6], expected["all_layers_mask_embed_ch6"], atol=2e-3, rtol=0)


def test_class_logits_equal_the_official_ones(official_run, golden):
    head, _, predictions = official_run
    expected = golden("e_mask_head")
    classes = torch.cat((expected["text_embed"], expected["null_embed"]))
    cosine = F.normalize(predictions.embeddings[-1, 0], dim=-1) @ F.normalize(classes, dim=-1).T
    logits = head.logit_scale.exp().clamp(max=100) * cosine
    torch.testing.assert_close(logits, expected["class_logits"], atol=2e-3, rtol=0)


def test_pixel_decoder_equals_the_official_one(official_run, golden):
    head, inputs, _ = official_run
    expected = golden("e_mask_head")
    with torch.no_grad():
        pixels = head.pixel_decoder(inputs, output_attentions=False, output_hidden_states=False)
    found = {
        "mask_features_ch8_s8": pixels.mask_features[0, ::8, ::8, ::8],
        "ms0_ch8": pixels.multi_scale_features[0][0, ::8],
        "ms1_ch8_s2": pixels.multi_scale_features[1][0, ::8, ::2, ::2],
        "ms2_ch8_s4": pixels.multi_scale_features[2][0, ::8, ::4, ::4],
    }
    for name, tensor in found.items():
        torch.testing.assert_close(tensor, expected[name], atol=1e-3, rtol=0)


def test_there_is_one_prediction_more_than_layers_and_the_last_is_the_final_one():
    head = MaskHead(SMALL, 24).eval()
    inputs = features(batch=2)
    everything, final = head(inputs), head(inputs, auxiliary=False)
    assert everything.mask_logits.shape == (3, 2, 7, 32, 32)
    assert everything.embeddings.shape == (3, 2, 7, 24)
    assert torch.equal(final.mask_logits[0], everything.mask_logits[-1])
    assert torch.equal(final.embeddings[0], everything.embeddings[-1])


def test_training_mode_drops_nothing_at_random():
    head = MaskHead(SMALL, 24).train()
    inputs = features()
    assert torch.equal(head(inputs).embeddings, head(inputs).embeddings)


def test_an_embedding_depends_on_the_pixels_under_its_mask_alone():
    module = MaskEmbedding(64, 24).eval()
    state, mask_features = torch.randn(1, 2, 64), torch.randn(1, 64, 8, 8)
    masks = torch.full((1, 2, 8, 8), -1.0)
    masks[0, 0, :4], masks[0, 1, 4:] = 1.0, 1.0
    before = module(state, masks, mask_features)
    mask_features[..., 6, :] = torch.randn(64, 8)
    after = module(state, masks, mask_features)
    assert torch.equal(before[0, 0], after[0, 0])
    assert not torch.allclose(before[0, 1], after[0, 1])


def test_an_empty_mask_gives_a_finite_embedding_in_half_precision():
    module = MaskEmbedding(64, 24).half()
    found = module(torch.randn(1, 1, 64).half(), torch.full((1, 1, 8, 8), -5.0).half(), torch.randn(1, 64, 8, 8).half())
    assert found.isfinite().all()


def test_embeddings_do_not_train_the_masks():
    head = MaskHead(SMALL, 24)
    head(features()).embeddings.sum().backward()
    assert all(parameter.grad is None for parameter in head.predictor.decoder.mask_predictor.parameters())
    assert head.pixel_decoder.mask_projection.weight.grad.abs().sum() > 0


def test_starting_values_are_all_set():
    """Two heads from one seed are equal and finite: no parameter is left as memory happened to be."""
    torch.manual_seed(5)
    first = MaskHead(SMALL, 24).state_dict()
    torch.manual_seed(5)
    second = MaskHead(SMALL, 24).state_dict()
    assert all(torch.equal(first[name], second[name]) and first[name].isfinite().all() for name in first)


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_runs_in_half_precision(half):
    head = MaskHead(SMALL, 24).eval()
    inputs = features()
    exact = head(inputs).embeddings[0]
    with torch.autocast("cpu", dtype=half):
        mixed = head(inputs).embeddings[0]
    pure = head.to(half)([tensor.to(half) for tensor in inputs]).embeddings[0]
    assert pure.dtype == half
    for found in (mixed, pure):
        assert F.cosine_similarity(exact, found.float(), dim=-1).min() > 0.98
