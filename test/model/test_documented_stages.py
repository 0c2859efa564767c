# SPDX-License-Identifier: Apache-2.0
"""The entry points that docs/checkpoints.md names, run as they are written there."""

import copy
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as functional
from small_model import small_view

from xmask3d_ros.model.view import color_features
from xmask3d_ros.sparse import batched, voxelise

DOCUMENT = Path(__file__).parents[2] / "docs" / "checkpoints.md"
BLOCKS = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


def block_with(words: str) -> str:
    (block,) = [block for block in BLOCKS if words in block]
    return block


@pytest.fixture(scope="module")
def inputs(model):
    """A view as the tensors that the document speaks of."""
    view = small_view()
    voxels = voxelise(view.points, model.config.voxel_size)
    return {
        "coordinates": batched([voxels.coordinates]),
        "features": color_features(view.colors[voxels.first_point]),
        "images": view.square_image(64),
        "voxel_of_point": voxels.voxel_of_point,
        "rows": view.rows,
        "columns": view.columns,
        "grid": view.grid_size,
        "points": view.points,
    }


@torch.no_grad()
def test_stages_one_by_one_are_the_whole(model, inputs):
    coordinates, features, images = (inputs[name] for name in ("coordinates", "features", "images"))
    whole = model(coordinates, features, images)
    points = model.point_branch(coordinates, features)
    condition = model.captioner(points.global_feature, model.diffusion.unconditional)
    latent = model.diffusion.encode(images)
    maps = model.feature_projection(model.diffusion(latent, condition))
    assert all(torch.equal(a, b) for a, b in zip(maps, model.feature_maps(images, condition), strict=True))
    masks = model.mask_head(maps)
    assert torch.equal(points.embeddings, whole.points.embeddings)
    assert torch.equal(model.binary_head(coordinates, features), whole.binary_logits)
    assert torch.equal(masks.mask_logits, whole.masks.mask_logits)
    assert torch.equal(masks.embeddings, whole.masks.embeddings)
    assert torch.equal(model.mask_clip(images, masks.mask_logits[-1]), whole.clip_embeddings)
    arguments = inputs["voxel_of_point"], inputs["rows"], inputs["columns"], inputs["grid"]
    stepwise, at_once = model.evidence(whole, *arguments), model.observe(small_view())
    for name in ("hidden", "binary_logits", "query_usable", "query_base_probability"):
        assert torch.allclose(getattr(stepwise, name).float(), getattr(at_once, name).float(), atol=1e-5)


@torch.no_grad()
def test_scoring_from_tensors_of_ones_own_and_votes(model, inputs):
    whole = model(inputs["coordinates"], inputs["features"], inputs["images"])
    names = ["chair", "sofa", "wall", "lamp", "toilet", "floor"]
    space = {
        "torch": torch,
        "network": model,
        "f3d": whole.points.embeddings[inputs["voxel_of_point"]],
        "rows": inputs["rows"],
        "columns": inputs["columns"],
        "binary_logits": whole.binary_logits[inputs["voxel_of_point"]],
        "mask_logits": whole.masks.mask_logits[-1, 0],
        "mask_embeddings": whole.masks.embeddings[-1, 0],
        "clip_embeddings": whole.clip_embeddings[0],
        "text_embed": model.clip.encode_text(names),
        "K": len(names),
        "is_base": torch.tensor([True, True, True, False, True, True]),
    }
    exec(block_with("ViewEvidence.observe("), space)
    scores, evidence, scorer = space["scores"], space["evidence"], space["scorer"]
    assert len(space["labels"]) == len(inputs["rows"])
    assert scores.log_scores.shape == (len(inputs["rows"]), len(names))

    fused = scorer.weights.embeddings(
        evidence.hidden, scores.query, scorer.weights.mask_offsets(evidence.mask_embeddings)
    )
    f2d = evidence.mask_embeddings[scores.query.clamp(min=0)]
    assert torch.allclose(fused, model.fusion(space["f3d"], f2d, scores.query >= 0), atol=1e-5)
    log_probability = (
        model.logit_scale() * functional.normalize(fused, dim=1) @ space["classes"].embeddings.T
    ).log_softmax(1)
    bare = (scores.query == -1)[:, None] & (scores.log_scores > -1e9)
    assert torch.allclose(scores.log_scores[bare], log_probability[bare], atol=1e-4)

    branches = pytest.importorskip("xmask3d_training.protocol.branches")
    by_branch = branches.branch_labels(scorer, evidence, space["classes"], inputs["points"])
    assert torch.equal(by_branch["fused"], space["labels"])
    assert by_branch.keys() == {"fused", "2d", "3d"}
    points_in_scene = len(inputs["rows"]) + 5
    space |= {
        "points_in_scene": points_in_scene,
        "point_of_scene": torch.arange(len(inputs["rows"])).numpy(),
        "labels": space["labels"].numpy(),
        "coordinates": torch.cat([inputs["points"], inputs["points"][:5] + 1e-4]).numpy(),
    }
    exec(block_with("SceneVotes("), space)
    assert (space["scene_labels"][:-5] == space["labels"]).all()
    assert (space["scene_labels"][-5:] == space["labels"][:5]).all()


def test_gradients_reach_every_trained_part(model, inputs):
    """Through the frozen UNet into captioner and 3D branch, by official name."""
    network = copy.deepcopy(model)
    lines = block_with("loss.backward()").replace(
        "loss.backward()",
        "loss = output.masks.mask_logits.square().mean() + output.masks.embeddings.square().mean() "
        "+ output.points.embeddings.square().mean() + output.binary_logits.square().mean()\n"
        "loss.backward()",
    )
    space = {"network": network, **{name: inputs[name] for name in ("coordinates", "features", "images")}}
    exec(lines, space)
    reached = {name for name, gradient in space["gradients"].items() if bool(gradient.any())}
    for part in (
        "pc_decoder.encoder.conv0p1s1.kernel", "pc_decoder.point2text_adapter.weight", "pc_decoder.decoder.weight",
        "pc_binary_head.fc.weight", "backbone.feature_extractor.alpha_cond",
        "backbone.feature_extractor.clip_project.linear.weight",
        "backbone.feature_extractor.time_embed_project.linear.weight", "backbone.feature_projections.2.0.conv1.weight",
        "sem_seg_head.pixel_decoder.mask_features.weight", "sem_seg_head.predictor.query_feat.weight",
    ):  # fmt: skip
        assert part in reached
    assert not any(parameter.grad is not None for parameter in network.diffusion.parameters())
