# SPDX-License-Identifier: Apache-2.0
"""ScanNet's label table (``scannetv2-labels.combined.tsv``): raw names to raw ids to NYU40 ids."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.label_sets import SCANNET20, SCANNET200
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.layout import UNLABELLED


@dataclass(frozen=True)
class LabelMap:
    """What the table says."""

    id_of_name: dict[str, int]
    """Raw id by raw category name."""
    nyu40_of_id: NDArray[np.uint8]
    """(largest raw id + 1,) NYU40 id; 0 for ids that the table lacks."""
    known: NDArray[np.bool_]
    """(largest raw id + 1,) whether the table has the id."""

    def nyu40(self, raw_ids: NDArray[np.integer], unknown: Counter[str]) -> NDArray[np.uint8]:
        """NYU40 ids of raw ids; 0 where the table lacks the id, which ``unknown`` counts by name."""
        inside = raw_ids < len(self.known)
        within = np.where(inside, raw_ids, 0)
        missing = (raw_ids != 0) & ~(inside & self.known[within])
        for number, count in zip(*np.unique(raw_ids[missing], return_counts=True), strict=True):
            unknown[f"raw id {number}"] += int(count)
        return np.where(missing, 0, self.nyu40_of_id[within]).astype(np.uint8)

    def ids_of_names(self, names: list[str], sizes: list[int], unknown: Counter[str]) -> NDArray[np.uint16]:
        """Raw ids of raw names; 0 for a name that the table lacks, counted in ``unknown`` by its size."""
        for name, size in zip(names, sizes, strict=True):
            if name not in self.id_of_name:
                unknown[f"raw name {name!r}"] += size
        return np.array([self.id_of_name.get(name, 0) for name in names], np.uint16)


def read_label_map(path: Path) -> LabelMap:
    """Read the table.

    Raises:
        PrepareError: it is missing, or lacks the columns ``id``, ``raw_category`` and ``nyu40id``.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [(row["raw_category"], int(row["id"]), int(row["nyu40id"]))
                    for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]  # fmt: skip
    except OSError as error:
        raise PrepareError(
            f"cannot read {path}: {error.strerror}; scannetv2-labels.combined.tsv comes with the ScanNet release"
        ) from error
    except (KeyError, ValueError, TypeError) as error:
        raise PrepareError(
            f"{path} is not ScanNet's label table: it needs the tab-separated columns id, raw_category and "
            f"nyu40id ({error})"
        ) from error
    if not rows:
        raise PrepareError(f"{path} has no rows: fetch scannetv2-labels.combined.tsv again")
    largest = max(number for _, number, _ in rows)
    nyu40, known = np.zeros(largest + 1, np.uint8), np.zeros(largest + 1, bool)
    id_of_name: dict[str, int] = {}
    for name, number, nyu in rows:
        id_of_name.setdefault(name, number)
        nyu40[number], known[number] = nyu, True
    return LabelMap(id_of_name, nyu40, known)


def scannet20_labels(nyu40: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Labels 0..19 (METHODS 1.2) of NYU40 ids; 255 for the ids outside the twenty."""
    return _lookup(nyu40, SCANNET20.raw_ids, np.arange(len(SCANNET20.raw_ids)), UNLABELLED).astype(np.uint8)


def scannet200_ids(raw_ids: NDArray[np.integer]) -> NDArray[np.uint16]:
    """The raw ids that ScanNet200 has; 0 for all others, as in the official preparation."""
    return _lookup(raw_ids, SCANNET200.raw_ids, np.asarray(SCANNET200.raw_ids), 0).astype(np.uint16)


def _lookup(
    ids: NDArray[np.integer], known: tuple[int, ...], values: NDArray[np.integer], otherwise: int
) -> NDArray[np.integer]:
    keys = np.asarray(known)
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys, ids, sorter=order), len(keys) - 1)
    return np.where(keys[order][place] == ids, values[order][place], otherwise)
