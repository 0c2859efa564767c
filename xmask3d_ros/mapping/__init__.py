# SPDX-License-Identifier: Apache-2.0
"""The bounded voxel map: geometry, colour, and opaque evidence by voxel."""

from xmask3d_ros.mapping.config import MapConfig
from xmask3d_ros.mapping.voxel_map import StoredView, VoxelMap

__all__ = ["MapConfig", "StoredView", "VoxelMap"]
