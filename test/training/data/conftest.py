# SPDX-License-Identifier: Apache-2.0
"""A small data set in the prepared layout, and the reference's recorded samples."""

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from xmask3d_ros.evaluation.label_sets import SCANNET20, SCANNET200
from xmask3d_training.data.config import REFERENCE_CAPTIONER
from xmask3d_training.prepare.layout import Layout, png_data
from xmask3d_training.prepare.views import ViewWriter

WIDTH, HEIGHT = 320, 240
STEP = 0.02
FRAMES = ("0", "20", "40", "100")


def save_points(path: Path, coordinates, colors, labels) -> None:
    """As OpenScene and the reference store them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    torch.save((coordinates.astype(np.float32), colors.astype(np.float32), labels), stream)
    path.write_bytes(stream.getvalue())


def write_scene(layout: Layout, split: str, scene: str, seed: int) -> None:
    """A wall of coloured stripes 2 m ahead of a camera that moves sideways; each stripe is another class."""
    generator = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(-1.19, 1.2, STEP), np.arange(-0.8, 0.8, STEP))
    coordinates = np.stack([x.ravel(), y.ravel(), np.full(x.size, 2.0)], axis=1)
    stripes = generator.permutation(20)
    labels = stripes[((coordinates[:, 0] + 1.2) / 2.4 * 20).astype(int)].astype(np.float64)
    labels[::37] = -100
    labels[5::37] = 255
    save_points(layout.points(split, scene), coordinates, generator.uniform(-1, 1, (x.size, 3)), labels)
    raw = np.where(labels % 255 < 0, 0, np.asarray(SCANNET200.raw_ids)[(labels.astype(int) * 7) % 200])
    path = layout.point_ids_200(split, scene)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(str, raw.tolist())) + "\n")

    folder = layout.views(scene)
    folder.mkdir(parents=True)
    writer = ViewWriter(folder)
    columns = np.arange(WIDTH)
    for number, frame in enumerate(FRAMES):
        pose = np.eye(4)
        pose[0, 3] = 0.05 * number
        across = (columns - 159.5) / 288.935 * 2 + pose[0, 3]
        stripe = stripes[np.clip((across + 1.2) / 2.4 * 20, 0, 19).astype(int)]
        ids = np.broadcast_to(np.asarray(SCANNET20.raw_ids)[stripe], (HEIGHT, WIDTH)).astype(np.uint8)
        color = np.repeat(ids[..., None] * 6, 3, axis=2).astype(np.uint8)
        writer.view(frame, color, np.full((HEIGHT, WIDTH), 2000, np.uint16), pose, np.ascontiguousarray(ids))
        (folder / "label_200").mkdir(exist_ok=True)
        ids_200 = np.asarray(SCANNET200.raw_ids)[np.broadcast_to((stripe * 7) % 200, (HEIGHT, WIDTH))]
        (folder / "label_200" / f"{frame}.png").write_bytes(png_data(ids_200.astype(np.uint16)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data root: three training scenes and two validation scenes of four frames, with captions."""
    layout = Layout(tmp_path / "data", "scannet")
    captions = {}
    for seed, (split, scene) in enumerate(
        [("train", "scene0000_00"), ("train", "scene0001_00"), ("train", "scene0002_00"),
         ("val", "scene0003_00"), ("val", "scene0004_00")]
    ):  # fmt: skip
        write_scene(layout, split, scene, seed)
        captions[scene] = {frame: f"a wall of {scene} in frame {frame}" for frame in FRAMES}
    path = layout.captions(REFERENCE_CAPTIONER)
    path.parent.mkdir()
    path.write_text(json.dumps(captions))
    return layout.root


@pytest.fixture(scope="module")
def golden_data() -> dict[str, np.ndarray]:
    """j_data_loader.npz."""
    folder = os.environ.get("XMASK3D_TEST_DATA")
    if not folder:
        pytest.skip("XMASK3D_TEST_DATA is not set: the reference's recorded values are not at hand")
    with np.load(Path(folder) / "golden" / "j_data_loader.npz") as file:
        return dict(file)
