# SPDX-License-Identifier: Apache-2.0
"""Perfect features score 100; every oracle runs from the command line and writes what it found."""

import re
import shutil

import cv2
import numpy as np
import pytest
import torch

from xmask3d_ros.evaluation.metrics import absent_classes, score
from xmask3d_ros.model.checkpoint import load_model
from xmask3d_training.cli import main
from xmask3d_training.oracles.classifier import Classifier
from xmask3d_training.oracles.mask_clip import describe, name_masks, true_masks
from xmask3d_training.oracles.probes import at_time, pixel_features, probe
from xmask3d_training.oracles.views import NAMES, labelled_views


@pytest.fixture(scope="module")
def views(rooms):
    return list(labelled_views(rooms, "val", 3))


def one_hot(view, masks):
    """Embeddings that say of each mask's pixels what they are."""
    labels = torch.from_numpy(view.labels)
    return torch.stack([torch.eye(len(NAMES))[int(labels[mask][0])] for mask in masks])


@pytest.mark.parametrize("kind", ["class", "object"])
def test_perfect_embeddings_score_100(views, kind):
    confusion = name_masks(views, one_hot, torch.eye(len(NAMES)), kind)
    assert score(confusion, excluded=absent_classes(confusion)).miou > 0.99  # a mask of a few pixels is no mask
    assert "| 100.0 |" in describe(confusion, kind)


def test_names_that_are_all_wrong_score_0(views):
    wrong = torch.eye(len(NAMES)).roll(1, 0)
    confusion = name_masks(views, one_hot, wrong, "class")
    assert score(confusion).miou == 0 and int(confusion.sum()) > 100_000


def test_masks_are_what_the_labels_say(views):
    masks, classes = true_masks(views[0], "class")
    assert len(classes.unique()) == len(classes)
    for mask, label in zip(masks, classes.tolist(), strict=True):
        assert (torch.from_numpy(views[0].labels)[mask] == label).all()
    objects, object_classes = true_masks(views[0], "object")
    assert len(objects) >= len(masks) and set(object_classes.tolist()) <= set(classes.tolist())


def test_perfect_features_are_probed_at_100_and_noise_is_not():
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, len(NAMES), (2000,), generator=generator)
    features = torch.eye(len(NAMES))[labels]
    noise = torch.randn(2000, 8, generator=generator)
    assert probe(features[:1000], labels[:1000], features[1000:], labels[1000:]) == pytest.approx(1.0, abs=1e-6)
    assert probe(noise[:1000], labels[:1000], noise[1000:], labels[1000:]) < 0.15


def test_a_balanced_classifier_finds_the_rare_class():
    generator = torch.Generator().manual_seed(0)
    labels = (torch.rand(4000, generator=generator) < 0.03).long()
    features = torch.randn(4000, 1, generator=generator) + labels[:, None]
    plain, alike = (Classifier(features, labels, 2, (8,), balanced, 200) for balanced in (False, True))
    assert plain(features)[labels == 1].float().mean() < 0.2 < 0.5 < alike(features)[labels == 1].float().mean()


def test_taps_are_taken_at_the_asked_time(views, untrained):
    network = load_model(untrained)
    features, labels = pixel_features(network, views, [0, 200], pixels=40, seed=0)
    assert len(labels) == 120 and all(len(value) == 120 for value in features.values())
    assert [tap for tap in features if tap[1] is None] == [
        (f"{part} {level}", None) for part in ("encoder", "decoder") for level in (1, 2)
    ]
    assert not torch.equal(features["unet 2", 0], features["unet 2", 200])
    own = {tuple(tap.shape[1:2]) for tap in features.values()}
    assert own == {(width,) for width in network.diffusion.tap_channels}
    assert at_time(network, 0).signal_scale == network.diffusion.signal_scale


def numbers(path):
    return [float(value) for value in re.findall(r"(?<=\| )\d+\.\d(?= )", path.read_text())]


def test_mask_clip_from_the_command_line(rooms, untrained, tmp_path, capsys):
    command = ["oracles", "mask-clip", "--data", str(rooms), "--towers", str(untrained), "--out", str(tmp_path)]
    assert main([*command, "--masks", "object"]) == 0
    written = (tmp_path / "mask_clip_object.md").read_text()
    assert written in capsys.readouterr().out
    assert all(split in written for split in ("B15/N4", "B12/N7", "B10/N9", "and in no mean"))
    assert np.mean(numbers(tmp_path / "mask_clip_object.md")) < 50, "an untrained network knows nothing"
    assert cv2.imread(str(tmp_path / "mask_clip_object.png")).std() > 5


def test_probes_from_the_command_line(rooms, untrained, tmp_path):
    command = ["oracles", "probes", "--data", str(rooms), "--towers", str(untrained), "--out", str(tmp_path)]
    assert main([*command, "--times", "0", "100", "--pixels", "50", "--steps", "60"]) == 0
    written = (tmp_path / "probes.md").read_text()
    assert "| t = 0 | t = 100 |" in written and "| unet 3 |" in written and "150 pixels of training rooms" in written
    assert 1 < max(numbers(tmp_path / "probes.md")) < 80
    assert cv2.imread(str(tmp_path / "probes.png")).std() > 5


def test_baselines_from_the_command_line(rooms, tmp_path):
    command = ["oracles", "baselines", "--data", str(rooms), "--out", str(tmp_path)]
    assert main([*command, "--points", "500", "--steps", "100"]) == 0
    written = (tmp_path / "baselines.md").read_text()
    assert "colour, points weighted as they are" in written and "height, points weighted classes alike" in written
    assert cv2.imread(str(tmp_path / "baselines.png")).std() > 5


def test_masks_of_objects_need_object_numbers(rooms, untrained, tmp_path, capsys):
    shutil.copytree(rooms, tmp_path / "data")
    for folder in (tmp_path / "data" / "scannet_2d").glob("*/instance"):
        shutil.rmtree(folder)
    command = ["oracles", "mask-clip", "--data", str(tmp_path / "data"), "--towers", str(untrained)]
    assert main([*command, "--out", str(tmp_path / "out"), "--masks", "object"]) == 2
    assert "no object numbers" in capsys.readouterr().err


def test_faults_are_named(tmp_path, untrained, capsys):
    assert main(["oracles", "baselines", "--data", str(tmp_path)]) == 2
    assert "no data root" in capsys.readouterr().err
    assert main(["oracles", "mask-clip", "--data", str(tmp_path), "--towers", str(tmp_path)]) == 2
    assert "oracles mask-clip:" in capsys.readouterr().err
