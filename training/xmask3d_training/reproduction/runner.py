# SPDX-License-Identifier: Apache-2.0
"""One run: trained, tested, its results in one file. Whatever is done already is not done again.

Trainings are processes of their own, started as from a shell: they can be killed at any time and go on from their last
checkpoint.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import yaml

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.files import whole_file
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.reproduction.experiments import Plan, Run
from xmask3d_training.reproduction.process import train_command

STATE_FILE, RESULTS_FILE = "run.json", "results.json"
GATES = ("hard", "off", "soft")
"""How the gate is set in the tests of a run, side by side."""
_CHECKPOINT = Path("checkpoints") / "last.ckpt"


@dataclass(frozen=True)
class Place:
    """Where runs live and what they start from."""

    data: Path
    """Data root with training and held-out rooms."""
    towers: str
    """Folder of the frozen networks, or of a trained model, or the name of a bundled one."""
    out: Path
    """A folder a run, and the cache that they share."""
    processes: int
    """Of a training or a test; on GPUs each has one of its own."""
    epochs: int | None = None
    """In place of the base's; runs of their own lengths, and the start of the mask loss, change in proportion."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further settings for all runs, by dotted name."""
    deadline: float = float("inf")
    """When to stop, by ``time.monotonic``."""
    launch: Callable[[list[str], int | None, float], int] = train_command
    """Runs a command of ``xmask3d train``: arguments, threads and deadline in, exit status out."""

    def folder(self, run: Run) -> Path:
        """Of a run."""
        return self.out / run.name


def settings_of(plan: Plan, run: Run, place: Place) -> dict[str, Any]:
    """All that a run is given beside the base's settings, by dotted name."""
    settings: dict[str, Any] = {
        "seed_everything": run.seed,
        "model.network": str(Path(place.towers).resolve()) if Path(place.towers).exists() else place.towers,
        "model.cache.folder": str((place.out / "cache").resolve()),
        "data.root": str(place.data.resolve()),
        "trainer.default_root_dir": str(place.folder(run).resolve()),
    }
    settings |= run.settings
    if place.epochs is not None:
        share = place.epochs / plan.setting("trainer.max_epochs")
        settings["trainer.max_epochs"] = max(1, round(share * plan.setting("trainer.max_epochs", run)))
        settings["model.losses.mask_3d_start"] = round(share * plan.setting("model.losses.mask_3d_start", run))
    settings |= place.extra
    if run.before:
        settings["model.start"] = str((place.folder(run.before) / "model").resolve())
    return settings


def ensure_trained(plan: Plan, run: Run, place: Place) -> None:
    """Train a run, from its last checkpoint if it has one, unless it has been trained to its end.

    The run that it begins with is trained first.

    Raises:
        SettingsError: it was begun with other settings, or its training failed.
        OutOfTime: the deadline came first.
    """
    folder, settings = place.folder(run), settings_of(plan, run, place)
    state = read_state(folder)
    begun = {
        "settings": settings,
        "base": plan.base.read_text(encoding="utf-8"),
        "before": [settings_of(plan, earlier, place) for earlier in run.earlier],
    }
    if state:
        known, given = _compared(state), _compared(begun)
        if changed := [name for name in begun if known.get(name, []) != given[name]]:
            raise SettingsError(
                f"{folder} was begun with other {changed[0]} (see its {STATE_FILE}): give the same again, another "
                "--out, or remove the folder"
            )
        if state["trained"]:
            return
    if run.before:
        ensure_trained(plan, run.before, place)
    if not state:
        state = {**begun, "trained": False, "seconds": 0.0, "processes": place.processes}
        write_json(folder / STATE_FILE, state)
    started = time.monotonic()
    try:
        _lightning("fit", plan, settings, place, "--ckpt_path=last")
        state["trained"] = True
    finally:
        state["seconds"] += time.monotonic() - started
        write_json(folder / STATE_FILE, state)


def _compared(begun: Mapping[str, Any]) -> dict[str, Any]:
    """What a run was begun with, as the next time has to have it: the base's settings, but not its comments."""
    return {**begun, "base": yaml.safe_load(begun.get("base", ""))}


def ensure_tested(plan: Plan, run: Run, place: Place) -> Path:
    """Test a trained run on the held-out rooms, unless that has been done; answers its file of results."""
    folder = place.folder(run)
    path = folder / RESULTS_FILE
    if path.is_file():
        return path
    _lightning(
        "test", plan, settings_of(plan, run, place), place,
        f"--model.weights={(folder / 'model').resolve()}", f"--model.evaluation.gates={json.dumps(GATES)}",
        "--model.evaluation.mask_clip=true", "--model.evaluation.labels=true", "--trainer.logger=false",
    )  # fmt: skip
    write_json(path, {**facts(plan, run, place), "evaluation": evaluations(folder / "evaluation")})
    return path


def facts(plan: Plan, run: Run, place: Place) -> dict[str, Any]:
    """What a run was, for the tables."""
    setting = _lookup(plan, run, place)
    return {
        "run": run.name,
        "experiment": run.experiment,
        "benchmark": setting("model.benchmark"),
        "split": benchmark(setting("model.benchmark")).title,
        "condition": setting("model.condition"),
        "settings": read_state(place.folder(run))["settings"],
        "epochs": setting("trainer.max_epochs"),
        **effort(plan, run, place),
        "before": [effort(plan, earlier, place) for earlier in run.earlier],
    }


def effort(plan: Plan, run: Run, place: Place) -> dict[str, Any]:
    """What a run's own training began with and took."""
    state = read_state(place.folder(run))
    checkpoint = torch.load(place.folder(run) / _CHECKPOINT, map_location="cpu", weights_only=False)
    setting = _lookup(plan, run, place)
    return {
        "about": plan.about[run.experiment],
        "mask_loss": setting("model.losses.mask_3d") > 0,
        "mask_loss_knows": setting("model.losses.mask_3d_novel") == "annotated",
        "binary_head": setting("model.losses.binary") > 0,
        "binary_head_knows": setting("model.losses.binary_novel") == "annotated",
        "views_know": setting("data.usable_points") != "base",
        "start": _name_of_model(setting("model.start")),
        "seed": run.seed,
        "steps": checkpoint["global_step"],
        "views": checkpoint["global_step"] * setting("data.batch_size"),
        "minutes": state["seconds"] / 60,
        "processes": state["processes"],
    }


def _lookup(plan: Plan, run: Run, place: Place) -> Callable[[str], Any]:
    """A run's settings by dotted name, the base's included."""
    given = settings_of(plan, run, place)
    return lambda name: given[name] if name in given else plan.setting(name)


def _name_of_model(folder: str | None) -> str | None:
    """A run keeps what it made in ``RUN/model``."""
    if folder is None:
        return None
    path = Path(folder).resolve()
    return path.parent.name if path.name == "model" else path.name


def evaluations(folder: Path) -> dict[str, Any]:
    """Results of a test by gate, the main one first."""
    paths = [folder / RESULTS_FILE, *sorted(folder.glob(f"gate_*/{RESULTS_FILE}"))]
    found = [read_json(path) for path in paths]
    return {result["gate"]: result for result in found}


def read_state(folder: Path) -> dict[str, Any]:
    """What is known of a run; empty where it was never begun."""
    path = folder / STATE_FILE
    return read_json(path) if path.is_file() else {}


def read_json(path: Path) -> dict[str, Any]:
    """What :func:`write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def _lightning(command: str, plan: Plan, settings: dict[str, Any], place: Place, *more: str) -> None:
    """A command of Lightning's."""
    on_cpu = not torch.cuda.is_available()
    device = ["--trainer.accelerator=cpu"] if on_cpu else []
    device += [f"--trainer.devices={place.processes}"]  # on a machine with several GPUs Lightning would take all
    device += ["--trainer.strategy=ddp"] if place.processes > 1 else []
    given = [f"--{name}={value}" for name, value in settings.items()]
    threads = max(1, (os.cpu_count() or 1) // place.processes) if on_cpu else None
    # What was given by name comes later, and so counts.
    arguments = [command, f"--config={plan.base}", *device, *given, *more]
    if status := place.launch(arguments, threads, place.deadline):
        raise SettingsError(f"{settings['trainer.default_root_dir']}: {command} ended with status {status}, see above")
