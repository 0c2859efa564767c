# SPDX-License-Identifier: Apache-2.0
"""Oracle 2: linear probes of the diffusion taps. What can be read off each of them, pixel by pixel, at which time?

A linear classifier of all 19 classes on the features of some pixels of training rooms, tested on held-out rooms. The
UNet is told nothing (the empty prompt). The VAE's taps do not depend on the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from xmask3d_ros.evaluation.metrics import absent_classes, confusion_matrix, score
from xmask3d_ros.model.diffusion import LatentDiffusion
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_training.oracles.classifier import Classifier
from xmask3d_training.oracles.report import draw_groups, markdown, percent, write_text
from xmask3d_training.oracles.views import NAMES, LabelledView

Tap = tuple[str, int | None]
"""Name, and diffusion time; None: the time makes no difference."""


def tap_names(diffusion: LatentDiffusion) -> list[str]:
    """Names in the order of the taps (METHODS 1.7)."""
    levels = len(diffusion.config.unet_channels)
    return ["encoder 1", "encoder 2", *(f"unet {level + 1}" for level in range(levels)), "decoder 1", "decoder 2"]


def at_time(network: XMask3D, time: int) -> LatentDiffusion:
    """The network's diffusion model, its weights shared, looking at another time."""
    own = network.diffusion
    with torch.device("meta"):
        other = LatentDiffusion(replace(own.config, timestep=time), network.config.captioner)
    other.unet, other.vae, other.unconditional, other.noise = own.unet, own.vae, own.unconditional, own.noise
    return other


@torch.no_grad()
def pixel_features(
    network: XMask3D, views: Iterable[LabelledView], times: Sequence[int], pixels: int, seed: int
) -> tuple[dict[Tap, Tensor], Tensor]:
    """(N, C) float16 features by tap, and (N,) labels, of random labelled pixels.

    Args:
        network: its diffusion model is asked.
        views: to be looked at.
        times: of the UNet.
        pixels: of each view.
        seed: chooses them.
    """
    models = {time: at_time(network, time) for time in times}
    names = tap_names(network.diffusion)
    rng = np.random.default_rng(seed)
    gathered: dict[Tap, list[Tensor]] = {}
    labels = []
    for view in tqdm(views, desc="taps", unit="view"):
        rows, columns = np.nonzero((view.labels >= 0) & (view.labels < len(NAMES)))
        if not len(rows):
            continue
        chosen = rng.choice(len(rows), min(pixels, len(rows)), replace=False)
        rows, columns = rows[chosen], columns[chosen]
        labels.append(torch.from_numpy(view.labels[rows, columns]))
        image = view.square_image(network.config.diffusion.image_size).to(network.device)
        latent = network.diffusion.encode(image)
        for time, model in models.items():
            condition = network.captioner.empty(1, model.unconditional)
            taps = model(latent._replace(noisy=model.add_noise(latent.z)), condition)
            for name, tap in zip(names, taps, strict=True):
                depends = name.startswith("unet")
                if depends or time == times[0]:
                    found = tap[0][:, *_cells(rows, columns, view.labels.shape, tap.shape[-2:])]
                    gathered.setdefault((name, time if depends else None), []).append(found.T.half().cpu())
    return {tap: torch.cat(parts) for tap, parts in gathered.items()}, torch.cat(labels)


def probe(train: Tensor, train_labels: Tensor, test: Tensor, test_labels: Tensor, steps: int = 600) -> float:
    """Mean IoU of a linear classifier over the classes that the test has."""
    found = Classifier(train, train_labels, len(NAMES), steps=steps)(test)
    confusion = confusion_matrix(test_labels, found, len(NAMES))
    return score(confusion, excluded=absent_classes(confusion)).miou


def run(
    network: XMask3D,
    train: Iterable[LabelledView],
    test: Iterable[LabelledView],
    times: Sequence[int],
    pixels: int,
    steps: int,
    out: Path,
) -> dict[Tap, float]:
    """Probe every tap, and all of a time together; write ``probes.md`` and ``.png``; answers mIoU by tap."""
    train_features, train_labels = pixel_features(network, train, times, pixels, seed=0)
    test_features, test_labels = pixel_features(network, test, times, pixels, seed=1)
    found = {
        tap: probe(train_features[tap], train_labels, test_features[tap], test_labels, steps)
        for tap in tqdm(train_features, desc="probes", unit="tap")
    }
    for time in times:
        together = [tap for tap in train_features if tap[1] in (None, time)]
        whole, whole_test = (torch.cat([part[tap] for tap in together], 1) for part in (train_features, test_features))
        found["all taps", time] = probe(whole, train_labels, whole_test, test_labels, steps)
    rows = by_tap(found, times)
    table = markdown(
        ["tap", *(f"t = {time}" for time in times)],
        [[name, *map(percent, values)] for name, values in rows.items()],
    )
    counts = f"{len(train_labels)} pixels of training rooms, {len(test_labels)} of held-out rooms"
    write_text(out / "probes.md", f"{table}\nmIoU in percent of linear classifiers of the 19 classes; {counts}.\n")
    series = {f"t = {time}": [values[number] for values in rows.values()] for number, time in enumerate(times)}
    draw_groups(out / "probes.png", "Linear probes of the diffusion taps: mIoU", list(rows), series)
    return found


def by_tap(found: Mapping[Tap, float], times: Sequence[int]) -> dict[str, list[float]]:
    """mIoU by tap, one value a time; where the time makes no difference, the same value."""
    names = dict.fromkeys(name for name, _ in found)
    return {
        name: [found[name, time] if (name, time) in found else found[name, None] for time in times] for name in names
    }


def _cells(rows: np.ndarray, columns: np.ndarray, image: Sequence[int], grid: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Cell of a tap that each pixel lies in."""
    return (
        torch.from_numpy(rows * grid[0] // image[0]),
        torch.from_numpy(columns * grid[1] // image[1]),
    )
