# SPDX-License-Identifier: Apache-2.0
"""Rooms on disk: the prepared ScanNet layout, and ROS 2 bags."""
