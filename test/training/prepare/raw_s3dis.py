# SPDX-License-Identifier: Apache-2.0
"""S3DIS's and 2D-3D-S's raw files of the room of rectangles, written to the published formats."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from training.prepare import corner_room

SIZE, FOCAL = 270, 200.0
"""Side of an image and its focal length (the real ones have 1080 pixels)."""
SEMANTICS = [
    "<UNK>_0_<UNK>_0_0",
    *(f"{name}_1_office_1_1" for name in ("wall", "floor", "ceiling", "chair", "clutter")),
]
AREA_5B_FROM_WORLD = np.linalg.inv(
    np.array([[0, 1, 0, -4.09703582], [-1, 0, 0, 6.22617759], [0, 0, 1, 0], [0, 0, 0, 1]])
)


def write_room(root: Path, area: int, room: str) -> None:
    """``Area_n/<room>/Annotations``, an object a rectangle."""
    coordinates, colors, owner = corner_room.points(0.04)
    folder = root / f"Area_{area}" / room / "Annotations"
    folder.mkdir(parents=True)
    for index, (_, _, _, name, _) in enumerate(corner_room.RECTANGLES):
        mine = owner == index
        lines = [f"{x:.3f} {y:.3f} {z:.3f} {r} {g} {b}" for (x, y, z), (r, g, b) in
                 zip(coordinates[mine], colors[mine], strict=True)]  # fmt: skip
        title = corner_room.S3DIS_NAMES[name] if name else "board"
        (folder / f"{title}_{index + 1}.txt").write_text("\n".join(lines) + "\n")
    (root / f"Area_{area}" / room / f"{room}.txt").write_text("everything again\n")


def write_labels(root: Path) -> None:
    """``assets/semantic_labels.json``."""
    (root / "assets").mkdir(parents=True)
    (root / "assets" / "semantic_labels.json").write_text(json.dumps(SEMANTICS))


def write_image(
    root: Path, area: str, room: str, number: int, camera: str = "0d600f92f8d14e288ddc590c32584a5a"
) -> Path:
    """One frame of ``area_n/data``; ``5b`` in its own world. Returns the path of its pose."""
    pose = corner_room.pose(number)
    # Pixel centres of the release are at half-integers; the view is cast at integers.
    view = corner_room.see(pose, (SIZE, SIZE), FOCAL, (SIZE / 2 - 0.5, SIZE / 2 - 0.5))
    depth = np.where(view.depth > 0, np.rint(view.depth * 512), 65535).astype(np.uint16)
    index = np.array([SEMANTICS.index(f"{corner_room.S3DIS_NAMES[r[3]]}_1_office_1_1") if r[3] else 0x0D0D0D
                      for r in corner_room.RECTANGLES] + [0])[view.rectangle]  # fmt: skip
    semantic = np.stack([index >> 16, index >> 8 & 255, index & 255], axis=-1).astype(np.uint8)
    images = {"rgb": view.color[..., ::-1], "depth": depth, "semantic": semantic[..., ::-1]}
    stem = f"camera_{camera}_{room}_frame_{number}_domain_"
    for domain, image in images.items():
        path = root / f"area_{area}" / "data" / domain / f"{stem}{domain}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", np.ascontiguousarray(image))[1].tobytes())
    world = AREA_5B_FROM_WORLD @ pose if area == "5b" else pose
    camera_from_world = np.linalg.inv(world)
    content = {
        "camera_k_matrix": [[FOCAL, 0, SIZE / 2], [0, FOCAL, SIZE / 2], [0, 0, 1]],
        "field_of_view_rads": 1.19, "camera_original_rotation": [90, 0, 0], "point_uuid": camera, "frame_num": number,
        "camera_location": world[:3, 3].tolist(), "camera_rt_matrix": camera_from_world[:3].tolist(),
        "camera_uuid": camera, "room": f"{room}_{area[0]}",
    }  # fmt: skip
    path = root / f"area_{area}" / "data" / "pose" / f"{stem}pose.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path
