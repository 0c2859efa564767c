# SPDX-License-Identifier: Apache-2.0
"""Ground truth of any kind, opened for a recording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.bag import BagFrames
from xmask3d_ros.geometry import TransformError
from xmask3d_ros.vocabulary import Vocabulary

from .cloud import TruthCloud, read_truth_cloud
from .error import GroundTruthError
from .images import LabelTopic, folder_images, labels_in, labels_of_topic, read_label_image
from .names import Meaning, meaning_of, read_label_map, read_label_names
from .reference import CloudReference, ImageReference, LabelImages, Reference

TOPIC = "topic:"
"""Prefix that makes a topic of the recording the ground truth."""


@dataclass(frozen=True)
class TruthOptions:
    """Where the ground truth is and how to read it."""

    source: str
    """A cloud's file (.npz, .ply, .pcd), a folder of label images, or ``topic:<name>``."""
    frame: str | None = None
    """TF frame of a cloud; ``None``: the fixed frame of the map."""
    label_map: Path | None = None
    """YAML of name: class of the vocabulary, or null."""
    label_names: Path | None = None
    """YAML of label: name."""
    radius: float = 0.05
    """Metres within which a point has the class of a point of the cloud."""


@dataclass
class OpenTruth:
    """Ground truth, ready to be asked."""

    reference: Reference
    meaning: Meaning
    about: dict[str, Any]
    """What the report says of it."""
    close: Callable[[], None] = field(default=lambda: None)
    """To be called when done."""


def open_truth(
    options: TruthOptions,
    frames: BagFrames,
    vocabulary: Vocabulary,
    voxel_size: float = 0.02,
    depth_range: tuple[float, float] = (0.1, 6.0),
) -> OpenTruth:
    """Open the ground truth of a recording.

    Args:
        options: where it is.
        frames: the recording.
        vocabulary: its classes are what names come to mean.
        voxel_size: metres; label images are gathered in voxels of this size.
        depth_range: metres; pixels of label images outside it are left out.

    Raises:
        GroundTruthError: it cannot be read, is in an unknown frame, or shares no class with the vocabulary.
    """
    mapping = read_label_map(options.label_map) if options.label_map else None
    names = read_label_names(options.label_names) if options.label_names else None
    source = Path(options.source)
    if options.source.startswith(TOPIC) or source.is_dir():
        return _images(options, frames, vocabulary, mapping, names, voxel_size, depth_range)
    cloud = _in_fixed_frame(read_truth_cloud(source, names), options, frames)
    meaning = meaning_of(cloud.names, vocabulary, mapping)
    classes = meaning.class_of_name[cloud.names_of_points]
    about = {"kind": "cloud", "frame": options.frame or frames.fixed_frame, "points": len(classes)}
    counts: Counter[str] = Counter()  # labels may share a name
    for name, count in zip(cloud.names, np.bincount(cloud.names_of_points, minlength=len(cloud.names)), strict=True):
        counts[name] += int(count)
    return OpenTruth(
        CloudReference(cloud.points, classes, options.radius),
        meaning,
        about | _named(meaning, counts),
    )


def _in_fixed_frame(cloud: TruthCloud, options: TruthOptions, frames: BagFrames) -> TruthCloud:
    if options.frame in (None, frames.fixed_frame):
        return cloud
    try:
        return cloud.transformed(frames.transforms.lookup(frames.fixed_frame, str(options.frame), frames.pairs[0][0]))
    except TransformError as error:
        raise GroundTruthError(f"the frame of the ground truth: {error}") from error


def _images(
    options: TruthOptions,
    frames: BagFrames,
    vocabulary: Vocabulary,
    mapping: dict[str, str | None] | None,
    names: dict[int, str] | None,
    voxel_size: float,
    depth_range: tuple[float, float],
) -> OpenTruth:
    close: Callable[[], None] = lambda: None  # noqa: E731
    read: Callable[[int], NDArray[np.int64] | None]
    if options.source.startswith(TOPIC):
        name = options.source.removeprefix(TOPIC)
        labels = labels_of_topic(frames.path, name)
        topic = LabelTopic(frames.path, name)
        read, close = topic.at, topic.close
    else:
        folder = Path(options.source)
        if names is None and (folder / "labels.yaml").is_file():
            names = read_label_names(folder / "labels.yaml")
        files = folder_images(folder, frames.color_stamps)
        labels = labels_in(files.values())

        def read(stamp_ns: int) -> NDArray[np.int64] | None:
            return read_label_image(files[stamp_ns]) if stamp_ns in files else None

    labels = [label for label in labels if label >= 0]  # negative ones mean no class
    words = [(names or {}).get(label, str(label)) for label in labels]
    try:
        meaning = meaning_of(words, vocabulary, mapping)
    except GroundTruthError:
        close()
        raise
    known = np.array(labels, np.int64)  # ascending; searched, for a table by label may be of any size

    def classes(stamp_ns: int) -> NDArray[np.int64] | None:
        image = read(stamp_ns)
        if image is None:
            return None
        place = np.minimum(np.searchsorted(known, image), len(known) - 1)
        return np.where(known[place] == image, meaning.class_of_name[place], -1)

    images: LabelImages = classes
    about = {"kind": "label images", "frame": frames.fixed_frame}
    return OpenTruth(ImageReference(images, voxel_size, *depth_range), meaning, about | _named(meaning, None), close)


def _named(meaning: Meaning, counts: dict[str, int] | None) -> dict[str, Any]:
    return {
        "mapped": meaning.mapped,
        "ignored": list(meaning.ignored),
        "unknown": {name: (counts or {}).get(name) for name in meaning.unknown},
    }
