# SPDX-License-Identifier: Apache-2.0
"""Training and evaluation of XMask3D: data, losses, the trainer's module, and synthetic rooms to train in."""
