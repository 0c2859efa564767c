# SPDX-License-Identifier: Apache-2.0
"""Open-vocabulary 3D maps from RGB-D streams with XMask3D."""

import os

__version__ = "0.1.0"

# PyTorch's CPU threads busy-wait for one another. On a robot, where other processes want the cores too, that made a
# frame four times slower than sleeping does. Read when PyTorch is first imported; a value set by the user stays.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Some virtual machines announce the AMX instructions and then kill the process that uses one, as every product of
# bfloat16 matrices on the CPU would. Read at PyTorch's first such product. Where `xmask3d doctor` says that AMX works,
# AVX512_CORE_AMX makes bf16 on the CPU faster; nothing else depends on it.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")
