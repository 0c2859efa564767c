# SPDX-License-Identifier: Apache-2.0
"""The experiments as data: ``experiments.yaml`` says what each changes in ``base.yaml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from xmask3d_training.engine.errors import SettingsError

BASE_FILE, EXPERIMENTS_FILE = "base.yaml", "experiments.yaml"


@dataclass(frozen=True)
class Run:
    """One training of an experiment."""

    experiment: str
    """Its name."""
    seed: int
    """Of everything random in it."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What it changes, by dotted name."""
    before: Run | None = None
    """What is trained first: this run begins with what that one has learned."""

    @property
    def name(self) -> str:
        """Of the run's folder."""
        return f"{self.experiment}_seed{self.seed}"

    @property
    def earlier(self) -> list[Run]:
        """All that is trained for it before itself, in order."""
        return [*self.before.earlier, self.before] if self.before else []


@dataclass(frozen=True)
class Plan:
    """All experiments of a folder of configurations."""

    base: Path
    """Settings that all share."""
    about: Mapping[str, str]
    """A line about each experiment, by name, in order."""
    runs: tuple[Run, ...]
    """Every experiment's first run, then every second one, and so on."""

    def chosen(self, names: Sequence[str]) -> list[Run]:
        """The runs of experiments, or single runs, of these names; all where none is given.

        Raises:
            SettingsError: a name is unknown.
        """
        experiments = list(dict.fromkeys(run.experiment for run in self.runs))
        if unknown := sorted(set(names) - {*experiments, *(run.name for run in self.runs)}):
            also = ", which is run only for others" if unknown[0] in self.about else ""
            raise SettingsError(f"there is no experiment {unknown[0]!r}{also}; there are {', '.join(experiments)}")
        return [run for run in self.runs if not names or {run.experiment, run.name} & set(names)]

    def setting(self, name: str, run: Run | None = None) -> Any:
        """A setting by its dotted name: the run's, or the base's; None where neither gives it."""
        if run and name in run.settings:
            return run.settings[name]
        found: Any = yaml.safe_load(self.base.read_text(encoding="utf-8"))
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found


def read_plan(folder: Path) -> Plan:
    """The plan in a folder with ``base.yaml`` and ``experiments.yaml``.

    Raises:
        SettingsError: a file is missing, or an experiment is not of the form name: {about, seeds, settings, after}.
    """
    base, path = folder / BASE_FILE, folder / EXPERIMENTS_FILE
    for file in (base, path):
        if not file.is_file():
            raise SettingsError(f"{file} is missing: run from the repository's root, or give --configs")
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    runs: list[tuple[int, Run]] = []
    about: dict[str, str] = {}

    def run_of(name: str, seed: int) -> Run:
        after = entries[name].get("after")
        return Run(name, seed, entries[name].get("settings", {}), run_of(after, seed) if after else None)

    for name, entry in entries.items():
        if unknown := sorted(set(entry) - {"about", "seeds", "settings", "after"}):
            raise SettingsError(f"{path}: {name} has {unknown[0]!r}; there are about, seeds, settings and after")
        if "after" in entry and entry["after"] not in about:
            raise SettingsError(f"{path}: {name} is to come after {entry['after']!r}, which must stand above it")
        about[name] = entry.get("about", "")
        runs += [(place, run_of(name, seed)) for place, seed in enumerate(entry.get("seeds", [0]))]
    return Plan(base, about, tuple(run for _, run in sorted(runs, key=lambda placed: placed[0])))
