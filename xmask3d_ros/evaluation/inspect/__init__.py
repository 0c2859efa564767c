# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a recording, told before an hour is lost on it."""
