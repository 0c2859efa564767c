# SPDX-License-Identifier: Apache-2.0
"""What a check has to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is."""

    GOOD = "good"
    """Checked and found right."""
    NOTE = "note"
    """Could not be checked, or good to know."""
    WARNING = "warning"
    """Costs quality or frames."""
    FAULT = "fault"
    """Nothing, or nonsense, comes of the recording."""


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    check: str
    """Name of the check."""
    level: Level
    """How bad."""
    message: str
    """What was seen, with numbers."""
    remedy: str = ""
    """What to do about it."""

    def __str__(self) -> str:
        mark = {Level.GOOD: "ok     ", Level.NOTE: "note   ", Level.WARNING: "WARNING", Level.FAULT: "FAULT  "}[
            self.level
        ]
        return f"{mark} {self.check}: {self.message}" + (f"\n          -> {self.remedy}" if self.remedy else "")
