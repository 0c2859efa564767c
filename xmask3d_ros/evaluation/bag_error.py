# SPDX-License-Identifier: Apache-2.0
"""The one error of the bag reader."""


class BagError(RuntimeError):
    """A recording that cannot be used; the message names the cause and the remedy."""
