"""Mean shift finds where look-alikes crowd."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from detectors.training.geocells import Towns
from detectors.training.mean_shift import modes, modes_of_neighbours
from tests.detectors.training.untagged import untagged

RNG = np.random.default_rng(0)


def test_modes_are_the_crowds_and_strays_are_left_out():
    lat = np.r_[RNG.normal(60, 0.3, 30), RNG.normal(-1, 0.3, 15), 10.0]
    lon = np.r_[RNG.normal(25, 0.3, 30), RNG.normal(37, 0.3, 15), 179.0]
    (first, second) = modes(lat, lon)
    assert first == pytest.approx((60, 25, 30 / 45), abs=0.3)
    assert second == pytest.approx((-1, 37, 15 / 45), abs=0.3)


def test_the_towns_near_look_alikes_are_likelier_than_by_photos_alone():
    side = np.arange(200) % 2
    lat, lon = np.where(side, 60.0, -1.0), np.where(side, 25.0, 37.0)
    lat[:5] = lon[:5] = np.nan  # only the country is known
    look = np.stack([side, 1 - side], 1).astype(np.float32)
    towns = Towns(
        np.array([60.0, -1.0]), np.array([25.0, 37.0]), np.array(["FI", "KE"]), np.full(2, 0.5)
    )
    photos = untagged(np.where(side, "FI", "KE"), lat, lon)
    log = modes_of_neighbours(look, photos, np.ones(200, np.float32), look[10:12], towns)
    assert log[0, 1] > 0 > log[0, 0]
    assert log[1, 0] > 0 > log[1, 1]
