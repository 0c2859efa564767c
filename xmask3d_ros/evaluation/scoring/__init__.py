# SPDX-License-Identifier: Apache-2.0
"""Scores of a run against ground truth: the final map, the labels as they were live, the network's single views."""
