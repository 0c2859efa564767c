# SPDX-License-Identifier: Apache-2.0
"""The assembled network: every part must matter, and nothing may depend on what it should not."""

import copy

import pytest
import torch
from small_model import small_config, small_view

from xmask3d_ros.model.binary_head import BinaryHead
from xmask3d_ros.model.captioner import Condition, ImplicitCaptioner
from xmask3d_ros.model.config import PRESETS, xmask3d
from xmask3d_ros.model.feature_projection import FeatureProjection
from xmask3d_ros.model.fusion import Fusion
from xmask3d_ros.model.mask_head import MaskHead
from xmask3d_ros.model.point_branch import PointBranch
from xmask3d_ros.model.view import color_features
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_ros.sparse import batched, voxelise
from xmask3d_ros.vocabulary import make_vocabulary

VOCABULARY = make_vocabulary(["chair", "sofa", "wall", "lamp", "toilet", "floor"])


def scores(model, view=None):
    classes = model.text_encoder().classes(VOCABULARY)
    return model.scorer().score(model.observe(view or small_view()), classes).log_scores


@pytest.fixture
def own_model(model):
    """A network that a test may break."""
    return copy.deepcopy(model)


@pytest.fixture(scope="module")
def untouched(model):
    return scores(model)


def test_the_same_view_gives_the_same_scores(model, untouched):
    assert torch.equal(scores(model), untouched)


def test_without_the_captioner_scores_change(own_model, untouched):
    own_model.captioner.forward = lambda feature, unconditional: Condition(
        unconditional.expand(len(feature), -1, -1), feature.new_zeros(len(feature), 64)
    )
    assert not torch.allclose(scores(own_model), untouched, atol=1e-4)


@pytest.mark.parametrize("tap", range(7))
def test_without_one_diffusion_tap_scores_change(own_model, untouched, tap):
    forward = own_model.diffusion.forward

    def ablated(latent, condition):
        taps = forward(latent, condition)
        taps[tap] = torch.zeros_like(taps[tap])
        return taps

    own_model.diffusion.forward = ablated
    assert not torch.allclose(scores(own_model), untouched, atol=1e-4)


def test_without_maskclip_scores_change(own_model, untouched):
    forward = own_model.mask_clip.forward
    own_model.mask_clip.forward = lambda image, logits: forward(torch.zeros_like(image), logits)
    assert not torch.allclose(scores(own_model), untouched, atol=1e-4)


@torch.no_grad()
def test_without_the_fuser_scores_change(own_model, untouched):
    own_model.fusion.linear.weight.zero_()
    assert not torch.allclose(scores(own_model), untouched, atol=1e-4)


@torch.no_grad()
def test_the_binary_head_decides_the_group(own_model, untouched):
    own_model.binary_head.fc.weight.neg_()
    own_model.binary_head.fc.bias.neg_()
    flipped = scores(own_model)
    base = own_model.text_encoder().classes(VOCABULARY).is_base
    clear = own_model.observe(small_view()).binary_logits.abs() > 1e-3
    assert torch.equal(base[flipped.argmax(dim=1)][clear], ~base[untouched.argmax(dim=1)][clear])


def test_point_colours_and_image_both_matter(model, untouched):
    view = small_view()
    view.colors = 255 - view.colors
    assert not torch.allclose(scores(model, view), untouched, atol=1e-4)
    view = small_view()
    view.image = 255 - view.image
    assert not torch.allclose(scores(model, view), untouched, atol=1e-4)


def test_points_may_lie_anywhere(model, untouched):
    """The network sees voxels relative to the view's corner: whole voxels of shift change nothing."""
    view = small_view()
    view.points = view.points + torch.tensor([-40.0, 13.0, 250.0]).double()
    assert torch.allclose(scores(model, view), untouched, atol=1e-3)


def test_a_seed_gives_one_network_and_leaves_the_random_state_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    first = XMask3D.from_config(small_config(), seed=1).state_dict()
    assert torch.equal(torch.rand(1), expected)
    second = XMask3D.from_config(small_config(), seed=1).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_batch_gives_each_view_its_own_answer(model):
    """Two views in one batch against each alone, in evaluation mode."""
    views = [small_view(1), small_view(2, count=900)]
    voxels = [voxelise(view.points, model.config.voxel_size) for view in views]
    features = [color_features(view.colors[part.first_point]) for view, part in zip(views, voxels, strict=True)]
    images = torch.cat([view.square_image(64) for view in views])
    with torch.no_grad():
        both = model(batched([part.coordinates for part in voxels]), torch.cat(features), images)
        alone = [
            model(batched([part.coordinates]), feature, image[None])
            for part, feature, image in zip(voxels, features, images, strict=True)
        ]
    start = 0
    for number, single in enumerate(alone):
        stop = start + len(features[number])
        assert torch.allclose(both.points.embeddings[start:stop], single.points.embeddings, atol=1e-4)
        assert torch.allclose(both.masks.mask_logits[:, number], single.masks.mask_logits[:, 0], atol=1e-3)
        assert torch.allclose(both.clip_embeddings[number], single.clip_embeddings[0], atol=1e-3)
        start = stop


def test_an_empty_view_is_refused(model):
    view = small_view(count=0)
    with pytest.raises(ValueError, match="no points"):
        model.observe(view)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_low_precision_stays_finite_and_close(own_model, untouched, precision):
    own_model.precision = precision
    rough = scores(own_model)
    assert bool(torch.isfinite(rough).all())
    agreement = (rough.argmax(dim=1) == untouched.argmax(dim=1)).float().mean()
    assert agreement > 0.8


def test_presets_are_the_paper_s_and_one_of_at_most_half_the_width():
    assert set(PRESETS) == {"tiny", "xmask3d"}
    widths = zip(PRESETS["tiny"]().point_network.planes, xmask3d().point_network.planes, strict=True)
    assert all(2 * small <= large for small, large in widths)


def test_trainable_parameters_of_the_paper_s_size():
    """82.95 M (METHODS 9); counted without allocating the network."""
    with torch.device("meta"):
        config = xmask3d()
        channels = config.clip.embedding_channels
        parts = [
            PointBranch(config.point_network, channels),
            BinaryHead(config.binary_network),
            ImplicitCaptioner(config.captioner, channels),
            FeatureProjection(
                (512, 512, 2560, 1920, 960, 640, 512, 512), (4, 8, 32, 32, 16, 8, 8, 4), config.mask_head, 512
            ),
            MaskHead(config.mask_head, channels),
            Fusion(channels),
        ]
    count = sum(parameter.numel() for part in parts for parameter in part.parameters()) + channels
    assert round(count / 1e6, 2) == 82.95
