# SPDX-License-Identifier: Apache-2.0
"""Why a transform cannot be looked up."""


class TransformError(LookupError):
    """A transform is not to be had; the message names the frames, the cause and the remedy."""


class UnknownFrameError(TransformError):
    """A frame that no transform has named."""


class UnconnectedError(TransformError):
    """Two frames without a common ancestor, or a tree with a loop."""


class ExtrapolationError(TransformError):
    """A time that the transforms between two frames do not cover."""
