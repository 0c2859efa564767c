# SPDX-License-Identifier: Apache-2.0
"""All 37 terms, the matching, the selection and the gradients against the reference's own values (i_losses)."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from xmask3d_ros.model.assignment import assign_masks, mask_logits_on_grid
from xmask3d_ros.model.fusion import Fusion
from xmask3d_training.losses import mask_loss, mask_set
from xmask3d_training.losses.config import LOSSES
from xmask3d_training.losses.cosine import class_logits
from xmask3d_training.losses.criterion import Criterion, Predictions, Targets
from xmask3d_training.losses.lifting import lift_masks
from xmask3d_training.losses.mask_targets import MaskTargets
from xmask3d_training.losses.point_embeddings import PointEmbeddings

GRID = (240, 320)
CONFIG = LOSSES["scannet_b12n7"]


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array))


@pytest.fixture(scope="module")
def step(golden_losses, golden_weights):
    """The recorded batch through our losses, with gradients."""
    golden = golden_losses
    text = tensor(golden["text_embed"])
    leaf = SimpleNamespace(
        masks=tensor(golden["pred_masks_q256"]).float() / 256,
        mask_embeddings=tensor(golden["G"]),
        binary=tensor(golden["binary_logit_voxel"]),
        null=tensor(golden["null_embed"]),
        scale=torch.tensor(float(golden["logit_scale_param"])),
        voxels=torch.cat(
            [
                text[((cells[:, 0] // 25 + cells[:, 1] // 30) % 12).long()]
                + golden_weights.unit_rows(f"i.F3d.{view}", len(cells), 768)
                for view, cells in enumerate(tensor(golden[f"v{view}_voxel_coords"]) for view in (0, 1))
            ]
        ),
    )
    for value in vars(leaf).values():
        value.requires_grad_(True)
    fusion = Fusion(768)
    with torch.no_grad():
        for name, parameter in fusion.linear.named_parameters():
            full = f"criterion.fuser.linear.{name}"
            parameter.copy_(golden_weights.tensor("xmask3d", full, tuple(parameter.shape)))

    layers = [leaf.masks * ((k + 1) / 10) for k in range(9)] + [leaf.masks]
    embeddings = [leaf.mask_embeddings.roll(k + 1, dims=1) for k in range(9)] + [leaf.mask_embeddings]
    scale = leaf.scale.exp().clamp(max=100)
    first_voxel = [0, len(golden["v0_voxel_coords"])]

    def joined(name):
        return torch.cat([tensor(golden[f"v{view}_{name}"]).long() for view in (0, 1)])

    voxel_of_point = torch.cat([tensor(golden[f"v{view}_inverse"]).long() + first_voxel[view] for view in (0, 1)])
    points = [len(golden[f"v{view}_row"]) for view in (0, 1)]
    targets = Targets(
        label_images=tensor(golden["label_2d_16"]).long().repeat_interleave(32, 1).repeat_interleave(32, 2),
        labels=joined("label_3d"),
        binary_labels=joined("binary_label"),
        captions=tensor(golden["caption_embed"]),
        view_of_point=torch.arange(2).repeat_interleave(torch.tensor(points)),
        rows=joined("row"),
        columns=joined("col"),
        grid_size=GRID,
    )
    lifted = []
    for view in (0, 1):
        logits = class_logits(leaf.mask_embeddings[view], text, leaf.null, scale)
        mask = assign_masks(leaf.masks[view].detach(), logits.detach(), GRID)
        mine = targets.view_of_point == view
        lifted.append(lift_masks(mask, leaf.mask_embeddings[view], targets.rows[mine], targets.columns[mine]))
    embeddings_2d, covered = (torch.cat(parts) for parts in zip(*lifted, strict=True))
    embeddings_3d = leaf.voxels[voxel_of_point]
    predictions = Predictions(
        mask_logits=torch.stack(layers),
        mask_embeddings=torch.stack(embeddings),
        clip_embeddings=tensor(golden["G_clip"]),
        embeddings_3d=PointEmbeddings(leaf.voxels, voxel_of_point),
        embeddings_2d=PointEmbeddings.separate(embeddings_2d),
        covered=covered,
        fused=PointEmbeddings.separate(fusion(embeddings_3d, embeddings_2d, covered)),
        binary_logits=leaf.binary[voxel_of_point],
        text=text,
        null=leaf.null,
        scale=scale,
    )
    matchings = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "rand", golden_weights.pinned_rand)
        match = mask_set.match
        patch.setattr(mask_set, "match", lambda *given: matchings.extend(match(*given)) or matchings)
        terms = Criterion(CONFIG)(predictions, targets, epoch=50)
    sum(terms.values()).backward()
    return SimpleNamespace(
        terms=terms, leaf=leaf, fusion=fusion, targets=targets, predictions=predictions, matchings=matchings
    )


def test_all_terms(step, golden_losses):
    expected = dict(zip(golden_losses["loss_names"].tolist(), golden_losses["loss_weighted"], strict=True))
    assert set(step.terms) == set(expected) and len(expected) == 37
    for name, value in step.terms.items():
        assert value.item() == pytest.approx(expected[name], rel=1e-4), name
    assert sum(step.terms.values()).item() == pytest.approx(float(golden_losses["total"]), rel=1e-4)


def test_matching(step, golden_losses):
    for layer, pairs in enumerate(step.matchings):
        for image in (0, 1):
            mine = pairs.image == image
            found = torch.stack([pairs.query[mine], pairs.target[mine]]).numpy()
            expected = golden_losses["matching"][layer, image]
            np.testing.assert_array_equal(found, expected[:, expected[0] >= 0])


def test_selection_of_the_mask_loss(step, golden_losses):
    for view in (0, 1):
        mine = step.targets.view_of_point == view
        probability = mask_logits_on_grid(step.leaf.masks[view].detach(), GRID).sigmoid()
        covers = probability[:, step.targets.rows[mine], step.targets.columns[mine]] >= 0.5
        confidence = mask_loss.mean_confidence(probability)
        chosen, _ = mask_loss.select_masks(covers, confidence.__getitem__, step.targets.binary_labels[mine])
        np.testing.assert_array_equal(chosen.numpy(), golden_losses["mask_loss_selected"][view])


def test_gradients(step, golden_losses):
    leaf, golden = step.leaf, golden_losses
    norms = {
        "grad_pred_masks_norm": leaf.masks.grad,
        "grad_G_norm": leaf.mask_embeddings.grad,
        "grad_F3d_norm": leaf.voxels.grad,
        "grad_binary_norm": leaf.binary.grad,
        "grad_null_norm": leaf.null.grad,
        "grad_fuser_w_norm": step.fusion.linear.weight.grad,
    }
    for name, gradient in norms.items():
        assert gradient.norm().item() == pytest.approx(float(golden[name]), rel=1e-4), name
    samples = {
        "grad_G": leaf.mask_embeddings.grad[:, ::5, ::12],
        "grad_F3d_rows": leaf.voxels.grad[::50, ::48],
        "grad_binary": leaf.binary.grad[::20],
        "grad_null": leaf.null.grad.flatten(),
        "grad_fuser_b": step.fusion.linear.bias.grad,
    }
    for name, gradient in samples.items():
        scale = np.abs(golden[name]).max()
        np.testing.assert_allclose(gradient.numpy(), golden[name], rtol=1e-3, atol=1e-4 * scale, err_msg=name)
    assert leaf.scale.grad.item() == pytest.approx(float(golden["grad_scale"]), rel=1e-4)


def test_targets_of_the_batch(step):
    masks = MaskTargets.from_labels(step.targets.label_images, 12)
    for image, count in enumerate(masks.counts):
        present = step.targets.label_images[image].unique()
        assert masks.classes[image, :count].tolist() == present.tolist()
