# SPDX-License-Identifier: Apache-2.0
"""Nothing of novel classes' labels reaches training where it must not, from the files on disk to the gradients.

Captions are no labels: as in the paper they name what is in view, novel or not, and take part in every setting.
"""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_training import cli
from xmask3d_training.data.batch import Collate
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import TrainingViews
from xmask3d_training.engine.module import XMask3DModule
from xmask3d_training.engine.network import trained_parameters
from xmask3d_training.losses.config import LossConfig
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.reproduction.experiments import read_plan

B15N4 = benchmark("scannet_b15n4")
CONFIGS = Path(cli.__file__).resolve().parents[1] / "configs" / "reproduction"
LIES = {
    "one novel class": lambda rng, shape: np.full(shape, 12),
    "no class": lambda rng, shape: np.full(shape, 255),
    "any novel class or none": lambda rng, shape: rng.choice([*B15N4.novel, 19, 255], shape),
}
"""What labels of novel classes are replaced by: labels of points as stored."""


def told_otherwise(root: Path, out: Path, lie) -> Path:
    """A copy of a data root in which all labels of novel classes, of points and pixels, are others."""
    shutil.copytree(root, out)
    layout, rng = Layout(out, "scannet"), np.random.default_rng(0)
    ids = np.asarray([*B15N4.labels.raw_ids, *[0] * 256])  # pixels hold NYU40 ids, 0 for none
    for scene in layout.scenes("train"):
        path = layout.points("train", scene)
        coordinates, colors, labels = torch.load(path, weights_only=False)
        novel = np.isin(labels, B15N4.novel)
        assert novel.any()
        torch.save((coordinates, colors, np.where(novel, lie(rng, labels.shape), labels)), path)
        for image in sorted((layout.views(scene) / "label").glob("*.png")):
            pixels = cv2.imread(str(image), cv2.IMREAD_UNCHANGED)
            novel = np.isin(pixels, ids[list(B15N4.novel)])
            assert novel.any()
            cv2.imwrite(str(image), np.where(novel, ids[lie(rng, pixels.shape)], pixels).astype(pixels.dtype))
    return out


def learned(root: Path, frozen: Path, experiment: str) -> dict[str, torch.Tensor]:
    """All losses and gradients of a step of an experiment as it is declared, with the mask loss on."""
    plan = read_plan(CONFIGS)
    (run,) = plan.chosen([f"{experiment}_seed0"])
    losses = {
        name: plan.setting(f"model.losses.{name}", run)
        for name in ("mask_3d", "binary", "binary_positive_weight", "mask_3d_novel", "binary_novel", "class_balance")
    }
    usable = plan.setting("data.usable_points", run) or "annotated"
    module = XMask3DModule(
        B15N4.name, str(frozen), losses=LossConfig(mask_3d_start=0, sampled_points=128, **losses), seed=0
    )
    module.on_fit_start()
    size = module.network.config
    config = DataConfig(root, B15N4.name, voxel_size=size.voxel_size, image_size=size.diffusion.image_size,
                        usable_points=usable, repeats=2)  # fmt: skip
    views = TrainingViews(config)
    torch.manual_seed(0)
    terms = module.terms(Collate(0, 100)([views[key] for key in range(len(views))]))
    sum(terms.values()).backward()
    gradients = {name: value.grad for name, value in trained_parameters(module.network)}
    return {**{name: value.detach() for name, value in terms.items()}, **gradients}


@pytest.fixture(scope="module")
def blocks(tmp_path_factory) -> Path:
    """Walls of mostly novel blocks, so that masks of an untrained network are novel-dominant too."""
    import room_fixture

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room_fixture, "CLASSES", (0, 9, 12, 5, 9, 16))
        return room_fixture.write_root(tmp_path_factory.mktemp("novel") / "data", frames=2, step=0.05)


@pytest.fixture(scope="module")
def true(blocks, frozen):
    """What is learned of the true labels, by experiment."""
    found = {name: learned(blocks, frozen, name) for name in ("b15n4", "b15n4_free")}
    assert all(values["loss_3d_contra"] > 0 for values in found.values()), "the mask loss takes part"
    return found


@pytest.mark.parametrize("lie", LIES)
def test_without_knowledge_of_novel_places_nothing_depends_on_novel_labels(true, blocks, frozen, tmp_path, lie):
    root = told_otherwise(blocks, tmp_path / "data", LIES[lie])
    for name, value in learned(root, frozen, "b15n4_free").items():
        assert torch.equal(value, true["b15n4_free"][name]), name


def test_the_published_setting_knows_where_novel_points_are_but_not_of_which_class(true, blocks, frozen, tmp_path):
    other = learned(told_otherwise(blocks, tmp_path / "a", LIES["one novel class"]), frozen, "b15n4")
    assert all(torch.equal(value, true["b15n4"][name]) for name, value in other.items())
    hidden = learned(told_otherwise(blocks, tmp_path / "b", LIES["no class"]), frozen, "b15n4")
    changed = {name for name, value in hidden.items() if not torch.equal(value, true["b15n4"][name])}
    assert {"loss_binary", "loss_3d_contra"} <= changed
    assert not {name for name in changed if name.startswith(("loss_ce", "loss_mask", "loss_dice", "loss_3d_pure"))}
