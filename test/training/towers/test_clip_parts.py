# SPDX-License-Identifier: Apache-2.0
"""Windows read in place are MaskCLIP's masks; cut windows are CLIP's images; the loss counts repeated captions."""

import torch
import torch.nn.functional as functional
from small_model import small_config

from xmask3d_ros.model.clip import ClipTowers
from xmask3d_ros.model.mask_clip import MaskClip
from xmask3d_training.towers.clip_images import embed_images, embed_windows, positions, tokens_of_windows
from xmask3d_training.towers.contrastive import contrastive_loss
from xmask3d_training.towers.meaning import also_true, said

VISUAL = ClipTowers(small_config().clip).visual
IMAGES = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_a_window_is_a_rectangular_mask():
    boxes = torch.tensor([[[[0.25, 0.75, 0.0, 0.5]], [[0.0, 1.0, 0.0, 1.0]]]]).expand(2, -1, -1, -1)
    masks = torch.full((2, 2, 32, 32), -10.0)
    masks[:, 0, :16, 8:24] = 10
    masks[:, 1] = 10
    expected = MaskClip(VISUAL)(IMAGES / 255, masks)
    torch.testing.assert_close(embed_windows(VISUAL, IMAGES, boxes), expected, atol=1e-5, rtol=1e-4)


def test_touched_patches():
    first, second, none = [0.3, 0.5, 0.6, 0.61], [0.75, 1.0, 0.0, 0.25], [0.0, 0.0, 0.0, 0.0]
    found = tokens_of_windows(torch.tensor([[[first, second, none], [none, none, none]]]), grid=4)[0]
    assert found[0].nonzero().flatten().tolist() == [0, 1 + 3, 1 + 2 * 4 + 1]
    assert found[1].nonzero().flatten().tolist() == [0]


def test_patches_that_a_window_covers():
    """Half of a patch and no more; two rectangles together; a window too thin for any patch gets its best one."""
    none, window = [0.0, 0.0, 0.0, 0.0], [0.25, 0.6, 0.0, 0.25]
    halves, thin = ([0.0, 0.15, 0.5, 0.75], [0.15, 0.25, 0.5, 0.75]), [0.3, 0.4, 0.75, 0.8]
    boxes = torch.tensor([[[window, none], [*halves], [thin, none], [none, none]]])
    found = [rows.nonzero().flatten().tolist() for rows in tokens_of_windows(boxes, grid=4, coverage=0.5)[0]]
    assert found == [[0, 1 + 1], [0, 1 + 8], [0, 1 + 13], [0]]
    assert tokens_of_windows(boxes, grid=4)[0, 0].nonzero().flatten().tolist() == [0, 1 + 1, 1 + 2]


def test_the_whole_view_is_its_own_window():
    whole = embed_windows(VISUAL, IMAGES, torch.tensor([[[[0.0, 1.0, 0.0, 1.0]]]]).expand(2, -1, -1, -1))[:, 0]
    torch.testing.assert_close(whole, embed_images(VISUAL, IMAGES), atol=1e-5, rtol=1e-4)


def test_windows_of_some_patches():
    boxes = torch.tensor([[[[0.0, 1.0, 0.0, 1.0]], [[0.0, 0.5, 0.0, 0.5]]]]).expand(2, -1, -1, -1)
    torch.manual_seed(0)
    some, others = (embed_windows(VISUAL, IMAGES, boxes, kept=0.5) for _ in range(2))
    assert not torch.allclose(some, others)
    # All of them in another order are all of them.
    torch.testing.assert_close(embed_windows(VISUAL, IMAGES, boxes, 0.99), embed_windows(VISUAL, IMAGES, boxes))


def test_smaller_images_get_resampled_positions():
    assert positions(VISUAL, 4) is VISUAL.positional_embedding
    assert positions(VISUAL, 2).shape == (5, VISUAL.positional_embedding.shape[1])
    assert embed_images(VISUAL, IMAGES[:, :, :16, :16]).shape == (2, 24)


def test_the_loss_is_clips_own_for_different_captions():
    images, texts = torch.randn(5, 8), torch.randn(5, 8)
    logits = 7 * functional.normalize(images) @ functional.normalize(texts).T
    target = torch.arange(5)
    expected = (functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)) / 2
    nothing = torch.eye(5, dtype=torch.bool)
    torch.testing.assert_close(contrastive_loss(images, texts, nothing, torch.tensor(7.0)), expected)


def test_captions_are_not_contrasted_with_other_images_they_are_true_of():
    texts = torch.eye(4)[torch.tensor([0, 0, 1])]
    true = also_true(said(["a photo of a red chair", "a chair", "a table"]))
    assert true.tolist() == [[True, True, False], [False, True, False], [False, False, True]]
    scale = torch.tensor(50.0)
    # Image 0 may lie at caption 1; image 1 at caption 0 may not: it need not be red.
    torch.testing.assert_close(contrastive_loss(texts, texts, true, scale), torch.tensor(2.0).log() / 3)
    torch.testing.assert_close(contrastive_loss(texts, texts, true | true.T, scale), torch.tensor(0.0))
    assert contrastive_loss(texts.roll(1, 0), texts, true, scale) > 10


def test_what_captions_say():
    same = said(["two shower curtains", "this is a shower curtain"])
    assert bool((same[0] == same[1]).all())
    # A noun of several words is not one of its words, and what stands between the nouns counts.
    others = also_true(said(["a shower curtain", "a curtain", "a curtain next to a shower curtain"]))
    assert others.tolist() == [[True, False, False], [False, True, False], [True, True, True]]
