# SPDX-License-Identifier: Apache-2.0
"""The recording as pairs of images with a pose: what is lost before a pixel is looked at."""

from __future__ import annotations

import numpy as np

from xmask3d_ros.evaluation.bag import BagFrames
from xmask3d_ros.geometry import Camera

from .finding import Finding, Level

_SKEW_MS = 20.0
_LOST_SHARE = 0.05


def check_pairs(frames: BagFrames) -> list[Finding]:
    """Pairing and skew of the stamps, coverage by transforms, gaps."""
    counters = frames.counters
    return [*_pairing(frames), *_transforms(frames, counters.paired), *_gaps(frames)]


def _pairing(frames: BagFrames) -> list[Finding]:
    counters = frames.counters
    skews = np.abs([depth_ns - color_ns for color_ns, depth_ns, _ in frames.pairs]) / 1e6
    seen = (
        f"{counters.paired} pairs of {counters.received['color']} colour and {counters.received['depth']} depth "
        f"images, stamps apart by {np.median(skews):.1f} ms (median), {skews.max():.1f} ms (most)"
    )
    findings = []
    most = min(counters.received.values())
    if most - counters.paired > _LOST_SHARE * most:
        lost = ", ".join(f"{count} {cause}" for cause, count in counters.dropped.items() if "unpaired" in cause)
        remedy = "check that both streams have one rate and hardware synchronisation is on; --tolerance allows more"
        findings.append(Finding("pairing", Level.WARNING, f"{seen}; {lost}", remedy))
    if np.median(skews) > _SKEW_MS:
        remedy = "a camera that turns at 1 rad/s moves 1 degree in 17 ms: switch the camera's synchronisation on"
        findings.append(Finding("pairing", Level.WARNING, seen, remedy))
    repeated = counters.dropped["repeated stamp"]
    if repeated:
        remedy = "two publishers on one topic, or a loop in the recording: record one"
        findings.append(Finding("pairing", Level.WARNING, f"{repeated} images repeat the stamp of another", remedy))
    return findings or [Finding("pairing", Level.GOOD, seen)]


def _transforms(frames: BagFrames, paired: int) -> list[Finding]:
    lost = frames.counters.dropped["no transform"]
    seen = f"{paired - lost} of {paired} pairs have a camera pose in '{frames.fixed_frame}'"
    if lost:
        level = Level.WARNING if lost < 0.5 * paired else Level.FAULT
        reason = frames.counters.reasons["no transform"]
        remedy = "start the recording after localisation runs; a robot's odometry must publish at the images' rate"
        return [Finding("transforms", level, f"{seen}; the others: {reason}", remedy)]
    poses = np.array([pose for _, _, pose in frames.pairs])
    moved = float(np.linalg.norm(np.ptp(poses[:, :3, 3], axis=0)))
    if len(poses) > 1 and np.allclose(poses, poses[0]):
        remedy = "right if it stood still; else the fixed frame moves with the camera: name another (--fixed-frame)"
        return [Finding("transforms", Level.NOTE, f"{seen}; the camera never moves", remedy)]
    return [Finding("transforms", Level.GOOD, f"{seen}; the camera ranges over {moved:.2f} m")]


def _gaps(frames: BagFrames) -> list[Finding]:
    stamps = np.array([color_ns for color_ns, _, _ in frames.pairs])
    steps = np.diff(stamps) / 1e9
    if len(steps) < 3 or steps.max() <= max(10 * np.median(steps), 1.0):
        return []
    remedy = "the recorder lost messages: write to a faster disk, use --storage-preset-profile fastwrite, or compress"
    message = f"a gap of {steps.max():.1f} s between images that usually come every {np.median(steps):.2f} s"
    return [Finding("gaps", Level.WARNING, message, remedy)]


def check_camera(camera: Camera) -> Finding:
    """Whether the intrinsics are those of a camera."""
    view = np.degrees(2 * np.arctan(camera.width / 2 / camera.fx))
    off = max(abs(camera.cx / camera.width - 0.5), abs(camera.cy / camera.height - 0.5))
    seen = f"{camera.width}x{camera.height}, {view:.0f} degrees across, distortion {camera.distortion_model}"
    remedy = "calibrate the camera, and record the camera_info of the very stream that is recorded, at its size"
    if not 20 <= view <= 150 or not 0.7 <= camera.fx / camera.fy <= 1.4 or off > 0.25:
        message = f"{seen}, fx {camera.fx:.1f}, fy {camera.fy:.1f}, centre ({camera.cx:.1f}, {camera.cy:.1f}) is odd"
        return Finding("camera info", Level.WARNING, message, remedy)
    return Finding("camera info", Level.GOOD, seen)
