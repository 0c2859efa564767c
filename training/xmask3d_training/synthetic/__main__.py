# SPDX-License-Identifier: Apache-2.0
"""``python -m xmask3d_training.synthetic``: the same as ``xmask3d train synthetic``."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
