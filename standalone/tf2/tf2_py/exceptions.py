# SPDX-License-Identifier: Apache-2.0
"""Why a transform is not to be had, in tf2's terms."""


class TransformException(Exception):
    """A transform is not to be had."""


class LookupException(TransformException):
    """A frame that nobody has published."""


class ConnectivityException(TransformException):
    """Two frames that no chain of transforms connects."""


class ExtrapolationException(TransformException):
    """A time outside of what was published."""


class InvalidArgumentException(TransformException):
    """A frame name that is none."""


class TimeoutException(TransformException):
    """No answer within the time allowed."""
