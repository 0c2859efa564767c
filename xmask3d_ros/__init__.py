# SPDX-License-Identifier: Apache-2.0
"""Open-vocabulary 3D maps from RGB-D streams with XMask3D."""

__version__ = "0.1.0"
