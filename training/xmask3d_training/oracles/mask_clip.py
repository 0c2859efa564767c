# SPDX-License-Identifier: Apache-2.0
"""Oracle 1: MaskCLIP with true masks. How well does the frozen CLIP name what it is shown exactly?

Each class of a view (or each object) is one mask; its embedding is named by the nearest of the 19 class names. Scores
are of pixels. XMask3D's novel classes cannot be much better than this, for all it knows of them comes from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from xmask3d_ros.evaluation.metrics import absent_classes, confusion_matrix, score
from xmask3d_ros.model.text import cosine
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.oracles.report import draw_groups, markdown, percent, write_text
from xmask3d_training.oracles.views import NAMES, SPLITS, LabelledView

Embed = Callable[[LabelledView, Tensor], Tensor]
"""A view and masks (Q, H, W) bool -> (Q, C) embeddings."""
_INSIDE = 10.0  # logit of a pixel that is surely in the mask
_LEAST_PIXELS = 16


def true_masks(view: LabelledView, kind: str) -> tuple[Tensor, Tensor]:
    """(Q, H, W) bool masks of what a view shows, and (Q,) their classes. ``kind``: "class" or "object".

    Raises:
        SettingsError: objects are asked for, and the data have no numbers of them.
    """
    labels = torch.from_numpy(view.labels)
    if kind == "class":
        ids = labels
    else:
        if view.instances is None:
            raise SettingsError(
                "these data have no object numbers (instance/<frame>.png): ask for masks of classes, --masks class"
            )
        ids = torch.from_numpy(view.instances) * (len(NAMES) + 1) + labels.clamp(max=len(NAMES))
    masks, classes = [], []
    for number in ids.unique():
        mask = ids == number
        label = int(labels[mask][0])
        if 0 <= label < len(NAMES) and int(mask.sum()) >= _LEAST_PIXELS:
            masks.append(mask)
            classes.append(label)
    if not masks:
        return torch.zeros(0, *labels.shape, dtype=torch.bool), torch.zeros(0, dtype=torch.int64)
    return torch.stack(masks), torch.tensor(classes)


def name_masks(views: Iterable[LabelledView], embed: Embed, text: Tensor, kind: str) -> Tensor:
    """(19, 20) pixel counts of true and found classes. ``text``: (19, C) unit embeddings of the names."""
    confusion = torch.zeros(len(NAMES), len(NAMES) + 1, dtype=torch.int64)
    for view in views:
        masks, _ = true_masks(view, kind)
        found = torch.full(view.labels.shape, -1)
        if len(masks):
            names = cosine(embed(view, masks).float(), text).argmax(dim=1)
            for mask, name in zip(masks, names.tolist(), strict=True):
                found[mask] = name
        confusion += confusion_matrix(torch.from_numpy(view.labels), found, len(NAMES))
    return confusion


def embedder(network: XMask3D) -> Embed:
    """MaskCLIP of a network."""

    def embed(view: LabelledView, masks: Tensor) -> Tensor:
        image = view.square_image(network.config.diffusion.image_size).to(network.device)
        logits = torch.where(masks, _INSIDE, -_INSIDE)[None].to(network.device)
        return network.mask_clip(image, logits)[0].cpu()

    return embed


def run(network: XMask3D, views: Iterable[LabelledView], kind: str, out: Path) -> Tensor:
    """Ask, and write ``mask_clip_KIND.md`` and ``.png``; answers the counts."""
    text = torch.nn.functional.normalize(network.clip.encode_text(list(NAMES)).float(), dim=-1).cpu()
    confusion = name_masks(views, embedder(network), text, kind)
    write_text(out / f"mask_clip_{kind}.md", describe(confusion, kind))
    iou = score(confusion).iou
    absent = absent_classes(confusion)
    shown = [label for label in np.argsort(-iou).tolist() if label not in absent]
    title = f"MaskCLIP, true masks of {kind}: IoU by class"
    draw_groups(out / f"mask_clip_{kind}.png", title, [NAMES[label] for label in shown], {"IoU": iou[shown].tolist()})
    return confusion


def describe(confusion: Tensor, kind: str) -> str:
    """The tables: means by split, then classes."""
    absent = absent_classes(confusion)
    rows = []
    for split in SPLITS:
        scores = score(confusion, split.novel, absent)
        rows.append([split.title, *map(percent, (scores.miou, scores.miou_base, scores.miou_novel, scores.hiou))])
    means = markdown(["true masks of " + kind, "mIoU, 19 classes", "base", "novel", "hIoU"], rows)
    every = score(confusion)
    classes = markdown(
        ["class", "IoU", "recall", "pixels", "most often taken for"],
        [
            [
                name,
                percent(every.iou[label]),
                percent(every.recall[label]),
                str(every.points[label]),
                _mistaken(confusion, label),
            ]
            for label, name in enumerate(NAMES)
            if label not in absent
        ],
    )
    left_out = (
        f"\nNot in these views, and in no mean: {', '.join(NAMES[label] for label in absent)}.\n" if absent else ""
    )
    return f"{means}\n{classes}{left_out}"


def _mistaken(confusion: Tensor, label: int) -> str:
    wrong = confusion[label, :-1].clone()
    wrong[label] = 0
    return NAMES[int(wrong.argmax())] if int(wrong.max()) else ""
