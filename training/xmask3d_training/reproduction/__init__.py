# SPDX-License-Identifier: Apache-2.0
"""The experiments in the synthetic world: run, scored, tabulated, and the model that comes with the package."""
