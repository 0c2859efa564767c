# SPDX-License-Identifier: Apache-2.0
"""From the raw releases of ScanNet, S3DIS and 2D-3D-S to the folders that training reads, and a look at the result."""
