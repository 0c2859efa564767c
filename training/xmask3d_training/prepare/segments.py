# SPDX-License-Identifier: Apache-2.0
"""ScanNet's annotation of a mesh: vertices belong to segments, groups of segments are objects with a raw name."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.label_map import LabelMap


@dataclass(frozen=True)
class Annotation:
    """Raw labels of a mesh's vertices."""

    raw_ids: NDArray[np.uint16]
    """(N,) raw id of each vertex; 0 = not annotated, or a name that the label table lacks."""
    objects: int
    """Annotated objects."""


def read_annotation(
    aggregation: Path, segments: Path, vertex_count: int, labels: LabelMap, unknown: Counter[str]
) -> Annotation:
    """Read ``<scene>.aggregation.json`` and ``<scene>_vh_clean_2.0.010000.segs.json``.

    A segment claimed by two objects goes to the later one, as in the official preparation.

    Args:
        vertex_count: vertices of the mesh, which the segmentation must match.
        unknown: gains the number of vertices by raw name that the table lacks.

    Raises:
        PrepareError: a file is missing, malformed, or belongs to another mesh.
    """
    segment_of_vertex = np.asarray(_field(segments, "segIndices"))
    if segment_of_vertex.shape != (vertex_count,) or segment_of_vertex.dtype.kind not in "iu":
        raise PrepareError(
            f"{segments} segments {len(segment_of_vertex)} vertices, the mesh has {vertex_count}: "
            "they are of different releases; download both again"
        )
    groups = _field(aggregation, "segGroups")
    try:
        names = [str(group["label"]) for group in groups]
        members = [np.asarray(group["segments"], np.int64) for group in groups]
    except (KeyError, TypeError, ValueError) as error:
        raise PrepareError(f"{aggregation}: a group lacks 'label' or a list 'segments' ({error!r})") from error
    if not groups:
        return Annotation(np.zeros(vertex_count, np.uint16), 0)

    present, row_of_vertex = np.unique(segment_of_vertex, return_inverse=True)
    group_of_row = np.full(len(present), -1)
    for number, group in enumerate(members):
        group_of_row[np.isin(present, group)] = number
    group_of_vertex = group_of_row[row_of_vertex]
    annotated = group_of_vertex >= 0
    sizes = np.bincount(group_of_vertex[annotated], minlength=len(groups))
    ids = labels.ids_of_names(names, sizes.tolist(), unknown)
    return Annotation(np.where(annotated, ids[group_of_vertex], 0).astype(np.uint16), len(groups))


def _field(path: Path, field: str) -> list[Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise PrepareError(f"cannot read {path}: {error.strerror}; download it with the release") from error
    except ValueError as error:
        raise PrepareError(f"{path} is no valid JSON, perhaps truncated ({error}): download it again") from error
    if not isinstance(content, dict) or not isinstance(content.get(field), list):
        raise PrepareError(f"{path} has no list {field!r}: download it again")
    return content[field]
