from types import SimpleNamespace

import numpy as np
import pytest

from clues.cue import ELSEWHERE
from clues.photo import open_photo
from detectors.appearance.cells import Cells
from detectors.appearance.expert import AppearanceExpert

PHOTO = open_photo(np.zeros((40, 50, 3), np.uint8))


def cells(sharpness=1.0):
    return Cells(
        lat=np.array([40.0, 43.0, 60.0]),
        lon=np.array([-4.0, -8.0, 25.0]),
        spread_m=np.array([2e5, 1e5, 1e4]),
        country=np.array(["ES", "ES", "FI"]),
        share=np.array([0.75, 0.25, 1.0]),
        sharpness=sharpness,
    )


def expert(raw, **options):
    seen = SimpleNamespace(cells=np.array(raw, np.float32))
    return AppearanceExpert(SimpleNamespace(features=lambda photo: seen), cells(**options))


def test_a_country_is_as_likely_as_its_cells_by_share():
    country, _ = expert([0.0, np.log(3), 0.0]).detect(PHOTO)
    assert country.likelihood["ES"] == 1.0
    assert country.likelihood["FI"] == pytest.approx(1 / 1.5)
    assert 0 < country.likelihood[ELSEWHERE] < 1


def test_places_are_kernels_of_the_likelier_cells_with_a_least_spread():
    _, place = expert([0.0, 2.0, 5.0]).detect(PHOTO)
    assert place.value == "geo:60.000,25.000;u=60000"
    assert "geo:43.000,-8.000;u=100000" in place.likelihood


def test_sharpness_spreads_the_countries_apart():
    raw = [0.0, 0.0, 1.0]
    soft, sharp = (expert(raw, sharpness=s).detect(PHOTO)[0] for s in (0.5, 2.0))
    assert sharp.likelihood["ES"] < soft.likelihood["ES"]


def test_cells_survive_saving(tmp_path):
    cells(1.5).save(tmp_path / "cells.npz")
    again = Cells.load(tmp_path / "cells.npz")
    assert again.sharpness == 1.5
    assert list(again.country) == ["ES", "ES", "FI"]
    assert again.lat == pytest.approx(cells().lat)
