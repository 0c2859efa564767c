# SPDX-License-Identifier: Apache-2.0
"""METHODS 1.10 and 1.14 in plain float64 numpy, from F_3d on: no folded weights, nothing of the package."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FORBIDDEN = -1e10


@dataclass
class PlainView:
    """What the network says of one view, and the weights behind it; all float64 but for the indices."""

    embeddings: NDArray
    """(N, C) F_3d of the points."""
    rows: NDArray
    columns: NDArray
    grid_size: tuple[int, int]
    binary_logits: NDArray
    """(N,)."""
    mask_logits: NDArray
    """(Q, h, w)."""
    mask_embeddings: NDArray
    """(Q, C) G."""
    clip_embeddings: NDArray
    """(Q, C) G_CLIP."""


@dataclass
class PlainWeights:
    """Fusion, null class, and how scores are made."""

    fusion: NDArray
    """(C, 2C) on [F_2d, F_3d]."""
    fusion_bias: NDArray
    null: NDArray
    """(1, C)."""
    scale: float
    text: NDArray
    """(K, C), any length."""
    base: NDArray
    """(K,) bool."""
    base_exponent: float
    novel_exponent: float


def plain_labels(view: PlainView, weights: PlainWeights) -> tuple[NDArray, NDArray]:
    """(N,) label of each point and (N,) query that covers it, -1 for none."""
    base, text = weights.base, unit(weights.text)
    grid = np.stack([bilinear(mask, view.grid_size) for mask in view.mask_logits])
    probability = 1 / (1 + np.exp(-grid[:, view.rows, view.columns]))
    point_base = 1 / (1 + np.exp(-view.binary_logits))

    kept, scores = [], []
    for query, embedding in enumerate(unit(view.mask_embeddings)):
        inside = probability[query] > 0.5
        if not inside.any():
            continue
        logits = weights.scale * np.append(text @ embedding, unit(weights.null) @ embedding)
        if point_base[inside].mean() > 0.5:
            logits[:-1][~base] = FORBIDDEN
        else:
            logits[:-1][base] = logits[-1] = FORBIDDEN
        kept.append(query)
        scores.append(softmax(logits).max())

    winner = np.full(len(view.rows), -1)
    if kept:
        best = (np.array(scores)[:, None] * probability[kept]).argmax(axis=0)
        certain = probability[kept][best, np.arange(len(best))] >= 0.5
        winner[certain] = np.array(kept)[best[certain]]

    covered = winner >= 0
    fused = view.embeddings.copy()
    both = np.concatenate([view.mask_embeddings[winner[covered]], view.embeddings[covered]], axis=1)
    fused[covered] = both @ weights.fusion.T + weights.fusion_bias
    p = softmax(weights.scale * unit(fused) @ text.T)
    q = softmax(weights.scale * unit(view.clip_embeddings) @ text.T)
    exponent = np.where(base, weights.base_exponent, weights.novel_exponent)
    p[covered] = p[covered] ** exponent * q[winner[covered]] ** (1 - exponent)
    p[(point_base > 0.5)[:, None] != base] = -1
    return p.argmax(axis=1), winner


def bilinear(image: NDArray, size: tuple[int, int]) -> NDArray:
    """(h, w) -> (H, W), half-pixel centres, edges repeated: OpenCV's rule, and that of align_corners=False."""
    return cv2.resize(image.astype(np.float64), size[::-1], interpolation=cv2.INTER_LINEAR)


def unit(rows: NDArray) -> NDArray:
    """Rows of length one."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def softmax(logits: NDArray) -> NDArray:
    """Over the last axis."""
    exponential = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponential / exponential.sum(axis=-1, keepdims=True)
