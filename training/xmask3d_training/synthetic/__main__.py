# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train synthetic rooms --out DIR --rooms 200 --views 25 --seed 0 [--held-out] [--bag]``."""

from .command import main

if __name__ == "__main__":
    main()
