# SPDX-License-Identifier: Apache-2.0
"""A callback that ends a training run where a test wants it to end."""

import os
import signal

import lightning


class Stopped(Exception):
    """The run was to end here."""


class Stop(lightning.Callback):
    """After so many steps, by an exception or as the system does it when memory is short."""

    def __init__(self, after: int, kill: bool = False) -> None:
        self.after, self.kill = after, kill

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx) -> None:
        if trainer.global_step == self.after:
            if self.kill:
                os.kill(os.getpid(), signal.SIGKILL)
            raise Stopped
