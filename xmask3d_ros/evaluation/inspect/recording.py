# SPDX-License-Identifier: Apache-2.0
"""All checks of a recording, in the order in which one would look."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from xmask3d_ros.evaluation.bag import BagError, BagFrames, Topics
from xmask3d_ros.evaluation.bag_index import BagIndex, index_bag
from xmask3d_ros.evaluation.bag_pairing import default_tolerance, pair_stamps
from xmask3d_ros.geometry import RgbdFrame

from .depth import check_depth, check_registration
from .finding import Finding, Level
from .pairs import check_camera, check_pairs
from .space import check_agreement, check_gravity, check_walls
from .streams import TopicSummary, inspect_streams

_LOOKED_AT = 16
"""Frames that are decoded."""
_REMEDIES = {
    "bad encoding": "set the driver to rgb8 or bgr8 for colour and 16UC1 or 32FC1 for depth",
    "bad camera info": "record the camera_info that belongs to each image stream",
    "empty depth": "check the depth sensor, and the transform between its frame and that of colour",
    "no transform": "record /tf and /tf_static over the whole time",
}


@dataclass
class Inspection:
    """What was found."""

    topics: list[TopicSummary] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def faults(self) -> list[Finding]:
        """Findings that make the recording useless as it is."""
        return [finding for finding in self.findings if finding.level is Level.FAULT]


def inspect_bag(
    path: str | Path, topics: Topics | None = None, fixed_frame: str | None = None, tolerance: float | None = None
) -> Inspection:
    """Look at everything that can be looked at; arguments as those of ``open_bag``.

    Never raises for what is in the file: that is a finding.
    """
    path = Path(path)
    result = Inspection()
    say = result.findings.append
    try:
        result.topics, found = inspect_streams(path)
    except BagError as error:
        say(_fault("file", error))
        return result
    try:
        index = index_bag(path, topics or Topics())
    except BagError as error:
        kind = "camera info" if "camera_info" in str(error) or "usable camera" in str(error) else "topics"
        result.findings += [_fault(kind, error), *found]
        return result
    say(Finding("topics", Level.GOOD, ", ".join(f"{kind} {name}" for kind, name in vars(index.topics).items() if name)))
    result.findings += found
    if index.ignored_transforms:
        message = f"{index.ignored_transforms} transforms have impossible numbers or names, and were left out"
        say(
            Finding(
                "transforms", Level.WARNING, message, "quaternions must have length 1; a frame is not its own child"
            )
        )
    frames = _frames(path, index, fixed_frame, tolerance, result)
    posed = frames is not None
    if frames is None and not any(finding.check == "pairing" for finding in result.faults):
        # Without poses, the images can still be looked at.
        frames = _unposed(path, index, tolerance)
    if frames is not None:
        _look(frames, posed, result)
    return result


def _frames(
    path: Path, index: BagIndex, fixed_frame: str | None, tolerance: float | None, result: Inspection
) -> BagFrames | None:
    colors, depths = list(index.color_frames), list(index.depth_frames)
    within = default_tolerance(colors, depths) if tolerance is None else round(tolerance * 1e9)
    try:
        frames = BagFrames(path, index, fixed_frame, tolerance)
    except (BagError, LookupError) as error:
        result.findings.append(_fault("transforms" if pair_stamps(colors, depths, within) else "pairing", error))
        return None
    result.findings += check_pairs(frames)
    return frames


def _unposed(path: Path, index: BagIndex, tolerance: float | None) -> BagFrames | None:
    """The pairs as a colour camera that stands still sees them; ``None`` where its images name no frame."""
    own = index.color_frames[min(index.color_frames)] or index.color_cameras.frame
    return BagFrames(path, index, own, tolerance) if own else None


def _look(frames: BagFrames, posed: bool, result: Inspection) -> None:
    """Decode some frames and look at their pixels."""
    say = result.findings.append
    few = frames.thinned(_LOOKED_AT)
    known = set(few.counters.reasons)
    looked: list[RgbdFrame] = []
    try:
        looked.extend(few)
    except BagError as error:
        reasons = set(few.counters.reasons) - known
        say(_fault(reasons.pop() if len(reasons) == 1 else "images", error))
        return
    for cause, reason in few.counters.reasons.items():
        if cause not in known:
            count = few.counters.dropped[cause]
            message = f"{count} of {len(few)} images looked at cannot be used: {reason}"
            say(Finding(cause, Level.WARNING, message, _REMEDIES.get(cause, "")))
    say(check_camera(looked[0].camera))
    depth = check_depth(looked)
    result.findings += depth
    say(check_registration(looked))
    if posed and not any(finding.level is Level.FAULT for finding in depth):
        result.findings += [check_gravity(looked), check_walls(looked), check_agreement(looked)]


def _fault(check: str, error: Exception) -> Finding:
    return Finding(check, Level.FAULT, str(error))
