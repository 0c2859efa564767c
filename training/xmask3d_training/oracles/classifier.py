# SPDX-License-Identifier: Apache-2.0
"""A small classifier of feature vectors: linear for probes, with hidden layers for the baselines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

_BATCH = 4096


class Classifier:
    """Trained on standardised features; answers labels."""

    def __init__(
        self,
        features: Tensor,
        labels: Tensor,
        classes: int,
        hidden: Sequence[int] = (),
        balanced: bool = False,
        steps: int = 600,
        learning_rate: float = 5e-3,
        seed: int = 0,
    ) -> None:
        """Train.

        Args:
            features: (N, C).
            labels: (N,) 0..classes-1.
            classes: how many.
            hidden: widths of hidden layers; none: a linear classifier.
            balanced: let every class weigh the same, however rare.
            steps: of Adam, the rate falling to 0.
            learning_rate: at the start.
            seed: of weights and order; equal arguments give equal classifiers.
        """
        self._mean, self._scale = features.float().mean(0), features.float().std(0) + 1e-6
        widths = [features.shape[1], *hidden, classes]
        weight = None
        if balanced:
            counts = torch.bincount(labels, minlength=classes).float()
            weight = torch.where(counts > 0, counts.sum() / (counts.clamp(min=1) * (counts > 0).sum()), 0.0)
        generator = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers: list[nn.Module] = []
            for before, after in itertools.pairwise(widths):
                layers += [nn.Linear(before, after), nn.ReLU()]
            self._network = nn.Sequential(*layers[:-1])
        optimizer = torch.optim.Adam(self._network.parameters(), lr=learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for _ in range(steps):
            chosen = torch.randint(len(labels), (min(_BATCH, len(labels)),), generator=generator)
            loss = functional.cross_entropy(self._logits(features[chosen]), labels[chosen], weight)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()

    def _logits(self, features: Tensor) -> Tensor:
        return self._network((features.float() - self._mean) / self._scale)

    @torch.no_grad()
    def __call__(self, features: Tensor) -> Tensor:
        """(N, C) -> (N,) labels."""
        return torch.cat([self._logits(part).argmax(dim=1) for part in features.split(_BATCH)])
