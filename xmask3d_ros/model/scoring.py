# SPDX-License-Identifier: Apache-2.0
"""From what one view says to class scores of its points (METHODS 1.10, 1.14).

Nothing here runs the network: a :class:`ViewEvidence` and the text embeddings of any vocabulary are enough, which is
what lets a new vocabulary relabel the map.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from xmask3d_ros.model.assignment import assign_at_pixels, mask_logits_at_pixels
from xmask3d_ros.model.config import ScoringConfig
from xmask3d_ros.model.text import TextClasses, cosine

FORBIDDEN = -1e10
"""Logit of a class that the gate forbids (the reference's value)."""
_CHUNK = 16_384
"""Points scored at once, to bound memory."""


@dataclass
class ViewEvidence:
    """What one view says about its points, free of any vocabulary."""

    hidden: Tensor
    """(N, h) float32 h: the point's feature before the 3D network's last layer."""
    rows: Tensor
    """(N,) int64 pixel rows in the mask grid."""
    columns: Tensor
    """(N,) int64 pixel columns in the mask grid."""
    binary_logits: Tensor
    """(N,) float32; sigmoid is the probability of belonging to a base class."""
    mask_logits: Tensor
    """(Q, h, w) float32 mask logits of the queries, stride 4 of the network's image."""
    mask_embeddings: Tensor
    """(Q, C) float32 G: the trained embedding of each mask."""
    clip_embeddings: Tensor
    """(Q, C) float32 G_CLIP: MaskCLIP's embedding of each mask."""
    query_usable: Tensor
    """(Q,) bool: the query's mask covers at least one of the view's points."""
    query_base_probability: Tensor
    """(Q,) float32: mean sigmoid of the binary head over those points."""
    grid_size: tuple[int, int]
    """Height and width of the mask grid."""

    @classmethod
    def observe(
        cls,
        hidden: Tensor,
        rows: Tensor,
        columns: Tensor,
        binary_logits: Tensor,
        mask_logits: Tensor,
        mask_embeddings: Tensor,
        clip_embeddings: Tensor,
        grid_size: tuple[int, int],
    ) -> ViewEvidence:
        """Evidence of a view from the network's outputs; the arguments are the fields of the same names."""
        inside = mask_logits_at_pixels(mask_logits, grid_size, rows, columns) > 0
        covered = inside.sum(dim=1)
        base = (inside * binary_logits.sigmoid()).sum(dim=1) / covered.clamp(min=1)
        return cls(
            hidden, rows, columns, binary_logits, mask_logits, mask_embeddings, clip_embeddings,
            covered > 0, base, grid_size,
        )  # fmt: skip

    def point_mask_logits(self) -> Tensor:
        """(Q, N) mask logits at the points' pixels."""
        return mask_logits_at_pixels(self.mask_logits, self.grid_size, self.rows, self.columns)


@dataclass(frozen=True)
class PointWeights:
    """The linear tail of the network, folded onto h (the algebra of evidence).

    F_3d = point h + point_bias. A point under mask k: u = fused h + W2 G_k + fused_bias. An uncovered one: u = F_3d.
    """

    point: Tensor
    """(C, h) D K^T."""
    point_bias: Tensor
    """(C,) b_D."""
    fused: Tensor
    """(C, h) W3 D K^T."""
    fused_bias: Tensor
    """(C,) W3 b_D + b_f."""
    mask: Tensor
    """(C, C) W2."""
    null: Tensor
    """(1, C) unit embedding of the null class."""
    scale: Tensor
    """() the learned factor of all cosines, at most 100."""

    def mask_offsets(self, mask_embeddings: Tensor) -> Tensor:
        """(Q, C) c_k = W2 G_k + W3 b_D + b_f."""
        return mask_embeddings @ self.mask.T + self.fused_bias

    def embeddings(self, hidden: Tensor, query: Tensor, offsets: Tensor) -> Tensor:
        """(N, C) u of points; ``query`` (N,) is -1 for uncovered ones."""
        covered = (query >= 0)[:, None]
        fused = hidden @ self.fused.T + offsets[query.clamp(min=0)]
        return torch.where(covered, fused, hidden @ self.point.T + self.point_bias)


@dataclass
class PointScores:
    """Class scores of points, after ensemble and gate."""

    log_scores: Tensor
    """(N, K) log scores; comparable within a point. Forbidden classes hold :data:`FORBIDDEN`."""
    query: Tensor
    """(N,) int64 query whose mask covers the point, -1 for none."""


class Scorer:
    """Scores one view's evidence against the classes of a vocabulary."""

    def __init__(self, weights: PointWeights, config: ScoringConfig) -> None:
        if config.gate not in ("hard", "soft", "off"):
            raise ValueError(f"scoring.gate must be 'hard', 'soft' or 'off', not {config.gate!r}")
        self.weights = weights
        self.config = config

    def score(self, evidence: ViewEvidence, classes: TextClasses) -> PointScores:
        """Assignment, fusion, ensemble and gate for every point of a view."""
        query = self.assign(evidence, classes)
        offsets = self.weights.mask_offsets(evidence.mask_embeddings)
        mask_scores = classes.logits(evidence.clip_embeddings, self.weights.scale).log_softmax(dim=1)
        chunks = [
            self._score_points(
                self.weights.embeddings(evidence.hidden[part], query[part], offsets),
                query[part],
                evidence.binary_logits[part],
                mask_scores,
                classes,
            )
            for part in _parts(len(query))
        ]
        empty = evidence.hidden.new_zeros((0, len(classes)))
        return PointScores(torch.cat(chunks) if chunks else empty, query)

    def assign(self, evidence: ViewEvidence, classes: TextClasses, gated: bool = True) -> Tensor:
        """(N,) int64 query whose final mask covers each point, -1 for none.

        Queries that cover no point are dropped. With ``gated``, a query competes only with the classes of its group.
        """
        logits = classes.logits(evidence.mask_embeddings, self.weights.scale)
        null = self.weights.scale * cosine(evidence.mask_embeddings, self.weights.null)
        logits = torch.cat([logits, null], dim=1)
        if gated and classes.gated and self.config.gate != "off":
            with_null = torch.cat([classes.is_base, classes.is_base.new_ones(1)])
            logits = self.gate(logits, evidence.query_base_probability, with_null)
        return assign_at_pixels(evidence.point_mask_logits(), logits, evidence.query_usable)

    def _score_points(
        self, embeddings: Tensor, query: Tensor, binary_logits: Tensor, mask_scores: Tensor, classes: TextClasses
    ) -> Tensor:
        scores = classes.logits(embeddings, self.weights.scale).log_softmax(dim=1)
        exponent = self.exponents(classes)
        covered = (query >= 0)[:, None]
        ensemble = exponent * scores + (1.0 - exponent) * mask_scores[query.clamp(min=0)]
        scores = torch.where(covered, ensemble, scores)
        if classes.gated and self.config.gate != "off":
            scores = self.gate(scores, binary_logits.sigmoid(), classes.is_base)
        return scores

    def exponents(self, classes: TextClasses) -> Tensor:
        """(K,) weight r of the fused score against MaskCLIP's, by the class's group."""
        base, novel = self.config.base_exponent, self.config.novel_exponent
        return torch.where(classes.is_base, base, novel).to(self.weights.scale)

    def gate(self, scores: Tensor, base_probability: Tensor, is_base: Tensor) -> Tensor:
        """Let each row choose between the groups: (N, K) log scores, (N,) in [0, 1], (K,) bool."""
        if self.config.gate == "hard":
            allowed = (base_probability > 0.5)[:, None] == is_base
            return scores.masked_fill(~allowed, FORBIDDEN)
        log_group = torch.where(
            is_base,
            base_probability.clamp(min=1e-6).log()[:, None],
            (1 - base_probability).clamp(min=1e-6).log()[:, None],
        )
        within = torch.where(
            is_base,
            scores.masked_fill(~is_base, FORBIDDEN).log_softmax(dim=1),
            scores.masked_fill(is_base, FORBIDDEN).log_softmax(dim=1),
        )
        return within + log_group


def decide(log_scores: Tensor) -> tuple[Tensor, Tensor]:
    """Best class and its share of probability: (N, K) -> (N,) int64, (N,) float32."""
    best = log_scores.argmax(dim=1)
    share = log_scores.float().softmax(dim=1).gather(1, best[:, None])[:, 0]
    return best, share


def _parts(count: int) -> list[slice]:
    return [slice(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
