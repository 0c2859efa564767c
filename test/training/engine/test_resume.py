# SPDX-License-Identifier: Apache-2.0
"""A run that is killed and taken up again ends where the uninterrupted one ends, and its model is of use."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from xmask3d_ros.geometry import RgbdFrame
from xmask3d_ros.model.checkpoint import load_model
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig
from xmask3d_ros.vocabulary import make_vocabulary
from xmask3d_training.cli import main
from xmask3d_training.prepare.downloaded import REFERENCE_CAMERA

EVERY_TWO_STEPS = "--checkpoint.every_n_train_steps=2"


def stop(after: int, kill: bool) -> list[str]:
    return [
        "--trainer.callbacks+=stopping.Stop",
        f"--trainer.callbacks.after={after}",
        f"--trainer.callbacks.kill={str(kill).lower()}",
    ]


def last(run: Path) -> dict:
    return torch.load(run / "checkpoints" / "last.ckpt", weights_only=False)


def assert_same_state(found: dict, expected: dict) -> None:
    assert found["global_step"] == expected["global_step"] == 8
    assert found["state_dict"].keys() == expected["state_dict"].keys()
    for name, value in expected["state_dict"].items():
        torch.testing.assert_close(found["state_dict"][name], value, rtol=1e-6, atol=1e-7, msg=name)
    moments, wanted = (state["optimizer_states"][0]["state"] for state in (found, expected))
    for number, values in wanted.items():
        for name, value in values.items():
            torch.testing.assert_close(moments[number][name], value, rtol=1e-5, atol=1e-7)
    assert found["lr_schedulers"] == expected["lr_schedulers"]


@pytest.fixture(scope="module")
def whole(settings, tmp_path_factory) -> Path:
    """Folder of an uninterrupted run."""
    run = tmp_path_factory.mktemp("whole")
    cache = {"model__cache__folder": run / "cache", "model__cache__clip": "true"}
    assert main(["fit", *settings(run, **cache), EVERY_TWO_STEPS]) == 0
    return run


def test_a_run_killed_in_the_middle_of_an_epoch(whole, settings, tmp_path):
    run = tmp_path / "run"
    cache = {"model__cache__folder": tmp_path / "cache", "model__cache__clip": "true"}
    command = ["fit", *settings(run, **cache), EVERY_TWO_STEPS]
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
    killed = subprocess.run(
        [sys.executable, "-m", "xmask3d_ros.cli", "train", *command, *stop(after=7, kill=True)],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": str(torch.get_num_threads())},
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert last(run)["global_step"] == 6
    assert main([*command, "--ckpt_path=last"]) == 0
    assert_same_state(last(run), last(whole))


def test_a_run_that_fails_right_after_an_epoch(whole, settings, tmp_path):
    run = tmp_path / "run"
    cache = {"model__cache__folder": whole / "cache", "model__cache__clip": "true"}
    command = ["fit", *settings(run, **cache), EVERY_TWO_STEPS]
    from stopping import Stopped

    with pytest.raises(Stopped):
        main([*command, *stop(after=5, kill=False)])
    assert last(run)["global_step"] == 4
    assert main([*command, "--ckpt_path=last"]) == 0
    # This run found everything in the cache, the uninterrupted one nothing.
    assert_same_state(last(run), last(whole))


def test_the_end_is_kept_whatever_the_steps_between_checkpoints(whole, settings, tmp_path):
    cache = {"model__cache__folder": whole / "cache", "model__cache__clip": "true"}
    command = ["fit", *settings(tmp_path, **cache), "--checkpoint.every_n_train_steps=3"]
    assert main(command) == 0
    assert_same_state(last(tmp_path), last(whole))
    assert main([*command, "--ckpt_path=last"]) == 0, "there is nothing left to do"
    assert_same_state(last(tmp_path), last(whole))


def test_the_checkpoints_hold_no_frozen_weights(whole):
    names = last(whole)["state_dict"]
    assert not [name for name in names if name.startswith(("network.diffusion.", "network.clip."))]
    assert "network.point_branch.decoder.weight" in names


def test_curves_and_pictures(whole):
    folder = whole / "logs" / "version_0"
    lines = (folder / "metrics.csv").read_text().splitlines()
    for name in ("train/loss_ce", "train/loss_3d", "train/loss_binary", "train/loss_3d_contra", "loss", "val/hiou",
                 "val_2d/miou_base", "val_3d/miou_novel", "lr-AdamW/3d", "lr-AdamW/rest"):  # fmt: skip
        assert name in lines[0].split(","), name
    assert list(folder.glob("events.out.tfevents.*")) and (folder / "config.yaml").exists()
    pictures = sorted((whole / "pictures").glob("*.png"))
    assert [picture.name for picture in pictures] == ["epoch_0000_scene0002_00_0.png", "epoch_0001_scene0002_00_20.png"]
    picture = cv2.imread(str(pictures[0]))
    assert picture.shape[1] == 5 * 320 and picture.shape[0] > 240
    assert len(np.unique(picture[:240, 320:640].reshape(-1, 3), axis=0)) > 5, "the true labels are drawn"


def test_the_model_is_evaluated_and_segments(whole, settings, tmp_path, room_root, capsys):
    run = tmp_path / "test"
    assert main(["test", *settings(run), f"--model.weights={whole / 'model'}"]) == 0
    printed = capsys.readouterr().out
    assert "XMask3D, paper" in printed and "this run, 2D only" in printed
    found = json.loads((run / "evaluation" / "results.json").read_text())
    assert (found["scenes"], found["frames"], found["benchmark"]) == (1, 3, "scannet_b12n7")
    assert {result["output"] for result in found["results"]} == {"fused", "3d", "2d"}
    assert (run / "evaluation" / "classes.png").stat().st_size > 10_000

    trained = load_model(whole / "model")
    network_state = last(whole)["state_dict"]
    torch.testing.assert_close(
        trained.point_branch.decoder.weight, network_state["network.point_branch.decoder.weight"], rtol=0, atol=0
    )
    folder = room_root / "scannet_2d" / "scene0002_00"
    segmenter = Segmenter(trained, make_vocabulary(["wall", "sofa", "bed"]), SegmenterConfig(min_view_points=50))
    frame = RgbdFrame(
        cv2.cvtColor(cv2.imread(str(folder / "color" / "0.jpg")), cv2.COLOR_BGR2RGB),
        cv2.imread(str(folder / "depth" / "0.png"), cv2.IMREAD_UNCHANGED).astype(np.float32) / 1000,
        REFERENCE_CAMERA, np.eye(4), 1,
    )  # fmt: skip
    assert segmenter.process(frame)
    assert len(segmenter.labelled_cloud()) > 500


def test_untrained_weights_are_not_evaluated(settings, tmp_path, capsys):
    assert main(["test", *settings(tmp_path)]) == 2
    assert "nothing to evaluate" in capsys.readouterr().err


def test_a_checkpoint_of_another_network_is_refused(whole, settings, tmp_path, capsys):
    other = settings(tmp_path, model__condition="2d", model__benchmark="scannet_b15n4")
    assert main(["test", *other, f"--ckpt_path={whole / 'checkpoints' / 'last.ckpt'}"]) == 2
    assert "another network" in capsys.readouterr().err
