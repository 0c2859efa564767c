# SPDX-License-Identifier: Apache-2.0
"""The implicit captioner, against the official code's outputs."""

import torch

from xmask3d_ros.model.captioner import ImplicitCaptioner
from xmask3d_ros.model.config import CaptionerConfig

SMALL = CaptionerConfig(tokens=5, token_channels=8, time_channels=12)


def test_equals_the_official_captioner(golden, golden_part):
    captioner = ImplicitCaptioner(CaptionerConfig(), 768)
    captioner.load_state_dict(golden_part("captioner"))
    expected = golden("c_captioner")
    with torch.no_grad():
        condition = captioner(expected["f3d"], expected["uncond"][None])
    torch.testing.assert_close(condition.tokens[:, ::7], expected["cond_inputs_t7"], atol=1e-4, rtol=0)
    torch.testing.assert_close(condition.tokens.mean((1, 2)), expected["cond_inputs_mean"], atol=1e-4, rtol=0)
    torch.testing.assert_close(condition.time, expected["cond_emb"][:, 0], atol=1e-4, rtol=0)


def test_paper_size_has_the_official_number_of_parameters():
    captioner = ImplicitCaptioner(CaptionerConfig(), 768)
    assert sum(parameter.numel() for parameter in captioner.parameters()) == 1_695_744


def test_closed_gates_leave_the_empty_prompt_and_the_time_untouched():
    unconditional = torch.randn(1, 5, 8)
    condition = ImplicitCaptioner(SMALL, 6)(torch.randn(2, 6), unconditional)
    assert torch.equal(condition.tokens, unconditional.expand(2, -1, -1))
    assert torch.equal(condition.time, torch.zeros(2, 12))


def test_closed_gates_still_learn():
    captioner = ImplicitCaptioner(SMALL, 6)
    condition = captioner(torch.randn(2, 6), torch.randn(1, 5, 8))
    (condition.tokens.sum() + condition.time.sum()).backward()
    assert captioner.alpha_cond.grad.abs().min() > 0
    assert captioner.alpha_cond_time_embed.grad.abs().min() > 0


def test_opened_gates_tell_views_apart():
    captioner = ImplicitCaptioner(SMALL, 6)
    torch.nn.init.ones_(captioner.alpha_cond)
    torch.nn.init.ones_(captioner.alpha_cond_time_embed)
    condition = captioner(torch.randn(2, 6), torch.randn(1, 5, 8))
    assert not torch.allclose(condition.tokens[0], condition.tokens[1])
    assert not torch.allclose(condition.time[0], condition.time[1])
