# SPDX-License-Identifier: Apache-2.0
"""What frozen networks could give at best, and what trivial methods give, before XMask3D is trained on them."""
