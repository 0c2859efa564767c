# SPDX-License-Identifier: Apache-2.0
"""Prepared scenes as the network's samples: one view each (METHODS 1.4)."""
