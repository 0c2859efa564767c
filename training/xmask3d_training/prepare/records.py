# SPDX-License-Identifier: Apache-2.0
"""What a run knows of each scene: kept in a file, so that the next run does only what is left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from xmask3d_training.prepare.files import write_atomically

_NAMES_KEPT = 20


@dataclass
class SceneRecord:
    """The outcome of preparing one scene."""

    scene: str
    split: str
    fingerprint: dict[str, Any] = field(default_factory=dict)
    """Settings, and size and time of each raw file; a change of either prepares the scene again."""
    error: str | None = None
    """Why the scene is not prepared."""
    counts: dict[str, int] = field(default_factory=dict)
    """Frames, points, bytes read, ..."""
    left_out: dict[str, int] = field(default_factory=dict)
    """How many of something were not used, by reason."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """Names of the first few of them."""
    remarks: list[str] = field(default_factory=list)
    """What looks odd but was used."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What cannot be read from the prepared files."""
    unchanged: bool = False
    """Prepared by an earlier run."""

    def leave_out(self, reason: str, name: str) -> None:
        """Count something that is not used."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
        names = self.examples.setdefault(reason, [])
        if len(names) < _NAMES_KEPT:
            names.append(name)

    def leave_out_unknown(self, kind: str, unknown: Counter[str]) -> None:
        """Count labels that no table knows, by name."""
        for name, number in sorted(unknown.items()):
            self.left_out[f"{kind} of unknown {name}"] = number


def write_record(path: Path, record: SceneRecord) -> None:
    """Keep a record."""
    write_atomically(path, (json.dumps(asdict(record), indent=1) + "\n").encode())


def read_record(path: Path) -> SceneRecord | None:
    """A kept record; ``None`` where there is none that can be read (the scene is then prepared again)."""
    try:
        return SceneRecord(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def fingerprint(settings: dict[str, Any], sources: Iterable[Path]) -> dict[str, Any]:
    """Settings, and size and modification time of the sources; ``None`` for a source that is missing."""
    stamps = {}
    for path in sources:
        status = path.stat() if path.exists() else None
        stamps[str(path)] = [status.st_size, status.st_mtime_ns] if status else None
    return {"settings": settings, "sources": stamps}


def summary(records: list[SceneRecord]) -> dict[str, Any]:
    """Sums over all scenes, and each failure by name."""
    counts: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for record in records:
        counts.update(record.counts)
        left_out.update(record.left_out)
    done = [record for record in records if record.error is None]
    return {
        "scenes": {
            "prepared": sum(not record.unchanged for record in done),
            "unchanged": sum(record.unchanged for record in done),
            "failed": len(records) - len(done),
        },
        "splits": dict(Counter(record.split for record in done)),
        "counts": dict(counts),
        "left_out": dict(left_out.most_common()),
        "failures": {record.scene: record.error for record in records if record.error is not None},
        "remarks": {record.scene: record.remarks for record in records if record.remarks},
    }


def summary_text(content: dict[str, Any], where: Path) -> str:
    """The summary for people."""
    scenes, lines = content["scenes"], []
    lines.append("scenes: " + ", ".join(f"{number} {state}" for state, number in scenes.items()))
    lines.append("splits: " + (", ".join(f"{split} {number}" for split, number in content["splits"].items()) or "none"))
    lines += [f"  {name}: {number:,}" for name, number in content["counts"].items()]
    for title, entries in (("left out", content["left_out"]), ("FAILED", content["failures"])):
        lines += [f"{title}:"] * bool(entries)
        lines += [f"  {name}: {entry}" for name, entry in list(entries.items())[:_NAMES_KEPT]]
        lines += [f"  ... and {len(entries) - _NAMES_KEPT} more in the file below"] * (len(entries) > _NAMES_KEPT)
    for scene, remarks in list(content["remarks"].items())[:_NAMES_KEPT]:
        lines += [f"  note, {scene}: {remark}" for remark in remarks]
    lines.append(f"everything in {where}")
    return "\n".join(lines)
