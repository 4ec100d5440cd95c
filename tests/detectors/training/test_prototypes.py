"""Prototypes move probability within a cell, and keep what the cell has."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from detectors.training.geocells import Towns
from detectors.training.prototypes import fit_prototypes, refine
from tests.detectors.training.untagged import untagged

SIDE = np.arange(40) % 2
NOISE = np.random.default_rng(0).normal(0, 0.1, 40)
PHOTOS = untagged(
    np.full(40, "FI"), np.where(SIDE, 61.0, 67.0) + NOISE, np.where(SIDE, 25.0, 27.0) - NOISE
)
LOOK = np.stack([SIDE, 1 - SIDE], 1).astype(np.float32)
TOWNS = Towns(
    np.array([61.0, 67.0, 35.0]),
    np.array([25.0, 27.0, 139.0]),
    np.array(["FI", "FI", "JP"]),
    np.array([0.3, 0.2, 0.5]),
)


def test_few_places_make_no_prototypes():
    few = untagged(np.full(8, "FI"), np.linspace(60, 61, 8), np.full(8, 25.0))
    assert fit_prototypes(LOOK[:8], few) is None


def test_the_town_of_the_look_alikes_wins_within_its_cell_alone():
    flat = np.zeros((2, 3))
    of_town, of_photo = np.array([0, 0, 1]), np.where(np.arange(40) < 38, 0, -1)
    log = refine(flat, LOOK[:2], LOOK, PHOTOS, TOWNS, of_town, of_photo)
    assert log[0, 1] > 0.3 > -0.3 > log[0, 0]  # the first photo looks like those at 67 N
    assert log[1, 0] > 0.2 > -0.2 > log[1, 1]
    share = TOWNS.prior[:2] / TOWNS.prior[:2].sum()
    np.testing.assert_allclose(np.exp(log[:, :2]) @ share, 1)
    np.testing.assert_array_equal(log[:, 2], 0)
