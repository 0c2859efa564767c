# SPDX-License-Identifier: Apache-2.0
"""``python -m xmask3d_training.prepare``."""

import sys

from xmask3d_training.prepare.command import main

sys.exit(main())
