# SPDX-License-Identifier: Apache-2.0
"""Which topics of a recording are the RGB-D camera: found by type and encoding, or named."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from xmask3d_ros.images import COLOR_ENCODINGS, DEPTH_ENCODINGS

from .bag_error import BagError


@dataclass(frozen=True)
class Topics:
    """Topic names; None: to be found."""

    color: str | None = None
    depth: str | None = None
    color_info: str | None = None
    depth_info: str | None = None


@dataclass(frozen=True)
class ImageTopic:
    """An image topic of a recording that has messages."""

    name: str
    encoding: str
    """Of its first message; for compressed images the ``format``."""
    compressed: bool

    @property
    def base(self) -> str:
        """The topic without the transport's suffix: ``/camera/image_raw`` of ``/camera/image_raw/compressed``."""
        topic, _, last = self.name.rpartition("/")
        return topic if self.compressed and topic and last in ("compressed", "compressedDepth") else self.name

    @property
    def is_depth(self) -> bool:
        """By encoding; by name only where the encoding is one that is not read."""
        encoding = self.encoding.split(";")[0].strip()
        if encoding in DEPTH_ENCODINGS or "compressedDepth" in self.encoding:
            return True
        return "depth" in self.base and encoding not in COLOR_ENCODINGS and "jpeg" not in self.encoding

    @property
    def is_color(self) -> bool:
        """Whatever is no depth; but not the coloured pictures of depth that some drivers publish."""
        return not self.is_depth and "depth" not in self.base

    def __str__(self) -> str:
        return f"{self.name} ({self.encoding})"


def find_topics(images: list[ImageTopic], infos: list[str], wanted: Topics) -> Topics:
    """The topics of the colour image, the depth image and their camera_info; ``depth_info`` may stay None.

    ``images`` and ``infos`` are what the recording holds. What ``wanted`` names is taken, the rest found: colour by
    encoding and name, raw before compressed; depth in colour's namespace, aligned or registered before raw; each
    camera_info beside its image. Raises BagError, listing the candidates, where there is none or no single best.
    """
    names = {image.name: image for image in images}
    for field in fields(Topics):
        _check_named(field.name, getattr(wanted, field.name), list(names) if "info" not in field.name else infos)
    color = names[wanted.color] if wanted.color else _best("color", images, _color_rank)
    depth = names[wanted.depth] if wanted.depth else _best("depth", images, lambda image: _depth_rank(image, color))
    depth_info = wanted.depth_info or _sibling_info(depth, infos)
    color_info = wanted.color_info or _sibling_info(color, infos) or _nearest_info(color, infos, depth_info)
    return Topics(color.name, depth.name, color_info, depth_info)


def _check_named(kind: str, name: str | None, available: list[str]) -> None:
    if name is not None and name not in available:
        raise BagError(
            f"the recording has no messages on the {kind} topic '{name}'; topics of that type: {_listed(available)}"
        )


def _best(kind: str, images: list[ImageTopic], rank: Any) -> ImageTopic:
    candidates = [image for image in images if (image.is_color if kind == "color" else image.is_depth)]
    if not candidates:
        raise BagError(
            f"the recording has no {kind} image topic with messages; image topics: {_listed(images)}. "
            f"Record one, or name it (--{kind}-topic) if it is among these"
        )
    ranks = {image: rank(image) for image in candidates}
    best = [image for image in candidates if ranks[image] == max(ranks.values())]
    if len(best) > 1:
        raise BagError(f"several topics may be the {kind} image: {_listed(best)}. Name one with --{kind}-topic")
    return best[0]


def _color_rank(image: ImageTopic) -> tuple[Any, ...]:
    in_color = image.compressed or image.encoding in COLOR_ENCODINGS
    grey = image.encoding in ("mono8", "8UC1")
    namespace, _, last = image.base.rpartition("/")
    named = [any(word in name for word in ("color", "colour", "rgb")) for name in (namespace, last)]
    return (not _infrared(image), in_color, not grey, *named, not image.compressed, *_stage(image))


def _depth_rank(image: ImageTopic, color: ImageTopic) -> tuple[Any, ...]:
    registered = any(word in image.base for word in ("aligned", "registered"))
    return (not _infrared(image), _shared(image.base, color.base), registered, not image.compressed, *_stage(image))


def _stage(image: ImageTopic) -> tuple[bool, bool]:
    """The driver's own image first, then a rectified one, then whatever else was derived from it."""
    last = image.base.rpartition("/")[-1]
    return last == "image_raw", last.startswith("image_rect")


def _infrared(image: ImageTopic) -> bool:
    return any(part == "ir" or part.startswith("infra") for part in image.base.split("/"))


def _shared(first: str, second: str) -> int:
    """How many leading parts of the namespaces agree."""
    count = 0
    for one, other in zip(first.split("/")[:-1], second.split("/")[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count


def _sibling_info(image: ImageTopic, infos: list[str]) -> str | None:
    namespace, slash, _ = image.base.rpartition("/")  # ROS 1 knows names without a slash
    sibling = f"{namespace}{slash}camera_info"
    return sibling if sibling in infos else None


def _nearest_info(color: ImageTopic, infos: list[str], depth_info: str | None) -> str:
    """For drivers with names of their own: the only camera_info, or the only one in colour's namespace."""
    if not infos:
        raise BagError(
            f"the recording has no camera_info; the camera of {color.name} stays unknown. Record the camera_info "
            "topic, or name it (--color-info-topic) if it has another name"
        )
    others = [info for info in infos if info != depth_info] or infos
    closest = max(_shared(info, color.base) for info in others)
    best = [info for info in others if _shared(info, color.base) == closest]
    if len(best) > 1:
        raise BagError(
            f"several topics may be the camera_info of {color.name}: {_listed(best)}. Name one with --color-info-topic"
        )
    return best[0]


def _listed(topics: list[Any]) -> str:
    return ", ".join(str(topic) for topic in topics) or "none"
