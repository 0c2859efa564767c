# SPDX-License-Identifier: Apache-2.0
"""The error of everything that reads ground truth."""


class GroundTruthError(ValueError):
    """Ground truth cannot be used; the message names the cause and the remedy."""
