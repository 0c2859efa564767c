# SPDX-License-Identifier: Apache-2.0
"""Calibration error by hand."""

import numpy as np
import pytest

from xmask3d_ros.evaluation.calibration import calibration


def test_by_hand():
    # Bin [0.5, 0.75): 0.6 and 0.7, one of two right: |0.5 - 0.65| = 0.15. Bin [0.75, 1]: 0.9 and 1.0, both right: 0.05.
    result = calibration([0.6, 0.7, 0.9, 1.0], [True, False, True, True], bins=4)
    assert result.points.tolist() == [0, 0, 2, 2]
    assert result.error == pytest.approx((2 * 0.15 + 2 * 0.05) / 4)
    np.testing.assert_allclose(result.accuracy, [np.nan, np.nan, 0.5, 1.0])
    np.testing.assert_allclose(result.confidence, [np.nan, np.nan, 0.65, 0.95])


def test_honest_confidences_have_no_error():
    generator = np.random.default_rng(0)
    confidence = generator.uniform(size=200_000)
    assert calibration(confidence, generator.uniform(size=200_000) < confidence).error < 0.01
    assert calibration(confidence, np.zeros(200_000, bool)).error == pytest.approx(0.5, abs=0.01)


def test_errors_and_nothing():
    assert np.isnan(calibration([], []).error)
    with pytest.raises(ValueError, match="one a point"):
        calibration([0.5], [True, False])
    with pytest.raises(ValueError, match="NaN"):
        calibration([float("nan")], [True])
