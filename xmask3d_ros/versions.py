# SPDX-License-Identifier: Apache-2.0
"""Versions of what computed a result, for reports."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from xmask3d_ros import __version__


def versions() -> dict[str, str]:
    """Versions of what computed the result."""
    found = {"xmask3d_ros": __version__, "python": platform.python_version()}
    for package in (
        "torch",
        "diffusers",
        "transformers",
        "open_clip_torch",
        "numpy",
        "opencv-python-headless",
        "rosbags",
    ):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
