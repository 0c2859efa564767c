# SPDX-License-Identifier: Apache-2.0
"""A small data set in the prepared layout: walls of coloured blocks, each block another class."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import torch

from xmask3d_ros.evaluation.label_sets import SCANNET20
from xmask3d_training.data.config import REFERENCE_CAPTIONER
from xmask3d_training.prepare.layout import Layout
from xmask3d_training.prepare.views import ViewWriter

WIDTH, HEIGHT, DISTANCE, FOCAL = 320, 240, 2.0, 288.935
CLASSES = (0, 1, 2, 5, 3, 16)
"""Wall, floor, cabinet, sofa, bed (novel in B12/N7), toilet."""
COLORS = np.array([(200, 60, 60), (60, 190, 70), (60, 80, 210), (220, 200, 60), (190, 70, 200), (70, 200, 200)])
COLUMNS, ROWS = 3, 2


def write_root(root: Path, train: int = 2, val: int = 1, frames: int = 3, step: float = 0.035) -> Path:
    """Scenes of ``frames`` views each, with captions; points ``step`` metres apart."""
    layout = Layout(root, "scannet")
    captions: dict[str, dict[str, str]] = {}
    for seed in range(train + val):
        split, scene = ("train" if seed < train else "val"), f"scene{seed:04d}_00"
        captions[scene] = _write_scene(layout, split, scene, seed, frames, step)
    path = layout.captions(REFERENCE_CAPTIONER)
    path.parent.mkdir()
    path.write_text(json.dumps(captions))
    return root


def _write_scene(layout: Layout, split: str, scene: str, seed: int, frames: int, step: float) -> dict[str, str]:
    generator = np.random.default_rng(seed)
    blocks = generator.permutation(len(CLASSES)).reshape(ROWS, COLUMNS)
    x, y = np.meshgrid(np.arange(-1.3, 1.3, step), np.arange(-0.9, 0.9, step))
    points = np.stack([x.ravel(), y.ravel(), DISTANCE + generator.uniform(-0.02, 0.02, x.size)], axis=1)
    block = _block(blocks, points[:, 0], points[:, 1])
    labels = np.asarray(CLASSES)[block].astype(np.float64)
    labels[::41] = 255
    colors = COLORS[block] / 127.5 - 1 + generator.normal(0, 0.05, points.shape)
    path = layout.points(split, scene)
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    torch.save((points.astype(np.float32), colors.clip(-1, 1).astype(np.float32), labels), stream)
    path.write_bytes(stream.getvalue())

    folder = layout.views(scene)
    folder.mkdir(parents=True)
    writer = ViewWriter(folder)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    for frame in range(frames):
        pose = np.eye(4)
        pose[0, 3] = 0.05 * frame
        across = (columns - 159.5) / FOCAL * DISTANCE + pose[0, 3]
        down = (rows - 119.5) / FOCAL * DISTANCE
        seen = _block(blocks, across, down)
        ids = np.asarray(SCANNET20.raw_ids)[np.asarray(CLASSES)[seen]].astype(np.uint8)
        depth = np.full((HEIGHT, WIDTH), int(1000 * DISTANCE), np.uint16)
        writer.view(str(20 * frame), COLORS[seen].astype(np.uint8), depth, pose, ids)
    return {str(20 * frame): f"blocks of scene {seed} from place {frame}" for frame in range(frames)}


def _block(blocks: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    row = ((y + 0.83) / 1.66 * ROWS).astype(int).clip(0, ROWS - 1)
    column = ((x + 1.107) / 2.214 * COLUMNS).astype(int).clip(0, COLUMNS - 1)
    return blocks[row, column]
