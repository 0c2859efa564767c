# SPDX-License-Identifier: Apache-2.0
"""Settings of the loop (METHODS 1.13, 1.18)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class OptimiserConfig:
    """AdamW with a cosine that falls to 0 over the whole run, step by step."""

    learning_rate: float = 1e-4
    """At the start, of everything but the 3D networks."""
    learning_rate_3d: float = 1e-3
    """The same of the 3D branch and the binary head."""
    weight_decay: float = 0.01
    """Of every trained parameter, norms and biases included."""
    warm_up: int = 0
    """Steps in which the rates first rise linearly; the paper has none."""


@dataclass(frozen=True)
class CacheConfig:
    """What frozen networks make of a frame, kept on disk from its first use on.

    Bytes a frame at the paper's sizes, in half precision: ``z`` 32 kB, ``taps`` 42 MB, ``clip`` 13 MB, captions 3 kB.
    """

    folder: Path | None = None
    """Where to keep it; none: nothing is kept. Weights, image and caption are checked: a stale entry is made anew."""
    latent: Literal["none", "z", "taps"] = "z"
    """``z``: the latent image, which spares the end of the VAE's encoder; ``taps``: all that is used of the VAE, which
    is then not run at all."""
    clip: bool = False
    """CLIP's image tokens at every layer: the image tower is then run for the mask tokens alone."""
    captions: bool = True
    """The captions' embeddings."""
    half: bool = True
    """Keep half-precision numbers; the first use of a frame is rounded likewise, so that it equals the later ones."""


@dataclass(frozen=True)
class EvaluationConfig:
    """What ``test`` does beside the protocol."""

    gates: tuple[Literal["hard", "soft", "off"], ...] = ()
    """How the binary head chooses between base and novel (``ScoringConfig.gate``), side by side; none: as the model's
    configuration says. Results of the first are in ``evaluation``, those of another in ``evaluation/gate_<name>``."""
    mask_clip: bool = False
    """Score a simpler method too: the masks named by MaskCLIP alone, their probabilities averaged over the views."""
    labels: bool = False
    """Keep the labels of all points of every scene, in ``evaluation/labels``."""
