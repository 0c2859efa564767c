# SPDX-License-Identifier: Apache-2.0
"""Open-vocabulary 3D maps from RGB-D streams with XMask3D."""

import os

__version__ = "0.1.0"

# PyTorch's CPU threads busy-wait for one another. On a robot, where other processes want the cores too, that made a
# frame four times slower than sleeping does. Read when PyTorch is first imported; a value set by the user stays.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
