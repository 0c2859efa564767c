# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with raw data."""


class PrepareError(ValueError):
    """A scene cannot be prepared; the message names the file, the fault and the remedy."""


class FrameError(ValueError):
    """One frame of a scene cannot be used; the message is a short reason, the same for every frame it befalls."""
