# SPDX-License-Identifier: Apache-2.0
"""What a command says when the user's input cannot be used."""


class CommandError(Exception):
    """The command cannot be carried out; the message names cause and remedy."""
