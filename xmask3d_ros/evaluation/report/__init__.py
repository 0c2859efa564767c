# SPDX-License-Identifier: Apache-2.0
"""What a run leaves behind: report.json, report.html, comparisons and summaries of runs."""
