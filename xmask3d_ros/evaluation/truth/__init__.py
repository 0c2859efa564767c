# SPDX-License-Identifier: Apache-2.0
"""Ground truth: labelled clouds and label images, and what their class names mean in a vocabulary."""
