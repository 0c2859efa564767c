# SPDX-License-Identifier: Apache-2.0
"""The training loop: the network's pass over a batch, the Lightning module and what surrounds it."""
