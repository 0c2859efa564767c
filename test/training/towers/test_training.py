# SPDX-License-Identifier: Apache-2.0
"""A few steps of each tower: the loss falls, an interrupted run ends where an uninterrupted one ends."""

import csv
import json
import shutil

import cv2
import numpy as np
import pytest
import torch
from stopping import Stopped

from xmask3d_training.cli import main
from xmask3d_training.towers.folder import read_towers

RUNS = ("clip", "vae", "diffusion")


@pytest.fixture
def run_of(clip_run, vae_run, diffusion_run):
    return dict(zip(RUNS, (clip_run, vae_run, diffusion_run), strict=True)).__getitem__


def curve(run, name):
    with (run / "logs" / "version_0" / "metrics.csv").open() as file:
        return [float(row[name]) for row in csv.DictReader(file) if row.get(name)]


@pytest.mark.parametrize("tower", RUNS)
def test_the_loss_falls(run_of, tower):
    losses = curve(run_of(tower), "loss")
    assert len(losses) >= 8
    assert np.mean(losses[-4:]) < 0.97 * np.mean(losses[:3])


def test_latents_take_on_the_colours_of_views(run_of):
    distances = curve(run_of("vae"), "train/colours")
    assert np.mean(distances[-4:]) < 0.97 * np.mean(distances[:3])


def test_measured_on_held_out_rooms(run_of):
    assert 0 <= curve(run_of("clip"), "val/accuracy_in_place")[-1] <= 1
    assert curve(run_of("vae"), "val/psnr")[-1] > 5
    assert curve(run_of("diffusion"), "val/error_t500")[-1] < 1.5
    table = next((run_of("clip") / "zero_shot").glob("*.md")).read_text()
    assert "| class | windows | in place, % | cut out, % |" in table and "| mean of classes |" in table


@pytest.mark.parametrize(("tower", "shape"), [("vae", (2 * 64, 64)), ("diffusion", (2 * 64, 3 * 64))])
def test_pictures(run_of, tower, shape):
    picture = cv2.imread(str(next((run_of(tower) / "pictures").glob("*.png"))))
    assert picture.shape[:2] == shape and picture.std() > 5


@pytest.mark.parametrize("tower", RUNS)
def test_an_interrupted_run_is_taken_up_exactly(settings, vae_run, tmp_path, tower):
    changes = {"checkpoint__every_n_train_steps": 2}
    if tower == "diffusion":
        changes["model__vae"] = vae_run / "tower"
    command, whole = (["towers", *settings(tower, tmp_path / run, epochs=2, **changes)] for run in ("cut", "whole"))
    assert main(whole) == 0
    with pytest.raises(Stopped):
        main([*command, "--trainer.callbacks+=stopping.Stop", "--trainer.callbacks.after=5"])
    assert main([*command, "--ckpt_path=last"]) == 0
    found, expected = (
        torch.load(tmp_path / run / "checkpoints" / "last.ckpt", weights_only=False) for run in ("cut", "whole")
    )
    assert found["global_step"] == expected["global_step"] == 6
    assert found["trained_seconds"] > 0
    for name, value in expected["state_dict"].items():
        torch.testing.assert_close(found["state_dict"][name], value, rtol=1e-6, atol=1e-7, msg=name)
    assert found["lr_schedulers"] == expected["lr_schedulers"]


def test_a_checkpoint_of_other_sizes_is_refused(settings, clip_run, tmp_path, capsys):
    command = settings("clip", tmp_path, model__sizes="tiny")
    assert main(["towers", *command, f"--ckpt_path={clip_run / 'checkpoints' / 'last.ckpt'}"]) == 2
    assert "another tower" in capsys.readouterr().err


def test_clip_is_trained_on_from_a_finished_run(settings, clip_run, tmp_path):
    run, start = tmp_path / "on", tmp_path / "start"
    shutil.copytree(clip_run / "tower", start)
    config = json.loads((start / "config.json").read_text(encoding="utf-8"))
    config["clip"]["mask_coverage"] = 0.25  # how masks are read is no size of the tower
    (start / "config.json").write_text(json.dumps(config), encoding="utf-8")
    command = settings("clip", run, epochs=1, model__start=start, model__optimiser__learning_rate=1e-9)
    assert main(["towers", *command]) == 0
    found, expected = (read_towers(folder / "tower") for folder in (run, clip_run))
    learned = [name for name in expected if name.endswith("weight")]
    assert len(learned) > 20
    for name in learned:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-4, atol=1e-6, msg=name)
    assert "| trained before | 24 x 1 views, " in (run / "tower" / "README.md").read_text(encoding="utf-8")


def test_a_locked_text_tower_stays_as_it_is(settings, clip_run, tmp_path, capsys):
    run = tmp_path / "locked"
    assert (
        main(["towers", *settings("clip", run, epochs=1, model__start=clip_run / "tower", model__lock_text="true")])
        == 0
    )
    found, expected = (read_towers(folder / "tower") for folder in (run, clip_run))
    changed = {name for name, value in expected.items() if not torch.equal(found[name], value)}
    image_side = ("clip.model.visual.", "clip.model.logit_scale")
    assert len(changed) > 20 and all(name.startswith(image_side) for name in changed)
    assert "| text tower | locked |" in (run / "tower" / "README.md").read_text(encoding="utf-8")
    on = tmp_path / "on"
    assert main(["towers", *settings("clip", on, epochs=1, model__start=run / "tower")]) == 0
    assert ", text tower locked |" in (on / "tower" / "README.md").read_text(encoding="utf-8")
    assert main(["towers", *settings("clip", tmp_path / "fresh", model__lock_text="true")]) == 2
    assert "has learned nothing yet" in capsys.readouterr().err


def test_a_start_of_other_words_is_refused(settings, clip_run, tmp_path, capsys):
    other = tmp_path / "other"
    shutil.copytree(clip_run / "tower", other)
    words = (other / "words.txt").read_text(encoding="utf-8").splitlines()
    (other / "words.txt").write_text("\n".join(reversed(words)) + "\n", encoding="utf-8")
    assert main(["towers", *settings("clip", tmp_path / "run", model__start=other)]) == 2
    assert "another word list" in capsys.readouterr().err


def test_a_start_without_clip_is_refused(settings, diffusion_run, tmp_path, capsys):
    assert main(["towers", *settings("clip", tmp_path, model__start=diffusion_run / "tower")]) == 2
    assert "has no CLIP" in capsys.readouterr().err


def test_clip_in_half_precision_learns_what_it_learns_in_full(settings, tmp_path):
    losses = []
    for precision in ("32-true", "bf16-mixed"):
        assert main(["towers", *settings("clip", tmp_path / precision, epochs=2, trainer__precision=precision)]) == 0
        losses.append(curve(tmp_path / precision, "loss"))
    np.testing.assert_allclose(*losses, rtol=0.05)


def test_a_trial_writes_no_tower(settings, tmp_path):
    assert main(["towers", *settings("vae", tmp_path, trainer__fast_dev_run="true")]) == 0
    assert not (tmp_path / "tower").exists()


def test_a_batch_that_cannot_be_dealt_out_is_refused(settings, tmp_path, capsys):
    command = settings("vae", tmp_path, data__batch_size=3, trainer__accumulate_grad_batches=2)
    assert main(["towers", *command]) == 2
    assert "data.batch_size 3 cannot be dealt out" in capsys.readouterr().err
    assert main(["towers", *settings("vae", tmp_path, data__batch_size=64)]) == 2
    assert "3 samples an epoch are fewer than one batch of 64: give pairs of more rooms" in capsys.readouterr().err


def test_an_unknown_tower_is_named(capsys):
    assert main(["towers", "babel"]) == 2
    assert "there is no command 'babel'" in capsys.readouterr().err
