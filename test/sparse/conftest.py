# SPDX-License-Identifier: Apache-2.0
"""Settings of the sparse convolutions' tests."""

import os

# Some virtual machines announce AMX and then stop the process that uses it. oneDNN reads this before its first product.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")
