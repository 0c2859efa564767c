# SPDX-License-Identifier: Apache-2.0
"""Training objects get other proportions; nothing about them comes apart."""

import numpy as np
import pytest

from xmask3d_training.synthetic import designs
from xmask3d_training.synthetic.shapes import make
from xmask3d_training.synthetic.stretching import stretched


def made(name: str, style: str, seed: int = 0):
    design = next(entry for entry in designs(name, False) if entry.style == style)
    return design.make(np.random.default_rng(seed))


@pytest.mark.parametrize(("name", "style"), [("desk", "two_pedestals"), ("counter", "run_with_sink")])
def test_parts_surfaces_and_extras_stay_together(name, style):
    item = made(name, style)
    other = stretched(item, np.random.default_rng(1))
    factors = other.bounds()[1] / item.bounds()[1]
    assert np.ptp(factors) > 0.01 and (factors > 0.8).all() and (factors < 1.25).all()
    np.testing.assert_allclose(other.bounds(), item.bounds() * factors)
    pairs = [*zip(item.parts, other.parts, strict=True)]
    for before, after in zip(item.extras, other.extras, strict=True):
        pairs += zip(before.parts, after.parts, strict=True)
    for before, after in pairs:
        np.testing.assert_allclose(after.vertices, before.vertices * factors, atol=1e-9)
    for before, after in zip(item.surfaces, other.surfaces, strict=True):
        np.testing.assert_allclose(after.center, before.center * factors)
        np.testing.assert_allclose(after.size, before.size * factors[:2])


def test_nothing_outgrows_the_room_and_what_hangs_stays_as_it_is():
    door = made("door", "flush")
    assert all(stretched(door, np.random.default_rng(seed)).bounds()[1, 2] <= 2.2 for seed in range(20))
    window = made("window", "casement")
    assert stretched(window, np.random.default_rng(1)) is window


def test_held_out_objects_are_as_designed():
    for seed in range(3):
        choices = designs("sofa", True)
        rng = np.random.default_rng(seed)
        expected = choices[rng.integers(len(choices))].make(rng)
        np.testing.assert_array_equal(make("sofa", np.random.default_rng(seed), True).bounds(), expected.bounds())
