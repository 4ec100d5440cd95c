import numpy as np
import pytest

from clues.inference.posterior import Posterior
from clues.sphere import distance_km, score, to_lat_lon, unit_vectors
from tests.tiny import tiny_world

WORLD = tiny_world()


def at(**mass: float) -> Posterior:
    """A posterior with mass on subdivisions, even inside each."""
    p = np.zeros(len(WORLD.leaves.lat))
    for code, share in mass.items():
        inside = WORLD.leaf_mask(code.replace("_", "-"))
        p[inside] = share / inside.sum()
    return Posterior(WORLD, p)


def test_regions_add_up_over_the_levels():
    posterior = at(ES_MD=0.5, ES_AN=0.2, JP_13=0.3)
    assert posterior.regions("country", 1)[0].probability == pytest.approx(0.7)
    assert posterior.regions("continent", 1)[0].region.code == "europe"
    assert posterior.probability_of("ES-AN") == pytest.approx(0.2)


def test_the_answer_is_the_finest_region_that_is_likelier_than_not():
    assert at(ES_MD=0.6, JP_13=0.4).answer().code == "ES-MD"
    assert at(ES_MD=0.4, ES_AN=0.3, JP_13=0.3).answer().code == "ES"
    assert at(ES_MD=0.3, FR_IDF=0.3, JP_13=0.4).answer().code == "europe"
    assert at(ES_MD=0.34, BR_SP=0.33, JP_13=0.33).answer() is None


def test_a_credible_area_holds_its_share_and_no_leaf_too_many():
    posterior = at(ES_MD=0.6, JP_13=0.3, RU_NVS=0.1)
    area = posterior.credible_area(0.9)
    held = posterior.probability[area.leaves]
    assert held.sum() >= 0.9 - 1e-9
    assert held.sum() - held.min() < 0.9
    assert area.area_km2 == pytest.approx(WORLD.leaves.area_km2[area.leaves].sum())


def test_points_lie_where_the_mass_lies():
    posterior = at(ES_MD=0.9, JP_13=0.1)
    for kind in ("score", "mode", "median"):
        point = posterior.point(kind)
        assert distance_km(point.lat, point.lon, 40.5, -3.8) < 150, kind


def test_the_score_point_beats_the_mode_where_mass_is_spread():
    posterior = at(PT_11=0.2, ES_MD=0.15, ES_CL=0.15, ES_AN=0.15, RU_CHU=0.35)
    best, mode = posterior.point("score"), posterior.point("mode")
    assert best.expected_score >= mode.expected_score
    assert distance_km(best.lat, best.lon, 40, -5) < 500


def test_entropy_is_that_of_a_fair_choice():
    assert at(ES_MD=0.0, **{c.replace("-", "_"): 0 for c in ()}).entropy_bits == 0
    p = np.zeros(len(WORLD.leaves.lat))
    p[:8] = 1 / 8
    assert Posterior(WORLD, p).entropy_bits == pytest.approx(3)


def test_distances_and_scores():
    assert distance_km(52.52, 13.405, 48.8566, 2.3522) == pytest.approx(877, abs=3)
    assert score(0) == 5000
    assert score(1492.7) == pytest.approx(5000 / np.e)
    assert to_lat_lon(unit_vectors(-33.9, 151.2)) == pytest.approx((-33.9, 151.2))
