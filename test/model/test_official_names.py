# SPDX-License-Identifier: Apache-2.0
"""Names of the official checkpoint and ours, in both directions."""

import pytest
import torch

from xmask3d_ros.model.captioner import ImplicitCaptioner
from xmask3d_ros.model.config import xmask3d
from xmask3d_ros.model.feature_projection import FeatureProjection
from xmask3d_ros.model.mask_head import MaskHead
from xmask3d_ros.model.official_names import official_to_ours, ours_to_official, to_official, to_ours

JOINED = "sem_seg_head.predictor.transformer_self_attention_layers.3.self_attn.in_proj_bias"


def test_queries_keys_and_values_are_split_in_this_order():
    ours = to_ours({JOINED: torch.arange(6)})
    assert {name: value.tolist() for name, value in ours.items()} == {
        "mask_head.predictor.decoder.layers.3.self_attn.q_proj.bias": [0, 1],
        "mask_head.predictor.decoder.layers.3.self_attn.k_proj.bias": [2, 3],
        "mask_head.predictor.decoder.layers.3.self_attn.v_proj.bias": [4, 5],
    }
    assert torch.equal(to_official(ours)[JOINED], torch.arange(6))


@pytest.mark.parametrize("name", ["module.pc_decoder.decoder.weight", "sem_seg_head.predictor.class_embed.weight", ""])
def test_unknown_names_are_refused(name):
    with pytest.raises(KeyError):
        official_to_ours(name)
    with pytest.raises(KeyError):
        ours_to_official(name)


def test_a_lost_key_matrix_is_noticed():
    ours = to_ours({JOINED: torch.arange(6)})
    del ours["mask_head.predictor.decoder.layers.3.self_attn.k_proj.bias"]
    with pytest.raises(KeyError, match="k_proj"):
        to_official(ours)


def test_all_names_of_a_checkpoint_go_there_and_back(golden_weights):
    official = {name for name, _ in golden_weights.official_entries()}
    ours = [name for name in official for name in official_to_ours(name)]
    assert len(official) == 1073
    assert len(set(ours)) == len(ours) == 1073 + 2 * 2 * 9
    assert {ours_to_official(name) for name in ours} == official


def test_names_and_shapes_are_those_of_the_modules(golden_weights):
    """Exactly: nothing missing, nothing left over, for every part of ours that the checkpoint fills."""
    config = xmask3d()
    taps = (512, 512, 2560, 1920, 960, 640, 512, 512), (4, 8, 32, 32, 16, 8, 8, 4)
    with torch.device("meta"):
        parts = {
            "captioner": ImplicitCaptioner(config.captioner, 768),
            "feature_projection": FeatureProjection(*taps, config.mask_head, config.diffusion.image_size),
            "mask_head": MaskHead(config.mask_head, 768),
        }
    expected = to_ours({name: torch.empty(shape, device="meta") for name, shape in golden_weights.official_entries()})
    for attribute, module in parts.items():
        found = {f"{attribute}.{name}": tensor.shape for name, tensor in module.state_dict().items()}
        assert found == {name: tensor.shape for name, tensor in expected.items() if name.startswith(f"{attribute}.")}
