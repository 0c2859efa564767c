# SPDX-License-Identifier: Apache-2.0
"""A recording as a sequence of RGB-D frames: read in code, never played, so that every run gives the same frames.

Two passes: the first collects transforms, cameras and stamps (``bag_index``) and pairs colour with depth; the second
streams the images, holding a few at a time.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.geometry import Camera, RgbdFrame, TransformError, TransformTree, register_depth
from xmask3d_ros.images import ImageError

from .bag_error import BagError
from .bag_images import DroppedPairError, ImageStream, check_size, color_of, depth_of, has_reading, same_grid
from .bag_index import BagIndex, index_bag
from .bag_pairing import default_tolerance, pair_stamps
from .bag_topics import Topics

__all__ = ["BagCounters", "BagError", "BagFrames", "Topics", "open_bag"]


@dataclass
class BagCounters:
    """What became of the images. Drops of the second pass are counted while frames are read."""

    received: dict[str, int]
    """Images of each kind: color, depth."""
    paired: int = 0
    """Pairs of one colour and one depth image."""
    dropped: Counter[str] = field(default_factory=Counter)
    """By cause: images for 'unpaired color', 'unpaired depth', 'repeated stamp'; pairs for all others."""
    reasons: dict[str, str] = field(default_factory=dict)
    """The first message of each cause that has one."""

    def drop(self, cause: str, reason: str) -> None:
        """Counts a dropped pair."""
        self.dropped[cause] += 1
        self.reasons.setdefault(cause, reason)


def open_bag(
    path: str | Path,
    topics: Topics | None = None,
    fixed_frame: str | None = None,
    tolerance_seconds: float | None = None,
) -> BagFrames:
    """The frames of a ROS 2 bag (folder, .mcap, .db3) or ROS 1 .bag.

    ``topics``: those not named are found. ``fixed_frame``: the frame of the poses; by default the root of the transform
    tree above the camera. ``tolerance_seconds``: how far the stamps of a pair may differ; by default half a frame
    period, at most 50 ms. Raises BagError, naming cause and remedy, when no frame can come of the recording.
    """
    return BagFrames(path, index_bag(path, topics or Topics()), fixed_frame, tolerance_seconds)


class BagFrames:
    """An iterable of RgbdFrame in the order of the colour stamps; each iteration reads the recording anew.

    The pose is that of the colour camera at the stamp of its image. ``len()`` is the number of pairs with a known pose;
    fewer frames come if some of them cannot be read (``counters.dropped``). If none can, the iteration ends in a
    BagError.
    """

    def __init__(
        self, path: str | Path, index: BagIndex, fixed_frame: str | None, tolerance_seconds: float | None
    ) -> None:
        self.path = Path(path)
        self.topics = index.topics
        self._index = index
        colors, depths = list(index.color_frames), list(index.depth_frames)
        tolerance = default_tolerance(colors, depths) if tolerance_seconds is None else round(tolerance_seconds * 1e9)
        pairs = pair_stamps(colors, depths, tolerance)
        if not pairs:
            raise BagError(self._no_pairs(colors, depths, tolerance))
        self.fixed_frame = fixed_frame or self._root()
        self._counted = BagCounters(dict(index.received), len(pairs), Counter(index.dropped))
        for kind, count in (("color", len(colors)), ("depth", len(depths))):
            if count > len(pairs):
                self._counted.dropped[f"unpaired {kind}"] = count - len(pairs)
        self._pairs: list[tuple[int, int, NDArray[np.float64]]] = []
        for color_ns, depth_ns in pairs:
            try:
                self._pairs.append((color_ns, depth_ns, self._pose(color_ns)))
            except TransformError as error:
                self._counted.drop("no transform", str(error))
        if not self._pairs:
            raise BagError(
                f"{self.path}: no image has a camera pose in '{self.fixed_frame}': "
                f"{self._counted.reasons['no transform']}"
            )
        self.counters = self._fresh_counters()

    def __len__(self) -> int:
        return len(self._pairs)

    @property
    def pairs(self) -> list[tuple[int, int, NDArray[np.float64]]]:
        """Colour stamp, depth stamp and pose (4, 4) of each frame, known before an image is read."""
        return list(self._pairs)

    @property
    def color_stamps(self) -> list[int]:
        """Stamps of all colour images of the recording, ascending, those without depth or pose too."""
        return sorted(self._index.color_frames)

    def thinned(self, most: int) -> BagFrames:
        """The same recording with at most so many of its pairs, evenly chosen; the others are never decoded."""
        fewer = copy.copy(self)
        chosen = np.unique(np.linspace(0, len(self) - 1, min(most, len(self))).round().astype(int))
        fewer._pairs = [self._pairs[number] for number in chosen]
        return fewer

    @property
    def transforms(self) -> TransformTree:
        """All transforms of the recording."""
        return self._index.tree

    def __iter__(self) -> Iterator[RgbdFrame]:
        self.counters = counters = self._fresh_counters()
        frames = 0
        with ExitStack() as stack:
            # A reader each, since two positions in one unindexed file would disturb each other.
            color_images = ImageStream(stack, self.path, self.topics.color, {pair[0] for pair in self._pairs})
            depth_images = ImageStream(stack, self.path, self.topics.depth, {pair[1] for pair in self._pairs})
            for color_ns, depth_ns, pose in self._pairs:
                color, depth = color_images.take(color_ns), depth_images.take(depth_ns)
                try:
                    frame = self._frame(color, depth, color_ns, depth_ns, pose)
                except DroppedPairError as dropped:
                    counters.drop(dropped.cause, dropped.reason)
                    continue
                frames += 1
                yield frame
        if not frames:
            causes = "; ".join(f"{cause}: {reason}" for cause, reason in counters.reasons.items())
            raise BagError(f"{self.path}: none of {counters.paired} pairs of images could be used. {causes}")

    def _fresh_counters(self) -> BagCounters:
        known = self._counted
        return BagCounters(dict(known.received), known.paired, Counter(known.dropped), dict(known.reasons))

    def _color_frame(self, color_ns: int) -> str:
        return self._index.color_frames[color_ns] or self._index.color_cameras.frame

    def _depth_frame(self, color_ns: int, depth_ns: int) -> str:
        announced = self._index.depth_cameras.frame if self._index.depth_cameras else ""
        return self._index.depth_frames[depth_ns] or announced or self._color_frame(color_ns)

    def _root(self) -> str:
        frame = self._color_frame(min(self._index.color_frames))
        tree = self._index.tree
        if not tree.frames():
            raise BagError(
                f"{self.path} holds no transforms, so the camera '{frame}' has no pose. Record /tf and /tf_static; "
                f"if the camera stood still, give its own frame as the fixed frame ('{frame}')"
            )
        if frame not in tree.frames():
            raise BagError(
                f"{self.path}: no transform names the camera's frame '{frame}'; known: {', '.join(tree.frames())}. "
                "Record /tf_static (it is latched: record from the start, or with transient-local durability), "
                "or publish the missing transform"
            )
        chain = [frame]
        while (parent := tree.parent(chain[-1])) is not None:
            if parent in chain:
                raise BagError(
                    f"{self.path}: the transform tree has a loop: {' -> '.join([*chain, parent])}; two publishers "
                    "disagree about who is the parent: record the transforms of only one"
                )
            chain.append(parent)
        return chain[-1]

    def _pose(self, color_ns: int) -> NDArray[np.float64]:
        frame = self._color_frame(color_ns)
        # By definition; so that a camera that stood still needs no transforms.
        return np.eye(4) if frame == self.fixed_frame else self._index.tree.lookup(self.fixed_frame, frame, color_ns)

    def _frame(
        self, color_message: Any, depth_message: Any, color_ns: int, depth_ns: int, pose: NDArray[np.float64]
    ) -> RgbdFrame:
        try:
            color, depth = color_of(color_message), depth_of(depth_message)
        except ImageError as error:
            raise DroppedPairError("bad encoding", str(error)) from None
        if not has_reading(depth):
            raise DroppedPairError(
                "empty depth", f"no pixel of {self.topics.depth} has a reading; check the depth sensor"
            )
        camera = self._index.color_cameras.at(color_ns)
        check_size(color, camera, self.topics.color, self.topics.color_info)
        depth = self._registered(depth, camera, color_ns, depth_ns)
        return RgbdFrame(color, depth, camera, pose, color_ns)

    def _registered(
        self, depth: NDArray[np.float32], color_camera: Camera, color_ns: int, depth_ns: int
    ) -> NDArray[np.float32]:
        """Depth on the colour image's grid."""
        color_frame, depth_frame = self._color_frame(color_ns), self._depth_frame(color_ns, depth_ns)
        cameras = self._index.depth_cameras
        if cameras is None:
            if color_frame != depth_frame:
                raise DroppedPairError(
                    "bad camera info",
                    f"{self.topics.depth} is in '{depth_frame}', colour in '{color_frame}', and no camera_info "
                    "beside the depth image says how to register it; name it (--depth-info-topic) or use aligned depth",
                )
            check_size(depth, color_camera, self.topics.depth, self.topics.color_info)
            return depth
        depth_camera = cameras.at(depth_ns)
        check_size(depth, depth_camera, self.topics.depth, self.topics.depth_info)
        if depth_frame == color_frame and same_grid(depth_camera, color_camera):
            return depth
        try:
            color_from_depth = (
                np.eye(4) if depth_frame == color_frame else self._index.tree.lookup(color_frame, depth_frame, color_ns)
            )
        except TransformError as error:
            raise DroppedPairError("no transform", str(error)) from None
        registered = register_depth(depth, depth_camera, color_camera, color_from_depth)
        if not registered.any():
            raise DroppedPairError(
                "empty depth",
                f"no reading of {self.topics.depth} falls into {self.topics.color}; check the transform between "
                f"'{depth_frame}' and '{color_frame}' (optical frames look along z)",
            )
        return registered

    def _no_pairs(self, colors: list[int], depths: list[int], tolerance: int) -> str:
        gap = int(min(np.abs(np.asarray(depths, np.int64) - stamp).min() for stamp in colors))
        return (
            f"{self.path}: no image of {self.topics.color} ({len(colors)}) has one of {self.topics.depth} "
            f"({len(depths)}) within {tolerance / 1e6:.1f} ms; the closest two are {gap / 1e6:.1f} ms apart. "
            "The drivers' clocks differ or the streams do not overlap: synchronise them, or allow more (--tolerance)"
        )
