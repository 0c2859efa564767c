# SPDX-License-Identifier: Apache-2.0
"""The Lightning module: a training step, a validation view, a test view."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import lightning
import numpy as np
import torch
from torch import Tensor

from xmask3d_ros.evaluation.benchmarks import benchmark as benchmark_of
from xmask3d_ros.evaluation.metrics import confusion_matrix, score
from xmask3d_ros.model.scoring import Scorer, ViewEvidence
from xmask3d_ros.model.text import TextClasses
from xmask3d_ros.sparse import coordinate_maps
from xmask3d_ros.vocabulary import make_vocabulary
from xmask3d_training.data.batch import Batch, NoViews
from xmask3d_training.data.problems import ProblemLog
from xmask3d_training.engine.config import CacheConfig, OptimiserConfig
from xmask3d_training.engine.errors import SettingsError, TrainingDiverged
from xmask3d_training.engine.frozen_features import FrozenFeatures, open_cache
from xmask3d_training.engine.network import (
    Condition,
    fresh_network,
    parameter_groups,
    start_from,
    trained_network,
    trained_parameters,
)
from xmask3d_training.engine.network_pass import NetworkPass, evidence, predictions, run_network
from xmask3d_training.losses.config import LOSSES, LossConfig
from xmask3d_training.losses.criterion import Criterion, Targets
from xmask3d_training.losses.point_embeddings import PointEmbeddings
from xmask3d_training.losses.precision import at_least_single
from xmask3d_training.protocol.branches import BRANCHES, branch_labels

logger = logging.getLogger(__name__)
Found = TypeVar("Found")
_OPTIMISER, _CACHE = OptimiserConfig(), CacheConfig()


class XMask3DModule(lightning.LightningModule):
    """XMask3D on one benchmark. Everything random in a step depends on seed, epoch, step and process alone."""

    def __init__(
        self,
        benchmark: str = "scannet_b12n7",
        network: str = "xmask3d",
        weights: Path | None = None,
        start: Path | None = None,
        condition: Condition = "3d",
        losses: LossConfig | None = None,
        optimiser: OptimiserConfig = _OPTIMISER,
        cache: CacheConfig = _CACHE,
        gradient_checkpointing: bool = False,
        seed: int = 5557,
    ) -> None:
        """Build the network.

        Args:
            benchmark: label set and split.
            network: sizes and frozen parts: a preset (``xmask3d``, ``tiny``) or a model's folder.
            weights: folder of a trained model to start from or to evaluate; it then decides sizes and condition.
            start: the same, but frozen parts, sizes and condition stay those of ``network``; ignored with ``weights``.
            condition: what the diffusion UNet is told of a view: ``3d`` its 3D feature, ``2d`` CLIP's embedding of the
                image, ``text`` the empty prompt alone (XMask3D table 3). Captions are no condition: there are none when
                a model is used.
            losses: weights and switches of the losses; none: the benchmark's. ``mask_3d: 0`` is training without the
                paper's mask loss.
            optimiser: learning rates and their course.
            cache: what of the frozen networks is kept on disk.
            gradient_checkpointing: compute the UNet's and the projections' activations twice instead of keeping them.
            seed: of the fresh weights and of everything random in a step.
        """
        super().__init__()
        self.benchmark = benchmark_of(benchmark)
        if weights is not None:
            self.network = trained_network(weights, self.benchmark)
        else:
            self.network = fresh_network(network, self.benchmark, condition, seed)
            if start is not None:
                start_from(self.network, start, self.benchmark)
        self.trained = weights is not None
        """Whether the weights have been learned, here or before."""
        self.losses = losses or LOSSES[benchmark]
        self.criterion = Criterion(self.losses)
        self.network.binary_positive_weight.fill_(self.losses.binary_positive_weight)
        self.network.diffusion.gradient_checkpointing = gradient_checkpointing
        self.network.feature_projection.gradient_checkpointing = gradient_checkpointing
        self.optimiser, self.seed = optimiser, seed
        self.cache = open_cache(cache, self.network)
        self.frozen = FrozenFeatures(self.network, self.cache)
        self.problems = ProblemLog()
        # The frozen parts are not in the checkpoints.
        self.strict_loading = False
        learned = {id(parameter) for _, parameter in trained_parameters(self.network, self.losses)}
        for parameter in self.network.parameters():
            parameter.requires_grad_(id(parameter) in learned)
        self.network.train()  # frozen parts stay in evaluation mode by themselves
        self._text: Tensor | None = None
        self._confusions: dict[str, Tensor] = {}

    # ---------------------------------------------------------------------------------------------------- training

    def on_fit_start(self) -> None:
        """Text of the classes to learn."""
        self._text = self.network.clip.encode_text(list(self.benchmark.base_names))

    def configure_optimizers(self) -> Any:
        """AdamW, cosine by step."""
        optimizer = torch.optim.AdamW(
            parameter_groups(self.network, self.optimiser), weight_decay=self.optimiser.weight_decay
        )
        total, warm_up = self.trainer.estimated_stepping_batches, self.optimiser.warm_up

        def factor(step: int) -> float:
            rising = min(1.0, (step + 1) / (warm_up + 1))
            return rising * 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / total)))

        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """So that a resumed run draws what the uninterrupted one would have drawn."""
        place = (self.seed, self.current_epoch, batch_idx, self.global_rank)
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Weighted sum of all terms."""
        self._note(batch)
        terms = self.terms(batch)
        total = torch.stack(list(terms.values())).sum()
        if not bool(total.isfinite()):
            bad = [name for name, value in terms.items() if not bool(value.isfinite())]
            views = ", ".join(f"{scene} {frame}" for scene, frame in zip(batch.scenes, batch.frames, strict=True))
            raise TrainingDiverged(
                f"{', '.join(bad)} not finite at step {self.global_step} (views: {views}). Resume from the last "
                "checkpoint with --ckpt_path last; if it happens again, lower the learning rate or train in fp32"
            )
        shown = {f"train/{name}": value.detach() for name, value in terms.items() if not name[-1].isdigit()}
        self.log_dict(shown, batch_size=len(batch))
        self.log("loss", total.detach(), prog_bar=True, batch_size=len(batch))
        return total

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """The losses of a batch, by name and weighted."""
        assert self._text is not None and batch.label_images is not None
        if self.losses.points_alone:  # nothing else of the network is needed
            network = self.network
            maps = coordinate_maps(batch.coordinates)
            points = network.point_branch(batch.coordinates, batch.features, maps)
            embeddings = PointEmbeddings(points.embeddings, batch.voxel_of_point)
            binary_logits = None
            if self.losses.binary:
                binary_logits = network.binary_head(batch.coordinates, batch.features, maps)
                binary_logits = at_least_single(binary_logits)[batch.voxel_of_point]
            return self.criterion.of_points(
                embeddings,
                binary_logits,
                self._text,
                network.null_embedding,
                network.logit_scale(),
                batch.labels,
                batch.binary_labels,
            )
        with_masks = self.losses.mask_3d > 0 and self.current_epoch >= self.losses.mask_3d_start
        output = run_network(self.network, batch, self.frozen, mask_clip=with_masks)
        predicted = predictions(self.network, batch, output, self._text, self.losses.fallbacks)
        targets = Targets(
            label_images=batch.label_images,
            labels=batch.labels,
            binary_labels=batch.binary_labels,
            captions=self.frozen.captions(batch),
            view_of_point=batch.view_of_point,
            rows=batch.rows,
            columns=batch.columns,
            grid_size=batch.grid_size,
        )
        return self.criterion(predicted, targets, self.current_epoch)

    # -------------------------------------------------------------------------------------------------- validation

    def on_validation_epoch_start(self) -> None:
        """Empty counts."""
        classes = self.benchmark.classes
        self._confusions = {
            branch: torch.zeros(classes, classes + 1, dtype=torch.int64, device=self.device) for branch in BRANCHES
        }
        self.start_scoring()

    def validation_step(self, batch: Batch | NoViews, batch_idx: int) -> dict[str, Any]:
        """Count each view's labels; a proxy for the evaluation (METHODS 1.4). Answers them for the pictures."""
        found = self.label_views(batch)
        for view, labels in enumerate(found):
            assert isinstance(batch, Batch)
            truth = batch.labels[batch.view_of_point == view]
            for branch, confusion in self._confusions.items():
                confusion += confusion_matrix(truth, labels[branch], self.benchmark.classes)
        return {"labels": found}

    def on_validation_epoch_end(self) -> None:
        """Scores of all processes' views together."""
        for branch in BRANCHES:
            confusion = self.sum_of_processes(self._confusions[branch])
            scores = score(confusion, self.benchmark.novel)
            prefix = "val" if branch == "fused" else f"val_{branch}"
            values = {"hiou": scores.hiou, "miou_base": scores.miou_base, "miou_novel": scores.miou_novel}
            for name, value in values.items():
                shown = branch == "fused" and name == "hiou"
                self.log(f"{prefix}/{name}", torch.tensor(value, dtype=torch.float32), prog_bar=shown)

    def start_scoring(self) -> None:
        """Take the present weights and the benchmark's classes for :meth:`label_views`."""
        self._scorer: Scorer = self.network.scorer()
        vocabulary = make_vocabulary(list(self.benchmark.labels.names))
        self._classes: TextClasses = self.network.text_encoder().classes(vocabulary)

    def label_views(self, batch: Batch | NoViews) -> list[dict[str, Tensor]]:
        """(N_i,) labels of each view's points, by output."""
        return self.look(batch, lambda seen, points: branch_labels(self._scorer, seen, self._classes, points))

    def look(self, batch: Batch | NoViews, score: Callable[[ViewEvidence, Tensor], Found]) -> list[Found]:
        """What ``score`` makes of each view's evidence and of the (N_i, 3) points it is about, metres.

        The network runs in the trainer's precision, ``score`` in float32: cosines rounded to half precision are too
        coarse to tell classes apart.
        """
        self._note(batch)
        if isinstance(batch, NoViews):
            return []
        output: NetworkPass = run_network(self.network, batch, self.frozen, auxiliary=False)
        with torch.autocast(self.device.type, enabled=False):
            return [
                score(evidence(batch, output, view), batch.points[batch.view_of_point == view])
                for view in range(len(batch))
            ]

    def sum_of_processes(self, counts: Tensor) -> Tensor:
        """Counts of all processes, on every process."""
        return self.trainer.strategy.reduce(counts.to(self.device), reduce_op="sum").cpu()

    # ------------------------------------------------------------------------------------------------- checkpoints

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Frozen parts are left out."""
        frozen = self._frozen_names()
        checkpoint["state_dict"] = {
            name: value for name, value in checkpoint["state_dict"].items() if not name.startswith(frozen)
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Raises SettingsError: the checkpoint is of another network."""
        frozen, found = self._frozen_names(), checkpoint["state_dict"]
        expected = {name: value.shape for name, value in self.state_dict().items() if not name.startswith(frozen)}
        wrong = [name for name, shape in expected.items() if name not in found or found[name].shape != shape]
        wrong += [name for name in found if name not in expected]
        if wrong:
            raise SettingsError(
                f"the checkpoint is of another network: {wrong[0]} and {len(wrong) - 1} more parts do not fit. Give "
                "the configuration that it was trained with (config.yaml in the folder of its logs)"
            )
        self.trained = True

    def _frozen_names(self) -> tuple[str, ...]:
        return tuple(f"network.{part}." for part in self.network.frozen_parts())

    def _note(self, batch: Batch | NoViews) -> None:
        for problem in self.problems.add(batch.problems):
            logger.warning("skipped: %s %s: %s", problem.scene, problem.frame or "(whole scene)", problem.reason)
