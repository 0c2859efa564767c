# SPDX-License-Identifier: Apache-2.0
"""Oracle 3: methods that must fail. If colour or height alone tells the classes apart, the rooms are too easy.

Small neural networks on single points of training rooms, tested on those of held-out rooms.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from xmask3d_ros.evaluation.metrics import absent_classes, confusion_matrix, score
from xmask3d_training.data.labels import LabelMaps
from xmask3d_training.data.root import check_root
from xmask3d_training.data.scenes import SceneReader
from xmask3d_training.oracles.classifier import Classifier
from xmask3d_training.oracles.report import draw_groups, markdown, percent, write_text
from xmask3d_training.oracles.views import NAMES, SPLITS
from xmask3d_training.prepare.layout import Layout

LIMITS = {"colour": 0.15, "height": 0.25}
"""mIoU that each has to stay under."""
_HIDDEN = (64, 64)


def point_features(root: Path, split: str, points: int, seed: int) -> tuple[dict[str, Tensor], Tensor]:
    """(N, C) features of random labelled points by baseline, and (N,) labels. ``points``: of each scene.

    Raises:
        DataRootError: the root has no scenes of the split.
        PrepareError: a scene's points cannot be read.
    """
    layout, maps = Layout(root, "scannet"), LabelMaps(SPLITS[0])
    read = SceneReader(layout, split, maps)
    rng = np.random.default_rng(seed)
    colors, heights, labels = [], [], []
    for name in check_root(layout, SPLITS[0], split, None):
        scene = read.named(name)
        known = np.flatnonzero(scene.labels < len(NAMES))
        chosen = rng.choice(known, min(points, len(known)), replace=False)
        colors.append(scene.colors[chosen])
        heights.append(scene.coordinates[chosen, 2:] - np.percentile(scene.coordinates[:, 2], 0.5))
        labels.append(scene.labels[chosen])
    features = {"colour": np.concatenate(colors), "height": np.concatenate(heights)}
    tensors = {name: torch.from_numpy(values.astype(np.float32)) for name, values in features.items()}
    return tensors, torch.from_numpy(np.concatenate(labels))


def run(root: Path, points: int, steps: int, out: Path) -> dict[str, float]:
    """Train and test; write ``baselines.md`` and ``.png``; answers mIoU by baseline, the better of two weightings."""
    train, train_labels = point_features(root, "train", points, seed=0)
    test, test_labels = point_features(root, "val", points, seed=1)
    found: dict[str, float] = {}
    by_class: dict[str, list[float]] = {}
    rows = []
    for name in train:
        for weighting in ("as they are", "classes alike"):
            classifier = Classifier(
                train[name], train_labels, len(NAMES), _HIDDEN, weighting == "classes alike", steps, seed=0
            )
            confusion = confusion_matrix(test_labels, classifier(test[name]), len(NAMES))
            scores = score(confusion, excluded=absent_classes(confusion))
            shown = map(percent, (scores.miou, scores.accuracy, LIMITS[name]))
            rows.append([f"{name}, points weighted {weighting}", *shown])
            if scores.miou >= found.get(name, 0.0):
                found[name], by_class[name] = scores.miou, scores.iou.tolist()
    counts = f"{len(train_labels)} points of training rooms, {len(test_labels)} of held-out rooms"
    table = markdown(["single points by", "mIoU", "accuracy", "mIoU has to stay under"], rows)
    write_text(out / "baselines.md", f"{table}\nPercent, of the 19 classes; {counts}.\n")
    draw_groups(out / "baselines.png", "Trivial baselines: IoU by class", NAMES, by_class)
    return found
