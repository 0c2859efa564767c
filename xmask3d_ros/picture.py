# SPDX-License-Identifier: Apache-2.0
"""A labelled cloud as a picture: two viewpoints, camera colours beside class colours, and a legend."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.files import whole_file
from xmask3d_ros.vocabulary import UNLABELLED, UNLABELLED_COLOR, color_of

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.patches import Patch

_WIDTH, _HEIGHT = 880, 660
_BACKGROUND = (250, 250, 250)


def render(
    positions: NDArray[np.float64],
    colors: NDArray[np.uint8],
    eye: NDArray[np.float64],
    target: NDArray[np.float64],
    point_size: float,
    field_of_view: float = 60.0,
) -> NDArray[np.uint8]:
    """Points as squares of their true size, nearest on top.

    Args:
        positions: (N, 3) metres, z up.
        colors: (N, 3) uint8 RGB.
        eye: (3,) where the picture is taken from.
        target: (3,) what is at its centre.
        point_size: edge of a point, metres.
        field_of_view: horizontal, degrees.

    Returns:
        (660, 880, 3) uint8 RGB.
    """
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right = right / np.linalg.norm(right) if np.linalg.norm(right) > 1e-6 else np.array([1.0, 0.0, 0.0])
    camera = (positions - eye) @ np.stack([right, np.cross(forward, right), forward]).T
    focal = _WIDTH / 2 / np.tan(np.radians(field_of_view / 2))
    front = camera[:, 2] > 0.05
    x, y, depth = camera[front].T
    columns, rows = focal * x / depth + _WIDTH / 2, focal * y / depth + _HEIGHT / 2
    half = np.clip(np.ceil(0.6 * focal * point_size / depth + 0.5), 1, 8).astype(int)
    shown = colors[front]

    image = np.full((_HEIGHT, _WIDTH, 3), _BACKGROUND, np.uint8)
    nearest = np.full((_HEIGHT, _WIDTH), np.inf)
    for step_y in range(-half.max(initial=0), half.max(initial=0) + 1):
        for step_x in range(-half.max(initial=0), half.max(initial=0) + 1):
            u, v = np.floor(columns).astype(int) + step_x, np.floor(rows).astype(int) + step_y
            drawn = (max(abs(step_x), abs(step_y)) <= half - 1) & (u >= 0) & (u < _WIDTH) & (v >= 0) & (v < _HEIGHT)
            order = np.flatnonzero(drawn)
            order = order[np.argsort(-depth[order], kind="stable")]
            u, v = u[order], v[order]
            closer = depth[order] < nearest[v, u]
            u, v, order = u[closer], v[closer], order[closer]
            # Far to near: of points on one pixel the nearest is written last.
            image[v, u] = shown[order]
            nearest[v, u] = depth[order]
    return image


def viewpoints(
    positions: NDArray[np.float64], camera_positions: NDArray[np.float64], camera_directions: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Eye and target of two pictures: over the cameras' shoulder, and from high above.

    Args:
        positions: (N, 3) the cloud, metres, z up.
        camera_positions: (F, 3) where the frames were taken.
        camera_directions: (F, 3) unit optical axes of the frames.
    """
    low, high = np.percentile(positions, [2, 98], axis=0)
    centre, extent = (low + high) / 2, float(np.linalg.norm(high - low))
    looking = camera_directions.mean(axis=0) * [1, 1, 0]
    if np.linalg.norm(looking) < 0.2:  # the camera turned around: any side will do
        looking = centre - camera_positions.mean(axis=0)
        looking[2] = 0
    looking = looking / max(float(np.linalg.norm(looking)), 1e-6)
    side = np.array([-looking[1], looking[0], 0.0])
    return [
        (centre - 0.75 * extent * looking + 0.15 * extent * side + [0, 0, 0.42 * extent], centre),
        (centre - 0.35 * extent * looking - 0.35 * extent * side + [0, 0, 0.85 * extent], centre),
    ]


def in_the_way(
    positions: NDArray[np.float64], eye: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(N,) points of the walls between the eye and the room: near, and well above the floor."""
    low, high = np.percentile(positions, [2, 98], axis=0)
    forward = (target - eye) * [1, 1, 0]
    forward = forward / max(float(np.linalg.norm(forward)), 1e-6)
    depth = (positions - target) @ forward
    return (depth < -0.30 * float(np.linalg.norm((high - low)[:2]))) & (positions[:, 2] > low[2] + 0.4)


def draw(
    cloud: LabelledCloud,
    path: str | Path,
    camera_positions: NDArray[np.float64],
    camera_directions: NDArray[np.float64],
    voxel_size: float,
    title: str,
) -> None:
    """Write the picture of a cloud as PNG. Points more than half a metre above the cameras (ceilings) are left out."""
    positions = cloud.positions.astype(np.float64)
    below = positions[:, 2] <= camera_positions[:, 2].max() + 0.5
    positions, seen, classes = positions[below], cloud.colors[below], cloud.class_colors()[below]
    figure, axes = plt.subplots(2, 2, figsize=(16, 13.2), dpi=100)
    if len(positions):
        for row, (eye, target) in enumerate(viewpoints(positions, camera_positions, camera_directions)):
            hidden = in_the_way(positions, eye, target)
            axes[row, 0].imshow(render(positions[~hidden], seen[~hidden], eye, target, voxel_size))
            axes[row, 1].imshow(render(positions[~hidden], classes[~hidden], eye, target, voxel_size))
    axes[0, 0].set_title("camera colours", fontsize=15)
    axes[0, 1].set_title("classes", fontsize=15)
    for axis in axes.flat:
        axis.set_axis_off()
    figure.suptitle(title, fontsize=16)
    figure.legend(handles=_legend(cloud), loc="lower center", ncol=7, fontsize=13, frameon=False)
    figure.tight_layout(rect=(0, 0.09, 1, 0.98))
    with whole_file(path) as temporary:
        figure.savefig(temporary, metadata={"Software": None})
    plt.close(figure)


def _legend(cloud: LabelledCloud) -> list[Patch]:
    """The classes that occur, most frequent first, at most 27, then the unlabelled."""
    counts = np.bincount(cloud.labels, minlength=UNLABELLED + 1)
    present = sorted((label for label in cloud.names if counts[label]), key=lambda label: -counts[label])[:27]
    share = 100.0 / max(len(cloud), 1)
    entries = [(cloud.names[label], color_of(cloud.names[label]), counts[label]) for label in present]
    if counts[UNLABELLED]:
        entries.append(("unlabelled", UNLABELLED_COLOR, counts[UNLABELLED]))
    return [
        Patch(
            facecolor=matplotlib.colors.to_rgb("#{:02x}{:02x}{:02x}".format(*color)),
            edgecolor="black",
            label=f"{name} {share * count:.0f} %",
        )
        for name, color, count in entries
    ]
