"""Every appearance expert learns to tell two countries apart from features that differ."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from detectors.training import experts, geocells, mean_shift
from detectors.training.experts import EXPERTS
from detectors.training.experts_material import Asked, Material
from detectors.training.scene_data import take
from tests.detectors.training.untagged import untagged

PLACES = {"FI": (62.0, 26.0), "KE": (-1.0, 37.0)}


@pytest.fixture(scope="module")
def given():
    rng = np.random.default_rng(0)
    count = 120
    country = np.array(["FI", "KE"])[np.arange(count) % 2]
    lat, lon = (np.array([PLACES[c][k] for c in country]) + rng.normal(0, 1, count) for k in (0, 1))
    lat[::3] = lon[::3] = np.nan  # of some only the country is known
    photos = untagged(country, lat, lon)
    towns = geocells.Towns(
        np.r_[62 + rng.normal(0, 1, 40), -1 + rng.normal(0, 1, 40)],
        np.r_[26 + rng.normal(0, 1, 40), 37 + rng.normal(0, 1, 40)],
        np.array(["FI"] * 40 + ["KE"] * 40),
        np.full(80, 1 / 80),
    )
    sign = np.where(country == "FI", 1.0, -1.0)[:, None]
    features = (2 * sign * np.ones((1, 70)) + rng.normal(0, 1, (count, 70))).astype(np.float32)
    cells, of_town = geocells.make_cells(photos, towns, per_cell=25, seed=0)
    known, own = take(photos, np.arange(100)), features[:100]
    material = Material(known, own, own, towns, cells, of_town)
    return material, Asked(features[100:], features[100:])


@pytest.mark.parametrize("name", [name for name in EXPERTS if name != "cplanet"])
def test_an_expert_finds_the_country_of_new_photos(given, name, monkeypatch):
    material, asked = given
    monkeypatch.setattr(experts, "_MAX_IN_CELL", 20)
    monkeypatch.setattr(mean_shift, "_NEIGHBOURS", 20)
    log = EXPERTS[name].fit(material)(asked)
    assert log.shape == (20, 80)
    finland = log[:, :40].mean(1) > log[:, 40:].mean(1)
    assert (finland == (np.arange(100, 120) % 2 == 0)).mean() > 0.9


def test_each_type_of_scene_has_a_network_of_its_own(given, monkeypatch):
    # what speaks for Finland in nature speaks for Kenya in town: no single softmax can say both
    monkeypatch.setattr(experts, "_MAX_IN_CELL", 20)
    monkeypatch.setattr(experts, "_MIN_OF_SCENE", 20)
    rng = np.random.default_rng(2)
    urban, finland = np.arange(120) % 4 < 2, np.arange(120) % 2 == 0
    scene, sign = np.where(urban, 2.0, -2.0), np.where(finland == urban, 2.0, -2.0)
    half = np.ones((1, 35))
    features = np.concatenate([scene[:, None] * half, sign[:, None] * half], 1)
    features = (features + rng.normal(0, 1, features.shape)).astype(np.float32)
    material, _ = given
    photos = replace(
        material.photos, tags=("sidewalk",), labels=urban[:100, None], labelled=np.ones(100, bool)
    )
    material = replace(material, photos=photos, deep=features[:100])
    asked = Asked(features[100:], features[100:])
    shares = {}
    for expert in (experts.scene_networks, experts.adaptive_cells):
        log = expert(material)(asked)
        found = log[:, :40].mean(1) > log[:, 40:].mean(1)
        shares[expert.__name__] = (found == finland[100:]).mean()
    assert shares["scene_networks"] > 0.9 > 0.75 > shares["adaptive_cells"]
