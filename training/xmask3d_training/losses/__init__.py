# SPDX-License-Identifier: Apache-2.0
"""XMask3D's losses (METHODS 1.12). They take plain tensors, not the network."""
