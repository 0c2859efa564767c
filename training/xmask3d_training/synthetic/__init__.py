# SPDX-License-Identifier: Apache-2.0
"""Synthetic rooms to train and test in: furnished, lit, walked through, with perfect labels. Deterministic by seed.

``SyntheticRoom(seed)`` makes one: ``.view(index)``, ``.captions(index, view)``, ``.cloud()``.
``designs(name, held_out)`` lists the designs of a class; held-out rooms use none of the training rooms' designs. The
command line (``xmask3d train synthetic rooms``) writes many, as prepared ScanNet or as ROS 2 bags.

A file a concept: ``shapes/`` (the objects), ``materials`` and ``textures``, ``room`` and ``furnishing`` with
``placement``, ``scene`` and ``renderer`` with ``lighting``, ``camera_path``, ``sensor``, ``cloud``, ``captions``,
``writers/``; ``generate`` puts them together.
"""

from .finishes import finishes
from .generate import SCANNET_CAMERA, SyntheticRoom, View
from .shapes import designs

__all__ = ["SCANNET_CAMERA", "SyntheticRoom", "View", "designs", "finishes"]
