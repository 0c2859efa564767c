# SPDX-License-Identifier: Apache-2.0
"""How fast views are made, against what ray casting alone would take in the same run."""

from __future__ import annotations

import time

import numpy as np

from .generate import SyntheticRoom


def measure(seed: int, views: int) -> str:
    """A table for one process: wall and processor time a view, and the ratio to casting its primary rays alone."""
    started = time.process_time()
    room = SyntheticRoom(seed, views=views)
    furnishing = time.process_time() - started
    camera = room.camera
    rays = camera.width * camera.height
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width]
    pixels = np.stack([columns.ravel(), rows.ravel()], axis=1)
    wall, processor, raw = [], [], []
    for index, pose in enumerate(room.poses):
        began, began_processor = time.perf_counter(), time.process_time()
        room.view(index)
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - began_processor)
        directions = (camera.rays(pixels) @ pose[:3, :3].T).astype(np.float32)
        origins = np.broadcast_to(pose[:3, 3].astype(np.float32), directions.shape)
        began_processor = time.process_time()
        room.scene.cast(origins, directions)
        raw.append(time.process_time() - began_processor)
    began_processor = time.process_time()
    points = len(room.cloud().points)
    scanning = time.process_time() - began_processor
    total = furnishing + sum(processor) + scanning
    return "\n".join(
        [
            f"{views} views of {camera.width}x{camera.height}, {len(room.scene.triangles)} triangles, one process",
            f"wall a view        {1e3 * np.median(wall):8.0f} ms",
            f"processor a view   {1e3 * np.median(processor):8.0f} ms",
            f"rays alone         {1e3 * np.median(raw):8.0f} ms  ({rays / np.median(raw) / 1e6:.1f} M rays/s)",
            f"ratio              {np.median(processor) / np.median(raw):8.1f}",
            f"room, light, walk  {furnishing:8.1f} s",
            f"cloud              {scanning:8.1f} s  ({points} points)",
            f"views a minute     {60 * views / total:8.0f}  a core, all included",
        ]
    )
