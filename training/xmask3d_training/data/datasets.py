# SPDX-License-Identifier: Apache-2.0
"""Training draws, the in-training validation frame, and all frames for evaluation (METHODS 1.4).

A sample is a function of its key alone, key = epoch * length + index: whichever worker or process makes it, and whether
or not the run was interrupted before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.geometry.augmentation import plain_transform, random_transform
from xmask3d_training.data.config import DataConfig, ViewLimits, evaluation_limits, training_limits
from xmask3d_training.data.frames import Captions, FrameFiles
from xmask3d_training.data.labels import LabelMaps, Labels
from xmask3d_training.data.problems import Problem
from xmask3d_training.data.root import check_root, layout_of
from xmask3d_training.data.scenes import Scene, SceneReader
from xmask3d_training.data.views import (
    DataView,
    Unsuitable,
    check_limits,
    look,
    square,
    square_labels,
    voxels_of,
)
from xmask3d_training.prepare.errors import FrameError, PrepareError

NO_SAMPLE = -1
"""The key of no sample at all."""
Constants = dict[str, dict[str, Tensor]]
"""Tensors that frozen networks make of a frame: kind -> name -> tensor."""


@dataclass(frozen=True)
class Item:
    """A sample, or none, and what was skipped on the way."""

    view: DataView | None
    problems: tuple[Problem, ...] = ()
    constants: Constants = field(default_factory=dict)
    """What is known of the frame from before, by kind (``engine.frame_cache``)."""


class _Views(torch.utils.data.Dataset[Item], ABC):
    """What the three datasets share."""

    def __init__(self, config: DataConfig, split: str, limits: ViewLimits, training: bool) -> None:
        self.config, self.training, self.limits = config, training, limits
        self.benchmark = benchmark(config.benchmark)
        self.layout = layout_of(config.root, self.benchmark)
        self.maps = LabelMaps(self.benchmark)
        captioner = config.captioner if training else None
        self.scenes = check_root(self.layout, self.benchmark, split, captioner)
        self.scene = SceneReader(self.layout, split, self.maps)
        self._captions = Captions(self.layout.captions(config.captioner)) if training else None

    @abstractmethod
    def __len__(self) -> int:
        """Samples of an epoch."""

    @abstractmethod
    def _draw(self, epoch: int, index: int, make: _Maker) -> DataView | None: ...

    def __getitem__(self, key: int) -> Item:
        if key == NO_SAMPLE:
            return Item(None)
        epoch, index = divmod(key, len(self))
        make = _Maker(self, key, np.random.default_rng((self.config.seed, epoch, index)))
        view = self._draw(epoch, index, make)
        return Item(view, tuple(make.problems))

    def caption(self, scene: str, frame: str) -> str:
        """The frame's caption, empty outside training. Raises FrameError."""
        return self._captions.of(scene, frame) if self._captions else ""

    def label_image(self, files: FrameFiles) -> Labels | None:
        """The frame's label image of base labels, None outside training. Raises FrameError."""
        if not self.training:
            return None
        kind = "label_200" if self.benchmark.labels.name == "scannet200" else "label"
        return square_labels(self.maps.base_pixels(files.label_ids(kind)), self.config.image_size)

    def transform(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """(3, 3) metres to voxels."""
        config = self.config
        augment = config.augment_training if self.training else config.augment_evaluation
        return random_transform(config.voxel_size, generator) if augment else plain_transform(config.voxel_size)


class _Maker:
    """Makes one item's view from the first candidate that serves, noting why others did not."""

    def __init__(self, views: _Views, key: int, generator: np.random.Generator) -> None:
        self._views, self._key, self.generator = views, key, generator
        self.problems: list[Problem] = []

    def scene(self, name: str) -> tuple[Scene, list[str]] | None:
        """A scene and its frames, None where it cannot be used."""
        frames = self._views.layout.frames(name)
        try:
            if not frames:
                raise PrepareError("the scene has no frames")
            return self._views.scene(name), frames
        except PrepareError as error:
            self.problems.append(Problem(name, "", str(error)))
            return None

    def view(self, scene: Scene, frame: str) -> DataView | None:
        """A frame's sample, None where it is faulty or unsuitable; the latter is noted in evaluation only."""
        views = self._views
        files = FrameFiles(views.layout, scene.name, frame)
        try:
            seen = look(scene, files)
            usable = views.config.usable_points if views.training else "annotated"
            check_limits(seen, scene.labels, views.maps, views.limits, usable)
            image, label_image = square(files.color(), views.config.image_size), views.label_image(files)
            caption = views.caption(scene.name, frame)
        except FrameError as error:
            self.problems.append(Problem(scene.name, frame, str(error)))
            return None
        except Unsuitable as error:
            if isinstance(views, EvaluationViews):
                self.problems.append(Problem(scene.name, frame, str(error)))
            return None
        points, labels = scene.coordinates[seen.indices], scene.labels[seen.indices]
        coordinates, features, voxel_of_point = voxels_of(
            points, scene.colors[seen.indices], views.transform(self.generator)
        )
        return DataView(
            key=self._key,
            scene=scene.name,
            frame=frame,
            seen=seen,
            points=points,
            coordinates=coordinates,
            features=features,
            voxel_of_point=voxel_of_point,
            labels=views.maps.base(labels) if views.training else labels,
            binary_labels=views.maps.binary(labels),
            image=image,
            label_image=label_image,
            caption=caption,
        )


class TrainingViews(_Views):
    """Random views, ``repeats`` of each training scene an epoch."""

    def __init__(self, config: DataConfig, most_points: int = 65_000) -> None:
        super().__init__(config, "train", training_limits(most_points), training=True)

    def __len__(self) -> int:
        return len(self.scenes) * self.config.repeats

    def _draw(self, epoch: int, index: int, make: _Maker) -> DataView:
        """A uniformly random frame among those that serve; a scene without any gives its place to the next."""
        first = index % len(self.scenes)
        for name in self.scenes[first:] + self.scenes[:first]:
            found = make.scene(name)
            if found is None:
                continue
            scene, frames = found
            for number in make.generator.permutation(len(frames)):
                view = make.view(scene, frames[number])
                if view is not None:
                    return view
            make.problems.append(Problem(name, "", "no frame of the scene can be used"))
        reasons = "; ".join(sorted({problem.reason for problem in make.problems}))
        raise RuntimeError(
            f"no frame of {len(self.scenes)} training scenes in {self.layout.root} can be used: {reasons}"
        )


class ValidationViews(_Views):
    """One view of each validation scene, another each epoch: a proxy to watch while training."""

    def __init__(self, config: DataConfig, most_points: int = 65_000) -> None:
        super().__init__(config, "val", training_limits(most_points), training=False)

    def __len__(self) -> int:
        return len(self.scenes)

    def _draw(self, epoch: int, index: int, make: _Maker) -> DataView | None:
        """Frame ``epoch`` modulo the number of frames; every second one after it until one serves."""
        found = make.scene(self.scenes[index])
        if found is None:
            return None
        scene, frames = found
        for step in range(len(frames)):
            view = make.view(scene, frames[(epoch + 2 * step) % len(frames)])
            if view is not None:
                return view
        return None


class EvaluationViews(_Views):
    """Every frame of every validation scene, scene by scene."""

    def __init__(self, config: DataConfig, split: str = "val", most_points: int | None = None) -> None:
        limits = evaluation_limits(most_points or benchmark(config.benchmark).most_points)
        super().__init__(config, split, limits, training=False)
        self.frames = [(name, frame) for name in self.scenes for frame in self.layout.frames(name)]
        """Scene and frame of each item."""

    def __len__(self) -> int:
        return len(self.frames)

    def _draw(self, epoch: int, index: int, make: _Maker) -> DataView | None:
        name, frame = self.frames[index]
        found = make.scene(name)
        return None if found is None else make.view(found[0], frame)
