# SPDX-License-Identifier: Apache-2.0
"""The paper's evaluation: votes of all views, on all points, per class (METHODS 1.14)."""
