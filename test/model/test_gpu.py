# SPDX-License-Identifier: Apache-2.0
"""The network on a GPU says what it says on the CPU, in every precision and with every switch."""

from dataclasses import replace

import pytest
import torch
from small_model import small_view

from xmask3d_ros.model.checkpoint import load_model, save_model
from xmask3d_ros.vocabulary import make_vocabulary

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
VOCABULARY = make_vocabulary(["chair", "sofa", "wall", "lamp", "toilet", "floor"])


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    save_model(model, folder, include_frozen=True)
    return folder


def scores(model):
    classes = model.text_encoder().classes(VOCABULARY)
    return model.scorer().score(model.observe(small_view()), classes).log_scores.cpu()


@pytest.mark.parametrize(("precision", "agreement"), [("fp32", 0.98), ("bf16", 0.8), ("fp16", 0.8)])
def test_labels_are_those_of_the_cpu(model, folder, precision, agreement):
    found = scores(load_model(folder, "cuda", precision))
    assert bool(torch.isfinite(found).all())
    assert (found.argmax(dim=1) == scores(model).argmax(dim=1)).float().mean() > agreement


@pytest.mark.parametrize("switches", [{"voxelisation": "reference"}, {"windows": "slide"}])
def test_switches_work_there_as_here(folder, switches):
    def switched(device):
        loaded = load_model(folder, device)
        diffusion = replace(loaded.config.diffusion, windows=switches.get("windows", "squash"))
        voxelisation = switches.get("voxelisation", "deterministic")
        loaded.config = replace(loaded.config, diffusion=diffusion, voxelisation=voxelisation)
        return scores(loaded)

    assert (switched("cuda").argmax(dim=1) == switched("cpu").argmax(dim=1)).float().mean() > 0.95
