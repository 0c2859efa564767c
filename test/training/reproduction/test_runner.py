# SPDX-License-Identifier: Apache-2.0
"""A run from its first step to its results: begun, interrupted, taken up, tested, and left alone once it is done."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from xmask3d_training import cli
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.reproduction.experiments import read_plan
from xmask3d_training.reproduction.pictures import draw_rooms
from xmask3d_training.reproduction.process import OutOfTime, run_process
from xmask3d_training.reproduction.runner import Place, ensure_tested, ensure_trained, facts, read_state

CONFIGS = Path(cli.__file__).resolve().parents[1] / "configs" / "reproduction"
SMALL = {
    "data.captioner": "vit-gpt2-image-captioning", "data.batch_size": 2, "data.repeats": 2, "data.workers": 0,
    "model.losses.sampled_points": 128, "trainer.enable_progress_bar": False, "trainer.enable_model_summary": False,
    "checkpoint.every_n_train_steps": 1,
}  # fmt: skip
"""Two steps an epoch on two scenes."""


class Here:
    """Runs a command in this process; the first one is interrupted after a step."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, arguments: list[str], threads: int | None, deadline: float) -> int:
        self.asked.append(arguments[0])
        if len(self.asked) > 1:
            return cli.main(arguments)
        from stopping import Stopped

        with pytest.raises(Stopped):
            cli.main([*arguments, "--trainer.callbacks+=stopping.Stop", "--trainer.callbacks.after=1"])
        raise OutOfTime


@pytest.fixture(scope="module")
def plan():
    return read_plan(CONFIGS)


@pytest.fixture(scope="module")
def finished(plan, blocks, frozen, tmp_path_factory):
    """Where a run was made whose first attempt was interrupted, and what was asked for."""
    here = Here()
    place = Place(blocks, str(frozen), tmp_path_factory.mktemp("runs"), 1, epochs=2, extra=SMALL, launch=here)
    (run,) = plan.chosen(["b15n4_seed1"])
    with pytest.raises(OutOfTime):
        ensure_trained(plan, run, place)
    assert not read_state(place.folder(run))["trained"]
    for _ in range(2):  # the second time nothing is left to do
        ensure_trained(plan, run, place)
        ensure_tested(plan, run, place)
    return place, run, here


def test_it_is_taken_up_and_done_once(finished):
    place, run, here = finished
    assert here.asked == ["fit", "fit", "test"]
    folder = place.folder(run)
    assert torch.load(folder / "checkpoints" / "last.ckpt", weights_only=False)["global_step"] == 4
    assert [path.name for path in sorted(folder.glob("logs/*"))] == ["version_0", "version_1"], "one an attempt"
    assert read_state(folder)["seconds"] > 0


def test_its_results_say_what_it_was(finished):
    place, run, _ = finished
    found = json.loads((place.folder(run) / "results.json").read_text())
    assert (found["run"], found["split"], found["condition"], found["seed"]) == (
        "b15n4_seed1", "ScanNet B15/N4", "3d", 1,
    )  # fmt: skip
    assert (found["epochs"], found["steps"], found["views"]) == (2, 4, 8)
    assert found["mask_loss"] and found["mask_loss_knows"] and found["binary_head_knows"] and found["views_know"]
    assert list(found["evaluation"]) == ["hard", "off", "soft"]
    for gate, result in found["evaluation"].items():
        assert (result["gate"], result["scenes"], result["frames"]) == (gate, 1, 2)
        assert {entry["output"] for entry in result["results"]} == {"fused", "3d", "2d", "mask_clip"}
    # MaskCLIP alone knows of no gate, the other outputs obey it.
    scores = {
        gate: {entry["output"]: entry["iou"] for entry in result["results"]}
        for gate, result in found["evaluation"].items()
    }
    assert scores["hard"]["mask_clip"] == scores["off"]["mask_clip"]
    assert scores["hard"]["3d"] != scores["off"]["3d"]


@pytest.mark.parametrize(("start", "name"), [(None, None), ("runs/a/model", "a"), ("tiny", "tiny")])
def test_its_results_say_what_it_began_with(finished, plan, start, name):
    place, run, _ = finished
    begun = dataclasses.replace(place, extra={**SMALL, "model.start": start})
    assert facts(plan, run, begun)["start"] == name


def test_its_results_say_what_the_choice_of_views_knows(finished, plan):
    place, run, _ = finished
    chosen = dataclasses.replace(place, extra={**SMALL, "data.usable_points": "base"})
    assert facts(plan, run, chosen)["views_know"] is False


def test_a_picture_of_its_rooms(finished, tmp_path):
    place, run, _ = finished
    rooms = draw_rooms(place.data, place.folder(run), "scannet_b15n4", tmp_path / "rooms.jpg")
    assert rooms == ["scene0002_00"]
    picture = cv2.imread(str(tmp_path / "rooms.jpg"))
    assert picture.shape[1] > 1500 and len(np.unique(picture.reshape(-1, 3), axis=0)) > 100


def test_the_mask_loss_starts_after_the_same_share(finished):
    place, run, _ = finished
    assert read_state(place.folder(run))["settings"]["model.losses.mask_3d_start"] == 1  # 3 of 9, of 2


def test_what_it_begins_with_is_trained_first(plan, blocks, frozen, tmp_path):
    """Lengths in proportion: 20 and 5 epochs beside the base's 9."""
    asked = []

    def launch(arguments: list[str], threads: int | None, deadline: float) -> int:
        asked.append(arguments)
        return cli.main(arguments)

    place = Place(blocks, str(frozen), tmp_path, 1, epochs=1, extra=SMALL, launch=launch)
    (run,) = plan.chosen(["tiny"])
    for _ in range(2):
        ensure_trained(plan, run, place)
    assert len(asked) == 2, "the second time nothing is left to do"
    assert f"--model.start={tmp_path / 'tiny_points_seed0' / 'model'}" in asked[1]
    found = facts(plan, run, place)
    assert (found["epochs"], found["views"], found["start"]) == (1, 4, "tiny_points_seed0")
    assert [(part["steps"], part["views"], part["start"]) for part in found["before"]] == [(4, 8, None)]

    (tmp_path / "tiny_points_seed0" / "run.json").unlink()
    ensure_trained(plan, run, place)
    assert len(asked) == 2, "what is done does not need its beginning any more"
    (first,) = run.earlier
    changed = dataclasses.replace(run, before=dataclasses.replace(first, settings={"model.losses.binary": 3.0}))
    with pytest.raises(SettingsError, match="was begun with other before"):
        ensure_trained(plan, changed, place)
    with pytest.raises(SettingsError, match="'tiny_points', which is run only for others"):
        plan.chosen(["tiny_points"])


def test_other_settings_are_refused(finished, plan):
    place, run, _ = finished
    with pytest.raises(SettingsError, match="was begun with other settings"):
        ensure_trained(plan, run, Place(place.data, place.towers, place.out, 1, epochs=3, extra=SMALL))


def test_a_comment_in_the_base_is_no_other_setting(finished, plan, tmp_path):
    place, run, here = finished
    asked = len(here.asked)
    text = plan.base.read_text(encoding="utf-8")
    base = tmp_path / "base.yaml"
    base.write_text(f"# another comment\n{text}", encoding="utf-8")
    ensure_trained(dataclasses.replace(plan, base=base), run, place)
    assert len(here.asked) == asked, "it is trained already"
    base.write_text(text.replace("warm_up: 40", "warm_up: 41"), encoding="utf-8")
    with pytest.raises(SettingsError, match="was begun with other base"):
        ensure_trained(dataclasses.replace(plan, base=base), run, place)


@pytest.mark.parametrize(("gpu", "processes"), [(True, 1), (True, 2), (False, 1), (False, 2)])
def test_the_trainer_is_told_how_many_processes(plan, tmp_path, monkeypatch, gpu, processes):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    asked = []

    def launch(arguments: list[str], threads: int | None, deadline: float) -> int:
        asked.append((arguments, threads))
        return 0

    (run,) = plan.chosen(["b15n4_seed0"])
    ensure_trained(plan, run, Place(tmp_path, "tiny", tmp_path, processes, launch=launch))
    ((arguments, threads),) = asked
    assert f"--trainer.devices={processes}" in arguments
    assert ("--trainer.strategy=ddp" in arguments) == (processes > 1)
    assert ("--trainer.accelerator=cpu" in arguments) == (threads is not None) == (not gpu)


def sleeper(written: Path) -> str:
    """A program that writes its process's number and sleeps."""
    return f"import os, time; open({str(written)!r}, 'w').write(str(os.getpid())); time.sleep(60)"


def assert_gone(written: Path) -> None:
    number = int(written.read_text())
    for _ in range(50):
        state = Path(f"/proc/{number}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the child still runs")


def test_a_process_is_ended_with_its_children(tmp_path):
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {sleeper(tmp_path / 'child')!r}])"
    with pytest.raises(OutOfTime):
        run_process([sys.executable, "-c", parent], dict(os.environ), time.monotonic() + 1.5)
    assert_gone(tmp_path / "child")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_command_too(tmp_path, number):
    written = tmp_path / "child"
    program = (
        "import os, signal, sys\nfrom xmask3d_training.reproduction.process import run_process\n"
        f"signal.signal({int(number)}, signal.SIG_DFL)\n"  # it is ignored where the tests run under nohup
        f"run_process([sys.executable, '-c', {sleeper(written)!r}], dict(os.environ), float('inf'))"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    end = time.monotonic() + 20
    while not (written.is_file() and written.read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(10) == 128 + number
    assert_gone(written)


def test_the_exit_status_is_answered():
    assert run_process([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ), float("inf")) == 3


def test_experiments_are_named_and_ordered(plan):
    names = [run.name for run in plan.runs]
    assert len(names) == len(set(names)) == 14
    assert (
        names[:3] == ["tiny_seed0", "tiny_no_mask_loss_seed0", "b15n4_seed0"]
        and names[-1] == "b15n4_no_mask_loss_seed2"
    )
    assert [run.name for run in plan.chosen(["b15n4"])] == ["b15n4_seed0", "b15n4_seed1", "b15n4_seed2"]
    assert [run.name for run in plan.chosen(["b12n7_seed0"])] == ["b12n7_seed0"]
    with pytest.raises(SettingsError, match="no experiment 'nonsense'; there are tiny, tiny_no_mask_loss, b15n4,"):
        plan.chosen(["nonsense"])
