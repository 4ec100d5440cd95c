"""Cells are fine where photos are dense, and every photo gets its share of them."""

import numpy as np
import pytest

from detectors.training.geocells import Towns
from detectors.training.partitions import _inside, _split, cell_targets, quadtree_cells
from tests.detectors.training.untagged import untagged


@pytest.fixture
def photos():
    rng = np.random.default_rng(1)
    lat, lon = 50 + rng.normal(0, 2, 500), 10 + rng.normal(0, 2, 500)
    lat[-1] = lon[-1] = np.nan  # only its country is known
    return untagged(np.array(["DE"] * 500), lat, lon)


@pytest.fixture
def towns(photos):
    known = photos.located
    lat, lon = np.r_[photos.lat[known], -1.0], np.r_[photos.lon[known], 37.0]
    country = np.array(["DE"] * known.sum() + ["KE"])
    return Towns(lat, lon, country, np.full(len(lat), 1 / len(lat)))


def test_cells_are_small_where_photos_are_dense(photos, towns):
    of_town = quadtree_cells(photos, towns, 100)
    german = towns.country == "DE"
    assert np.bincount(of_town[german]).max() <= 100
    assert of_town[-1] not in of_town[german]


def test_adaptive_cells_are_small_where_photos_are_dense_and_cover_the_world():
    rng = np.random.default_rng(1)
    lat, lon = 50 + rng.normal(0, 2, 500), 10 + rng.normal(0, 2, 500)
    boxes = _split((-90.0, -180.0, 90.0, 180.0), lat, lon, 100)
    assert sum((n - s) * (e - w) for s, w, n, e in boxes) == pytest.approx(180 * 360)
    inside = np.array([_inside(box, lat, lon) for box in boxes])
    assert (inside.sum(0) == 1).all()
    assert inside.sum(1).max() <= 100


def test_a_photo_without_coordinates_spreads_over_its_countrys_towns(photos, towns):
    target, of_town = cell_targets(photos, towns, quadtree_cells(photos, towns, 100))
    assert target.sum(1) == pytest.approx(np.ones(500))
    assert (target[:-1].max(1) == 1).all()
    assert target[-1, of_town[-1]] == 0
    assert (target[-1] > 0).sum() == target.shape[1] - 1
