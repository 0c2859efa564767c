# SPDX-License-Identifier: Apache-2.0
"""Writing files whole or not at all, and the labelled cloud as PLY."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.ply import write_vertices

_PLY_FIELDS = [
    ("x", "f4"), ("y", "f4"), ("z", "f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1"),
    ("label", "u2"), ("confidence", "f4"),
]  # fmt: skip


@contextlib.contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A path to write to; it becomes ``path`` when the block ends well, and vanishes otherwise."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_ply(cloud: LabelledCloud, path: str | Path, frame: str) -> None:
    """Write a cloud as binary PLY: x y z, red green blue (camera), label, confidence; names and frame in comments."""
    vertices = np.empty(len(cloud), dtype=_PLY_FIELDS)
    vertices["x"], vertices["y"], vertices["z"] = cloud.positions.T
    vertices["red"], vertices["green"], vertices["blue"] = cloud.colors.T
    vertices["label"], vertices["confidence"] = cloud.labels, cloud.confidence
    comments = [f"frame {frame}", f"stamp_ns {cloud.stamp_ns}", "class 65535 unlabelled"]
    comments += [f"class {label} {name}" for label, name in sorted(cloud.names.items())]
    with whole_file(path) as temporary:
        write_vertices(temporary, vertices, comments)
