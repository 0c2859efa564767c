# SPDX-License-Identifier: Apache-2.0
"""What the names of ground truth mean in a vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from xmask3d_ros.vocabulary import Vocabulary, normalise

from .error import GroundTruthError

NO_CLASS = frozenset({"unlabelled", "unlabeled", "unannotated", "unknown", "ignore", "ignored", "void"})
"""Names that say that a point has no class; such points are not scored."""


@dataclass(frozen=True)
class Meaning:
    """Classes of a vocabulary by name of the ground truth."""

    class_of_name: NDArray[np.int64]
    """(names,) class of the vocabulary, -1 for names that are not scored."""
    mapped: dict[str, str]
    """Name of the ground truth to class name, of those that are scored."""
    ignored: tuple[str, ...]
    """Names left out on purpose: by the mapping, or because they say that there is no class."""
    unknown: tuple[str, ...]
    """Names that neither the vocabulary nor the mapping has; their points are not scored."""


def meaning_of(
    names: Sequence[str], vocabulary: Vocabulary, mapping: Mapping[str, str | None] | None = None
) -> Meaning:
    """Find the class of each name: by the mapping, else by equal words (class name or synonym; case, spaces, ``_``,
    ``-`` aside).

    Raises:
        GroundTruthError: the mapping names a class that the vocabulary lacks, or no name at all has a class.
    """
    class_of_word = {_bare(word): number for number, entry in enumerate(vocabulary.entries) for word in entry.words}
    table = {_bare(name): target for name, target in (mapping or {}).items()}
    strangers = sorted(
        {target for target in table.values() if target is not None and _bare(target) not in class_of_word}
    )
    if strangers:
        raise GroundTruthError(
            f"the label map leads to {', '.join(map(repr, strangers))}, which the vocabulary does not have: it has "
            f"{', '.join(vocabulary.names)}"
        )
    classes = np.full(len(names), -1, np.int64)
    mapped: dict[str, str] = {}
    ignored, unknown = [], []
    for place, name in enumerate(names):
        target = table.get(_bare(name), name)
        if target is None or (normalise(name) in NO_CLASS and _bare(name) not in table):
            ignored.append(name)
        elif _bare(target) in class_of_word:
            classes[place] = class_of_word[_bare(target)]
            mapped[name] = vocabulary.names[classes[place]]
        else:
            unknown.append(name)
    if not mapped:
        raise GroundTruthError(
            f"no name of the ground truth ({', '.join(names)}) is a class of the vocabulary "
            f"({', '.join(vocabulary.names)}): say what they mean with --label-map"
        )
    return Meaning(classes, mapped, tuple(ignored), tuple(unknown))


def read_label_map(path: str | Path) -> dict[str, str | None]:
    """YAML of name in the ground truth: class of the vocabulary, or null to leave it out. Raises GroundTruthError."""
    content = _yaml(path, "name: class")
    for name, target in content.items():
        if target is not None and not isinstance(target, str):
            raise GroundTruthError(f"{path}: {name!r} must lead to a class name or null, not {target!r}")
    return {str(name): target for name, target in content.items()}


def read_label_names(path: str | Path) -> dict[int, str]:
    """YAML of label: name, for ground truth without names. Raises GroundTruthError."""
    content = _yaml(path, "1: wall")
    for label, name in content.items():
        if not isinstance(label, int) or not isinstance(name, str):
            raise GroundTruthError(
                f"{path}: every line must be 'label: name', as in '1: wall'; not {label!r}: {name!r}"
            )
    return content


def _yaml(path: str | Path, example: str) -> dict[Any, Any]:
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GroundTruthError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise GroundTruthError(f"{path} must hold lines such as '{example}'")
    return content


def _bare(word: str) -> str:
    return normalise(word).replace("_", "").replace("-", "").replace(" ", "")
