# SPDX-License-Identifier: Apache-2.0
"""What a run says when its settings do not go together."""


class SettingsError(ValueError):
    """The settings cannot be used; the message names cause and remedy."""


class TrainingDiverged(RuntimeError):
    """A loss is not finite."""
