# SPDX-License-Identifier: Apache-2.0
"""MaskCLIP in two streams: against the official code, against one masked sequence, and by its properties."""

from dataclasses import replace

import open_clip
import pytest
import torch

from xmask3d_ros.model.clip import build_clip
from xmask3d_ros.model.config import ClipConfig, tiny
from xmask3d_ros.model.mask_clip import MaskClip
from xmask3d_ros.model.xmask3d import XMask3D


@pytest.fixture(scope="module")
def large() -> open_clip.CLIP:
    """ViT-L/14 with its own shapes and random weights; the text tower is cut short, it is not used here."""
    torch.manual_seed(0)
    model = build_clip(ClipConfig(architecture="", text_layers=1, vocabulary_size=8))
    return model.eval().requires_grad_(False)


@pytest.fixture
def small() -> MaskClip:
    torch.manual_seed(0)
    return MaskClip(build_clip(tiny().clip).eval().visual)


def one_stream(model: MaskClip, image: torch.Tensor, mask_logits: torch.Tensor, blocked: object = float("-inf")):
    """The same computation as one sequence [mask tokens, class token, patches] through open_clip's own layers.

    ``blocked`` is what the additive attention mask holds where nothing may be seen; ``True`` gives a boolean mask.
    Returns the mask embeddings and the final class token and patches.
    """
    visual = model.visual
    tokens = visual._embeds(model.prepare(image))
    visible = model.visible_tokens(mask_logits)
    (batch, queries, keys), heads = visible.shape, visual.transformer.resblocks[0].attn.num_heads
    hidden = torch.ones(batch, queries + keys, queries + keys, dtype=torch.bool)
    hidden[:, :queries, queries:] = ~visible
    hidden[:, queries:, queries:] = False
    mask = hidden if blocked is True else torch.zeros(hidden.shape).masked_fill(hidden, blocked)
    mask = mask.repeat_interleave(heads, dim=0)
    sequence = torch.cat((tokens[:, :1].expand(-1, queries, -1), tokens), dim=1)
    for block in visual.transformer.resblocks:
        sequence = block(sequence, attn_mask=mask)
    return visual.ln_post(sequence[:, :queries]) @ visual.proj, sequence[:, queries:]


def blob_masks(queries: int, batch: int = 1) -> torch.Tensor:
    """Logits (batch, queries, 56, 56): the first covers nothing, the second everything, the others smooth areas."""
    generator = torch.Generator().manual_seed(1)
    coarse = torch.randn(batch, queries, 4, 4, generator=generator) * 3 - 1
    masks = torch.nn.functional.interpolate(coarse, size=(56, 56), mode="bilinear")
    masks[:, 0], masks[:, 1] = -9.0, 9.0
    return masks


def test_equals_the_official_maskclip(golden, official_run):
    expected, found = golden("f_maskclip"), official_run.mask_clip
    torch.testing.assert_close(found, expected["mask_embed_clip"], atol=2e-4, rtol=0)
    torch.testing.assert_close(found[1], expected["cls_embed"], atol=2e-4, rtol=0)
    assert torch.equal(official_run.visible_patches.sum(-1) - 1, expected["patch_count"])


def test_equals_one_masked_sequence_at_full_size(large):
    model = MaskClip(large.visual)
    image, masks = torch.rand(1, 3, 512, 512), blob_masks(50)
    torch.testing.assert_close(model(image, masks), one_stream(model, image, masks)[0], atol=1e-5, rtol=1e-5)


def test_mask_tokens_do_not_change_the_image(small):
    image = torch.rand(1, 3, 64, 64)
    with_one, with_many = one_stream(small, image, blob_masks(2))[1], one_stream(small, image, blob_masks(9))[1]
    torch.testing.assert_close(with_one, with_many, atol=1e-5, rtol=1e-5)


def test_a_mask_of_everything_is_clips_own_embedding(small):
    image = torch.rand(2, 3, 64, 64)
    everything = small(image, blob_masks(2, batch=2))[:, 1]
    torch.testing.assert_close(everything, small.visual(small.prepare(image)), atol=1e-5, rtol=1e-5)


def test_a_mask_of_nothing_sees_the_class_token_alone(small):
    image, masks = torch.rand(1, 3, 64, 64), blob_masks(3)
    visual = small.visual
    tokens = visual._embeds(small.prepare(image))
    lonely = tokens[:, :1]
    for block in visual.transformer.resblocks:
        attention = block.attn
        value = block.ln_1(tokens)[:, :1] @ attention.in_proj_weight[-attention.embed_dim :].T
        lonely = lonely + attention.out_proj(value + attention.in_proj_bias[-attention.embed_dim :])
        lonely = lonely + block.mlp(block.ln_2(lonely))
        tokens = block(tokens)
    expected = visual.ln_post(lonely) @ visual.proj
    torch.testing.assert_close(small(image, masks)[:, :1], expected, atol=1e-5, rtol=1e-5)


def test_masks_do_not_see_one_another(small):
    image, masks = torch.rand(1, 3, 64, 64), blob_masks(9)
    torch.testing.assert_close(small(image, masks)[:, 2:4], small(image, masks[:, 2:4]), atol=1e-5, rtol=1e-5)


def test_a_patch_counts_from_probability_one_half(small):
    masks = torch.full((1, 1, 224, 224), -0.1)
    masks[..., 20, 40] = 0.0
    seen = small.visible_tokens(masks)[0, 0]
    assert seen.sum() == 2
    assert seen[0]
    assert seen[1 + 1 * 14 + 2]


def test_hidden_patches_leak_through_a_boolean_mask_but_not_through_ours(small):
    """open_clip turns a boolean mask into numbers: True is then a bias of +1 instead of a block (METHODS 4.2)."""
    image, masks = torch.rand(1, 3, 64, 64), blob_masks(4)
    exact = one_stream(small, image, masks)[0]
    boolean = one_stream(small, image, masks, blocked=True)[0]
    ours = small(image, masks)
    assert (ours - exact).abs().max() < 1e-4
    assert (boolean - exact).abs().max() > 100 * (ours - exact).abs().max()


def test_weights_belong_to_the_towers_alone(small):
    assert not small.state_dict()
    assert not list(small.parameters())


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_runs_in_half_precision(small, half):
    image, masks = torch.rand(1, 3, 64, 64), blob_masks(5)
    exact = small(image, masks)
    with torch.autocast("cpu", dtype=half):
        mixed = small(image, masks)
    small.visual.to(half)
    pure = small(image.to(half), masks.to(half))
    assert pure.dtype == half
    for found in (mixed, pure):
        assert torch.nn.functional.cosine_similarity(exact, found.float(), dim=-1).min() > 0.99


def test_cached_image_tokens_give_the_same_embeddings(small):
    image = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    masks = blob_masks(5, batch=2)
    tokens = small.image_tokens(image)
    assert tokens.shape[:2] == (2, len(small.visual.transformer.resblocks))
    torch.testing.assert_close(small.read(tokens, masks), small(image, masks), rtol=0, atol=1e-5)


def test_the_image_embedding_is_that_of_a_mask_that_covers_everything(small):
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    expected = small.visual(small.prepare(image))
    torch.testing.assert_close(small.image_embedding(image), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(small(image, blob_masks(2))[:, 1], expected, rtol=0, atol=1e-4)


def test_patches_count_by_how_much_of_them_the_mask_covers(small):
    """Masks: a column and a half of patches, then a row more; two specks, the second larger; nothing."""
    size, patch = small.visual.image_size[0], small.visual.patch_size[0]
    masks = torch.full((1, 4, size, size), -5.0)
    masks[0, :2, :, : patch + patch // 2] = 5.0
    masks[0, 1, : patch // 2 + 1] = 5.0
    masks[0, 2, 1:3, 1:3] = masks[0, 2, 2 * patch + 1 : 2 * patch + 4, 1:4] = 5.0

    def seen(coverage: float) -> list[int]:
        visible = MaskClip(small.visual, coverage).visible_tokens(masks)
        assert bool(visible[..., 0].all()), "the class token"
        return visible[0, :, 1:].sum(dim=1).tolist()

    side = size // patch
    assert seen(0.0) == [2 * side, 3 * side - 2, 2, 0]
    assert seen(0.4) == [2 * side, 3 * side - 2, 1, 0]
    assert seen(0.5) == [side, 2 * side - 1, 1, 0]
    assert MaskClip(small.visual, 0.5).visible_tokens(masks)[0, 2, 1 + 2 * side]


def test_the_mask_coverage_is_a_share():
    config = tiny()
    with pytest.raises(ValueError, match="mask_coverage must be at least 0 and below 1"):
        XMask3D.from_config(replace(config, clip=replace(config.clip, mask_coverage=1.0)))
