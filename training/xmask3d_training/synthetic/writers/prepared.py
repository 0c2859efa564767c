# SPDX-License-Identifier: Apache-2.0
"""Rooms in the layout of prepared ScanNet (METHODS 1.2), which the training package's data module reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from xmask3d_ros.files import whole_file
from xmask3d_training.prepare.layout import Layout, color_data, intrinsics_text, png_data, points_data

from ..catalogue import nyu40_of
from ..generate import SyntheticRoom, View

CAPTIONER = "synthetic"
"""Name of the captions: ``caption/caption_view_scannet_synthetic_.json`` holds one a view."""
ALL_CAPTIONS = "caption_view_scannet_synthetic_all.json"
"""Several captions a view, for training image-text towers: scene -> frame id -> list."""
CAPTIONS_A_VIEW = 5
_FRAME_STEP = 20
"""Frame ids count as if every twentieth frame of a recording had been kept, as in ScanNet."""


def scene_name(seed: int, held_out: bool) -> str:
    """Name of a room's files: unlike between training and held-out rooms."""
    return f"{'held' if held_out else 'room'}{seed:05d}_00"


def write_room(room: SyntheticRoom, root: Path) -> dict[str, list[str]]:
    """Write one room, held-out ones to the validation split; returns its captions, frame id -> list.

    Beyond the prepared layout a scene gets ``instance/<id>.png`` (uint16 object numbers, 0 = nothing) and
    ``objects.json`` (what each number is). What was written of it before, perhaps of another walk, is removed first;
    its points are written last, so that half a room is no scene.
    """
    layout, scene = Layout(root, "scannet"), scene_name(room.seed, room.held_out)
    folder, points_file = layout.views(scene), layout.points("val" if room.held_out else "train", scene)
    points_file.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    nyu40 = np.zeros(len(room.room.placed) + 1, np.uint8)
    for placed in room.room.placed:
        nyu40[placed.instance] = nyu40_of(placed.item.name)
    captions = {}
    for index in range(len(room.poses)):
        view, frame = room.view(index), str(index * _FRAME_STEP)
        _write_view(view, folder, frame, nyu40)
        captions[frame] = [caption.text for caption in room.captions(index, view, CAPTIONS_A_VIEW)]
    _write(folder / "intrinsics.txt", intrinsics_text(room.camera))
    _write(folder / "objects.json", json.dumps(_objects(room), indent=1).encode())
    cloud = room.cloud()
    _write(points_file, points_data(cloud.points, cloud.colors, cloud.labels))
    return captions


def write_captions(captions: dict[str, dict[str, list[str]]], root: Path) -> None:
    """Write the captions of rooms (scene -> frame id -> list), keeping those of scenes written before.

    Each of the two files appears whole or not at all.
    """
    everything = root / "caption" / ALL_CAPTIONS
    before = json.loads(everything.read_text()) if everything.exists() else {}
    merged = dict(sorted({**before, **captions}.items()))
    first = {scene: {frame: texts[0] for frame, texts in frames.items()} for scene, frames in merged.items()}
    for path, content in ((everything, merged), (Layout(root, "scannet").captions(CAPTIONER), first)):
        with whole_file(path) as temporary:
            temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _objects(room: SyntheticRoom) -> dict[str, object]:
    objects = {
        str(placed.instance): {
            "name": placed.item.name,
            "design": placed.item.design,
            "color": placed.item.color,
            "position": [round(value, 4) for value in placed.position],
            "yaw": round(placed.yaw, 4),
            "bounds": placed.item.bounds().round(4).tolist(),
        }
        for placed in room.room.placed
    }
    return {
        "kind": room.room.kind,
        "named_kind": room.named_kind,
        "seed": room.seed,
        "held_out": room.held_out,
        "objects": objects,
    }


def _write_view(view: View, folder: Path, frame: str, nyu40: np.ndarray) -> None:
    pose = "\n".join(" ".join(f"{value:.9f}" for value in row) for row in view.pose) + "\n"
    _write(folder / "color" / f"{frame}.jpg", color_data(view.color))
    _write(folder / "depth" / f"{frame}.png", png_data(view.depth))
    _write(folder / "label" / f"{frame}.png", png_data(nyu40[view.instance]))
    _write(folder / "instance" / f"{frame}.png", png_data(view.instance.astype(np.uint16)))
    _write(folder / "pose" / f"{frame}.txt", pose.encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
