"""Photos of the same part of the world are close by the descriptor, whatever else they show."""

import numpy as np
import pytest

pytest.importorskip("torch")

from detectors.training.descriptor import fit_descriptor, unit
from detectors.training.geocells import Towns
from tests.detectors.training.untagged import untagged

PLACES = np.array([(62.0, 26.0), (-1.0, 37.0), (-34.0, 150.0)])


def same_place_among_nearest(vectors, place):
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -2)
    return (place[cosine.argmax(1)] == place).mean()


def test_it_compares_places_and_not_what_varies_everywhere():
    rng = np.random.default_rng(0)
    place = np.arange(150) % 3
    x = rng.normal(0, 2, (150, 8)).astype(np.float32)  # lorries, clouds ...
    x[:, :3] *= 0.15
    x[np.arange(150), place] += 1
    lat, lon = (PLACES[place] + rng.normal(0, 0.1, (150, 2))).T
    photos = untagged(np.array(["FI", "KE", "AU"])[place], lat, lon)
    towns = Towns(*PLACES.T, np.array(["FI", "KE", "AU"]), np.full(3, 1 / 3))
    descriptor = fit_descriptor(x, photos, towns, places=60, dims=2, epochs=400)
    vectors = descriptor(x)
    assert vectors.shape == (150, 2)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(150), abs=1e-4)
    plain = same_place_among_nearest(unit(x), place)
    assert same_place_among_nearest(vectors, place) > plain + 0.2
