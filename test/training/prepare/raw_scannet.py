# SPDX-License-Identifier: Apache-2.0
"""ScanNet's raw files, written byte by byte to the published formats."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from training.prepare import corner_room

COLOR_SIZE, DEPTH_SIZE = (640, 480), (320, 240)
FOCAL = 577.870605


def intrinsics(size: tuple[int, int]) -> np.ndarray:
    """4x4 of the camera at a size; its image plane is ScanNet's."""
    matrix = np.eye(4)
    matrix[0, 0] = matrix[1, 1] = FOCAL * size[0] / 640
    matrix[0, 2], matrix[1, 2] = 319.5 * (size[0] - 1) / 639, 239.5 * (size[1] - 1) / 479
    return matrix


@lru_cache
def see(step: float, size: tuple[int, int]) -> corner_room.View:
    """The room from ``corner_room.pose(step)``."""
    matrix = intrinsics(size)
    return corner_room.see(corner_room.pose(step), size, matrix[0, 0], (matrix[0, 2], matrix[1, 2]))


def jpeg(image: np.ndarray) -> bytes:
    """JPEG of RGB."""
    return cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])[1].tobytes()


def sens_header(
    count: int, color_kind: int = 2, depth_kind: int = 1, color_size=COLOR_SIZE, depth_size=DEPTH_SIZE
) -> bytes:
    """Everything before the first frame."""
    name = b"StructureSensor"
    identity = np.eye(4, dtype="<f4").tobytes()
    color, depth = (intrinsics(size).astype("<f4").tobytes() for size in (color_size, depth_size))
    return (
        struct.pack("<I", 4) + struct.pack("<Q", len(name)) + name + color + identity + depth + identity
        + struct.pack("<ii", color_kind, depth_kind) + struct.pack("<IIII", *color_size, *depth_size)
        + struct.pack("<f", 1000.0) + struct.pack("<Q", count)
    )  # fmt: skip


def sens_frame(pose: np.ndarray, color: bytes, depth: bytes, stamp: int = 0) -> bytes:
    """One frame."""
    sizes = struct.pack("<QQQQ", stamp, stamp, len(color), len(depth))
    return np.asarray(pose, "<f4").tobytes() + sizes + color + depth


@lru_cache
def images_of_room(step: int) -> tuple[bytes, bytes]:
    """Compressed colour and depth from ``corner_room.pose(step)``."""
    depth = (see(step, DEPTH_SIZE).depth * 1000).round().astype("<u2").tobytes()
    return jpeg(see(step, COLOR_SIZE).color), zlib.compress(depth, 1)


def sens_of_room(steps: int, bad_poses: dict[int, float] | None = None) -> bytes:
    """A recording of the room: frame i at ``corner_room.pose(i)``; bad poses are filled with their value."""
    frames = []
    for step in range(steps):
        bad = (bad_poses or {}).get(step)
        pose = corner_room.pose(step) if bad is None else np.full((4, 4), bad)
        frames.append(sens_frame(pose, *images_of_room(step), step))
    return sens_header(steps) + b"".join(frames)


def ply(coordinates: np.ndarray, colors: np.ndarray, labels: np.ndarray | None = None, form: str = "binary") -> bytes:
    """A mesh of these vertices and two triangles: ``binary`` (little endian), ``big`` or ``ascii``."""
    order = ">" if form == "big" else "<"
    fields = [("x", "f4"), ("y", "f4"), ("z", "f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1"), ("alpha", "u1")]
    fields += [("label", "u2")] if labels is not None else []
    vertices = np.zeros(len(coordinates), [(name, order + kind) for name, kind in fields])
    for axis, name in enumerate("xyz"):
        vertices[name] = coordinates[:, axis]
    for channel, name in enumerate(("red", "green", "blue")):
        vertices[name] = colors[:, channel]
    vertices["alpha"] = 255
    if labels is not None:
        vertices["label"] = labels
    names = {"f4": "float", "u1": "uchar", "u2": "ushort"}
    title = {"binary": "binary_little_endian", "big": "binary_big_endian", "ascii": "ascii"}[form]
    header = f"ply\nformat {title} 1.0\ncomment VCGLIB generated\nelement vertex {len(vertices)}\n"
    header += "".join(f"property {names[kind]} {name}\n" for name, kind in fields)
    header += "element face 2\nproperty list uchar int vertex_indices\nend_header\n"
    if form == "ascii":
        rows = [" ".join(f"{value:.9g}" for value in row) for row in vertices.tolist()]
        return (header + "\n".join(rows) + "\n3 0 1 2\n3 1 2 3\n").encode()
    faces = b"".join(struct.pack(order + "Biii", 3, *corners) for corners in ((0, 1, 2), (1, 2, 3)))
    return header.encode() + vertices.tobytes() + faces


def segmentation(owner: np.ndarray) -> tuple[bytes, bytes]:
    """segs.json and aggregation.json: every rectangle is two segments, each annotated rectangle an object."""
    segments = owner * 10 + np.arange(len(owner)) % 2
    groups = [
        {"id": index, "objectId": index, "segments": [index * 10, index * 10 + 1], "label": rectangle[3]}
        for index, rectangle in enumerate(corner_room.RECTANGLES)
        if rectangle[3]
    ]
    head = {"params": {"kThresh": "0.0001"}, "sceneId": "scene"}
    aggregation = {"sceneId": "scannet.scene", "appId": "Aggregator.v2", "segGroups": groups}
    return json.dumps(head | {"segIndices": segments.tolist()}).encode(), json.dumps(aggregation).encode()


@lru_cache
def label_zip(steps: int) -> bytes:
    """2d-label-filt.zip: 16-bit PNG of raw ids, a frame each."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for step in range(steps):
            ids = corner_room.ids_of(see(step, COLOR_SIZE).rectangle, corner_room.RAW_IDS)
            archive.writestr(f"label-filt/{step}.png", cv2.imencode(".png", ids.astype(np.uint16))[1].tobytes())
    return stream.getvalue()


def label_table() -> bytes:
    """scannetv2-labels.combined.tsv, with more columns than anybody reads, and a quotation mark as the real one has."""
    columns = ["id", "raw_category", "category", "count", "nyu40id", "eigen13id", "nyuClass", "nyu40class"]
    rows = [[str(number), name, name, "7", str(corner_room.NYU40[name]), "", name, name]
            for name, number in corner_room.RAW_IDS.items()]  # fmt: skip
    rows.append(["1299", '19" monitor', "monitor", "1", "40", "", "monitor", "otherprop"])
    return "\n".join("\t".join(row) for row in [columns, *rows]).encode() + b"\n"


def write_scene(scans: Path, scene: str, steps: int = 5, form: str = "binary", **options) -> Path:
    """A complete scene of the room."""
    folder = scans / scene
    folder.mkdir(parents=True)
    coordinates, colors, owner = corner_room.points()
    (folder / f"{scene}.sens").write_bytes(sens_of_room(steps, **options))
    (folder / f"{scene}_vh_clean_2.ply").write_bytes(ply(coordinates, colors, form=form))
    labels = corner_room.ids_of(owner, corner_room.NYU40)
    (folder / f"{scene}_vh_clean_2.labels.ply").write_bytes(ply(coordinates, colors, labels, form))
    segments, aggregation = segmentation(owner)
    (folder / f"{scene}_vh_clean_2.0.010000.segs.json").write_bytes(segments)
    (folder / f"{scene}.aggregation.json").write_bytes(aggregation)
    (folder / f"{scene}_2d-label-filt.zip").write_bytes(label_zip(steps))
    return folder


def write_release(root: Path, scenes: dict[str, str], **options) -> list[str]:
    """A release of scenes by split, and the options of the command that name it."""
    for scene in scenes:
        write_scene(root / "scans", scene, **options)
    (root / "scannetv2-labels.combined.tsv").write_bytes(label_table())
    arguments = ["--raw", str(root)]
    for split in sorted(set(scenes.values())):
        path = root / f"scannetv2_{split}.txt"
        path.write_text("".join(f"{scene}\n" for scene, of in scenes.items() if of == split))
        arguments += [f"--{split}-list", str(path)]
    return arguments
