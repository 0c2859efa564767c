# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train test`` from data on disk to counts, against a loop over frames and points."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import torch

from xmask3d_ros.vocabulary import make_vocabulary
from xmask3d_training.cli import main
from xmask3d_training.data.batch import Collate
from xmask3d_training.data.config import DataConfig
from xmask3d_training.data.datasets import EvaluationViews
from xmask3d_training.engine.module import XMask3DModule
from xmask3d_training.engine.network_pass import evidence, run_network
from xmask3d_training.protocol.branches import BRANCHES, branch_labels


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Three validation scenes: one whole, one that lacks a pose, one none of whose frames can be used."""
    from room_fixture import write_root

    root = write_root(tmp_path_factory.mktemp("evaluation") / "data", train=1, val=3, frames=2, step=0.07)
    (root / "scannet_2d" / "scene0002_00" / "pose" / "20.txt").unlink()
    shutil.rmtree(root / "scannet_2d" / "scene0003_00" / "depth")
    return root


def evaluate(settings, root, start, run, **changes):
    arguments = settings(run, data__root=root, model__weights=start, **changes)
    assert main(["test", *arguments]) == 0
    with np.load(run / "evaluation" / "confusions.npz") as stored:
        return dict(stored), json.loads((run / "evaluation" / "results.json").read_text())


def by_hand(root, start, half):
    """Confusions by branch; with ``half`` the network, not what is made of its outputs, computes in bfloat16."""
    module = XMask3DModule(weights=start)
    network = module.network.eval()
    classes = network.text_encoder().classes(make_vocabulary(list(module.benchmark.labels.names)))
    size = network.config
    views = EvaluationViews(DataConfig(root, voxel_size=size.voxel_size, image_size=size.diffusion.image_size))
    confusions = {branch: np.zeros((19, 20), int) for branch in BRANCHES}
    for name in views.scenes:
        scene = views.scene(name)
        votes = {branch: [Counter() for _ in scene.labels] for branch in BRANCHES}
        for key, (other, _) in enumerate(views.frames):
            item = views[key]
            if other != name or item.view is None:
                continue
            batch = Collate()([item])
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
                output = run_network(network, batch, module.frozen, auxiliary=False)
            labels = branch_labels(network.scorer(), evidence(batch, output, 0), classes, batch.points)
            for branch in BRANCHES:
                for point, label in zip(item.view.seen.indices, labels[branch].tolist(), strict=True):
                    votes[branch][point][label] += 1
        for branch in BRANCHES:
            winners = [max(counts, key=lambda label: (counts[label], -label)) if counts else None
                       for counts in votes[branch]]  # fmt: skip
            seen = np.array([winner is not None for winner in winners])
            for point, truth in enumerate(scene.labels):
                if truth >= 19:
                    continue
                label = winners[point]
                if label is None and seen.any():
                    distance = np.linalg.norm(scene.coordinates - scene.coordinates[point], axis=1)
                    label = winners[int(np.where(seen, distance, np.inf).argmin())]
                confusions[branch][truth, 19 if label is None else label] += 1
    return confusions


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_counts_equal_a_loop_over_frames_and_points(settings, root, start, tmp_path, capsys, precision):
    found, about = evaluate(settings, root, start, tmp_path, trainer__precision=precision)
    expected = by_hand(root, start, precision == "bf16-mixed")
    for branch in BRANCHES:
        np.testing.assert_array_equal(found[branch], expected[branch])
    assert (about["scenes"], about["frames"], about["frames_skipped"]) == (3, 3, 3)
    assert about["skipped"] == {"no depth image": 2, "no pose": 1}
    assert found["fused"][:, 19].sum() > 300, "the points of the scene without usable frames are missed"
    assert "scene0003_00 0" in capsys.readouterr().out


def test_two_processes_find_and_name_what_one_does(settings, root, start, tmp_path):
    alone, about = evaluate(settings, root, start, tmp_path / "alone")
    changes = {"model__weights": start, "trainer__devices": 2, "trainer__strategy": "ddp"}
    arguments = settings(tmp_path / "two", data__root=root, **changes)
    command = [sys.executable, "-m", "xmask3d_training.cli", "test", *arguments]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OMP_NUM_THREADS": str(torch.get_num_threads()),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "two" / "evaluation" / "results.json").read_text())
    for name in ("scenes", "frames", "frames_skipped", "skipped"):
        assert found[name] == about[name], name
    assert found["skipped"] == {"no depth image": 2, "no pose": 1}
    assert "1 x no pose: scene0002_00 20" in done.stdout and "2 x no depth image: scene0003_00 0" in done.stdout
    with np.load(tmp_path / "two" / "evaluation" / "confusions.npz") as stored:
        for branch in BRANCHES:
            np.testing.assert_array_equal(stored[branch], alone[branch])


def test_results_do_not_depend_on_the_batch_or_on_the_run(settings, root, start, tmp_path):
    single, _ = evaluate(settings, root, start, tmp_path / "a")
    pairs, _ = evaluate(settings, root, start, tmp_path / "b", data__evaluation_batch_size=2)
    for branch in BRANCHES:
        moved = np.abs(single[branch] - pairs[branch]).sum()
        assert moved <= 0.002 * single[branch].sum(), "rounding may move a point that is undecided"


def test_the_reference_protocol_augments(settings, root, start, tmp_path):
    plain, _ = evaluate(settings, root, start, tmp_path / "a")
    augmented, about = evaluate(settings, root, start, tmp_path / "b", data__protocol="reference")
    assert about["protocol"] == "reference"
    assert not np.array_equal(plain["3d"], augmented["3d"])


def test_a_model_of_other_base_classes_is_refused(settings, root, start, tmp_path, capsys):
    arguments = settings(tmp_path, data__root=root, model__weights=start, model__benchmark="scannet_b15n4")
    assert main(["test", *arguments]) == 2
    assert "was trained on the base classes" in capsys.readouterr().err
